"""Stateids: what they are used for and how they fail, FREE_STATEID, TEST_STATEID (RFC 8881 8.2, 15.1.5, 18.38, 18.48)."""

import pytest

from conformance.nfs41.checks import BAD_STATEID, READ, WRITE, new_file
from dittofs.nfs4 import (
    ANONYMOUS, INVALID, NFS4_OK, NFS4ERR, READ_BYPASS, READ_LT, WRITE_LT, but, create, current_seqid, op, stateid4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

BAD, OLD = NFS4ERR.BAD_STATEID, NFS4ERR.OLD_STATEID
USERS = {
    "READ": lambda state: op.read(state, 0, 1),
    "WRITE": lambda state: op.write(state, 0, b"x"),
    "SETATTR": lambda state: op.setattr(size=1, stateid=state),
    "CLOSE": lambda state: op.close(state),
    "OPEN_DOWNGRADE": lambda state: op.open_downgrade(state, 3),
    "LOCK": lambda state: op.lock(READ_LT, 0, 1, open_stateid=state),
}
DATA = ("READ", "WRITE", "SETATTR")
every_user = pytest.mark.parametrize("user", USERS)
every_data_user = pytest.mark.parametrize("user", DATA)


@every_user
@covers("RFC8881 8.2.2", "the stateid of an open, with its seqid and with zero in its place")
@meets("8881-8.2.2-1")
def test_open_stateid(nfs41, opened, user):
    nfs41.compound(op.putfh(opened.fh), USERS[user](opened))


@every_user
@covers("RFC8881 8.2.2", "a seqid of zero is the most recent version")
@meets("8881-8.2.2-2")
def test_seqid_zero(nfs41, home, opened, user):
    nfs41.open(home, "file")
    nfs41.compound(op.putfh(opened.fh), USERS[user](current_seqid(opened)))


@every_data_user
@pytest.mark.parametrize("special", [ANONYMOUS, READ_BYPASS], ids=["anonymous", "READ bypass"])
@covers("RFC8881 8.2.3", "the special stateids, where no open denies it")
def test_special(nfs41, file, user, special):
    nfs41.compound(op.putfh(file), USERS[user](special))


@pytest.mark.parametrize("user", [u for u in USERS if u not in DATA])
@pytest.mark.parametrize("special", [ANONYMOUS, READ_BYPASS], ids=["anonymous", "READ bypass"])
@covers("RFC8881 8.2.3", "NFS4ERR_BAD_STATEID: the special stateids are for READ, WRITE and SETATTR")
@meets("8881-8.2.3-4")
def test_special_for_others(nfs41, file, user, special):
    nfs41.compound(op.putfh(file), USERS[user](special).fails(BAD))


@every_data_user
@covers("RFC8881 8.2.3", "the anonymous stateid respects what an open denies: NFS4ERR_LOCKED")
@meets("8881-8.2.3-1", "8881-9.1.2-1")
def test_anonymous_denied(nfs41, other, home, file, user):
    nfs41.open(home, "file", share_deny=READ if user == "READ" else WRITE)
    other.compound(op.putfh(file), USERS[user](ANONYMOUS).fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))


@covers("RFC8881 9.1.2", "a WRITE with the READ bypass stateid is judged as one with the anonymous stateid: NFS4ERR_LOCKED")
@meets("8881-9.1.2-3")
def test_bypass_write_denied(nfs41, other, home, file):
    nfs41.open(home, "file", share_deny=WRITE)
    other.compound(op.putfh(file), op.write(READ_BYPASS, 0, b"x").fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))


NONSENSE = {
    "all aa": stateid4(1, b"\xaa" * 12),
    "zeros and a seqid": stateid4(2, bytes(12)),
    "ones and no seqid": stateid4(0, b"\xff" * 12),
    "ones and another seqid": stateid4(5, b"\xff" * 12),
    "the invalid one": INVALID,
}


@every_user
@pytest.mark.parametrize("which", NONSENSE)
@covers("RFC8881 8.2.3", "NFS4ERR_BAD_STATEID: neither special nor given out")
@meets("8881-8.2.3-3")
def test_nonsense(nfs41, file, user, which):
    nfs41.compound(op.putfh(file), USERS[user](NONSENSE[which]).fails(BAD))


