"""LOCK, LOCKT, LOCKU, RELEASE_LOCKOWNER: RFC 7530 16.10, 16.11, 16.12, 16.37, 9."""

import pytest

from conformance.nfs40.checks import END, new_file
from dittofs.nfs4 import (
    ANONYMOUS, NFS4ERR, READ_BYPASS, READ_LT, READW_LT, WRITE_LT, WRITEW_LT, but, op, state_owner4, stateid4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

READ, WRITE = 1, 2
TO_EOF = END

# What a server without POSIX semantics says to a LOCK of bytes that the owner has locked (RFC 7530 9.2, 9.3, 16.10.5).
NOT_POSIX = (NFS4ERR.LOCK_RANGE, NFS4ERR.LOCK_NOTSUPP)


def held(c, fh, offset, length, locktype=WRITE_LT, owner=b"nobody has this owner"):
    """The lock in the way of another owner: (offset, length, type), or None."""
    r = c.call(op.putfh(fh), op.lockt(locktype, offset, length, owner))
    if r.status == NFS4ERR.DENIED:
        denied = r.lockt.denied
        return denied.offset, denied.length, denied.locktype
    assert r.status == 0, r
    return None


def lock_more(c, fh, state, locktype, offset, length):
    return c.compound(op.putfh(fh), op.lock(locktype, offset, length, lock_stateid=state)).lock.lock_stateid


def unlock(c, fh, state, offset, length):
    return c.compound(op.putfh(fh), op.locku(state, offset, length)).locku.lock_stateid


@pytest.mark.parametrize("locktype", [READ_LT, WRITE_LT, READW_LT, WRITEW_LT], ids=str)
@covers("RFC7530 9.1.4.2", "a lock on a part of the file: a new stateid with seqid one")
def test_lock(nfs40, opened, locktype):
    state = nfs40.lock(opened, locktype, 10, 20)
    assert state.seqid == 1 and state.other != opened.stateid.other


@covers("RFC7530 9.1.4.2", "each further operation of the owner on the file: the same stateid, the next seqid")
@meets("7530-9.1.3-1", "7530-16.12-1")
def test_stateid(nfs40, opened):
    first = nfs40.lock(opened, WRITE_LT, 0, 10)
    second = lock_more(nfs40, opened.fh, first, WRITE_LT, 20, 10)
    third = unlock(nfs40, opened.fh, second, 0, 10)
    assert first.other == second.other == third.other
    assert (second.seqid, third.seqid) == (2, 3)


PAIRS = [(READ_LT, READ_LT, False), (READ_LT, WRITE_LT, True), (WRITE_LT, READ_LT, True), (WRITE_LT, WRITE_LT, True)]


@pytest.mark.parametrize("first, second, conflict", PAIRS, ids=str)
@pytest.mark.parametrize("who", ["other owner", "other client"])
@covers("RFC7530 16.10", "NFS4ERR_DENIED with what is in the way, for any owner but the holder")
@meets("7530-9.1.5-1", "7530-16.10-1")
def test_conflict(nfs40, other, home, opened, first, second, conflict, who):
    nfs40.lock(opened, first, 10, 20, lock_owner=b"holder")
    c = nfs40 if who == "other owner" else other
    mine = c.open(home, "file", owner=b"second")
    attempt = op.lock(second, 15, 5, open_stateid=mine, lock_owner=b"wants it")
    r = c.compound(op.putfh(mine.fh), attempt.fails(NFS4ERR.DENIED) if conflict else attempt)
    if conflict:
        denied = r.lock.denied
        assert (denied.offset, denied.length, denied.locktype) == (10, 20, first)
        assert bytes(denied.owner.owner) == b"holder"


@pytest.mark.parametrize("locktype, offset, length", [(WRITE_LT, 0, 100), (READ_LT, 50, 100)], ids=str)
@covers("RFC7530 16.10", "the owner of a lock is never denied by itself, whatever its client id is called")
def test_own_lock(nfs40, opened, locktype, offset, length):
    state = nfs40.lock(opened, WRITE_LT, 0, 100)
    nfs40.compound(op.putfh(opened.fh), op.lock(locktype, offset, length, lock_stateid=state).may_fail(*NOT_POSIX))


EDGES = [(0, 10, 10, 10), (0, 10, 11, 5), (10, 10, 0, 10), (100, TO_EOF, 0, 100), (END - 1, 1, 0, END - 1), (0, 1, 1, TO_EOF)]


@pytest.mark.parametrize("offset, length, offset2, length2", EDGES, ids=str)
@covers("RFC7530 16.10", "ranges that touch do not overlap")
def test_neighbours(nfs40, other, home, opened, offset, length, offset2, length2):
    first = op.lock(WRITE_LT, offset, length, open_stateid=opened).may_fail(NFS4ERR.BAD_RANGE)
    nfs40.compound(op.putfh(opened.fh), first)
    mine = other.open(home, "file")
    second = op.lock(WRITE_LT, offset2, length2, open_stateid=mine).may_fail(NFS4ERR.BAD_RANGE)
    other.compound(op.putfh(mine.fh), second)


OVERLAPS = [(0, 10, 9, 1), (0, 10, 0, 1), (10, 10, 0, 11), (0, TO_EOF, END - 1, 1), (100, TO_EOF, 2**63, 5), (5, 1, 0, TO_EOF), (END - 1, 1, END - 1, TO_EOF)]


@pytest.mark.parametrize("offset, length, offset2, length2", OVERLAPS, ids=str)
@covers("RFC7530 16.10", "one byte in common is enough")
def test_overlaps(nfs40, other, home, opened, offset, length, offset2, length2):
    first = op.lock(WRITE_LT, offset, length, open_stateid=opened).may_fail(NFS4ERR.BAD_RANGE)
    if nfs40.compound(op.putfh(opened.fh), first).status == 0:
        mine = other.open(home, "file")
        second = op.lock(WRITE_LT, offset2, length2, open_stateid=mine).fails(NFS4ERR.DENIED, NFS4ERR.BAD_RANGE)
        other.compound(op.putfh(mine.fh), second)


@covers("RFC7530 16.10", "a length of all ones reaches to the end of the file, wherever that is")
@meets("7530-16.10-2")
def test_to_eof(nfs40, other, opened):
    nfs40.lock(opened, WRITE_LT, 100, TO_EOF)
    assert held(other, opened.fh, 0, 100) is None
    for offset in (100, 2**32, 2**63, END - 1):
        assert held(other, opened.fh, offset, 1) == (100, TO_EOF, WRITE_LT)


@pytest.mark.parametrize("offset, length", [(END, TO_EOF), (END - 1, 1), (0, END - 1), (1, END - 1), (0, TO_EOF), (2**63, 2**63 - 1)], ids=str)
@covers("RFC7530 16.10", "ranges up to 2^64-1: locked, or NFS4ERR_BAD_RANGE where the server cannot")
@meets("7530-16.10-2")
def test_largest(nfs40, other, opened, offset, length):
    last = op.lock(WRITE_LT, offset, length, open_stateid=opened).may_fail(NFS4ERR.BAD_RANGE)
    r = nfs40.compound(op.putfh(opened.fh), last)
    if r.status == 0:
        assert held(other, opened.fh, offset, length) is not None


@pytest.mark.parametrize("offset, length", [(0, 0), (10, 0), (END, 2), (END - 1, 3), (2**63, 2**63 + 1), (2, END - 1)], ids=str)
@covers("RFC7530 16.10", "NFS4ERR_INVAL: a length of zero, or a range that goes past 2^64-1, in LOCK, LOCKT and LOCKU")
@meets("7530-16.10-2")
def test_bad_range(nfs40, opened, offset, length):
    nfs40.compound(op.putfh(opened.fh), op.lock(READ_LT, offset, length, open_stateid=opened).fails(NFS4ERR.INVAL))
    nfs40.compound(op.putfh(opened.fh), op.lockt(READ_LT, offset, length).fails(NFS4ERR.INVAL))
    state = nfs40.lock(opened, READ_LT, 1000, 1, lock_owner=b"another")
    nfs40.compound(op.putfh(opened.fh), op.locku(state, offset, length).fails(NFS4ERR.INVAL))


# --- splitting, merging, upgrading ---------------------------------------------------------------------------------


@covers("RFC7530 16.12", "unlocking the middle leaves both ends, or NFS4ERR_LOCK_RANGE")
@meets("7530-9.2-1", "7530-16.12-1")
def test_split(nfs40, other, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 100)
    r = nfs40.compound(op.putfh(opened.fh), op.locku(state, 40, 20).may_fail(NFS4ERR.LOCK_RANGE))
    if r.status == 0:
        assert held(other, opened.fh, 0, 40) == (0, 40, WRITE_LT)
        assert held(other, opened.fh, 40, 20) is None
        assert held(other, opened.fh, 60, 1000) == (60, 40, WRITE_LT)


@pytest.mark.parametrize("offset, length, left", [
    (0, 40, (40, 60)), (60, 40, (0, 60)), (60, TO_EOF, (0, 60)), (0, 1, (1, 99)), (99, 1, (0, 99)), (0, 100, None),
    (0, TO_EOF, None), (100, 50, (0, 100)),
], ids=str)  # fmt: skip
@covers("RFC7530 16.12", "unlocking a part leaves the rest, or NFS4ERR_LOCK_RANGE; so does unlocking more than is locked")
@meets("7530-9.2-1")
def test_unlock_part(nfs40, other, opened, offset, length, left):
    state = nfs40.lock(opened, WRITE_LT, 0, 100)
    r = nfs40.compound(op.putfh(opened.fh), op.locku(state, offset, length).may_fail(NFS4ERR.LOCK_RANGE))
    if r.status == 0:
        assert held(other, opened.fh, 0, TO_EOF) == (None if left is None else (*left, WRITE_LT))


@pytest.mark.parametrize("locktype", [READ_LT, WRITE_LT, READW_LT, WRITEW_LT], ids=str)
@pytest.mark.parametrize("was", [READ_LT, WRITE_LT], ids=str)
@covers("RFC7530 16.12", "LOCKU unlocks, whichever type it names")
@meets("7530-16.12-2")
def test_unlock_type(nfs40, opened, was, locktype):
    state = nfs40.lock(opened, was, 0, 10)
    nfs40.compound(op.putfh(opened.fh), op.locku(state, 0, 10, locktype=locktype))
    assert held(nfs40, opened.fh, 0, TO_EOF) is None


@covers("RFC7530 16.10", "locks of one kind that meet or overlap are unlocked as one, where the server lets them overlap")
def test_merge(nfs40, other, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 10)
    state = lock_more(nfs40, opened.fh, state, WRITE_LT, 20, 10)
    r = nfs40.compound(op.putfh(opened.fh), op.lock(WRITE_LT, 5, 20, lock_stateid=state).may_fail(NFS4ERR.LOCK_RANGE))
    if r.status == 0:
        unlock(nfs40, opened.fh, r.lock.lock_stateid, 0, 30)
        assert held(other, opened.fh, 0, TO_EOF) is None


@covers("RFC7530 9.3", "a read lock becomes a write lock, where nobody is in the way")
@meets("7530-9.3-1")
def test_upgrade(nfs40, other, opened):
    state = nfs40.lock(opened, READ_LT, 0, 100)
    assert held(other, opened.fh, 0, 100, READ_LT) is None
    r = nfs40.compound(op.putfh(opened.fh), op.lock(WRITE_LT, 0, 100, lock_stateid=state).may_fail(*NOT_POSIX))
    if r.status == 0:
        assert held(other, opened.fh, 0, 100, READ_LT) == (0, 100, WRITE_LT)


@covers("RFC7530 9.3", "an upgrade that another's read lock is in the way of: NFS4ERR_DENIED, and the lock stays")
@meets("7530-9.3-1")
def test_upgrade_denied(nfs40, other, home, opened):
    state = nfs40.lock(opened, READ_LT, 0, 100)
    mine = other.open(home, "file")
    other.lock(mine, READ_LT, 50, 10)
    nfs40.compound(
        op.putfh(opened.fh), op.lock(WRITE_LT, 0, 100, lock_stateid=state).fails(NFS4ERR.DENIED, *NOT_POSIX)
    )
    assert held(other, opened.fh, 0, 10) == (0, 100, READ_LT)


@covers("RFC7530 9.3", "a write lock becomes a read lock, and lets other readers in")
@meets("7530-9.3-1")
def test_downgrade(nfs40, other, home, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 100)
    r = nfs40.compound(op.putfh(opened.fh), op.lock(READ_LT, 0, 100, lock_stateid=state).may_fail(*NOT_POSIX))
    if r.status == 0:
        other.lock(other.open(home, "file"), READ_LT, 0, 100)


@covers("RFC7530 9.2", "another kind for a part: three locks")
@meets("7530-9.2-1")
def test_change_part(nfs40, other, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 90)
    wanted = op.lock(READ_LT, 30, 30, lock_stateid=state).may_fail(*NOT_POSIX)
    r = nfs40.compound(op.putfh(opened.fh), wanted)
    if r.status == 0:
        assert held(other, opened.fh, 0, 30, READ_LT) is not None
        assert held(other, opened.fh, 30, 30, READ_LT) is None
        assert held(other, opened.fh, 30, 30, WRITE_LT) == (30, 30, READ_LT)
        assert held(other, opened.fh, 60, 30, READ_LT) is not None


# --- LOCKT ---------------------------------------------------------------------------------------------------------


@covers("RFC7530 16.11", "LOCKT needs no open, takes nothing, and does not see the asker's own locks")
@meets("7530-16.11-1")
def test_lockt(nfs40, other, opened):
    assert held(other, opened.fh, 0, 10) is None
    assert held(other, opened.fh, 0, 10) is None
    nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"me")
    nfs40.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10, b"me"))
    other.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10, b"me").fails(NFS4ERR.DENIED))


