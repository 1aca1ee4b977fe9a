"""Leases: RFC 7530 9.5, 9.6.3. On a server of the test's own, whose clock stands until it is told to move."""

import os

import pytest

from dittofs import nfs4
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, WRITE_LT, create, op
from dittofs.testing.fixtures import BOB
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")

GONE = (NFS4ERR.EXPIRED, NFS4ERR.STALE_CLIENTID, NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID)


class World:
    """A server whose time is ours, and two clients of it."""

    def __init__(self, srv):
        self.srv = srv
        self.c, self.other = (nfs4.Client40(srv.host, srv.nfs_port) for _ in range(2))
        self.c.setclientid()
        self.other.setclientid()
        self.top = self.c.path("/export")
        self.lease = self.c.getattr(self.top, "lease_time").lease_time

    def wait(self, leases):
        """Time passes; the other client keeps its lease."""
        for _ in range(int(leases * 10)):
            self.srv.clock.advance(self.lease / 10)
            self.other.compound(op.renew())

    def taken(self, name):
        """Whether the first client's open of this name still keeps others out."""
        last = op.open(name, share_access=2, owner=b"asks").may_fail(NFS4ERR.SHARE_DENIED)
        return self.other.compound(op.putfh(self.top), last).status == NFS4ERR.SHARE_DENIED


@pytest.fixture
def world(instance):
    w = World(instance(store="memory", clock="manual"))
    yield w
    w.c.endpoint.close()
    w.other.endpoint.close()


def deny_writing(w, name="f"):
    return w.c.open(w.top, name, create(mode=0o666), share_deny=2)


@covers("RFC7530 9.5", "within the lease period nothing is lost")
@meets("7530-5.8.1.11-1", "7530-9.5-3", "7530-9.6.1-1")
def test_within(world):
    opened = deny_writing(world)
    world.wait(0.9)
    assert world.taken("f")
    world.c.write(opened.fh, 0, b"x", opened.stateid)