@every_user
@covers("RFC8881 8.2.4", "NFS4ERR_OLD_STATEID: a seqid that was")
@meets("8881-8.2.4-3")
def test_old(nfs41, home, opened, user):
    new = nfs41.open(home, "file")
    nfs41.compound(op.putfh(opened.fh), USERS[user](opened).fails(OLD))
    nfs41.compound(op.putfh(opened.fh), USERS[user](new))


@every_user
@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: a seqid that is yet to come")
@meets("8881-8.2.4-3")
def test_future(nfs41, opened, user):
    for more in (1, 2, 100):
        nfs41.compound(op.putfh(opened.fh), USERS[user](but(opened, seqid=opened.stateid.seqid + more)).fails(BAD))


@every_user
@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: one bit changed anywhere")
def test_changed(nfs41, opened, user):
    other = bytes(opened.stateid.other)
    for at in range(12):
        changed = but(opened, other=other[:at] + bytes([other[at] ^ 0x80]) + other[at + 1 :])
        nfs41.compound(op.putfh(opened.fh), USERS[user](changed).fails(*BAD_STATEID))


@every_user
@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: the stateid is of another file")
@meets("8881-8.2.4-2")
def test_other_file(nfs41, home, opened, user):
    g = new_file(nfs41, home, "g")
    nfs41.compound(op.putfh(g), USERS[user](opened).fails(BAD))


@every_user
@covers("RFC8881 8.2.4", "NFS4ERR_BAD_STATEID: another client's stateid, for a session says whose it is")
@meets("8881-8.2.4-2", "8881-18.46.4-1")
def test_other_client(other, opened, user):
    other.compound(op.putfh(opened.fh), USERS[user](opened).fails(BAD))


@every_user
@covers("RFC8881 18.2.3", "NFS4ERR_BAD_STATEID: closed")
@meets("8881-18.2.3-1")
def test_closed(nfs41, opened, user):
    nfs41.close(opened)
    for state in (opened.stateid, current_seqid(opened)):
        nfs41.compound(op.putfh(opened.fh), USERS[user](state).fails(BAD))


@pytest.mark.parametrize("user", ["WRITE", "SETATTR"])
@covers("RFC8881 15.1.8.8", "NFS4ERR_OPENMODE: open for reading only, by the stateid of the open or of a lock")
@meets("8881-9.1.2-2", "8881-18.30.3-3")
def test_openmode(nfs41, home, file, user):
    mine = nfs41.open(home, "file", share_access=READ)
    nfs41.compound(op.putfh(file), USERS[user](mine).fails(NFS4ERR.OPENMODE))
    lock = nfs41.lock(mine, READ_LT, 0, 10)
    nfs41.compound(op.putfh(file), USERS[user](lock).fails(NFS4ERR.OPENMODE))


@covers("RFC8881 18.2.4", "CLOSE returns a stateid that is of no use; the special invalid one is the recommended")
@meets("8881-18.2.3-1")
def test_close_result(nfs41, opened):
    stateid = nfs41.close(opened).close.open_stateid
    nfs41.compound(op.putfh(opened.fh), op.read(stateid).fails(BAD))


