"""LOCK, LOCKT and LOCKU as NFSv4.1 has them: RFC 8881 18.10, 18.11, 18.12, 9. Ranges are tried by the machine."""

import pytest

from conformance import locks
from conformance.nfs41.checks import BAD_STATEID, END, READ, WRITE
from dittofs.nfs4 import (
    ANONYMOUS, NFS4ERR, READ_BYPASS, READ_LT, READW_LT, WRITE_LT, WRITEW_LT, but, create, current_seqid, op, state_owner4, stateid4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets


def more(c, fh, state, locktype, offset, length):
    return c.compound(op.putfh(fh), op.lock(locktype, offset, length, lock_stateid=state)).lock.lock_stateid


@pytest.mark.parametrize("locktype", [READ_LT, WRITE_LT, READW_LT, WRITEW_LT], ids=lambda t: t.name)
@covers("RFC8881 18.10.3", "a lock: a new stateid with seqid one, by the open's stateid with its seqid or with zero")
def test_lock(nfs41, opened, locktype):
    state = nfs41.lock(opened, locktype, 10, 20)
    assert state.seqid == 1 and state.other != opened.stateid.other
    attempt = op.lock(locktype, 50, 5, open_stateid=current_seqid(opened), lock_owner=b"another")
    nfs41.compound(op.putfh(opened.fh), attempt)


@covers("RFC8881 8.2.2", "each further operation of the owner on the file: the same stateid, the next seqid; zero stands for the latest")
@meets("8881-8.2.2-1", "8881-8.2.2-2", "8881-9.4-1")
def test_stateid(nfs41, opened):
    first = nfs41.lock(opened, WRITE_LT, 0, 10)
    second = more(nfs41, opened.fh, current_seqid(first), WRITE_LT, 20, 10)
    third = nfs41.compound(op.putfh(opened.fh), op.locku(current_seqid(first), 0, 10)).locku.lock_stateid
    assert first.other == second.other == third.other and (second.seqid, third.seqid) == (2, 3)


@covers("RFC8881 18.10.3", "an owner that has locks on the file may say that it is new: the stateid is the one that it has")
def test_new_again(nfs41, opened):
    first = nfs41.lock(opened, WRITE_LT, 0, 10)
    second = nfs41.lock(opened, WRITE_LT, 20, 10)
    assert (second.other, second.seqid) == (first.other, 2)


@pytest.mark.parametrize("clientid", [0, 1, 2**64 - 1], ids=hex)
@covers("RFC8881 18.10.3", "the client id in the lock owner is ignored, in LOCK and in LOCKT")
@meets("8881-8.8-2", "8881-18.10.3-3", "8881-18.11.3-2")
def test_clientid_ignored(nfs41, other, home, opened, clientid):
    owner = state_owner4(clientid, b"me")
    nfs41.lock(opened, WRITE_LT, 0, 10, lock_owner=owner)
    nfs41.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10, state_owner4(12345, b"me")))
    other.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10, owner).fails(NFS4ERR.DENIED))


@pytest.mark.parametrize("held, wanted, conflict", [(READ_LT, READ_LT, False), (READ_LT, WRITE_LT, True), (WRITE_LT, READ_LT, True), (WRITE_LT, WRITE_LT, True)])
@pytest.mark.parametrize("who", ["other owner", "other client"])
@covers("RFC8881 18.10.3", "NFS4ERR_DENIED with what is in the way, for any owner but the holder; LOCKT says the same")
@meets("8881-18.10.3-1", "8881-18.10.3-5")
def test_conflict(nfs41, other, home, opened, held, wanted, conflict, who):
    nfs41.lock(opened, held, 10, 20, lock_owner=b"holder")
    c = nfs41 if who == "other owner" else other
    mine = c.open(home, "file", owner=b"second")
    for attempt in (op.lockt(wanted, 15, 5, b"wants it"), op.lock(wanted, 15, 5, open_stateid=mine, lock_owner=b"wants it")):
        r = c.compound(op.putfh(mine.fh), attempt.fails(NFS4ERR.DENIED) if conflict else attempt)
        if conflict:
            denied = r[1].denied
            assert (denied.offset, denied.length, denied.locktype) == (10, 20, held)
            assert (denied.owner.clientid, bytes(denied.owner.owner)) == (nfs41.client.clientid, b"holder")