@covers("RFC7530 16.11", "the owner in LOCK4denied is that of the holder, client id and all")
@meets("7530-16.10-1")
def test_denied_owner(nfs40, other, opened):
    nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"the holder")
    denied = other.call(op.putfh(opened.fh), op.lockt(READ_LT, 0, 1)).lockt.denied
    assert (denied.owner.clientid, bytes(denied.owner.owner)) == (nfs40.clientid, b"the holder")


@pytest.mark.parametrize("clientid", [1, 2**64 - 1])
@covers("RFC7530 16.11", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
def test_lockt_stale(nfs40, file, clientid):
    owner = state_owner4(clientid, b"x")
    nfs40.compound(op.putfh(file), op.lockt(READ_LT, 0, 1, owner).fails(NFS4ERR.STALE_CLIENTID))


# --- stateids and modes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("access, locktype, allowed", [(READ, READ_LT, True), (READ, WRITE_LT, False), (WRITE, WRITE_LT, True)], ids=str)
@covers("RFC7530 16.10", "NFS4ERR_OPENMODE, or success: a write lock of a file that is open for reading only")
@meets("7530-16.10-3")
def test_openmode(nfs40, home, file, access, locktype, allowed):
    mine = nfs40.open(home, "file", share_access=access)
    last = op.lock(locktype, 0, 10, open_stateid=mine)
    nfs40.compound(op.putfh(file), last if allowed else last.may_fail(NFS4ERR.OPENMODE))


STATEIDS = {
    "anonymous": ANONYMOUS, "READ bypass": READ_BYPASS, "nonsense": stateid4(1, b"\xaa" * 12),
    "zeros and a seqid": stateid4(7, bytes(12)),
}  # fmt: skip


@pytest.mark.parametrize("which", STATEIDS)
@covers("RFC7530 9.1.4.4", "a stateid that is no open's: NFS4ERR_BAD_STATEID (or STALE_STATEID of what the server cannot place)")
def test_bad_open_stateid(nfs40, file, which):
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID)
    last = op.lock(READ_LT, 0, 1, open_stateid=STATEIDS[which], open_seqid=1, lock_seqid=1)
    nfs40.compound(op.putfh(file), last.fails(*wanted))
    last = op.lock(READ_LT, 0, 1, lock_stateid=STATEIDS[which], lock_seqid=1)
    nfs40.compound(op.putfh(file), last.fails(*wanted))
    nfs40.compound(op.putfh(file), op.locku(STATEIDS[which], 0, 1, seqid=1).fails(*wanted))


