"""A lease has ended and nobody wants what its client holds: RFC 8881 8.3 and 8.4.3 leave it to the server what becomes of
that. A courteous one takes it from the client when somebody else wants it, and tells (18.46.3). Servers of the test's own.
"""

import pytest

from conformance.restarts import World, durable, world
from dittofs.nfs4 import (
    NFS4ERR, SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED, SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED, WRITE_LT, WRITEW_LT, create, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")

REVOKED = SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED | SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED
DAY = 24 * 3600


w = durable(1)


def flags(c):
    return c.compound(op.sequence()).sequence.sr_status_flags


def share(w, other):
    other.close(other.open(w.top, "f"))


def lock(w, other):
    other.lock(other.open(w.top, "g"), WRITE_LT, 0, 10)


def test_of_lock(w, other):
    opened = other.open(w.top, "g")
    other.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 10))


def write(w, other):
    other.write(other.lookup(w.top, "f"), 0, b"x")


def size(w, other):
    other.setattr(other.lookup(w.top, "f"), size=0)


WANTED = {"OPEN": share, "LOCK": lock, "LOCKT": test_of_lock, "WRITE": write, "SETATTR": size}
del test_of_lock  # no test


class Held:
    """What a client has: a file that nobody else may write, and another that is locked."""

    def __init__(self, w: World, c) -> None:
        self.f = c.open(w.top, "f", create(mode=0o666), share_deny=2)
        self.g = c.open(w.top, "g", create(mode=0o666), owner=b"another")
        self.lock = c.lock(self.g, WRITE_LT, 0, 10)

    @property
    def stateids(self):
        return [self.f.stateid, self.g.stateid, self.lock]


@covers("RFC8881 8.3", "a client that comes back late has lost nothing that nobody wanted")
def test_back(w):
    c, other = w.client(), w.client()
    held = Held(w, c)
    w.wait(30, other)
    assert w.srv.state.client(c.client.clientid)["courtesy"]
    c.write(held.f.fh, 0, b"x", held.f.stateid)
    assert not w.srv.state.client(c.client.clientid)["courtesy"] and flags(c) & REVOKED == 0
    w.wait(0.5, other)
    assert w.taken(other, "f") and w.locked(other, held.g, 0, 1)
    w.wait(3, other, c)
    assert w.taken(other, "f")


@pytest.mark.parametrize("what", WANTED)
@covers("RFC8881 8.4.3", "whoever wants what a client whose lease has ended stands in the way of gets it; all of that client's state is gone")
@meets("8881-8.4.3-1", "8881-8.4.3-2")
def test_conflict(w, what):
    c, other = w.client(), w.client()
    held = Held(w, c)
    w.wait(1.5, other)
    WANTED[what](w, other)
    mine = w.srv.state.client(c.client.clientid)
    assert not mine["opens"] and not mine["locks"] and not mine["recorded"]
    assert sorted(mine["revoked"]) == sorted(bytes(s.other).hex() for s in held.stateids)
    for opened in held.f, held.g:
        c.compound(op.putfh(opened.fh), op.read(opened, 0, 1).fails(NFS4ERR.EXPIRED))


@covers("RFC8881 8.4.3", "who waits for a lock has said that it wants it: there is no courtesy for its holder")
def test_waited_for(w):
    c, other = w.client(), w.client()
    Held(w, c)
    opened = other.open(w.top, "g")
    attempt = op.lock(WRITEW_LT, 0, 10, open_stateid=opened)
    other.compound(op.putfh(opened.fh), attempt.fails(NFS4ERR.DENIED))
    w.wait(0.8, c, other)
    assert w.srv.state.client(c.client.clientid)["opens"]
    w.wait(1.1, other)
    assert not w.srv.state.client(c.client.clientid)["opens"]
    other.compound(op.putfh(opened.fh), attempt)


