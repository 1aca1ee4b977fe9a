"""The current stateid: RFC 8881 16.2.3.1.2, 8.2.3."""

import pytest

from conformance.nfs41.checks import BOTH, READ, WRITE, new_file
from dittofs.nfs4 import CLAIM_FH, CURRENT, NF4DIR, NFS4ERR, READ_LT, WRITE_LT, create, op, open_claim4
from dittofs.testing.markers import covers, meets

BAD = NFS4ERR.BAD_STATEID

USERS = {
    "READ": op.read(CURRENT, 0, 10),
    "WRITE": op.write(CURRENT, 0, b"data"),
    "SETATTR": op.setattr(size=3, stateid=CURRENT),
    "OPEN_DOWNGRADE": op.open_downgrade(CURRENT, BOTH),
    "LOCK": op.lock(WRITE_LT, 0, 10, open_stateid=CURRENT),
    "CLOSE": op.close(CURRENT),
}
every_user = pytest.mark.parametrize("user", USERS)


def opening(name="file", **more):
    return op.open(name, **more)


@every_user
@covers("RFC8881 16.2.3.1.2", "the stateid of an OPEN is the current one for what follows it")
@meets("8881-16.2.3.1.2-1")
def test_after_open(nfs41, home, file, user):
    nfs41.compound(op.putfh(home), opening(), USERS[user])


@covers("RFC8881 16.2.3.1.2", "open, write, read and close in one compound")
def test_whole_life(nfs41, home):
    r = nfs41.compound(
        op.putfh(home), op.open("f", create()), op.write(CURRENT, 0, b"data"), op.read(CURRENT, 0, 10), op.close(CURRENT),
    )  # fmt: skip
    assert bytes(r.read.data) == b"data"


@covers("RFC8881 16.2.3.1.2", "LOCK and LOCKU give the current stateid on: of the lock, then")
@meets("8881-16.2.3.1.2-1")
def test_lock(nfs41, home, file):
    r = nfs41.compound(
        op.putfh(home), opening(), op.lock(WRITE_LT, 0, 10, open_stateid=CURRENT), op.write(CURRENT, 0, b"x"),
        op.lock(READ_LT, 5, 1, lock_stateid=CURRENT), op.locku(CURRENT, 0, 10), op.read(CURRENT, 0, 1),
    )  # fmt: skip
    assert r[-2].lock_stateid.other == r[2].lock_stateid.other and r[-2].lock_stateid.seqid == 3


@covers("RFC8881 16.2.3.1.2", "OPEN_DOWNGRADE gives the current stateid on, as it is now")
def test_downgrade(nfs41, home, file):
    r = nfs41.compound(
        op.putfh(home), opening(share_access=READ), op.open(claim=open_claim4(CLAIM_FH), share_access=WRITE),
        op.open_downgrade(CURRENT, READ), op.close(CURRENT),
    )  # fmt: skip
    assert r.open_downgrade.open_stateid.seqid == 3


@every_user
@covers("RFC8881 8.2.3", "NFS4ERR_BAD_STATEID: nothing in the compound returned a stateid")
@meets("8881-8.2.3-2")
def test_none(nfs41, file, user):
    nfs41.compound(op.putfh(file), USERS[user].fails(BAD))


@covers("RFC8881 8.2.3", "the current stateid of one compound is not that of the next")
@meets("8881-8.2.3-2")
def test_no_memory(nfs41, home, file):
    nfs41.compound(op.putfh(home), opening())
    nfs41.compound(op.putfh(file), op.read(CURRENT).fails(BAD))


SETTERS = {
    "PUTFH": lambda d, f: op.putfh(f),
    "PUTFH of another": lambda d, f: (op.putfh(d), op.lookup("other")),
    "PUTROOTFH": lambda d, f: (op.putrootfh(), op.putfh(f)),
    "LOOKUP": lambda d, f: (op.putfh(d), op.lookup("file")),
    "CREATE": lambda d, f: (op.putfh(d), op.create(NF4DIR, "d")),
    "LOOKUPP": lambda d, f: (op.putfh(d), op.lookupp()),
}