@covers("RFC7530 9.1.4.4", "stateids mixed up: an open's for a lock's and the other way round: NFS4ERR_BAD_STATEID")
@meets("7530-9.1.4.4-2")
def test_mixed_up(nfs40, opened):
    state = nfs40.lock(opened, READ_LT, 0, 10)
    nfs40.compound(op.putfh(opened.fh), op.lock(READ_LT, 20, 1, lock_stateid=opened).fails(NFS4ERR.BAD_STATEID))
    nfs40.compound(op.putfh(opened.fh), op.locku(opened, 0, 10).fails(NFS4ERR.BAD_STATEID))
    new = op.lock(READ_LT, 20, 1, open_stateid=state, lock_owner=b"new")
    nfs40.compound(op.putfh(opened.fh), new.fails(NFS4ERR.BAD_STATEID))


@covers("RFC7530 9.1.4.4", "an old seqid of the stateid: NFS4ERR_OLD_STATEID; one to come: NFS4ERR_BAD_STATEID")
@meets("7530-9.1.4.4-1")
def test_seqid_of_stateid(nfs40, opened):
    first = nfs40.lock(opened, READ_LT, 0, 10)
    second = lock_more(nfs40, opened.fh, first, READ_LT, 20, 10)
    fh = opened.fh
    nfs40.compound(op.putfh(fh), op.locku(but(second, seqid=9), 0, 10).fails(NFS4ERR.BAD_STATEID))
    nfs40.compound(op.putfh(fh), op.locku(first, 0, 10).fails(NFS4ERR.OLD_STATEID))


