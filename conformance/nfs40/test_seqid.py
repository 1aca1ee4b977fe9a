"""Sequence numbers of owners: replays and what is out of order (RFC 7530 9.1.7, 9.1.8, 9.1.9; 9.1.3 for how they count)."""

import pytest

from conformance.nfs40.checks import names, new_file
from dittofs.nfs4 import GUARDED4, NFS4ERR, but, create, op, stateid4
from dittofs.testing.markers import covers, meets

READ, WRITE, BOTH = 1, 2, 3


def again(c, r):
    """The same compound with a new xid: not the RPC layer, the owner's sequence number tells that it is a replay."""
    return c.replay(r, same_xid=False)


def check_replay(c, r):
    repeated = again(c, r)
    assert repeated.status == r.status
    assert repeated.all[1].value == r.all[1].value


@pytest.mark.parametrize("owner", ["known", "new"])
@covers("RFC7530 9.1.7", "OPEN again with the same seqid: the same answer, even though the file is there now")
@meets("7530-9.1.7-1")
def test_open(nfs40, home, owner):
    if owner == "known":
        nfs40.open(home, "x", create())
    r = nfs40.compound(op.putfh(home), op.open("f", create(GUARDED4)))
    check_replay(nfs40, r)
    assert names(nfs40, home) - {"x"} == {"f"}


@covers("RFC7530 9.1.7", "the current filehandle after a replayed OPEN is the file's")
@meets("7530-9.1.8-1")
def test_open_filehandle(nfs40, home):
    nfs40.open(home, "x", create())
    r = nfs40.compound(op.putfh(home), op.open("f", create(GUARDED4)), op.getfh())
    repeated = again(nfs40, r)
    assert bytes(repeated.getfh.object) == bytes(r.getfh.object)


@covers("RFC7530 9.1.7", "a failed OPEN is answered the same way again")
@meets("7530-9.1.7-1")
def test_failed_open(nfs40, home):
    nfs40.open(home, "x", create())
    r = nfs40.compound(op.putfh(home), op.open("gone").fails(NFS4ERR.NOENT))
    nfs40.mkdir(home, "other")
    new_file(nfs40, home, "gone")
    assert again(nfs40, r).status == NFS4ERR.NOENT


@covers("RFC7530 9.1.7", "OPEN_CONFIRM, OPEN_DOWNGRADE, LOCK, LOCKU and CLOSE are answered the same way again")
@meets("7530-9.1.7-1", "7530-9.1.7-5")
def test_every_operation(nfs40, home, file):
    r = nfs40.compound(op.putfh(home), op.open("file", share_access=READ, owner=b"o"))
    state = r.open.stateid
    if r.open.rflags & 2:
        r = nfs40.compound(op.putfh(file), op.open_confirm(state))
        check_replay(nfs40, r)
    r = nfs40.compound(op.putfh(home), op.open("file", share_access=BOTH, owner=b"o"))
    check_replay(nfs40, r)
    r = nfs40.compound(op.putfh(file), op.open_downgrade(r.open, READ))
    check_replay(nfs40, r)
    state = r.open_downgrade.open_stateid
    r = nfs40.compound(op.putfh(file), op.lock(READ, 0, 10, open_stateid=state))
    check_replay(nfs40, r)
    r = nfs40.compound(op.putfh(file), op.lock(READ, 20, 10, lock_stateid=r.lock))
    check_replay(nfs40, r)
    r = nfs40.compound(op.putfh(file), op.locku(r.lock, 0, 30))
    check_replay(nfs40, r)
    r = nfs40.compound(op.putfh(file), op.close(state))
    check_replay(nfs40, r)


@covers("RFC7530 9.1.8", "a replay changes nothing: the next request goes on as if it had not been")
@meets("7530-9.1.7-5", "7530-9.1.8-1")
def test_goes_on(nfs40, home, opened):
    r = nfs40.compound(op.putfh(opened.fh), op.lock(READ, 0, 10, open_stateid=opened))
    for _ in range(3):
        check_replay(nfs40, r)
    nfs40.compound(op.putfh(opened.fh), op.locku(r.lock, 0, 10))
    nfs40.close(opened)


@pytest.mark.parametrize("off", [-2, 1, 2, 100, 2**31])
@covers("RFC7530 9.1.7", "NFS4ERR_BAD_SEQID: neither the next number nor the last one, in every operation")
@meets("7530-9.1.7-2")
def test_bad_seqid(nfs40, home, file, off):
    opened = nfs40.open(home, "file", owner=b"o")
    nfs40.open(home, "file", owner=b"o")
    opened = nfs40.open(home, "file", owner=b"o")
    owner = nfs40.owners.of(opened)
    bad = owner.seqid + off & 0xFFFFFFFF
    for last in (
        op.open_downgrade(opened, BOTH, seqid=bad),
        op.lock(READ, 0, 1, open_stateid=opened, open_seqid=bad),
        op.close(opened, seqid=bad),
    ):
        nfs40.compound(op.putfh(file), last.fails(NFS4ERR.BAD_SEQID))
    nfs40.compound(op.putfh(home), op.open("file", owner=b"o", seqid=bad).fails(NFS4ERR.BAD_SEQID))
    nfs40.close(opened)