@covers("RFC7530 9.6.3.1", "a lease that was not renewed does not keep others out")
@meets("7530-5.8.1.11-1", "7530-9.6.3-1", "7530-9.6.3.1-1")
def test_expired(world):
    opened = deny_writing(world)
    world.wait(2.5)
    assert not world.taken("f")
    world.c.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(*GONE))
    # The lease may have been cancelled with the open, or only the open be gone (9.6.3.1).
    world.c.compound(op.renew().may_fail(NFS4ERR.EXPIRED, NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 9.6.3.1", "an expired client's locks do not keep others out")
@meets("7530-9.6.1-1", "7530-9.6.3.1-1")
def test_expired_locks(world):
    opened = world.c.open(world.top, "f", create(mode=0o666))
    world.c.lock(opened, WRITE_LT, 0, 10)
    world.wait(2.5)
    mine = world.other.open(world.top, "f")
    world.other.lock(mine, WRITE_LT, 0, 10)


RENEWING = {
    "RENEW": lambda w, o, s: w.c.compound(op.renew()),
    "READ": lambda w, o, s: w.c.compound(op.putfh(o.fh), op.read(o, 0, 1)),
    "WRITE": lambda w, o, s: w.c.compound(op.putfh(o.fh), op.write(o, 0, b"x")),
    "SETATTR": lambda w, o, s: w.c.compound(op.putfh(o.fh), op.setattr(size=1, stateid=o)),
    "OPEN": lambda w, o, s: w.c.open(w.top, "g", create(), owner=b"another"),
    "LOCK": lambda w, o, s: w.c.compound(op.putfh(s[0].fh), op.lock(WRITE_LT, 50, 1, lock_stateid=s[1])),
    "LOCKT": lambda w, o, s: w.c.compound(op.putfh(o.fh), op.lockt(WRITE_LT, 0, 1)),
    "LOCKU": lambda w, o, s: w.c.compound(op.putfh(s[0].fh), op.locku(s[1], 0, 10)),
    "CLOSE": lambda w, o, s: w.c.close(s[2]),
    "OPEN_DOWNGRADE": lambda w, o, s: w.c.compound(op.putfh(s[0].fh), op.open_downgrade(s[0], 3)),
}


@pytest.mark.parametrize("what", RENEWING)
@covers("RFC7530 9.5", "an operation that says which client sends it renews the lease")
@meets("7530-9.5-1")
def test_renewing(world, what):
    opened = deny_writing(world)
    locked = world.c.open(world.top, "locked", create(mode=0o666), owner=b"locker")
    spare = world.c.open(world.top, "spare", create(mode=0o666), owner=b"spare")
    state = world.c.lock(locked, WRITE_LT, 0, 10)
    world.wait(0.9)
    RENEWING[what](world, opened, (locked, state, spare))
    world.wait(0.9)
    assert world.taken("f")


NOT_RENEWING = {
    "READ with a special stateid": lambda w, o: w.c.compound(op.putfh(o.fh), op.read(ANONYMOUS, 0, 1)),
    "GETATTR": lambda w, o: w.c.compound(op.putfh(o.fh), op.getattr("size")),
    "LOOKUP": lambda w, o: w.c.compound(op.putfh(w.top), op.lookup("f")),
}


@pytest.mark.parametrize("what", NOT_RENEWING)
@covers("RFC7530 9.5", "one that does not say so renews nothing")
@meets("7530-9.5-2")
def test_not_renewing(world, what):
    opened = deny_writing(world)
    for _ in range(4):
        world.wait(0.7)
        NOT_RENEWING[what](world, opened)
    assert not world.taken("f")


@covers("RFC7530 16.18", "an open that is not confirmed within the lease period is forgotten")
@meets("7530-9.1.11-4")
def test_unconfirmed_open(world):
    r = world.c.compound(op.putfh(world.top), op.open("f", create(mode=0o666), share_deny=2, owner=b"a new owner"))
    for _ in range(5):
        world.wait(0.5)
        world.c.compound(op.renew())
    if r.open.rflags & nfs4.OPEN4_RESULT_CONFIRM:
        assert not world.taken("f")


@covers("RFC7530 16.34", "a client id that nobody confirms may be forgotten, and is then NFS4ERR_STALE_CLIENTID")
@meets("7530-9.1.2-1")
def test_unconfirmed_client(world):
    r = world.c.compound(op.setclientid(os.urandom(8), b"a client that is slow")).setclientid
    world.wait(5)
    last = op.setclientid_confirm(r.clientid, r.setclientid_confirm)
    world.c.compound(last.may_fail(NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 9.6.3.2", "an expired client begins anew with SETCLIENTID, and may open what it had open")
@meets("7530-9.1.2-1")
def test_again(world):
    deny_writing(world)
    world.wait(3)
    world.other.close(world.other.open(world.top, "f"))  # a server that was courteous until now is so no longer
    world.c.setclientid()
    opened = world.c.open(world.top, "f", share_deny=2)
    world.c.write(opened.fh, 0, b"x", opened.stateid)
    world.c.close(opened)


@covers("RFC7530 9.6.2", "a server that came back knows none of the client ids and stateids of before")
@meets("7530-9.1.1-5", "7530-9.1.4-2")
def test_restart(world):
    opened = deny_writing(world)
    world.srv.restart()
    moved = world.c.over(nfs4.Client40(world.srv.host, world.srv.nfs_port).endpoint)
    moved.compound(op.renew().fails(NFS4ERR.STALE_CLIENTID))
    wanted = (NFS4ERR.STALE_STATEID, NFS4ERR.BAD_STATEID, NFS4ERR.STALE, NFS4ERR.BADHANDLE)
    moved.compound(op.putfh(opened.fh), op.read(opened, 0, 1), fails=wanted)


@covers("RFC7530 9.5", "SETCLIENTID and SETCLIENTID_CONFIRM, of a changed callback too, never renew a lease")
@meets("7530-9.5-2")
def test_new_callback_renews_nothing(world):
    deny_writing(world)
    world.wait(0.9)
    world.c.setclientid()
    world.wait(0.9)
    assert not world.taken("f")


@covers("RFC7530 9.1.2", "who comes with the id of a client whose lease has ended gets it, whatever principal it is")
@meets("7530-9.1.2-2")
def test_taken_over(world):
    deny_writing(world)
    world.c.as_(BOB).compound(op.setclientid(world.c.verifier, world.c.id).fails(NFS4ERR.CLID_INUSE))
    world.wait(2.5)
    successor = nfs4.Client40(world.srv.host, world.srv.nfs_port, cred=BOB, id=world.c.id)
    successor.setclientid()
    successor.compound(op.renew())
    successor.endpoint.close()
