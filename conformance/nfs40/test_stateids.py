"""Stateids in READ, WRITE and SETATTR: RFC 7530 9.1.4 and 9.1.6, and the errors of 13.1.5."""

import pytest

from conformance.nfs40.checks import new_file
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, READ_BYPASS, READ_LT, but, op, stateid4
from dittofs.testing.markers import covers, meets

READ, WRITE, BOTH = 1, 2, 3
USERS = {
    "READ": lambda state: op.read(state, 0, 1),
    "WRITE": lambda state: op.write(state, 0, b"x"),
    "SETATTR": lambda state: op.setattr(size=1, stateid=state),
}
every_user = pytest.mark.parametrize("user", USERS)


@every_user
@covers("RFC7530 9.1.4", "the stateid of an open")
@meets("7530-9.1.4.5-1")
def test_open_stateid(nfs40, opened, user):
    nfs40.compound(op.putfh(opened.fh), USERS[user](opened))


@every_user
@pytest.mark.parametrize("special", [ANONYMOUS, READ_BYPASS], ids=["anonymous", "READ bypass"])
@covers("RFC7530 9.1.4.3", "the special stateids, where no open denies it")
def test_special(nfs40, file, user, special):
    nfs40.compound(op.putfh(file), USERS[user](special))


NONSENSE = {
    "all aa": stateid4(1, b"\xaa" * 12),
    "zeros and a seqid": stateid4(1, bytes(12)),
    "ones and no seqid": stateid4(0, b"\xff" * 12),
    "ones and another seqid": stateid4(5, b"\xff" * 12),
    "zeros and seqid of all ones": stateid4(0xFFFFFFFF, bytes(12)),
}


@every_user
@pytest.mark.parametrize("which", NONSENSE)
@covers("RFC7530 9.1.4.3", "NFS4ERR_BAD_STATEID: neither special nor given out")
@meets("7530-9.1.4.3-3")
def test_nonsense(nfs40, file, user, which):
    wanted = (NFS4ERR.BAD_STATEID, *([NFS4ERR.STALE_STATEID] if which == "all aa" else []))
    nfs40.compound(op.putfh(file), USERS[user](NONSENSE[which]).fails(*wanted))


@every_user
@covers("RFC7530 9.1.4.4", "NFS4ERR_OLD_STATEID: a seqid that was")
@meets("7530-9.1.4.4-1")
def test_old(nfs40, home, opened, user):
    new = nfs40.open(home, "file")
    assert new.stateid.seqid > opened.stateid.seqid
    nfs40.compound(op.putfh(opened.fh), USERS[user](opened).fails(NFS4ERR.OLD_STATEID))
    nfs40.compound(op.putfh(opened.fh), USERS[user](new))


@every_user
@covers("RFC7530 9.1.4.4", "NFS4ERR_BAD_STATEID: a seqid that is yet to come")
@meets("7530-9.1.4.4-1")
def test_future(nfs40, opened, user):
    for more in (1, 2, 100):
        future = but(opened, seqid=opened.stateid.seqid + more)
        nfs40.compound(op.putfh(opened.fh), USERS[user](future).fails(NFS4ERR.BAD_STATEID))


@every_user
@covers("RFC7530 9.1.4.4", "one bit changed anywhere: it is not the same stateid any more")
@meets("7530-9.1.4.4-2")
def test_changed(nfs40, opened, user):
    other = bytes(opened.stateid.other)
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID, NFS4ERR.EXPIRED)
    for at in range(12):
        changed = but(opened, other=other[:at] + bytes([other[at] ^ 0x80]) + other[at + 1 :])
        nfs40.compound(op.putfh(opened.fh), USERS[user](changed).fails(*wanted))


@every_user
@covers("RFC7530 9.1.4.4", "NFS4ERR_BAD_STATEID: the stateid is of another file")
@meets("7530-9.1.4.4-2")
def test_other_file(nfs40, home, opened, user):
    g = new_file(nfs40, home, "g")
    nfs40.compound(op.putfh(g), USERS[user](opened).fails(NFS4ERR.BAD_STATEID))


@every_user
@covers("RFC7530 13.1.5.2", "NFS4ERR_BAD_STATEID: closed")
@meets("7530-9.1.4.4-2", "7530-16.2-1")
def test_closed(nfs40, opened, user):
    nfs40.close(opened)
    nfs40.compound(op.putfh(opened.fh), USERS[user](opened).fails(NFS4ERR.BAD_STATEID, NFS4ERR.OLD_STATEID, NFS4ERR.EXPIRED))


@pytest.mark.parametrize("user", ["WRITE", "SETATTR"])
@covers("RFC7530 9.1.6", "NFS4ERR_OPENMODE: open for reading only")
@meets("7530-9.1.6-2")
def test_openmode(nfs40, home, file, user):
    mine = nfs40.open(home, "file", share_access=READ)
    nfs40.compound(op.putfh(file), USERS[user](mine).fails(NFS4ERR.OPENMODE))
    lock = nfs40.lock(mine, 1, 0, 10)
    nfs40.compound(op.putfh(file), USERS[user](lock).fails(NFS4ERR.OPENMODE))


@covers("RFC7530 9.1.4.4", "the open that a lock belongs to closed: the lock's stateid is of no use")
@meets("7530-9.1.4.4-3")
def test_lock_stateid_after_close(nfs40, opened):
    lock = nfs40.lock(opened, READ, 0, 10)
    lock = nfs40.compound(op.putfh(opened.fh), op.locku(lock, 0, 10)).locku.lock_stateid
    nfs40.close(opened)
    nfs40.compound(op.putfh(opened.fh), op.read(lock, 0, 1).fails(NFS4ERR.BAD_STATEID, NFS4ERR.OLD_STATEID, NFS4ERR.EXPIRED))


@covers("RFC7530 9.1.4.4", "what names a stateid never comes again for another owner, file or kind of state, and is never that of a special one")
@meets("7530-9.1.4.3-4", "7530-9.1.4.4-4")
def test_never_reused(nfs40, home, file):
    new_file(nfs40, home, "second")
    seen = []
    for n in range(100):
        opened = nfs40.open(home, ("file", "second")[n % 2], owner=b"owner %d" % n)
        lock = nfs40.lock(opened, READ_LT, 0, 1, lock_owner=b"owner %d" % n)
        seen += [bytes(opened.stateid.other), bytes(lock.other)]
        nfs40.compound(op.putfh(opened.fh), op.locku(lock, 0, 1))
        nfs40.close(opened)
    assert len(set(seen)) == len(seen) and not {bytes(12), b"\xff" * 12} & set(seen)


@covers("RFC7530 9.1.4", "another client's stateid, used by this one's connection, is as good: stateids say whose they are")
def test_over_another_connection(nfs40, connect, opened):
    moved = nfs40.over(connect())
    moved.write(opened.fh, 0, b"data", opened.stateid)
    assert moved.read(opened.fh, 0, 10, opened.stateid) == b"data"
    moved.close(opened)
