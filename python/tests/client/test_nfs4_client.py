"""NFSv4 clients and sessions: what they compute, what they expect, what they let pass."""

import pytest

from dittofs import nfs4, wire
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, op
from dittofs.rpc import Unexpected, accept_stat
from dittofs.wire import nfs4 as w
from dittofs.wire import nfs4_cb, rpc

from .compounds import compounds, executing, failing, ok
from .responder import accepted

FH = b"handle"


@pytest.fixture
def v40(responder):
    """v40(execute): a client of minor version 0 and its server."""

    def start(execute=ok):
        server, connection = responder(executing(execute))
        return nfs4.Client40(connection), server

    return start


@pytest.fixture
def session(responder):
    """session(execute, slots): a session and its server."""

    def start(execute=ok, slots=4):
        server, connection = responder(executing(execute))
        s = nfs4.Client(connection).session(slots)
        server.got.clear()
        return s, server

    return start


# --- expectations ------------------------------------------------------------------------------------------------


def test_success_is_expected(v40):
    c, _ = v40(failing(w.OP_LOOKUP, w.NFS4ERR_NOENT))
    with pytest.raises(Unexpected) as caught:
        c.compound(op.putrootfh(), op.lookup("x"))
    said = str(caught.value)
    assert "LOOKUP: expected success, got NFS4ERR_NOENT" in said
    assert 'argarray[1] LOOKUP {objname: "x"}' in said and "< COMPOUND xid" in said


def test_named_failures_return(v40):
    c, _ = v40(failing(w.OP_LOOKUP, w.NFS4ERR_NOENT))
    r = c.compound(op.putrootfh(), op.lookup("x").fails(NFS4ERR.NOENT, NFS4ERR.IO), op.getfh())
    assert r.status == r.lookup.status == NFS4ERR.NOENT and len(r) == 2
    c.compound(op.lookup("x").may_fail(NFS4ERR.NOENT))
    c.compound(op.lookup("x").fails(...))
    c.compound(op.putrootfh(), op.lookup("x"), fails=NFS4ERR.NOENT)
    c.compound(op.putrootfh(), op.lookup("x"), may_fail=NFS4ERR.NOENT)
    assert c.call(op.lookup("x")).outcome == NFS4ERR.NOENT


@pytest.mark.parametrize(
    "ops, said",
    [
        ((op.lookup("x").fails(NFS4ERR.IO),), "LOOKUP: expected NFS4ERR_IO, got NFS4ERR_NOENT"),
        ((op.lookup("x").may_fail(NFS4ERR.IO),), "LOOKUP: expected success or NFS4ERR_IO, got NFS4ERR_NOENT"),
        ((op.getfh().fails(NFS4ERR.IO),), "GETFH: expected NFS4ERR_IO, got NFS4_OK"),
        ((op.lookup("x"), op.getfh().fails(NFS4ERR.IO)), "LOOKUP: expected success"),
    ],
)
def test_other_outcomes_raise(v40, ops, said):
    c, _ = v40(failing(w.OP_LOOKUP, w.NFS4ERR_NOENT))
    with pytest.raises(Unexpected, match=said):
        c.compound(*ops)


def test_rpc_level_failures(responder):
    _, connection = responder(lambda got: [accepted(got, stat=rpc.GARBAGE_ARGS)])
    c = nfs4.Client40(connection)
    c.compound(raw=b"\0", fails=accept_stat.GARBAGE_ARGS)
    with pytest.raises(Unexpected, match="got GARBAGE_ARGS"):
        c.compound(op.getfh())


