"""Blocking locks and CB_NOTIFY_LOCK: RFC 8881 9.6, 18.10.3, 20.11."""

import pytest

from conformance import callbacks
from dittofs.nfs4 import NFS4ERR, WRITE_LT, WRITEW_LT, Client, create, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4_cb
from dittofs.wire.nfs4 import OPEN4_RESULT_MAY_NOTIFY_LOCK

pytestmark = needs("own")

END = 2**64 - 1


@pytest.fixture
def srv(instance):
    return instance(store="memory", clock="manual", settings={"nfs4.delegations": False})


class Locker:
    """A client of its own with the file open."""

    def __init__(self, srv, name):
        self.s = callbacks.session(srv)
        self.name = name
        self.file = self.s.open(self.s.path("/export"), "file", create(mode=0o666), owner=b"open")
        self.state = None

    def ask(self, locktype=WRITEW_LT, offset=0, length=10):
        """Whether it gets the lock."""
        attempt = op.lock(locktype, offset, length, open_stateid=self.file, lock_owner=self.name).may_fail(NFS4ERR.DENIED)
        r = self.s.compound(op.putfh(self.file.fh), attempt)
        if r.status == 0:
            self.state = r.lock.lock_stateid
        return r.status == 0

    def unlock(self, offset=0, length=END):
        self.state = self.s.compound(op.putfh(self.file.fh), op.locku(self.state, offset, length)).locku.lock_stateid


@pytest.fixture
def lockers(srv):
    return [Locker(srv, name) for name in (b"first", b"second", b"third")]


@covers("RFC8881 20.11.3", "who was refused a lock it would wait for is told when it can have it, by its filehandle and owner")
@meets("8881-20.11.3-1", "8881-20.11.4-1")
def test_told(lockers):
    first, second, _ = lockers
    assert first.ask() and not second.ask()
    assert callbacks.none(second.s, "CB_NOTIFY_LOCK")
    first.unlock()
    told = callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    assert bytes(told.cnla_fh) == second.file.fh
    assert bytes(told.cnla_lock_owner.owner) == b"second" and told.cnla_lock_owner.clientid == second.s.client.clientid
    assert second.ask()


@covers("RFC8881 20.11.3", "the lock is not its own for being told: it has to ask, and nobody passes it meanwhile")
@meets("8881-20.11.4-1")
def test_not_granted(lockers):
    first, second, third = lockers
    first.ask()
    second.ask()
    first.unlock()
    callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    third.s.compound(op.putfh(third.file.fh), op.lockt(WRITE_LT, 0, 10, b"third"))
    assert not third.ask(WRITE_LT)
    assert second.ask()


@covers("RFC8881 9.6", "one after the other, in the order they came")
def test_order(lockers):
    first, second, third = lockers
    first.ask()
    second.ask()
    third.ask()
    first.unlock()
    callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    assert callbacks.none(third.s, "CB_NOTIFY_LOCK")
    assert second.ask()
    second.unlock()
    callbacks.wait(third.s, "CB_NOTIFY_LOCK")
    assert third.ask()


@covers("RFC8881 9.6", "who does not come for its lock loses its turn after a lease, and the next is told")
def test_late(srv, lockers):
    first, second, third = lockers
    lease = first.s.getattr(first.file.fh, "lease_time").lease_time
    first.ask()
    second.ask()
    srv.clock.advance(lease * 0.5)
    third.ask()
    first.unlock()
    callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    srv.clock.advance(lease * 0.4)
    third.ask()
    srv.clock.advance(lease * 0.7)
    callbacks.wait(third.s, "CB_NOTIFY_LOCK")
    assert third.ask()


@pytest.mark.parametrize("how", ["close", "destroy"])
@covers("RFC8881 9.6", "locks that go with their open or their client are told of like those that are unlocked")
def test_gone(lockers, how):
    first, second, _ = lockers
    first.ask()
    second.ask()
    if how == "close":
        first.s.compound(op.putfh(first.file.fh), op.locku(first.state, 0, END), op.close(first.file))
    else:
        again = Client(first.s.endpoint, ownerid=first.s.client.ownerid)  # the client after its own restart
        again.session()
    callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    assert second.ask()


@pytest.mark.parametrize("how", ["try", "close"])
@covers("RFC8881 9.6", "who gave up waiting is not told")
def test_cancelled(lockers, how):
    first, second, third = lockers
    first.ask()
    second.ask()
    third.ask()
    if how == "try":
        assert not second.ask(WRITE_LT)
    else:
        second.s.close(second.file)
    first.unlock()
    callbacks.wait(third.s, "CB_NOTIFY_LOCK")
    assert callbacks.none(second.s, "CB_NOTIFY_LOCK")


@covers("RFC8881 18.16.3", "OPEN says whether it may happen: the client has a way back, or not")
@meets("8881-20.11.3-2")
def test_flag(srv, lockers):
    s = lockers[0].s
    assert s.compound(op.putfh(s.path("/export")), op.open("file")).open.rflags & OPEN4_RESULT_MAY_NOTIFY_LOCK
    mute = Client(srv.host, srv.nfs_port).session()
    mute.compound(op.reclaim_complete())
    assert not mute.compound(op.putfh(mute.path("/export")), op.open("file")).open.rflags & OPEN4_RESULT_MAY_NOTIFY_LOCK


@pytest.mark.parametrize("answer", [NFS4ERR.BADHANDLE, NFS4ERR.SERVERFAULT])
@covers("RFC8881 20.11.4", "whatever the client answers, its place is kept")
def test_refused(lockers, answer):


    first, second, third = lockers
    second.s.client.callbacks.on("CB_NOTIFY_LOCK", lambda args: nfs4_cb.CB_NOTIFY_LOCK4res(answer))
    first.ask()
    second.ask()
    first.unlock()
    callbacks.wait(second.s, "CB_NOTIFY_LOCK")
    assert not third.ask(WRITE_LT) and second.ask()