@covers("RFC8881 18.2.3", "CLOSE with locks: done and they are released, or NFS4ERR_LOCKS_HELD")
@meets("8881-9.8-1")
def test_close_with_locks(nfs41, other, home, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    r = nfs41.compound(op.putfh(opened.fh), op.close(opened).may_fail(NFS4ERR.LOCKS_HELD))
    if r.status == NFS4_OK:
        nfs41.compound(op.putfh(opened.fh), op.read(lock).fails(BAD))
        theirs = other.open(home, "file")
        other.lock(theirs, WRITE_LT, 0, 10)


# --- FREE_STATEID --------------------------------------------------------------------------------------------------


@covers("RFC8881 18.38.3", "NFS4ERR_LOCKS_HELD: a stateid of an open, or of locks; nothing is freed")
@meets("8881-18.38.3-1")
def test_free_held(nfs41, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    for state in (opened.stateid, current_seqid(opened), lock, current_seqid(lock)):
        nfs41.compound(op.free_stateid(state).fails(NFS4ERR.LOCKS_HELD))
    nfs41.write(opened.fh, 0, b"x", lock)


@covers("RFC8881 18.38.3", "a lock stateid without locks is freed; after that: NFS4ERR_BAD_STATEID; the owner begins anew")
@meets("8881-18.38.3-2")
def test_free_lock(nfs41, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    lock = nfs41.compound(op.putfh(opened.fh), op.locku(lock, 0, 10)).locku.lock_stateid
    nfs41.compound(op.free_stateid(lock))
    nfs41.compound(op.free_stateid(lock).fails(BAD))
    nfs41.compound(op.putfh(opened.fh), op.locku(lock, 0, 10).fails(BAD))
    assert nfs41.lock(opened, WRITE_LT, 0, 10).seqid == 1
    nfs41.write(opened.fh, 0, b"x", opened.stateid)


@covers("RFC8881 8.2.4", "FREE_STATEID: NFS4ERR_OLD_STATEID for a seqid that was, NFS4ERR_BAD_STATEID for one to come")
def test_free_seqid(nfs41, opened):
    first = nfs41.lock(opened, WRITE_LT, 0, 10)
    last = nfs41.compound(op.putfh(opened.fh), op.locku(first, 0, 10)).locku.lock_stateid
    nfs41.compound(op.free_stateid(first).fails(OLD))
    nfs41.compound(op.free_stateid(but(last, seqid=last.seqid + 1)).fails(BAD))
    nfs41.compound(op.free_stateid(current_seqid(last)))


@pytest.mark.parametrize("which", [*NONSENSE, "anonymous", "READ bypass"])
@covers("RFC8881 18.38.3", "NFS4ERR_BAD_STATEID: special stateids, and those that nobody gave")
def test_free_nonsense(nfs41, which):
    stateid = {**NONSENSE, "anonymous": ANONYMOUS, "READ bypass": READ_BYPASS}[which]
    nfs41.compound(op.free_stateid(stateid).fails(BAD))


@covers("RFC8881 18.38.3", "NFS4ERR_BAD_STATEID: another client's, and one that was closed")
def test_free_others(nfs41, other, opened):
    other.compound(op.free_stateid(opened).fails(BAD))
    nfs41.close(opened)
    nfs41.compound(op.free_stateid(opened).fails(BAD))


# --- TEST_STATEID --------------------------------------------------------------------------------------------------


def statuses(c, *states):
    return list(c.compound(op.test_stateid(*states)).test_stateid.tsr_status_codes)


@covers("RFC8881 18.48.3", "none to test: none tested")
def test_test_none(nfs41):
    assert statuses(nfs41) == []


@covers("RFC8881 18.48.3", "a status for each in its order: valid, old, yet to come, special, unknown, closed")
@meets("8881-18.48.3-1", "8881-18.48.3-2")
def test_test(nfs41, home, opened):
    lock = nfs41.lock(opened, WRITE_LT, 0, 10)
    new = nfs41.open(home, "file")
    gone = nfs41.open(home, "g", create())
    nfs41.close(gone)
    states = (new.stateid, opened.stateid, current_seqid(opened), lock, but(lock, seqid=77), ANONYMOUS, READ_BYPASS, gone.stateid)
    assert statuses(nfs41, *states) == [NFS4_OK, OLD, NFS4_OK, NFS4_OK, BAD, BAD, BAD, BAD]


@pytest.mark.parametrize("which", NONSENSE)
@covers("RFC8881 18.48.3", "NFS4ERR_BAD_STATEID for what nobody gave")
def test_test_nonsense(nfs41, which):
    assert statuses(nfs41, NONSENSE[which]) == [BAD]


@covers("RFC8881 18.48.3", "NFS4ERR_BAD_STATEID for another client's")
@meets("8881-18.48.3-1")
def test_test_others(other, opened):
    assert statuses(other, opened) == [BAD]


@covers("RFC8881 18.48.3", "many at once; testing changes nothing")
@meets("8881-18.48.3-1")
def test_test_many(nfs41, opened):
    assert statuses(nfs41, *[opened] * 200) == [NFS4_OK] * 200
    nfs41.close(opened)


@covers("RFC8881 8.2.4", "what names a stateid never comes again for another owner, file or kind of state of a client")
@meets("8881-8.2.4-1")
def test_never_reused(nfs41, home, file):
    new_file(nfs41, home, "second")
    seen = []
    for n in range(100):
        opened = nfs41.open(home, ("file", "second")[n % 2], owner=b"owner %d" % n)
        lock = nfs41.lock(opened, READ_LT, 0, 1, lock_owner=b"owner %d" % n)
        seen += [bytes(opened.stateid.other), bytes(lock.other)]
        nfs41.compound(op.putfh(opened.fh), op.locku(lock, 0, 1), op.close(opened))
    assert len(set(seen)) == len(seen)