@pytest.mark.parametrize(
    "res, said",
    [
        (w.COMPOUND4res(0, "", [w.nfs_resop4(w.OP_PUTROOTFH)]), "success with 1 results of 2 operations"),
        (w.COMPOUND4res(0, "", [w.nfs_resop4(w.OP_GETFH)] * 3), "3 results of 2 operations"),
        (w.COMPOUND4res(0, "", [w.nfs_resop4(w.OP_PUTROOTFH), w.nfs_resop4(w.OP_LOOKUP)]), "result 1 is of LOOKUP, not of GETFH"),
        (w.COMPOUND4res(w.NFS4ERR_IO, "", [w.nfs_resop4(w.OP_PUTROOTFH)]), "the compound says NFS4ERR_IO, its last operation NFS4_OK"),
    ],
)  # fmt: skip
def test_replies_that_are_none(responder, res, said):
    """RFC 8881 16.2.3: results in order, up to the first failure."""
    _, connection = responder(lambda got: [accepted(got, wire.encode(res))])
    with pytest.raises(Unexpected, match=said):
        nfs4.Client40(connection).compound(op.putrootfh(), op.getfh())


# --- results -----------------------------------------------------------------------------------------------------


def test_results_by_name_and_index(session):
    s, _ = session()
    r = s.compound(op.putfh(FH), op.open("f"), op.getfh(), op.read(), op.read())
    assert r[1].stateid == r.open.stateid and r.sequence.sr_slotid == 0
    assert len(r) == 5 and [x.name for x in r][:2] == ["PUTFH", "OPEN"]
    assert len(r.of(op.read)) == 2
    with pytest.raises(AttributeError, match="READ is there 2 times"):
        r.read
    with pytest.raises(AttributeError, match="no result of WRITE"):
        r.write


# --- minor version 0 ---------------------------------------------------------------------------------------------


def seqids(server):
    found = []
    for compound in compounds(server):
        for arg in compound.argarray:
            for name in ("opopen", "opclose", "oplocku"):
                value = getattr(arg, name)
                if value is not None:
                    found.append(value.seqid)
            if arg.oplock is not None:
                locker = arg.oplock.locker.open_owner or arg.oplock.locker.lock_owner
                found.append((getattr(locker, "open_seqid", None), locker.lock_seqid))
    return found


def test_owners_count(v40):
    c, server = v40()
    o = c.open(FH, "f")
    lock = c.lock(o, w.WRITE_LT, 0, 1)
    c.compound(op.putfh(FH), op.lock(w.WRITE_LT, 5, 1, lock_stateid=lock))
    c.compound(op.putfh(FH), op.locku(lock, 0, 1))
    c.close(o)
    assert seqids(server) == [1, (2, 1), (None, 2), 3, 3]


@pytest.mark.parametrize("status, then", [(w.NFS4ERR_NOENT, 1), (w.NFS4ERR_BAD_SEQID, 0), (w.NFS4ERR_STALE_CLIENTID, 0)])
def test_some_failures_are_not_counted(v40, status, then):
    """RFC 7530 9.1.7"""
    c, server = v40(failing(w.OP_OPEN, status))
    c.call(op.putfh(FH), op.open("f"))
    c.call(op.putfh(FH), op.open("f"))
    assert seqids(server) == [1, 1 + then]


def test_what_was_not_executed_is_not_counted(v40):
    c, server = v40(failing(w.OP_PUTFH, w.NFS4ERR_STALE))
    for _ in range(2):
        c.call(op.putfh(FH), op.open("f"))
    assert seqids(server) == [1, 1]


def test_a_given_number_is_sent_and_counted_from(v40):
    c, server = v40()
    c.compound(op.putfh(FH), op.open("f", seqid=41))
    c.compound(op.putfh(FH), op.open("f"))
    c.compound(op.putfh(FH), op.open("f", owner=b"another"))
    assert seqids(server) == [41, 42, 1]


def test_many_on_the_way(v40):
    c, server = v40()
    for sent in [c.send(op.putfh(FH), op.open("f")) for _ in range(3)]:
        sent.result()
    c.encode(op.open("f"))  # takes no number
    c.open(FH, "f")
    assert seqids(server) == [1, 2, 3, 4]


