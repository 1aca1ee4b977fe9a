"""Messages and connections that are wrong on purpose (docs/python.md), against a server of ours."""

import pytest

from dittofs import Server, nfs3, nfs4
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc import Closed, accept_stat, auth_stat, record, reject_stat
from dittofs.wire import nfs4_cb


@pytest.fixture(scope="module")
def srv():
    with Server(clock="manual") as srv:
        yield srv


@pytest.fixture
def c(srv):
    client, client.root = nfs3.connect(srv.url)  # type: ignore[attr-defined]
    yield client
    client.close()


@pytest.fixture
def s(srv):
    session, session.root = nfs4.connect(srv.url)
    yield session
    session.endpoint.close()


# --- fields by their path ---------------------------------------------------------------------------------------------


def test_a_field_of_the_arguments(c):
    c.lookup(c.root, "x", patch={"len(what.name)": 0xFFFFFFFF}, fails=accept_stat.GARBAGE_ARGS)
    c.lookup(c.root, "x", patch={"pad(what.name)": b"\1\1\1"}, fails=accept_stat.GARBAGE_ARGS)


@pytest.mark.parametrize(
    "patch, outcome",
    [
        ({"body.cbody.rpcvers": 3}, reject_stat.RPC_MISMATCH),
        ({"body.cbody.cred.flavor": 99}, auth_stat.AUTH_REJECTEDCRED),
        ({"body.cbody.vers": 7, "body.cbody.proc": 900}, accept_stat.PROG_MISMATCH),
    ],
)
def test_a_field_of_the_header(c, patch, outcome):
    c.getattr(c.root, patch=patch, fails=outcome)


def test_header_and_arguments_together(c):
    r = c.getattr.call(c.root, patch={"body.cbody.cred.flavor": 0, "object.data": b"\xff" * 4})
    assert r.call.args.endswith(b"\xff" * 4)


def test_a_field_of_a_compound(s):
    r = s.call(op.putfh(s.root), op.getattr("size"), patch={"argarray[2].argop": 4711})
    assert r[1].status == NFS4ERR.OP_ILLEGAL
    assert s.call(op.putfh(s.root), patch={"minorversion": 9}).status == NFS4ERR.MINOR_VERS_MISMATCH
    r = s.call(op.putfh(s.root), op.lookup("abc"), patch={"argarray[2].oplookup.objname": b"a/c"})
    assert r[1].status == NFS4ERR.BADCHAR
    assert s.call(patch={"len(argarray)": 1 << 30}).reply.accept_stat == accept_stat.GARBAGE_ARGS
    s.compound(op.putfh(s.root))  # the session is as it was


def test_a_path_that_there_is_not(c, s):
    with pytest.raises(KeyError, match=r"'what.nam'; there are xid, .*what.name"):
        c.lookup(c.root, "x", patch={"what.nam": 1})
    with pytest.raises(KeyError, match=r"argarray\[9\].argop"):
        s.call(op.putfh(s.root), patch={"argarray[9].argop": 1})


def test_a_replay_of_what_was_patched_is_the_same_bytes(c):
    r = c.lookup.call(c.root, "xyz", patch={"what.name": b"xxz"})
    assert c.replay(r).call.bytes == r.call.bytes


# --- records and segments ---------------------------------------------------------------------------------------------


def test_two_calls_in_one_segment(c):
    with c.endpoint.held() as held:
        a, b = c.getattr.send(c.root), c.null.send()
    assert not c.endpoint.readable
    held.send()
    assert held.bytes == b""
    assert a.result().outcome == b.result().outcome == 0


def test_a_call_over_many_segments_on_the_tests_own_schedule(c):
    other = nfs3.Client(c.endpoint.socket.getpeername()[0], c.endpoint.socket.getpeername()[1])
    with c.endpoint.held() as held:
        slow = c.getattr.send(c.root)
    for left in held.drip(7):
        other.null()  # is served between any two of them
        assert left == 0 or not c.endpoint.readable
    assert slow.result().outcome == 0


def test_a_record_that_is_never_finished(srv, c):
    with c.endpoint.held() as held:
        c.getattr.send(c.root)
    held.send(20)
    before = srv.connections
    c.endpoint.close()  # in the middle of it
    other, _ = nfs3.connect(srv.url)
    other.null()
    assert srv.connections <= before


def test_a_record_mark_that_lies(c):
    with c.endpoint.held() as held:
        c.null.send()
    held.bytes[:4] = record.header(0x7FFFFFFF, last=False)
    held.send()
    c.endpoint.wait_closed()


def test_fragments_by_hand(c):
    with c.endpoint.held() as held:
        call = c.null.send()
    message = bytes(held.bytes[4:])
    held.bytes[:] = record.header(1, last=False) + message[:1] + record.header(0, last=False)
    held.send()
    held.bytes[:] = record.header(len(message) - 1) + message[1:]
    held.send()
    assert call.result().outcome == 0


def test_half_a_connection(c):
    lost = c.getattr.send(c.root)
    c.endpoint.finish()  # nothing more from here: what was asked is answered
    assert lost.result().outcome == 0
    c.endpoint.wait_closed()


def test_a_reset(srv, c):
    c.getattr.send(c.root)
    c.endpoint.reset()
    with pytest.raises((OSError, Closed)):
        c.null()
    nfs3.connect(srv.url)[0].null()


# --- callbacks --------------------------------------------------------------------------------------------------------


def recalled(srv, twist):
    """A delegation that is asked back, with the answer twisted: its holder, who wants the file, the recall, his OPEN."""
    a = nfs4.Client(srv.host, srv.nfs_port).session(csa_flags=nfs4.CREATE_SESSION4_FLAG_CONN_BACK_CHAN, csa_back_chan_attrs=nfs4.BACK)
    a.compound(op.reclaim_complete())
    b, root = nfs4.connect(srv.url)
    f = a.open(a.path("/export"), "f", nfs4.create(), share_access=nfs4.OPEN4_SHARE_ACCESS_BOTH)
    assert f.results.open.delegation.delegation_type == nfs4.OPEN_DELEGATE_WRITE
    a.client.callbacks.twist(twist)
    asked = b.send(op.putfh(root), op.open("f"))
    while not (recalls := a.client.callbacks.of("CB_RECALL")):
        a.endpoint.receive()
    return a, b, recalls[0].args, asked


def wrong_slot(reply):
    reply.slot.csr_slotid = 9
    return reply


LIES = {
    "wrong xid": lambda reply: reply.but(xid=reply.xid ^ 1),
    "truncated": lambda reply: reply.bytes[:-4],
    "garbage": lambda reply: b"\xff" * 64,
    "twice": lambda reply: [reply, reply],
    "nothing": lambda reply: None,
    "another slot": wrong_slot,
    "not understood": lambda reply: reply.but(accept_stat=accept_stat.GARBAGE_ARGS, result=None),
    "no results": lambda reply: reply.but(result=nfs4_cb.CB_COMPOUND4res(nfs4.NFS4_OK, "", [])),
}

@pytest.mark.parametrize("lie", LIES)
def test_a_callback_answered_wrongly(lie):
    """It is the client's loss: nobody else waits longer than for a client that is gone."""
    with Server(clock="manual") as srv:
        a, b, recall, asked = recalled(srv, LIES[lie])
        a.compound(op.putfh(recall.fh), op.delegreturn(recall.stateid))
        srv.clock.advance(30)
        assert asked.results().status in (nfs4.NFS4_OK, NFS4ERR.DELAY)
        b.compound(op.putrootfh(), op.getattr("size"))
        assert srv.check_state() == []
