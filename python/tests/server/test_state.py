"""What the server holds for NFSv4 clients, as srv.state shows it: it comes, it goes, and it agrees with itself."""

import json

import pytest

from dittofs import Server, nfs4
from dittofs.nfs4 import NFS4ERR, WRITE_LT, create, op

LEASE = 90.0
COURTESY = 24 * 3600.0  # nfs4.courtesy_time


def client41(srv, **more):
    session = nfs4.Client(srv.host, srv.nfs_port, minorversion=2, **more).session(slots=2)
    session.compound(op.reclaim_complete())
    return session


def client40(srv):
    c = nfs4.Client40(srv.host, srv.nfs_port)
    c.setclientid()
    return c


def busy(c, root, name):
    """The client with a file that it has open and locked."""
    opened = c.open(root, name, create(mode=0o666))
    c.lock(opened, WRITE_LT, 0, 10)
    return opened


@pytest.fixture(params=["memory", "lmdb"])
def stored(request):
    with Server(store=request.param, clock="manual", seed=7) as server:
        yield server
        assert server.check_state() == []


def test_what_there_is(srv):
    s = client41(srv, ownerid=b"me")
    root = s.path("/export")
    opened = busy(s, root, "f")
    state = srv.state
    client = state.client(s.client.clientid)
    assert client["owner"] == b"me".hex() and client["confirmed"] and client["reclaim_complete"]
    assert client["minor"] == 1 and client["lease_left"] == LEASE
    assert [len(x["slots"]) for x in client["sessions"]] == [2]
    assert client["sessions"][0]["id"] == s.sessionid.hex()
    assert state.opens(file_id=client["locks"][0]["file_id"], access=3, deny=0, locks=1)
    assert client["locks"][0]["ranges"] == [{"first": 0, "last": 9, "exclusive": True}]
    assert client["opens"][0]["other"] == bytes(opened.stateid.other).hex()
    assert state.files[0] | {"file_system": "", "file_id": 0} == {
        "file_system": "", "file_id": 0, "shares": 1, "ranges": 1, "grants": 0, "changes": 0,
    }  # fmt: skip
    assert json.loads(json.dumps(state)) == state
    assert srv.check_state() == []


def test_slots(srv):
    s = client41(srv)
    before = s.slots[0].sequenceid
    s.compound(op.putrootfh(), op.getattr("type"), sa_cachethis=True)
    slot = srv.state.client(s.client.clientid)["sessions"][0]["slots"][0]
    assert slot["sequence"] == before + 1 and slot["cached"] and not slot["busy"] and slot["reply_bytes"] > 0


@pytest.mark.parametrize("client", [client40, client41])
def test_expiry_takes_all(stored, client):
    c = client(stored)
    busy(c, c.path("/export"), "f")
    stored.clock.advance(LEASE - 1)
    assert stored.state.opens() and stored.state.locks()
    stored.clock.advance(1)
    assert [each["courtesy"] for each in stored.state.clients] == [True]
    stored.clock.advance(COURTESY)
    state = stored.state
    assert state.roster == []
    assert (state.clients, state.files, state["stateids"], state["sessions"]) == ([], [], 0, 0)


@pytest.mark.parametrize("client", [client40, client41])
def test_renewal_keeps_all(srv, client):
    c = client(srv)
    opened = busy(c, c.path("/export"), "f")
    for _ in range(5):
        srv.clock.advance(LEASE * 0.9)
        c.compound(op.putfh(opened.fh), op.read(opened.stateid, 0, 1))
    assert srv.state.opens() and srv.state.locks()


def test_expired_stateids_and_clients(srv):
    c = client40(srv)
    opened = busy(c, c.path("/export"), "f")
    srv.clock.advance(LEASE + 1)
    assert client40(srv).open(c.path("/export"), "f", share_deny=2)  # somebody wants it
    c.compound(op.putfh(opened.fh), op.read(opened.stateid, 0, 1).fails(NFS4ERR.EXPIRED))
    c.compound(op.renew().fails(NFS4ERR.EXPIRED))
    s = client41(srv)
    srv.clock.advance(LEASE + 1)
    s.compound(op.sequence().fails(NFS4ERR.BADSESSION))


@pytest.mark.parametrize("client", [client40, client41])
def test_a_removed_file_goes_with_its_last_open(stored, client):
    c = client(stored)
    root = c.path("/export")
    opened = c.open(root, "f", create(mode=0o666))
    c.write(opened.fh, 0, b"still here", opened.stateid)
    c.remove(root, "f")
    assert c.read(opened.fh, 0, 100, opened.stateid) == b"still here"
    stored.clock.advance(LEASE + COURTESY)
    fresh = client(stored)
    fresh.compound(op.putfh(opened.fh).may_fail(NFS4ERR.STALE), op.getattr("type").fails(NFS4ERR.STALE))


def test_another_instance_knows_nothing(stored):
    c, s = client40(stored), client41(stored)
    root = c.path("/export")
    opened = c.open(root, "f", create(mode=0o666))
    stored.restart()
    c = c.over(nfs4.Client40(stored.host, stored.nfs_port).endpoint)
    c.compound(op.renew().fails(NFS4ERR.STALE_CLIENTID))
    if stored.store == "lmdb":
        c.compound(op.putfh(opened.fh), op.read(opened.stateid, 0, 1).fails(NFS4ERR.STALE_STATEID))
    s = s.over(nfs4.Client(stored.host, stored.nfs_port, minorversion=2).endpoint)
    s.compound(op.sequence().fails(NFS4ERR.BADSESSION))


def test_many_clients(srv):
    for n in range(50):
        s = client41(srv, ownerid=b"client %d" % n)
        busy(s, s.path("/export"), f"f{n}")
        s.client.endpoint.close()
    state = srv.state
    assert len(state.clients) == 50 and len(state.opens()) == 50 and state["stateids"] == 100
    srv.clock.advance(LEASE)
    assert len(srv.state.clients) == 50
    srv.clock.advance(COURTESY)
    assert srv.state.clients == []
