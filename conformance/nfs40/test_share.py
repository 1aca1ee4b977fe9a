"""Share reservations, OPEN_DOWNGRADE and CLOSE: RFC 7530 9.9, 16.19, 16.2."""

import itertools

import pytest

from conformance.nfs40.checks import new_file
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, READ_BYPASS, but, op, stateid4
from dittofs.testing.markers import covers, meets

NONE, READ, WRITE, BOTH = 0, 1, 2, 3
BITS = {NONE: "NONE", READ: "READ", WRITE: "WRITE", BOTH: "BOTH"}
ACCESSES, DENIES = (READ, WRITE, BOTH), (NONE, READ, WRITE, BOTH)
MATRIX = list(itertools.product(ACCESSES, DENIES, ACCESSES, DENIES))


def shown(value):
    return BITS.get(value, str(value))


def opening(access, deny, owner):
    return dict(share_access=access, share_deny=deny, owner=owner)


@pytest.mark.parametrize("access, deny, access2, deny2", MATRIX, ids=shown)
@covers("RFC7530 9.9", "NFS4ERR_SHARE_DENIED exactly when one's access is what the other denies")
@meets("7530-9.9-1")
def test_conflicts(nfs40, other, home, file, access, deny, access2, deny2):
    nfs40.open(home, "file", **opening(access, deny, b"one"))
    conflict = bool(access & deny2 or access2 & deny)
    last = op.open("file", **opening(access2, deny2, b"two"))
    other.compound(op.putfh(home), last.fails(NFS4ERR.SHARE_DENIED) if conflict else last)


@pytest.mark.parametrize("deny", [READ, WRITE, BOTH], ids=shown)
@covers("RFC7530 9.9", "two owners of one client are in each other's way as well")
@meets("7530-9.9-1")
def test_two_owners(nfs40, home, file, deny):
    nfs40.open(home, "file", **opening(BOTH, deny, b"one"))
    access = WRITE if deny == WRITE else READ
    nfs40.compound(op.putfh(home), op.open("file", **opening(access, NONE, b"two")).fails(NFS4ERR.SHARE_DENIED))


@covers("RFC7530 9.11", "an owner opens again: access and denial add up")
@meets("7530-9.11-1")
def test_upgrade(nfs40, other, home, file):
    nfs40.open(home, "file", **opening(READ, NONE, b"one"))
    opened = nfs40.open(home, "file", **opening(WRITE, WRITE, b"one"))
    nfs40.write(file, 0, b"data", opened.stateid)
    assert nfs40.read(file, 0, 10, opened.stateid) == b"data"
    other.compound(op.putfh(home), op.open("file", **opening(WRITE, NONE, b"two")).fails(NFS4ERR.SHARE_DENIED))
    other.open(home, "file", **opening(READ, NONE, b"two"))


@pytest.mark.parametrize("access, deny, access2, deny2", MATRIX, ids=shown)
@covers("RFC7530 9.9", "NFS4ERR_SHARE_DENIED: no exception for the owner's own open")
@meets("7530-9.9-1")
def test_own_open(nfs40, home, file, access, deny, access2, deny2):
    nfs40.open(home, "file", **opening(access, deny, b"one"))
    last = op.open("file", **opening(access2, deny2, b"one"))
    conflict = access & deny2 or access2 & deny
    nfs40.compound(op.putfh(home), last.fails(NFS4ERR.SHARE_DENIED) if conflict else last)


@covers("RFC7530 9.9", "an upgrade that another's open is in the way of: NFS4ERR_SHARE_DENIED, and all stays as it was")
def test_upgrade_denied(nfs40, other, home, file):
    opened = nfs40.open(home, "file", **opening(READ, NONE, b"one"))
    other.open(home, "file", **opening(READ, WRITE, b"two"))
    nfs40.compound(op.putfh(home), op.open("file", **opening(WRITE, NONE, b"one")).fails(NFS4ERR.SHARE_DENIED))
    nfs40.read(file, 0, 10, opened.stateid)
    nfs40.compound(op.putfh(file), op.write(opened, 0, b"x").fails(NFS4ERR.OPENMODE))


