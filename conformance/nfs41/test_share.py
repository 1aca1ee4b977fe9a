"""Share reservations between clients and minor versions, OPEN_DOWNGRADE, CLOSE: RFC 8881 9.7, 18.18, 18.2."""

import itertools

import pytest

from conformance import opens
from conformance.nfs41.checks import BOTH, READ, WRITE, new_file
from dittofs.nfs4 import NFS4ERR, create, current_seqid, op
from dittofs.testing.markers import covers, meets

NONE = 0
BITS = {NONE: "NONE", READ: "READ", WRITE: "WRITE", BOTH: "BOTH"}
ACCESSES, DENIES = (READ, WRITE, BOTH), (NONE, READ, WRITE, BOTH)


def shown(value):
    return BITS.get(value, str(value))


def opening(access, deny=NONE, owner=b"one"):
    return dict(share_access=access, share_deny=deny, owner=owner)


@pytest.mark.parametrize("access, deny, access2, deny2", itertools.product(ACCESSES, DENIES, ACCESSES, DENIES), ids=shown)
@covers("RFC8881 9.7", "NFS4ERR_SHARE_DENIED exactly when one's access is what the other denies")
@meets("8881-9.7-1")
def test_conflicts(nfs41, other, home, file, access, deny, access2, deny2):
    nfs41.open(home, "file", **opening(access, deny))
    conflict = bool(access & deny2 or access2 & deny)
    last = op.open("file", **opening(access2, deny2))
    other.compound(op.putfh(home), last.fails(NFS4ERR.SHARE_DENIED) if conflict else last)


@covers("RFC8881 9.7", "three clients: each is asked")
@meets("8881-9.7-1")
def test_three(clients4, nfs41, other, home, file):
    third = clients4.new(1)
    nfs41.open(home, "file", **opening(READ, NONE))
    theirs = other.open(home, "file", **opening(READ, WRITE))
    third.compound(op.putfh(home), op.open("file", **opening(WRITE)).fails(NFS4ERR.SHARE_DENIED))
    other.close(theirs)
    third.open(home, "file", **opening(WRITE))


@pytest.mark.parametrize("deny", [READ, WRITE, BOTH], ids=shown)
@covers("RFC8881 9.7", "two owners of one client are in each other's way as well")
def test_two_owners(nfs41, home, file, deny):
    nfs41.open(home, "file", **opening(BOTH, deny))
    access = WRITE if deny == WRITE else READ
    nfs41.compound(op.putfh(home), op.open("file", **opening(access, owner=b"two")).fails(NFS4ERR.SHARE_DENIED))


@covers("RFC8881 18.16.3", "an upgrade that another's open is in the way of: NFS4ERR_SHARE_DENIED, and all stays as it was")
def test_upgrade_denied(nfs41, other, home, file):
    opened = nfs41.open(home, "file", **opening(READ))
    other.open(home, "file", **opening(READ, WRITE))
    nfs41.compound(op.putfh(home), op.open("file", **opening(WRITE)).fails(NFS4ERR.SHARE_DENIED))
    nfs41.read(file, 0, 10, opened.stateid)
    nfs41.compound(op.putfh(file), op.write(opened, 0, b"x").fails(NFS4ERR.OPENMODE))


@covers("RFC8881 18.16.3", "an owner's own open is no exception: NFS4ERR_SHARE_DENIED for what it denies itself")
@meets("8881-9.7-1")
def test_own_denial(nfs41, home, file):
    opened = nfs41.open(home, "file", **opening(BOTH, WRITE))
    nfs41.compound(op.putfh(home), op.open("file", **opening(WRITE)).fails(NFS4ERR.SHARE_DENIED))
    nfs41.compound(op.putfh(home), op.open("file", **opening(READ, READ)).fails(NFS4ERR.SHARE_DENIED))
    nfs41.open(home, "file", **opening(READ))
    nfs41.compound(op.putfh(file), op.close(current_seqid(opened)))


@covers("RFC8881 18.18.3", "OPEN_DOWNGRADE takes back what an upgrade gave, and others may again")
@meets("8881-18.18.3-2")
def test_downgrade(nfs41, other, home, file):
    nfs41.open(home, "file", **opening(READ))
    both = nfs41.open(home, "file", **opening(WRITE, WRITE))
    other.compound(op.putfh(home), op.open("file", **opening(WRITE)).fails(NFS4ERR.SHARE_DENIED))
    less = nfs41.compound(op.putfh(file), op.open_downgrade(both, READ)).open_downgrade.open_stateid
    assert (less.other, less.seqid) == (both.stateid.other, both.stateid.seqid + 1)
    other.open(home, "file", **opening(WRITE))
    nfs41.compound(op.putfh(file), op.write(less, 0, b"x").fails(NFS4ERR.OPENMODE))