@covers("RFC8881 18.46.3", "SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED until the loss of each stateid is acknowledged with FREE_STATEID")
@meets("8881-18.46.3-3")
def test_told(w):
    c, other = w.client(), w.client()
    held = Held(w, c)
    w.wait(1.5, other)
    share(w, other)
    tested = c.compound(op.test_stateid(*held.stateids)).test_stateid.tsr_status_codes
    assert [*tested] == [NFS4ERR.EXPIRED] * 3
    for n, stateid in enumerate(held.stateids):
        assert flags(c) & REVOKED == SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED
        c.compound(op.free_stateid(stateid))
        c.compound(op.free_stateid(stateid).fails(NFS4ERR.BAD_STATEID))
    assert flags(c) & REVOKED == 0
    # And it goes on, with the session it had.
    fresh = c.open(w.top, "f")
    c.write(fresh.fh, 0, b"x", fresh.stateid)
    assert w.row(c)


@covers("RFC8881 8.4.3", "the same client's own state does not end with its lease because of what it does itself")
def test_own(w):
    c = w.client()
    held = Held(w, c)
    w.wait(2)
    c.compound(op.putfh(w.top), op.open("f", share_access=2, owner=b"third").fails(NFS4ERR.SHARE_DENIED))
    c.write(held.f.fh, 0, b"x", held.f.stateid)


@covers("RFC8881 8.4.3", "whoever keeps its lease is in the way as before")
@meets("7530-9.6.1-1")
def test_alive(w):
    c, other = w.client(), w.client()
    held = Held(w, c)
    w.wait(3, c, other)
    assert w.taken(other, "f") and w.locked(other, held.g, 0, 1)


@covers("RFC8881 8.3", "a client without state goes with its lease, and so does its session")
def test_without_state(w):
    c, other = w.client(), w.client()
    c.close(c.open(w.top, "f", create(mode=0o666)))
    w.wait(1.5, other)
    assert len(w.srv.state.clients) == 1
    c.compound(op.sequence().fails(NFS4ERR.BADSESSION))


@covers("RFC8881 8.3", "after a long time courtesy ends: the client is gone")
def test_long(w):
    c = w.client()
    Held(w, c)
    w.srv.clock.advance(w.lease + DAY - 1)
    assert w.srv.state.opens()
    w.srv.clock.advance(1)
    assert not w.srv.state.clients and not w.srv.state.files and not w.srv.state.roster
    c.compound(op.sequence().fails(NFS4ERR.BADSESSION))


@covers("RFC8881 8.4.3", "a client that has been told of its loss and does not come back goes with its time")
def test_never_back(w):
    c, other = w.client(), w.client()
    Held(w, c)
    w.wait(1.5, other)
    share(w, other)
    w.srv.clock.advance(DAY)
    assert w.srv.state.clients == []


@covers("RFC8881 8.3", "of too many courteous clients the one goes that is so for longest; those that came back do not count")
def test_limit(instance):
    with world(instance, 1, settings={"nfs4.courtesy_clients": 2}) as w:
        clients = []
        for n in range(4):
            clients.append(w.client())
            clients[-1].open(w.top, f"f{n}", create(mode=0o666))
            w.srv.clock.advance(1)
        w.srv.clock.advance(w.lease - 3)  # the first two have lapsed
        w.alive(clients[0])
        w.srv.clock.advance(2)
        there = {each["id"]: each["courtesy"] for each in w.srv.state.clients}
        ids = [each.client.clientid for each in clients]
        assert there == {ids[0]: False, ids[2]: True, ids[3]: True}


@covers("RFC8881 8.3", "a server without courtesy takes everything with the lease")
def test_none(instance):
    with world(instance, 1, settings={"nfs4.courtesy_time": 0}) as w:
        c = w.client()
        Held(w, c)
        w.wait(1.1)
        assert w.srv.state.clients == [] and w.srv.state.files == []


@covers("RFC8881 8.4.2.1", "a client that is left its state can reclaim it after a restart")
def test_restart(w):
    c = w.client()
    held = Held(w, c)
    w.wait(3)
    w.restart()
    c = w.back(c)
    w.reclaim(c, held.f, share_deny=2)
