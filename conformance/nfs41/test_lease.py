"""Leases: RFC 8881 8.3, 8.4.3, 18.46.3. On a server of the test's own, whose clock stands until it is told to move."""

import pytest

from conformance.nfs41.checks import BAD_STATEID, alive
from dittofs import nfs4
from dittofs.nfs4 import (
    ANONYMOUS, NFS4ERR, SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED, SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED, WRITE_LT, client_owner,
    create, op,
)  # fmt: skip
from dittofs.rpc import Sys
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")

REVOKED = SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED | SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED
LOST = (NFS4ERR.EXPIRED, NFS4ERR.BAD_STATEID, NFS4ERR.ADMIN_REVOKED)
GONE = (NFS4ERR.BADSESSION,)


class World:
    """A server whose time is ours, and two clients of it."""

    def __init__(self, srv):
        self.srv = srv
        self.c, self.other = self.client(), self.client()
        self.top = self.c.path("/export")
        self.lease = self.c.getattr(self.top, "lease_time").lease_time

    def client(self):
        session = nfs4.Client(self.srv.host, self.srv.nfs_port, minorversion=1).session()
        session.compound(op.reclaim_complete())
        return session

    def wait(self, leases, *alive):
        """Time passes; the other client keeps its lease, and so do these."""
        for _ in range(round(leases * 10)):
            self.srv.clock.advance(self.lease / 10)
            for session in (self.other, *alive):
                session.compound(op.sequence())

    def taken(self, name="f"):
        """Whether an open of this name keeps the other client from writing."""
        attempt = op.open(name, share_access=2, owner=b"asks").may_fail(NFS4ERR.SHARE_DENIED)
        return self.other.compound(op.putfh(self.top), attempt).status == NFS4ERR.SHARE_DENIED

    def flags(self):
        return self.c.compound(op.sequence()).sequence.sr_status_flags


@pytest.fixture
def world(instance):
    w = World(instance(store="memory", clock="manual"))
    yield w
    for session in (w.c, w.other):
        session.endpoint.close()


def deny_writing(world, name="f"):
    return world.c.open(world.top, name, create(mode=0o666), share_deny=2)


@covers("RFC8881 8.3", "within the lease period nothing is lost")
@meets("8881-2.4.2-2", "8881-2.10.12-1", "8881-8.3-2", "8881-8.4.1-1")
def test_within(world):
    opened = deny_writing(world)
    world.wait(0.9)
    assert world.taken()
    world.c.write(opened.fh, 0, b"x", opened.stateid)
    assert world.flags() & REVOKED == 0


@covers("RFC8881 8.3", "every SEQUENCE renews the lease, whatever else the compound does")
@meets("8881-8.3-1", "8881-18.46.3-8")
def test_renewed(world):
    opened = deny_writing(world)
    world.wait(5, world.c)
    assert world.taken()
    world.c.close(opened)


@covers("RFC8881 8.3", "a retry that the reply cache answers renews the lease")
@meets("8881-8.3-1")
def test_renewed_by_retry(world):
    deny_writing(world)
    first = world.c.compound(op.putrootfh(), sa_cachethis=True)
    for _ in range(3):
        world.wait(0.9)
        assert world.c.replay(first, same_xid=False).body == first.body
    assert world.taken()


@covers("RFC8881 8.3", "a compound that fails after its SEQUENCE has renewed the lease")
@meets("8881-18.46.3-8")
def test_renewed_by_failure(world):
    deny_writing(world)
    for _ in range(20):
        world.wait(0.5)
        world.c.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE))
    assert world.taken()


@covers("RFC8881 18.46.3", "a SEQUENCE that fails renews nothing")
@meets("8881-18.46.3-7")
def test_not_renewed_by_failing_sequence(world):
    deny_writing(world)
    for _ in range(5):
        world.wait(0.5)
        world.c.compound(op.sequence(sa_sequenceid=4711).fails(NFS4ERR.SEQ_MISORDERED, *GONE))
    assert not world.taken()


@covers("RFC8881 8.3", "I/O of others, and of this client without a session, is no renewal")
def test_not_renewed_by_others(world):
    opened = deny_writing(world)
    third = world.client()
    for _ in range(5):
        world.wait(0.5, third)
        third.compound(op.putfh(opened.fh), op.read(ANONYMOUS, 0, 1))
    assert not world.taken()


@covers("RFC8881 8.4.3", "a lease that was not renewed does not keep others out")
@meets("8881-8.4.3-1")
def test_expired(world):
    deny_writing(world)
    world.wait(2.5)
    assert not world.taken()