@pytest.mark.parametrize("access, deny", [(BOTH, NONE), (WRITE, NONE), (READ, READ), (READ, BOTH), (WRITE, WRITE)], ids=shown)
@covers("RFC8881 18.18.3", "NFS4ERR_INVAL: more than there is, or what no OPEN added")
@meets("8881-18.18.3-1")
def test_downgrade_to_more(nfs41, home, file, access, deny):
    opened = nfs41.open(home, "file", **opening(READ, WRITE))
    nfs41.compound(op.putfh(file), op.open_downgrade(opened, access, deny).fails(NFS4ERR.INVAL))
    nfs41.compound(op.putfh(file), op.open_downgrade(opened, READ, WRITE))


@pytest.mark.parametrize("access, deny", [(0, NONE), (4, NONE), (READ, 4), (0xFF, 0)], ids=shown)
@covers("RFC8881 18.18.3", "NFS4ERR_INVAL: no access, or bits that there are not")
@meets("8881-18.18.3-1")
def test_downgrade_nonsense(nfs41, opened, access, deny):
    nfs41.compound(op.putfh(opened.fh), op.open_downgrade(opened, access, deny).fails(NFS4ERR.INVAL))


@covers("RFC8881 18.2.3", "CLOSE releases the share, with seqid zero too")
@meets("8881-9.8-1")
def test_close(nfs41, other, home, file):
    opened = nfs41.open(home, "file", **opening(BOTH, WRITE))
    nfs41.compound(op.putfh(file), op.close(current_seqid(opened)))
    other.open(home, "file", **opening(WRITE))


@pytest.mark.parametrize("first, second", [((READ, WRITE), (READ, NONE)), ((WRITE, NONE), (BOTH, NONE)), ((READ, NONE), (READ, WRITE))], ids=str)
@covers("RFC8881 18.16.3", "one CLOSE is enough for many OPENs of an owner")
@meets("8881-9.9-1")
def test_close_many(nfs41, other, home, file, first, second):
    nfs41.open(home, "file", **opening(*first))
    nfs41.close(nfs41.open(home, "file", **opening(*second)))
    other.open(home, "file", **opening(BOTH, BOTH))


@covers("RFC8881 9.7", "a removed file that is open can still be read and written by who has it open")
@meets("8881-18.25.4-1")
def test_removed(nfs41, home):
    opened = nfs41.open(home, "f", create())
    r = nfs41.compound(op.putfh(home), op.remove("f").may_fail(NFS4ERR.FILE_OPEN))
    if r.status == 0:
        nfs41.compound(op.putfh(home), op.lookup("f").fails(NFS4ERR.NOENT))
        nfs41.compound(op.putfh(opened.fh), op.close(opened).may_fail(NFS4ERR.STALE))


@covers("RFC8881 9.7", "the file that took the name of an open one is another file")
def test_name_taken(nfs41, home):
    first = nfs41.open(home, "f", create(), **opening(BOTH, BOTH))
    if nfs41.call(op.putfh(home), op.remove("f")).status == 0:
        second = nfs41.open(home, "f", create(), **opening(BOTH, BOTH, b"two"))
        assert second.fh != first.fh and second.stateid.other != first.stateid.other


@covers("RFC8881 9.7", "any sequence of OPEN, OPEN_DOWNGRADE, WRITE and CLOSE by two owners of each of two clients")
@meets("8881-9.7-1", "8881-9.9-1", "8881-18.18.3-1")
def test_machine(nfs41, other, home, srv, seed):
    opens.run(nfs41, other, home, seed, shrink="own" in srv.can)


@covers("RFC8881 9.7", "the same, when one of the clients speaks minor version 0")
def test_machine_of_two_minors(nfs41, nfs40, home, srv, seed):
    opens.run(nfs41, nfs40, home, seed, shrink="own" in srv.can)


@covers("RFC8881 9.7", "a setting of the size by somebody who has it not open respects what is denied")
@meets("8881-9.1.2-1", "8881-18.30.3-3")
def test_setattr(nfs41, other, home):
    file = new_file(nfs41, home, "f")
    nfs41.open(home, "f", **opening(READ, WRITE))
    other.compound(op.putfh(file), op.setattr(size=0).fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    other.setattr(file, mode=0o600)


@covers("RFC8881 9.9", "OPEN_DOWNGRADE counts the seqid up, to less and to what there was")
@meets("8881-9.9-2")
def test_downgrade_counts(nfs41, home, file):
    opened = nfs41.open(home, "file", **opening(READ))
    opened = nfs41.open(home, "file", **opening(BOTH))
    seqid = opened.stateid.seqid
    for access in (BOTH, READ):
        r = nfs41.compound(op.putfh(file), op.open_downgrade(opened, access)).open_downgrade
        opened.stateid, seqid = r.open_stateid, seqid + 1
        assert r.open_stateid.seqid == seqid


@covers("RFC8881 9.1.2", "a READ by an open for writing only, where it is let, conflicts with an open that denies reading")
@meets("8881-9.1.2-4")
def test_read_by_writer_denied(nfs41, other, home, file):
    mine = other.open(home, "file", **opening(WRITE))
    nfs41.open(home, "file", **opening(WRITE, READ))
    other.compound(op.putfh(file), op.read(mine).fails(NFS4ERR.LOCKED, NFS4ERR.OPENMODE, NFS4ERR.SHARE_DENIED))