@pytest.mark.parametrize("setter", SETTERS)
@covers("RFC8881 16.2.3.1.2", "an operation that sets the current filehandle alone takes the current stateid away")
@meets("8881-16.2.3.1.2-1")
def test_filehandle_set(nfs41, home, file, setter):
    new_file(nfs41, home, "other")
    last = op.close(CURRENT).fails(BAD, *([NFS4ERR.ISDIR] if setter in ("CREATE", "LOOKUPP") else []))
    nfs41.compound(op.putfh(home), opening(), SETTERS[setter](home, file), last)


@pytest.mark.parametrize("between", [op.getfh(), op.getattr("size"), op.access(), op.savefh(), op.commit()], ids=lambda o: o.name)
@covers("RFC8881 16.2.3.1.2", "operations that neither set the filehandle nor return a stateid leave the current one")
@meets("8881-16.2.3.1.2-1")
def test_left(nfs41, home, file, between):
    nfs41.compound(op.putfh(home), opening(), between, op.close(CURRENT))


@covers("RFC8881 16.2.3.1.2", "SAVEFH saves the current stateid too, and RESTOREFH brings it back")
@meets("8881-16.2.3.1.2-2")
def test_save_and_restore(nfs41, home, file):
    nfs41.compound(op.putfh(home), opening(), op.savefh(), op.putfh(home), op.lookup("file"), op.restorefh(), op.close(CURRENT))


@covers("RFC8881 16.2.3.1.2", "RESTOREFH brings back that there was none")
@meets("8881-16.2.3.1.2-2")
def test_restore_none(nfs41, home, file):
    nfs41.compound(
        op.putfh(file), op.savefh(), op.putfh(home), opening(), op.restorefh(), op.read(CURRENT).fails(BAD)
    )


@covers("RFC8881 16.2.3.1.2", "two files: each saved with its own stateid")
def test_two_files(nfs41, home, file):
    new_file(nfs41, home, "g")
    r = nfs41.compound(
        op.putfh(home), opening(), op.write(CURRENT, 0, b"one"), op.savefh(), op.putfh(home), opening("g"),
        op.write(CURRENT, 0, b"second"), op.close(CURRENT), op.restorefh(), op.getattr("size"), op.close(CURRENT),
    )  # fmt: skip
    assert r.getattr.attributes.size == 3


@covers("RFC8881 18.2.4", "after CLOSE the current stateid is of no use")
@meets("8881-18.2.3-1")
def test_after_close(nfs41, home, file):
    nfs41.compound(op.putfh(home), opening(), op.close(CURRENT), op.read(CURRENT).fails(BAD))
    nfs41.compound(op.putfh(home), opening(), op.close(CURRENT), op.close(CURRENT).fails(BAD))


@covers("RFC8881 8.2.3", "used for READ and WRITE the current stateid stands for the most recent version")
def test_seqid_zero(nfs41, home, file):
    first = nfs41.open(home, "file")
    r = nfs41.compound(op.putfh(home), opening(), op.write(CURRENT, 0, b"x"), op.read(CURRENT, 0, 1))
    assert r.open.stateid.other == first.stateid.other


@covers("RFC8881 18.38.3", "FREE_STATEID of the current stateid: NFS4ERR_LOCKS_HELD, it is open; the current stateid is still there")
@meets("8881-18.38.3-1")
def test_free_stateid(nfs41, home, file):
    nfs41.compound(op.putfh(home), opening(), op.free_stateid(CURRENT).fails(NFS4ERR.LOCKS_HELD))
    r = nfs41.open(home, "file")
    nfs41.close(r)


@covers("RFC8881 18.48.3", "TEST_STATEID takes no special stateids: the current one is NFS4ERR_BAD_STATEID")
@meets("8881-18.48.3-2")
def test_test_stateid(nfs41, home, file):
    r = nfs41.compound(op.putfh(home), opening(), op.test_stateid(CURRENT))
    assert list(r.test_stateid.tsr_status_codes) == [BAD]


@covers("RFC8881 16.2.3.1.2", "a failing OPEN leaves no stateid; the compound ends there")
def test_failed_open(nfs41, home):
    r = nfs41.compound(op.putfh(home), op.open("gone").fails(NFS4ERR.NOENT), op.read(CURRENT))
    assert len(r) == 2