@covers("RFC8881 8.4.3", "an expired client's locks do not keep others out")
@meets("8881-8.4.3-1")
def test_expired_locks(world):
    opened = world.c.open(world.top, "f", create(mode=0o666))
    world.c.lock(opened, WRITE_LT, 0, 100)
    world.wait(2.5)
    world.other.lock(world.other.open(world.top, "f"), WRITE_LT, 0, 100)


@covers("RFC8881 18.46.3", "a client whose lease expired is told so: its session is not known, or the status flags say that state was revoked, until it is freed")
@meets("8881-2.4.2-1", "8881-8.2.4-4", "8881-18.46.3-3")
def test_told(world):
    opened = deny_writing(world)
    world.wait(2.5)
    assert not world.taken()
    r = world.c.call(op.sequence())
    if r.status == 0:
        assert r.sequence.sr_status_flags & REVOKED
        world.c.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(*LOST))
        assert world.c.compound(op.test_stateid(opened)).test_stateid.tsr_status_codes[0] in LOST
        world.c.compound(op.free_stateid(opened))
        assert world.flags() & REVOKED == 0
    else:
        assert r.status in GONE


@covers("RFC8881 8.4.3", "a client without state that comes back late is served, or begins anew")
def test_late_without_state(world):
    world.wait(2.5)
    r = world.c.call(op.sequence())
    assert r.status == 0 or r.status in GONE
    world.c.client.clientid = 0
    alive(world.c.client.session())


@covers("RFC8881 8.4.3", "whoever lost its lease can come back with the same owner, and open again")
@meets("8881-2.4.2-1")
def test_come_back(world):
    deny_writing(world)
    world.wait(3)
    world.other.close(world.other.open(world.top, "f"))  # a server that was courteous until now is so no longer
    c = world.c.client
    c.exchange_id()
    session = c.session()
    r = session.compound(op.reclaim_complete().may_fail(NFS4ERR.COMPLETE_ALREADY))
    assert r.status in (0, NFS4ERR.COMPLETE_ALREADY)
    session.close(session.open(world.top, "f"))


@covers("RFC8881 8.4.3", "nothing conflicting came: state of an expired lease may be as it was, or lost; never half of it")
@meets("8881-8.4.3-2")
def test_nobody_asked(world):
    opened = deny_writing(world)
    lock = world.c.lock(opened, WRITE_LT, 0, 10)
    world.wait(1.5)
    r = world.c.call(op.putfh(opened.fh), op.write(opened, 0, b"x"))
    if r.status == 0:
        world.c.write(opened.fh, 0, b"x", lock)
        assert world.taken()
    else:
        assert r.status in (*LOST, *GONE)
        assert not world.taken()


@covers("RFC8881 18.35.4", "a client id that is not confirmed within a lease period is removed; it cannot be confirmed")
def test_unconfirmed(world):
    c = nfs4.Client(world.srv.host, world.srv.nfs_port, minorversion=1)
    c.exchange_id()
    world.wait(3)
    c.compound(op.create_session().fails(NFS4ERR.STALE_CLIENTID))
    c.endpoint.close()


@covers("RFC8881 18.35.4", "another principal may take the name of a client whose lease has expired, state or not")
@meets("8881-2.4.3-1")
def test_collision_after_expiry(world):
    mine = nfs4.Client(world.srv.host, world.srv.nfs_port, minorversion=1, cred=Sys(uid=1000, gid=1000))
    session = mine.session()
    session.compound(op.reclaim_complete())
    made = world.other.mkdir(world.top, "d")
    world.other.setattr(made, mode=0o777)
    session.open(made, "f", create())
    theirs = mine.as_(Sys(uid=1001, gid=1001))
    attempt = op.exchange_id(client_owner(b"another!", mine.ownerid))
    theirs.compound(attempt.fails(NFS4ERR.CLID_INUSE))
    world.wait(2.5)
    theirs.compound(attempt)
    mine.endpoint.close()


@covers("RFC8881 8.3", "sessions and slots of a client that renews are there after any time")
@meets("8881-2.4.2-2", "8881-2.10.12-1", "8881-8.3-2")
def test_long(world):
    opened = deny_writing(world)
    first = world.c.compound(op.putfh(opened.fh), op.write(opened, 0, b"data"), sa_slotid=3, sa_cachethis=True)
    world.wait(20, world.c)
    assert world.c.replay(first, same_xid=False).body == first.body
    world.c.compound(op.putfh(opened.fh), op.read(opened, 0, 4), sa_slotid=3)


@covers("RFC8881 8.4.2.1", "after the lease of one is over, others' stateids are as good as before")
def test_others(world):
    theirs = world.other.open(world.top, "g", create(mode=0o666))
    deny_writing(world)
    world.wait(3)
    world.other.write(theirs.fh, 0, b"x", theirs.stateid)
    world.c.compound(op.putfh(theirs.fh), op.write(theirs, 0, b"x"), fails=(*BAD_STATEID, *GONE))
