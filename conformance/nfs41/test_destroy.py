"""DESTROY_SESSION and DESTROY_CLIENTID: RFC 8881 18.37, 18.50."""

import os

import pytest

from conformance.nfs41.checks import alive, dead
from dittofs.nfs4 import NFS4ERR, create, op
from dittofs.testing.markers import covers, meets


@covers("RFC8881 18.37.3", "a session that is destroyed is not known any more; the client's others are")
@meets("8881-2.10.13.1.4-1", "8881-18.37.3-2")
def test_destroy_session(c):
    one, two = c.session(), c.session()
    one.destroy()
    dead(one), alive(two)


@pytest.mark.parametrize("sessionid", [bytes(16), b"\xff" * 16, os.urandom(16)], ids=["zeros", "ones", "random"])
@covers("RFC8881 15.1.11.1", "NFS4ERR_BADSESSION: a session that the server does not know")
def test_destroy_unknown_session(c, sessionid):
    c.compound(op.destroy_session(sessionid).fails(NFS4ERR.BADSESSION))


@covers("RFC8881 15.1.11.1", "NFS4ERR_BADSESSION: destroyed before")
def test_destroy_twice(c):
    session = c.session()
    session.destroy()
    c.compound(op.destroy_session(session.sessionid).fails(NFS4ERR.BADSESSION))


@covers("RFC8881 18.37.3", "opens and locks are the client's, not the session's: they are there after it")
@meets("8881-2.10.5-2", "8881-2.10.13.1.4-1", "8881-18.37.3-2")
def test_state_stays(c, home):
    one = c.session()
    one.compound(op.reclaim_complete())
    opened = one.open(home, "f", create())
    lock = one.lock(opened, 2, 0, 10)
    one.destroy()
    two = c.session()
    two.write(opened.fh, 0, b"x", lock)
    two.compound(op.putfh(opened.fh), op.locku(lock, 0, 10))
    two.close(opened)


@covers("RFC8881 18.37.3", "destroyed over a connection that the session was never used on: done, or NFS4ERR_CONN_NOT_BOUND_TO_SESSION")
@meets("8881-18.37.3-3")
def test_other_connection(c, connect):
    session = c.session()
    moved = session.over(connect())
    r = moved.compound(op.destroy_session(), sequence=False, may_fail=NFS4ERR.CONN_NOT_BOUND_TO_SESSION)
    dead(session) if r.status == 0 else alive(session)


@covers("RFC8881 18.37.3", "one session destroys another of its client, and goes on")
def test_destroy_sibling(c):
    one, two = c.session(), c.session()
    one.compound(op.destroy_session(two.sessionid), op.putrootfh())
    alive(one), dead(two)


@covers("RFC8881 18.37.3", "many sessions made and destroyed: each new one starts afresh")
def test_many(c):
    for _ in range(30):
        session = c.session()
        r = session.compound(op.putrootfh())
        assert r.sequence.sr_sequenceid == 1
        session.destroy()


@covers("RFC8881 18.50.3", "a client without sessions and state is destroyed: its client id is not known any more")
def test_destroy_clientid(c):
    session = c.session()
    session.destroy()
    clientid = c.clientid
    c.destroy()
    c.compound(op.create_session(clientid, c.sequence).fails(NFS4ERR.STALE_CLIENTID))
    c.compound(op.destroy_clientid(clientid).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC8881 18.50.3", "a client that was never confirmed can be destroyed")
def test_destroy_unconfirmed(c):
    c.exchange_id()
    clientid = c.clientid
    c.destroy()
    c.compound(op.create_session(clientid, c.sequence).fails(NFS4ERR.STALE_CLIENTID))


@pytest.mark.parametrize("clientid", [0, 1, 0x1234567890ABCDEF, 2**64 - 1], ids=hex)
@covers("RFC8881 15.1.13.5", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
def test_destroy_unknown_clientid(c, clientid):
    c.compound(op.destroy_clientid(clientid).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC8881 18.50.3", "NFS4ERR_CLIENTID_BUSY: the client has sessions")
@meets("8881-18.50.3-1")
def test_busy_session(c):
    one, two = c.session(), c.session()
    c.compound(op.destroy_clientid().fails(NFS4ERR.CLIENTID_BUSY))
    one.destroy()
    c.compound(op.destroy_clientid().fails(NFS4ERR.CLIENTID_BUSY))
    alive(two)


@covers("RFC8881 18.50.3", "NFS4ERR_CLIENTID_BUSY: the client has no session any more, but an open file")
@meets("8881-18.50.3-1")
def test_busy_open(c, home):
    session = c.session()
    session.compound(op.reclaim_complete())
    opened = session.open(home, "f", create())
    session.destroy()
    c.compound(op.destroy_clientid().fails(NFS4ERR.CLIENTID_BUSY))
    session = c.session()
    session.close(opened)
    session.destroy()
    c.destroy()


@covers("RFC8881 18.50.3", "NFS4ERR_CLIENTID_BUSY: in a session of the client itself")
@meets("8881-18.50.3-2")
def test_busy_self(nfs41):
    nfs41.compound(op.destroy_clientid(nfs41.client.clientid).fails(NFS4ERR.CLIENTID_BUSY))
    alive(nfs41)


@covers("RFC8881 18.50.3", "after DESTROY_CLIENTID the owner is a new one to the server")
def test_come_back(c):
    c.session().destroy()
    c.destroy()
    alive(c.session())


@covers("RFC8881 18.50.3", "destroying one client does nothing to another")
def test_others_unaffected(c, nfs41):
    c.session().destroy()
    c.destroy()
    alive(nfs41)