@covers("RFC7530 9.9", "after CLOSE nothing is in the way any more")
@meets("7530-9.10-1")
def test_close_frees(nfs40, other, home, file):
    opened = nfs40.open(home, "file", **opening(BOTH, BOTH, b"one"))
    other.compound(op.putfh(home), op.open("file", **opening(READ, NONE, b"two")).fails(NFS4ERR.SHARE_DENIED))
    nfs40.close(opened)
    other.open(home, "file", **opening(BOTH, BOTH, b"two"))


@pytest.mark.parametrize("deny", [READ, WRITE, BOTH], ids=shown)
@covers("RFC7530 9.1.6", "I/O with the anonymous stateid is subject to share denials: NFS4ERR_LOCKED, or it is not held to them")
def test_anonymous_io(nfs40, other, home, file, deny):
    nfs40.open(home, "file", **opening(BOTH, deny, b"one"))
    read = other.compound(op.putfh(file), op.read(ANONYMOUS).may_fail(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    write = other.compound(op.putfh(file), op.write(ANONYMOUS, 0, b"x").may_fail(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    assert deny & READ or read.status == 0
    assert deny & WRITE or write.status == 0


@covers("RFC7530 9.1.4.3", "a WRITE with the anonymous stateid conflicts with an open that denies writing: NFS4ERR_LOCKED")
@meets("7530-9.1.4.3-1", "7530-9.1.4.3-2", "7530-9.1.6-1")
def test_anonymous_write_denied(nfs40, other, home, file):
    nfs40.open(home, "file", **opening(BOTH, WRITE, b"one"))
    other.compound(op.putfh(file), op.write(ANONYMOUS, 0, b"x").fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    other.compound(op.putfh(file), op.write(READ_BYPASS, 0, b"x").fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    assert nfs40.getattr(file, "size").size == 0


@covers("RFC7530 9.1.6", "a READ with the anonymous stateid conflicts with an open that denies reading: NFS4ERR_LOCKED")
@meets("7530-9.1.4.3-1", "7530-9.1.6-1")
def test_anonymous_read_denied(nfs40, other, home, file):
    nfs40.open(home, "file", **opening(BOTH, READ, b"one"))
    other.compound(op.putfh(file), op.read(ANONYMOUS).fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))


@covers("RFC7530 9.1.6", "setting the size with the anonymous stateid conflicts with an open that denies writing")
@meets("7530-9.1.6-1")
def test_anonymous_size_denied(nfs40, other, home, file):
    nfs40.open(home, "file", **opening(BOTH, WRITE, b"one"))
    other.compound(op.putfh(file), op.setattr(size=7).fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))
    assert nfs40.getattr(file, "size").size == 0


@covers("RFC7530 9.1.6", "a READ by an open for writing only, where it is let, conflicts with an open that denies reading")
@meets("7530-9.1.6-3")
def test_read_by_writer_denied(nfs40, other, home, file):
    mine = other.open(home, "file", **opening(WRITE, NONE, b"two"))
    nfs40.open(home, "file", **opening(WRITE, READ, b"one"))
    other.compound(op.putfh(file), op.read(mine).fails(NFS4ERR.LOCKED, NFS4ERR.OPENMODE, NFS4ERR.SHARE_DENIED))


@pytest.mark.parametrize("access, read, write", [(READ, 0, NFS4ERR.OPENMODE), (WRITE, None, 0), (BOTH, 0, 0)], ids=shown)
@covers("RFC7530 9.1.6", "NFS4ERR_OPENMODE: the open is not for what is done with it; reading what is open for writing may be let")
@meets("7530-9.1.6-2", "7530-9.1.6-3")
def test_openmode(nfs40, home, file, access, read, write):
    opened = nfs40.open(home, "file", **opening(access, NONE, b"one"))
    r = nfs40.call(op.putfh(file), op.read(opened, 0, 1))
    assert r.status == read if read is not None else r.status in (0, NFS4ERR.OPENMODE)
    assert nfs40.call(op.putfh(file), op.write(opened, 0, b"x")).status == write


# --- OPEN_DOWNGRADE ------------------------------------------------------------------------------------------------


def twice(c, home, first, second):
    """One owner opens twice; the stateid after that."""
    c.open(home, "file", **opening(*first, b"one"))
    return c.open(home, "file", **opening(*second, b"one"))


@covers("RFC7530 16.19", "access and denial are what was asked for, the stateid has its next seqid")
@meets("7530-16.19-2")
def test_downgrade(nfs40, other, home, file):
    opened = twice(nfs40, home, (READ, NONE), (BOTH, WRITE))
    r = nfs40.compound(op.putfh(file), op.open_downgrade(opened, READ, NONE)).open_downgrade
    assert r.open_stateid.other == opened.stateid.other and r.open_stateid.seqid == opened.stateid.seqid + 1
    other.open(home, "file", **opening(WRITE, NONE, b"two"))
    nfs40.compound(op.putfh(file), op.write(r, 0, b"x").fails(NFS4ERR.OPENMODE))
    nfs40.read(file, 0, 1, r.open_stateid)


@covers("RFC7530 16.19", "to the same as it is: success, and the stateid's next seqid all the same")
@meets("7530-9.11-2", "7530-16.19-2")
def test_downgrade_to_same(nfs40, home, file):
    opened = twice(nfs40, home, (READ, NONE), (WRITE, NONE))
    r = nfs40.compound(op.putfh(file), op.open_downgrade(opened, BOTH, NONE)).open_downgrade.open_stateid
    assert (bytes(r.other), r.seqid) == (bytes(opened.stateid.other), opened.stateid.seqid + 1)


@pytest.mark.parametrize("first, second, down", [
    ((READ, NONE), (READ, NONE), (BOTH, NONE)),
    ((READ, NONE), (READ, NONE), (WRITE, NONE)),
    ((READ, NONE), (READ, NONE), (READ, WRITE)),
    ((WRITE, READ), (WRITE, NONE), (WRITE, BOTH)),
], ids=str)  # fmt: skip
@covers("RFC7530 16.19", "NFS4ERR_INVAL: more than the opens together have")
@meets("7530-16.19-1")
def test_no_upgrade(nfs40, home, file, first, second, down):
    opened = twice(nfs40, home, first, second)
    nfs40.compound(op.putfh(file), op.open_downgrade(opened, *down).fails(NFS4ERR.INVAL))


@covers("RFC7530 16.19", "NFS4ERR_INVAL: what no subset of the opens adds up to")
@meets("7530-16.19-1")
def test_not_a_subset(nfs40, home, file):
    opened = nfs40.open(home, "file", **opening(BOTH, NONE, b"one"))
    nfs40.compound(op.putfh(file), op.open_downgrade(opened, READ, NONE).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("access, deny", [(0, 0), (4, 0), (7, 0), (READ, 4), (0xFFFFFFFF, 0)])
@covers("RFC7530 16.19", "NFS4ERR_INVAL: bits that share_access and share_deny do not have, or no access at all")
@meets("7530-16.19-1")
def test_downgrade_bad_bits(nfs40, opened, access, deny):
    nfs40.compound(op.putfh(opened.fh), op.open_downgrade(opened, access, deny).fails(NFS4ERR.INVAL))


@covers("RFC7530 9.1.4.4", "a stateid that is none: NFS4ERR_BAD_STATEID")
def test_downgrade_bad_stateid(nfs40, file):
    bad = stateid4(1, b"\xaa" * 12)
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID)
    nfs40.compound(op.putfh(file), op.open_downgrade(bad, READ, NONE, seqid=1).fails(*wanted))


@covers("RFC7530 9.1.4.4", "with the stateid of a lock: NFS4ERR_BAD_STATEID")
def test_downgrade_lock_stateid(nfs40, opened):
    lock = nfs40.lock(opened, READ, 0, 1)
    nfs40.compound(op.putfh(opened.fh), op.open_downgrade(lock, BOTH, NONE).fails(NFS4ERR.BAD_STATEID))


# --- CLOSE ---------------------------------------------------------------------------------------------------------


@covers("RFC7530 16.2", "after CLOSE the stateid is of no use")
@meets("7530-16.2-1")
def test_close(nfs40, opened):
    nfs40.close(opened)
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.OLD_STATEID, NFS4ERR.EXPIRED)
    nfs40.compound(op.putfh(opened.fh), op.read(opened, 0, 1).fails(*wanted))
    nfs40.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(*wanted))
    # "Servers may avoid this complexity ... by simply responding NFS4_OK" to a CLOSE that looks like one again (9.10.1).
    nfs40.compound(op.putfh(opened.fh), op.close(opened).may_fail(*wanted))


@covers("RFC7530 16.2", "one CLOSE ends all opens of an owner on a file")
@meets("7530-9.11-1")
def test_close_ends_all(nfs40, other, home, file):
    nfs40.open(home, "file", **opening(READ, WRITE, b"one"))
    nfs40.close(nfs40.open(home, "file", **opening(READ, WRITE, b"one")))
    other.open(home, "file", **opening(BOTH, BOTH, b"two"))


@covers("RFC7530 16.2", "with locks held: they are released, or NFS4ERR_LOCKS_HELD")
@meets("7530-9.10-1")
def test_close_with_locks(nfs40, other, home, opened):
    lock = nfs40.lock(opened, WRITE, 0, 10)
    r = nfs40.compound(op.putfh(opened.fh), op.close(opened).may_fail(NFS4ERR.LOCKS_HELD))
    test = other.call(op.putfh(opened.fh), op.lockt(WRITE, 0, 10))
    assert test.status == (NFS4ERR.DENIED if r.status == NFS4ERR.LOCKS_HELD else 0)
    if r.status == NFS4ERR.LOCKS_HELD:
        nfs40.compound(op.putfh(opened.fh), op.locku(lock, 0, 10))
        nfs40.close(opened)


@covers("RFC7530 9.1.4.4", "the stateid of another file: NFS4ERR_BAD_STATEID")
def test_close_other_file(nfs40, home, opened):
    g = new_file(nfs40, home, "g")
    nfs40.compound(op.putfh(g), op.close(opened).fails(NFS4ERR.BAD_STATEID))
    nfs40.close(opened)


@covers("RFC7530 9.1.4.4", "an old seqid of the stateid: NFS4ERR_OLD_STATEID; one to come: NFS4ERR_BAD_STATEID")
@meets("7530-9.1.4.4-1")
def test_close_seqid_of_stateid(nfs40, home, opened):
    opened = nfs40.open(home, "file")
    old = but(opened.stateid, seqid=opened.stateid.seqid - 1)
    nfs40.compound(op.putfh(opened.fh), op.close(old).fails(NFS4ERR.OLD_STATEID))
    nfs40.compound(op.putfh(opened.fh), op.close(but(opened, seqid=opened.stateid.seqid + 1)).fails(NFS4ERR.BAD_STATEID))


@covers("RFC7530 9.1.4.4", "a lock's stateid: NFS4ERR_BAD_STATEID")
@meets("7530-9.1.4.4-2")
def test_close_lock_stateid(nfs40, opened):
    lock = nfs40.lock(opened, READ, 0, 1)
    unlocked = nfs40.compound(op.putfh(opened.fh), op.locku(lock, 0, 1)).locku.lock_stateid
    nfs40.compound(op.putfh(opened.fh), op.close(unlocked).fails(NFS4ERR.BAD_STATEID))


@pytest.mark.parametrize("special", [ANONYMOUS, READ_BYPASS], ids=["anonymous", "READ bypass"])
@covers("RFC7530 9.1.4.4", "a special stateid: NFS4ERR_BAD_STATEID")
def test_close_special(nfs40, file, special):
    nfs40.compound(op.putfh(file), op.close(special, seqid=0).fails(NFS4ERR.BAD_STATEID))