@pytest.mark.parametrize("off", [-2, 1, 100])
@covers("RFC7530 9.1.7", "NFS4ERR_BAD_SEQID of a lock-owner")
@meets("7530-9.1.7-2")
def test_bad_lock_seqid(nfs40, opened, off):
    state = nfs40.lock(opened, READ, 0, 10)
    for n in range(2):
        state = nfs40.compound(op.putfh(opened.fh), op.lock(READ, 20 + n, 1, lock_stateid=state)).lock.lock_stateid
    bad = nfs40.owners.of(state).seqid + off & 0xFFFFFFFF
    nfs40.compound(op.putfh(opened.fh), op.lock(READ, 50, 1, lock_stateid=state, lock_seqid=bad).fails(NFS4ERR.BAD_SEQID))
    nfs40.compound(op.putfh(opened.fh), op.locku(state, 0, 100, seqid=bad).fails(NFS4ERR.BAD_SEQID))
    nfs40.compound(op.putfh(opened.fh), op.locku(state, 0, 100))


@covers("RFC7530 9.1.9", "the last number with another operation: NFS4ERR_BAD_SEQID")
@meets("7530-9.1.9-1")
def test_false_replay(nfs40, home, opened):
    nfs40.compound(op.putfh(opened.fh), op.lock(READ, 0, 10, open_stateid=opened))
    last = nfs40.owners.of(opened).seqid - 1
    wrong = op.open_downgrade(opened, READ, seqid=last)
    nfs40.compound(op.putfh(opened.fh), wrong.fails(NFS4ERR.BAD_SEQID))


@pytest.mark.parametrize("first", [1, 77, 2**31 - 1, 2**31])
@covers("RFC7530 9.1.11", "a new owner begins with any number but zero")
def test_first(nfs40, home, file, first):
    opened = nfs40.open(home, "file", owner=b"fresh %d" % first, **{"seqid": first})
    for _ in range(3):
        opened = nfs40.open(home, "file", owner=b"fresh %d" % first)
    nfs40.close(opened)


@pytest.mark.parametrize("first", [2**32 - 2, 2**32 - 1])
@covers("RFC7530 9.1.3", "after 2^32-1 comes one, rather than zero")
@meets("7530-9.1.3-2")
def test_wrap(nfs40, home, file, first):
    test_first(nfs40, home, file, first)


UNCOUNTED = {
    "BAD_STATEID": lambda home, file, o: (file, op.open_downgrade(stateid4(1, b"\xaa" * 12), READ, seqid=0)),
    "NOFILEHANDLE": lambda home, file, o: (None, op.open("file", owner=b"o")),
}


@pytest.mark.parametrize("what", UNCOUNTED)
@covers("RFC7530 9.1.7", "requests that fail like this do not use up a number")
@meets("7530-9.1.7-3")
def test_uncounted(nfs40, home, file, what):
    opened = nfs40.open(home, "file", owner=b"o")
    where, bad = UNCOUNTED[what](home, file, opened)
    nfs40.compound(op.putfh(where) if where else (), bad.fails(getattr(NFS4ERR, what), NFS4ERR.STALE_STATEID))
    nfs40.close(opened)


COUNTED = {
    "NOENT": op.open("gone", owner=b"o"),
    "INVAL": op.open("file", owner=b"o", share_access=0),
    "EXIST": op.open("file", create(GUARDED4), owner=b"o"),
    "ISDIR": op.open("subdir", owner=b"o"),
}


@pytest.mark.parametrize("what", COUNTED)
@covers("RFC7530 9.1.7", "requests that fail otherwise do")
@meets("7530-9.1.7-3")
def test_counted(nfs40, home, file, subdir, what):
    opened = nfs40.open(home, "file", owner=b"o")
    nfs40.compound(op.putfh(home), COUNTED[what].fails(getattr(NFS4ERR, what)))
    nfs40.close(opened)


@covers("RFC7530 9.1.7", "NFS4ERR_OLD_STATEID is not among the failures that leave the number unused")
@meets("7530-9.1.7-3")
def test_old_stateid_is_counted(nfs40, home, opened):
    opened = nfs40.open(home, "file")
    old = but(opened, seqid=opened.stateid.seqid - 1)
    nfs40.compound(op.putfh(opened.fh), op.close(old).fails(NFS4ERR.OLD_STATEID))
    nfs40.close(opened)


@covers("RFC7530 9.1.7", "owners count independently of each other, and of other clients' owners of the same name")
@meets("7530-9.1.5-1", "7530-9.1.7-4")
def test_independent(nfs40, other, home, file):
    for c in (nfs40, other):
        for owner in (b"a", b"b"):
            for _ in range(3):
                c.open(home, "file", owner=owner)


@covers("RFC5531 9", "the same call with the same xid: the same reply, from the duplicate request cache or by the owner")
@meets("7530-9.1.7-1")
def test_same_xid(nfs40, home):
    r = nfs40.compound(op.putfh(home), op.open("f", create(GUARDED4), owner=b"same xid"))
    repeated = nfs40.replay(r)
    assert repeated.all[1].value == r.all[1].value
