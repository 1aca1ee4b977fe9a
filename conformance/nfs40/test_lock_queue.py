"""Blocking locks in NFSv4.0: RFC 7530 9.4. The client polls; its place in the queue is kept for a lease after it last asked."""

import pytest

from conformance.nfs40.checks import END
from dittofs import nfs4
from dittofs.nfs4 import NFS4ERR, READ_LT, READW_LT, WRITE_LT, WRITEW_LT, create, op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


class Locker:
    """A client with the file open, and an owner of locks on it."""

    def __init__(self, srv, name):
        self.c = nfs4.Client40(srv.host, srv.nfs_port)
        self.c.setclientid()
        self.name = name.encode()
        self.file = self.c.open(self.c.path("/export"), "file", create(mode=0o666), owner=b"o" + self.name)
        self.state = None

    def ask(self, locktype=WRITEW_LT, offset=0, length=10):
        """Asks for a lock once; nothing, or what the server says is in the way."""
        how = dict(lock_stateid=self.state) if self.state else dict(open_stateid=self.file, lock_owner=self.name)
        r = self.c.call(op.putfh(self.file.fh), op.lock(locktype, offset, length, **how))
        if r.status == NFS4ERR.DENIED:
            return r.lock.denied
        assert r.status == 0, r
        self.state = r.lock.lock_stateid
        return None

    def unlock(self, offset=0, length=END):
        r = self.c.compound(op.putfh(self.file.fh), op.locku(self.state, offset, length))
        self.state = r.locku.lock_stateid

    def close(self):
        self.c.close(self.file)


@pytest.fixture
def srv(instance):
    return instance(store="memory", clock="manual")


@pytest.fixture
def lockers(srv):
    return [Locker(srv, name) for name in ("first", "second", "third")]


@covers("RFC7530 9.4", "pending blocking locks are kept in order: when the lock is released, who waited first has it")
@meets("7530-9.4-1")
def test_order(lockers):
    first, second, third = lockers
    assert first.ask() is None
    assert second.ask() and third.ask()
    first.unlock()
    denied = third.ask()
    assert bytes(denied.owner.owner) == b"second" and denied.locktype == WRITE_LT
    assert second.ask() is None


@covers("RFC7530 9.4", "who does not wait does not get in front of who does")
@meets("7530-9.4-1")
def test_passing(lockers):
    first, second, third = lockers
    first.ask()
    second.ask()
    first.unlock()
    assert third.ask(WRITE_LT) and first.ask(READ_LT)
    assert third.ask(WRITE_LT, 10, 1) is None
    assert second.ask() is None


@covers("RFC7530 9.4", "a place is kept for a lease after the client asked last, and by asking again")
def test_patience(srv, lockers):
    first, second, third = lockers
    lease = first.c.getattr(first.file.fh, "lease_time").lease_time
    first.ask()
    second.ask()
    srv.clock.advance(lease * 0.9)
    assert second.ask() and third.ask()
    first.unlock()
    srv.clock.advance(lease * 0.9)
    assert third.ask()
    srv.clock.advance(lease * 0.2)
    assert third.ask() is None


@covers("RFC7530 9.4", "readers that wait go together; a writer that came before them goes first")
def test_readers(lockers):
    first, second, third = lockers
    first.ask()
    second.ask(READW_LT)
    third.ask(READW_LT)
    first.unlock()
    assert third.ask(READW_LT) is None and second.ask(READW_LT) is None


@pytest.mark.parametrize("how", ["try", "unlock", "close"])
@covers("RFC7530 9.4", "who tries without waiting, unlocks the bytes or closes the file has given its place up")
def test_cancel(lockers, how):
    first, second, third = lockers
    second.ask(WRITE_LT, 100, 1)
    first.ask()
    second.ask()
    if how == "try":
        second.ask(WRITE_LT)
    elif how == "unlock":
        second.unlock(0, 10)
    else:
        second.unlock(100, 1)
        second.close()
    first.unlock()
    assert third.ask(WRITE_LT) is None


@covers("RFC7530 9.4", "an upgrade that waits for another reader has its turn when that one is gone")
def test_upgrade(lockers):
    first, second, third = lockers
    assert first.ask(READ_LT) is None and second.ask(READ_LT) is None
    assert first.ask(WRITEW_LT)
    assert third.ask(READ_LT)  # it would keep the writer out
    second.unlock()
    assert first.ask(WRITEW_LT) is None
