"""The trace: what is in it, what links its events, its file."""

import json

import pytest

from dittofs import Server, nfs3, nfs4, trace
from dittofs.faults import at, note, once
from dittofs.nfs4 import FILE_SYNC4, WRITE_LT, create, op


def call(srv, name, index=0):
    """The number of the request whose COMPOUND had this operation."""
    return srv.trace.events("nfs4.op", op=name)[index]["request"]


@pytest.fixture(params=["memory", "lmdb"])
def stored(request):
    with Server(store=request.param, clock="manual", seed=7) as server:
        yield server


def test_one_call_from_the_socket_to_the_disk(stored):
    """What a store did carries the request that asked for it, also where it waited for a disk."""
    s, root = nfs4.connect(stored.url, minorversion=2)
    stored.trace.start()
    f = s.open(root, "f", create(mode=0o644))
    s.compound(op.putfh(f), op.write(f, 0, b"data", FILE_SYNC4))
    names = [e["name"] for e in stored.trace.of(call(stored, "WRITE"))]
    assert names[0] == "rpc.arrived" and names[-1] == "rpc.call"
    assert names.index("store.write") < names.index("store.update") < names.index("rpc.call")
    assert names.count("nfs4.op") == 3 and names.count("nfs4.compound") == 1
    if stored.store == "lmdb":
        assert "store.durable" in names
    assert len({e["conn"] for e in stored.trace.of(call(stored, "WRITE"))} - {0}) == 1


def test_two_at_once_are_told_apart(stored):
    """Requests of two connections whose store calls are under way together each have their own."""
    a, root = nfs4.connect(stored.url)
    b, _ = nfs4.connect(stored.url)
    stored.trace.start()
    with stored.faults.arm(at.store("write").before, once, note()):
        pass
    pending = [s.send(op.putfh(root), op.open(name, create(mode=0o644)), op.getfh()) for s, name in ((a, "a"), (b, "b"))]
    for p in pending:
        p.result()
    for index in range(2):
        events = stored.trace.of(call(stored, "OPEN", index))
        assert len([e for e in events if e["name"] == "nfs4.state.begun"]) == 1
        assert len({e["conn"] for e in events}) == 1


def test_state_begins_and_ends_in_the_course_of_a_request(srv):
    s, root = nfs4.connect(srv.url)
    srv.trace.start()
    f = s.open(root, "f", create(mode=0o644))
    locked = s.lock(f, WRITE_LT, 0, 10)
    s.compound(op.putfh(f), op.locku(locked, 0, 10))
    s.close(f)
    begun = srv.trace.events("nfs4.state.begun")
    assert [e["kind"] for e in begun] == ["open", "lock"]
    assert begun[0]["request"] == call(srv, "OPEN") and begun[1]["request"] == call(srv, "LOCK")
    assert begun[0]["clientid"] == s.client.clientid
    assert srv.trace.events("nfs4.state.ended", kind="open")[0]["request"] == call(srv, "CLOSE")


def test_what_a_timer_does_is_nobodys(srv):
    s, root = nfs4.connect(srv.url)
    s.open(root, "f", create(mode=0o644))
    srv.trace.start()
    srv.clock.advance(91 + 24 * 3600)
    gone = srv.trace.events("nfs4.client.gone")[0]
    assert (gone["conn"], gone["request"]) == (0, 0)
    assert srv.trace.events("nfs4.state.ended")[0]["why"] == "expired"
    assert srv.trace.events("nfs4.session.ended")
    with pytest.raises(ValueError, match="in the course of no request"):
        srv.trace.of(gone)


def test_a_fault_names_its_request(srv, c, root):
    srv.trace.start()
    with srv.faults.arm(at.store("view").after, once, note()):
        c.getattr(root)
    fired = srv.trace.events("fault.fired")[0]
    assert fired["request"] != 0 and "rpc.call" in [e["name"] for e in srv.trace.of(fired)]


def test_a_name_that_is_not_listed_is_refused(srv):
    srv.trace.start()
    with pytest.raises(ValueError, match="there is no event rpc.cal; there are net.accept, "):
        srv.trace.events("rpc.cal")
    with pytest.raises(ValueError, match="there is no event"):
        srv.trace.wait("rpc.cal")


def test_events_have_the_listed_fields(srv, c, root):
    srv.trace.start()
    c.create(root, "f", mode=0o644)
    nfs4.connect(srv.url)
    for event in srv.trace.events():
        assert tuple(event)[:5] == ("seq", "time", "name", "conn", "request")
        assert tuple(event)[5:] == trace.names()[event["name"]]


def test_a_file_over_a_restart(srv, tmp_path):
    path = tmp_path / "trace.jsonl"
    srv.trace.to_file(path)
    srv.trace.start()
    nfs3.Client(srv.host, srv.nfs_port).null()
    ring = srv.trace.events()
    srv.restart()
    nfs3.Client(srv.host, srv.nfs_port).null()
    srv.stop()
    events = list(trace.read(path))
    assert events[: len(ring)] == ring
    assert [e["seq"] for e in events].count(1) == 2
    assert len([e for e in events if e["name"] == "rpc.call"]) == 2
    assert all(json.loads(json.dumps(e)) == e for e in events)


def test_a_file_ends_when_told(srv, tmp_path):
    path = tmp_path / "trace.jsonl"
    srv.trace.to_file(path)
    nfs3.Client(srv.host, srv.nfs_port).null()
    srv.trace.to_file(None)
    seen = len(list(trace.read(path)))
    assert seen
    nfs3.Client(srv.host, srv.nfs_port).null()
    assert len(list(trace.read(path))) == seen
    with pytest.raises(OSError, match="cannot be written to"):
        srv.trace.to_file(tmp_path / "none" / "trace")
    srv.trace.to_file(None)