@covers("RFC7530 9.1.4.4", "the stateid of another file: NFS4ERR_BAD_STATEID")
def test_other_file(nfs40, home, opened):
    g = new_file(nfs40, home, "g")
    state = nfs40.lock(opened, READ_LT, 0, 10)
    nfs40.compound(op.putfh(g), op.lock(READ_LT, 0, 1, lock_stateid=state).fails(NFS4ERR.BAD_STATEID))
    nfs40.compound(op.putfh(g), op.locku(state, 0, 10).fails(NFS4ERR.BAD_STATEID))


@covers("RFC7530 16.10", "NFS4ERR_BAD_SEQID: a new lock owner that has locks of the file already")
@meets("7530-16.10-4")
def test_known_owner_as_new(nfs40, opened):
    nfs40.lock(opened, READ_LT, 0, 10, lock_owner=b"o")
    again = op.lock(READ_LT, 20, 10, open_stateid=opened, lock_owner=b"o")
    nfs40.compound(op.putfh(opened.fh), again.fails(NFS4ERR.BAD_SEQID))


@covers("RFC7530 9.1.4.1", "one lock owner, two files: two stateids, locks of their own")
@meets("7530-9.1.4-1")
def test_two_files(nfs40, other, home, opened):
    new_file(nfs40, home, "g")
    g = nfs40.open(home, "g")
    first = nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"o")
    second = nfs40.lock(g, WRITE_LT, 50, 10, lock_owner=b"o")
    assert first.other != second.other
    assert held(other, opened.fh, 50, 10) is None and held(other, g.fh, 0, 10) is None