def test_owners_belong_to_the_client(v40):
    c, server = v40()
    c.clientid = 77
    c.compound(op.putfh(FH), op.open("f"), op.lockt(w.READ_LT, 0, 1, w.state_owner4(5, b"x")), op.renew())
    sent = compounds(server)[0].argarray
    assert (sent[1].opopen.owner.clientid, sent[2].oplockt.owner.clientid, sent[3].oprenew.clientid) == (77, 5, 77)


# --- sessions ----------------------------------------------------------------------------------------------------


def sequences(server):
    found = [c.argarray[0].opsequence for c in compounds(server)]
    return [(s.sa_slotid, s.sa_sequenceid, s.sa_highest_slotid, s.sa_cachethis) for s in found]


def test_a_session_adds_its_sequence(session):
    s, server = session()
    s.compound(op.putrootfh())
    s.compound(op.putrootfh(), op.remove("x"))
    assert sequences(server) == [(0, 1, 0, False), (0, 2, 0, True)]
    assert compounds(server)[0].argarray[0].opsequence.sa_sessionid == b"s" * 16
    assert compounds(server)[0].minorversion == 1


def test_slots(session):
    s, server = session(slots=2)
    for sent in [s.send(op.putrootfh()) for _ in range(5)]:
        sent.result()
    assert {slot for slot, *_ in sequences(server)} == {0, 1} and len(server.got) == 5
    assert sorted(slot.sequenceid for slot in s.slots.all) == sorted([2, 3]) or sum(x.sequenceid for x in s.slots.all) == 5
    assert all(not slot.busy for slot in s.slots.all)


def test_every_field_of_sequence_can_be_another(session):
    s, server = session()
    s.compound(op.putrootfh(), sa_slotid=2, sa_sequenceid=9, sa_cachethis=True, sa_highest_slotid=3)
    s.compound(op.putrootfh(), sa_slotid=2)
    assert sequences(server) == [(2, 9, 3, True), (2, 10, 2, False)]


def test_sequence_anywhere_or_nowhere(session):
    s, server = session()
    r = s.compound(op.putrootfh(), op.sequence(sa_slotid=1), op.getfh())
    assert [x.name for x in r] == ["PUTROOTFH", "SEQUENCE", "GETFH"]
    s.compound(op.putrootfh(), sequence=False)
    assert [[int(a.argop) for a in c.argarray] for c in compounds(server)] == [[24, 53, 10], [24]]
    with pytest.raises(TypeError, match="belong into the op.sequence"):
        s.compound(op.sequence(), sa_slotid=1)


def test_a_failed_sequence_is_not_counted(session):
    s, server = session(failing(w.OP_SEQUENCE, w.NFS4ERR_DELAY))
    for _ in range(2):
        s.compound(op.putrootfh(), fails=NFS4ERR.DELAY)
    assert sequences(server) == [(0, 1, 0, False)] * 2


def test_bytes_that_use_a_slot_are_counted(session):
    s, server = session()
    s.call(raw=s.encode(op.putrootfh()))
    s.compound(op.putrootfh())
    assert sequences(server) == [(0, 1, 0, False), (0, 2, 0, False)]


def test_replay(session):
    s, server = session()
    r = s.compound(op.putrootfh(), op.remove("x"))
    again = s.replay(r)
    assert again.bytes == r.bytes and server.got[0].bytes == server.got[1].bytes
    other = s.replay(r, same_xid=False)
    assert other.body == r.body and server.got[2].args == server.got[0].args and server.got[2].xid != server.got[0].xid


def test_sequence_numbers_of_owners_are_zero(session):
    s, server = session()
    o = s.open(FH, "f")
    s.lock(o, w.READ_LT, 0, 1)
    s.close(o)
    assert seqids(server) == [0, (0, 0), 0]
    assert compounds(server)[0].argarray[2].opopen.owner.clientid == 0