@covers("RFC8881 18.12.3", "what is unlocked can be locked by another")
@meets("8881-18.12.3-1")
def test_unlock(nfs41, other, home, opened):
    state = nfs41.lock(opened, WRITE_LT, 0, 100)
    nfs41.compound(op.putfh(opened.fh), op.locku(state, 0, 100))
    other.lock(other.open(home, "file"), WRITE_LT, 0, END)


@covers("RFC8881 18.12.3", "unlocking what is not locked is a success")
@meets("8881-18.12.3-1")
def test_unlock_nothing(nfs41, opened):
    state = nfs41.lock(opened, WRITE_LT, 0, 10)
    nfs41.compound(op.putfh(opened.fh), op.locku(state, 1000, 10))


@pytest.mark.parametrize("locktype", [READ_LT, WRITE_LT, READW_LT, WRITEW_LT], ids=str)
@pytest.mark.parametrize("was", [READ_LT, WRITE_LT], ids=str)
@covers("RFC8881 18.12.3", "LOCKU unlocks, whichever type it names")
@meets("8881-18.12.3-2")
def test_unlock_type(nfs41, other, home, opened, was, locktype):
    state = nfs41.lock(opened, was, 0, 10)
    nfs41.compound(op.putfh(opened.fh), op.locku(state, 0, 10, locktype=locktype))
    other.lock(other.open(home, "file"), WRITE_LT, 0, END)


@pytest.mark.parametrize("offset, length", [(0, 0), (10, 0), (END, 2), (END - 1, 3), (2**63, 2**63 + 1)], ids=str)
@covers("RFC8881 18.10.3", "NFS4ERR_INVAL: a length of zero, or a range that goes past 2^64-1, in LOCK, LOCKT and LOCKU")
@meets("8881-18.10.3-2")
def test_bad_range(nfs41, opened, offset, length):
    nfs41.compound(op.putfh(opened.fh), op.lock(READ_LT, offset, length, open_stateid=opened).fails(NFS4ERR.INVAL))
    nfs41.compound(op.putfh(opened.fh), op.lockt(READ_LT, offset, length).fails(NFS4ERR.INVAL))
    state = nfs41.lock(opened, READ_LT, 1000, 1, lock_owner=b"another")
    nfs41.compound(op.putfh(opened.fh), op.locku(state, offset, length).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("access, locktype", [(READ, WRITE_LT), (WRITE, READ_LT)])
@covers("RFC8881 18.10.4", "NFS4ERR_OPENMODE: a WRITE_LT by an open for reading; a READ_LT by one for writing may be allowed")
@meets("8881-18.10.4-1")
def test_openmode(nfs41, home, file, access, locktype):
    mine = nfs41.open(home, "file", share_access=access)
    attempt = op.lock(locktype, 0, 10, open_stateid=mine)
    attempt = attempt.fails(NFS4ERR.OPENMODE) if locktype == WRITE_LT else attempt.may_fail(NFS4ERR.OPENMODE)
    nfs41.compound(op.putfh(file), attempt)


BAD = {"anonymous": ANONYMOUS, "READ bypass": READ_BYPASS, "made up": stateid4(1, b"no such one!")}


@pytest.mark.parametrize("which", BAD)
@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: LOCK and LOCKU with a stateid that is no lock's")
@meets("8881-8.2.4-2")
def test_bad_stateid(nfs41, opened, which):
    nfs41.compound(op.putfh(opened.fh), op.lock(READ_LT, 0, 1, lock_stateid=BAD[which]).fails(*BAD_STATEID))
    nfs41.compound(op.putfh(opened.fh), op.locku(BAD[which], 0, 1).fails(*BAD_STATEID))


@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: an open's stateid where a lock's belongs, and the other way round")
@meets("8881-8.2.4-2")
def test_mixed_up(nfs41, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    nfs41.compound(op.putfh(opened.fh), op.locku(opened, 0, 1).fails(NFS4ERR.BAD_STATEID))
    nfs41.compound(op.putfh(opened.fh), op.lock(READ_LT, 50, 1, lock_stateid=opened).fails(NFS4ERR.BAD_STATEID))
    wrong = op.lock(READ_LT, 50, 1, open_stateid=lock, lock_owner=b"x")
    nfs41.compound(op.putfh(opened.fh), wrong.fails(NFS4ERR.BAD_STATEID))


@covers("RFC8881 8.2.4", "NFS4ERR_OLD_STATEID: a lock's seqid that was; NFS4ERR_BAD_STATEID: one that is yet to come")
@meets("8881-8.2.4-3")
def test_seqid(nfs41, opened):
    first = nfs41.lock(opened, WRITE_LT, 0, 10)
    last = more(nfs41, opened.fh, first, WRITE_LT, 20, 10)
    nfs41.compound(op.putfh(opened.fh), op.locku(first, 0, 10).fails(NFS4ERR.OLD_STATEID))
    nfs41.compound(op.putfh(opened.fh), op.lock(READ_LT, 0, 1, lock_stateid=first).fails(NFS4ERR.OLD_STATEID))
    nfs41.compound(op.putfh(opened.fh), op.locku(but(last, seqid=last.seqid + 1), 0, 10).fails(NFS4ERR.BAD_STATEID))
    nfs41.compound(op.putfh(opened.fh), op.locku(last, 0, 10))


@covers("RFC8881 9.1.2", "READ and WRITE by the stateid of the locks, in the range and outside of it; locks are advisory or NFS4ERR_LOCKED")
def test_io(nfs41, other, home, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    nfs41.write(opened.fh, 0, b"inside", lock)
    nfs41.write(opened.fh, 100, b"outside", lock)
    assert nfs41.read(opened.fh, 0, 6, lock) == b"inside"
    theirs = other.open(home, "file")
    other.compound(op.putfh(opened.fh), op.write(theirs, 0, b"x").may_fail(NFS4ERR.LOCKED))


@covers("RFC8881 18.11.3", "LOCKT needs no open file and makes no state")
@meets("8881-18.11.3-1")
def test_lockt(nfs41, other, opened):
    nfs41.lock(opened, WRITE_LT, 0, 10)
    other.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 10, 10))
    other.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 9, 1).fails(NFS4ERR.DENIED))
    nfs41.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10, b"lock owner"))