@covers("RFC7530 9.6.2", "reclaim outside of a grace period: NFS4ERR_NO_GRACE")
@meets("7530-9.6.2-5")
def test_reclaim(nfs40, opened):
    last = op.lock(READ_LT, 0, 1, open_stateid=opened, reclaim=True)
    nfs40.compound(op.putfh(opened.fh), last.fails(NFS4ERR.NO_GRACE, NFS4ERR.RECLAIM_BAD))


@covers("RFC7530 9.1.4.5", "a lock's stateid is good for READ and WRITE")
@meets("7530-9.1.4.5-1")
def test_io_with_lock_stateid(nfs40, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 10)
    nfs40.write(opened.fh, 0, b"data", state)
    assert nfs40.read(opened.fh, 0, 10, state) == b"data"


# --- RELEASE_LOCKOWNER ---------------------------------------------------------------------------------------------


@covers("RFC7530 16.37", "an owner without locks is forgotten, its stateid is of no use")
@meets("7530-16.37-2")
def test_release(nfs40, opened):
    state = unlock(nfs40, opened.fh, nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"o"), 0, 10)
    nfs40.compound(op.release_lockowner(b"o"))
    last = op.lock(WRITE_LT, 0, 10, lock_stateid=state, lock_seqid=2)
    nfs40.compound(op.putfh(opened.fh), last.fails(NFS4ERR.BAD_STATEID, NFS4ERR.EXPIRED, NFS4ERR.STALE_STATEID))
    nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"o")


@covers("RFC7530 16.37", "NFS4ERR_LOCKS_HELD: it has locks, and keeps them")
@meets("7530-16.37-1")
def test_release_held(nfs40, other, opened):
    state = nfs40.lock(opened, WRITE_LT, 0, 10, lock_owner=b"o")
    nfs40.compound(op.release_lockowner(b"o").fails(NFS4ERR.LOCKS_HELD))
    assert held(other, opened.fh, 0, 10) is not None
    unlock(nfs40, opened.fh, state, 0, 10)
    nfs40.compound(op.release_lockowner(b"o"))


@covers("RFC7530 16.37", "an owner that the server does not know: success")
def test_release_unknown(nfs40):
    nfs40.compound(op.release_lockowner(b"never heard of"))


@pytest.mark.parametrize("clientid", [1, 2**64 - 1])
@covers("RFC7530 16.37", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
def test_release_stale(nfs40, clientid):
    nfs40.compound(op.release_lockowner(state_owner4(clientid, b"x")).fails(NFS4ERR.STALE_CLIENTID))