def test_lies(session):
    s, server = session()
    s.call(op.raw(4711, b"abcd"), tag=b"\xff", minorversion=9)
    assert server.got[0].args.endswith(bytes.fromhex("00001267") + b"abcd")
    assert server.got[0].args.startswith(bytes.fromhex("00000001 ff000000 00000009"))


def test_clients_know_themselves(session):
    s, _ = session()
    c = s.client
    assert (c.clientid, c.sequence) == (0x11, 6)
    assert c.encode(op.create_session())[12 + 4 : 12 + 4 + 12] == (0x11).to_bytes(8, "big") + (6).to_bytes(4, "big")


# --- callbacks ---------------------------------------------------------------------------------------------------


def callback(*ops):
    """A CB_COMPOUND as a server sends it."""
    call = rpc.call_body(2, 0x40000000, 1, 1)
    header = wire.encode(rpc.rpc_msg(99, rpc.rpc_msg_body(cbody=call)))
    return header + wire.encode(nfs4_cb.CB_COMPOUND4args("t", 1, 0, list(ops)))


def cb_result(reply):
    assert reply[:24] == bytes.fromhex("00000063 00000001 00000000 00000000 00000000 00000000")
    return wire.decode(nfs4_cb.CB_COMPOUND4res, reply[24:])


def test_callbacks_are_answered(session):
    s, _ = session()
    sequence = nfs4_cb.nfs_cb_argop4(opcbsequence=nfs4_cb.CB_SEQUENCE4args(b"s" * 16, 7, 1, 2))
    recall = nfs4_cb.nfs_cb_argop4(opcbrecall=nfs4_cb.CB_RECALL4args(ANONYMOUS, False, b"fh"))
    callbacks = s.client.callbacks
    res = cb_result(callbacks.serve(callback(sequence, recall)))
    assert (res.status, res.tag, len(res.resarray)) == (0, "t", 2)
    assert res.resarray[0].opcbsequence.csr_resok4.csr_sequenceid == 7
    callbacks.on("CB_RECALL", lambda args: nfs4_cb.CB_RECALL4res(w.NFS4ERR_BADHANDLE))
    assert cb_result(callbacks.serve(callback(sequence, recall, recall))).status == NFS4ERR.BADHANDLE
    assert [bytes(call.args.fh) for call in callbacks.of("CB_RECALL")] == [b"fh", b"fh"]
    illegal = cb_result(callbacks.serve(callback(nfs4_cb.nfs_cb_argop4(nfs4_cb.OP_CB_ILLEGAL))))
    assert illegal.resarray[0].opcbillegal.status == NFS4ERR.OP_ILLEGAL
    assert callbacks.serve(callback(sequence)[:-4])[20:] == rpc.GARBAGE_ARGS.to_bytes(4, "big")


def test_callbacks_over_the_connection(responder):
    """A server that calls before it answers."""
    sequence = nfs4_cb.nfs_cb_argop4(opcbsequence=nfs4_cb.CB_SEQUENCE4args(b"s" * 16, 7, 1, 2))
    execute = executing()

    def answer(got):
        return [] if got.bytes[4:8] == bytes([0, 0, 0, 1]) else [callback(sequence), *execute(got)]

    server, connection = responder(answer)
    c = nfs4.Client(connection)
    c.exchange_id()
    assert len(c.callbacks.of("CB_SEQUENCE")) == 1 and c.clientid == 0x11


def test_a_listener_of_its_own():
    listener = nfs4.Listener()
    netid, address = listener.location
    high, low = address.rsplit(".", 2)[1:]
    from dittofs.rpc import Connection

    with Connection("127.0.0.1", int(high) * 256 + int(low)) as server:
        assert netid == "tcp" and server.call(0x40000000, 1, 0).accept_stat == accept_stat.SUCCESS
        assert server.call(0x40000000, 1, 5).accept_stat == accept_stat.PROC_UNAVAIL
    listener.close()