@covers("RFC8881 9.1.1", "one lock owner with locks by two opens of one file, and on two files: a stateid for each file")
@meets("8881-9.5-1")
def test_two_files(nfs41, home, opened):
    second = nfs41.open(home, "g", create())
    a, b = nfs41.lock(opened, WRITE_LT, 0, 10), nfs41.lock(second, WRITE_LT, 0, 10)
    assert a.other != b.other


@covers("RFC8881 18.10.3", "a LOCK that is denied leaves nothing: no stateid, no lock")
def test_denied_leaves_nothing(nfs41, other, home, opened):
    held = nfs41.lock(opened, WRITE_LT, 0, 10)
    theirs = other.open(home, "file")
    other.compound(op.putfh(theirs.fh), op.lock(WRITE_LT, 0, 20, open_stateid=theirs).fails(NFS4ERR.DENIED))
    nfs41.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 10, 10, b"asks"))
    nfs41.compound(op.putfh(opened.fh), op.locku(held, 0, 10))
    other.close(theirs)


@pytest.mark.parametrize("far", [False, True], ids=["near", "up to 2^64-1"])
@covers("RFC8881 18.10.3", "any sequence of LOCK, LOCKT and LOCKU by two owners of each of two clients")
@meets("8881-9.2-1", "8881-9.3-1", "8881-18.10.3-1", "8881-18.11.3-1")
def test_machine(nfs41, other, home, srv, seed, far):
    locks.run(nfs41, other, home, seed, far=far, shrink="own" in srv.can)


@covers("RFC8881 18.10.3", "the same, when one of the clients speaks minor version 0")
def test_machine_of_two_minors(nfs41, nfs40, home, srv, seed):
    locks.run(nfs41, nfs40, home, seed, far=False, shrink="own" in srv.can)
