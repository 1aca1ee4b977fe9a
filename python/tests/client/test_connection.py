"""Connections: which reply belongs to which call, and what happens when none comes."""

import socket
import struct

import pytest

from dittofs.rpc import Call, Closed, TimedOut, record

from .responder import CLOSE, accepted


def call(xid: int, args: bytes = b"") -> Call:
    return Call(xid=xid, prog=1, vers=1, proc=1, args=args)


def test_call_and_reply(responder):
    server, c = responder(lambda got: [accepted(got, got.args)])
    assert c.call(1, 2, 3, b"echo").body == b"echo"
    assert (server.got[0].call.prog, server.got[0].call.vers, server.got[0].call.proc) == (1, 2, 3)


def test_replies_out_of_order(responder):
    held = []

    def answer(got):
        held.append(got)
        return [accepted(g, g.args) for g in reversed(held)] if len(held) == 3 else []

    _, c = responder(answer)
    calls = [c.send(call(xid, bytes([0, 0, 0, xid]))) for xid in (1, 2, 3)]
    assert [p.reply().body[-1] for p in calls] == [1, 2, 3]


def test_same_xid_twice_is_answered_in_order(responder):
    count = iter((b"1234", b"5678"))
    _, c = responder(lambda got: [accepted(got, next(count))])
    first, again = c.send(call(5)), c.send(call(5))
    assert (again.reply().body, first.reply().body) == (b"5678", b"1234")


def test_a_message_nobody_asked_for(responder):
    _, c = responder(lambda got: [accepted(got, xid=99), accepted(got)])
    c.send(call(1)).reply()
    assert [int.from_bytes(m[:4], "big") for m in c.strays] == [99]


def test_closed_instead_of_a_reply(responder):
    _, c = responder(lambda got: [CLOSE])
    with pytest.raises(Closed):
        c.send(call(1)).reply()


def test_silence(responder):
    _, c = responder(lambda got: [], timeout=0.05)
    with pytest.raises(TimedOut, match="nothing within 0.05 s"):
        c.send(call(1)).reply()


def test_the_exception_tells_what_was_said(responder):
    _, c = responder(lambda got: [CLOSE])
    with pytest.raises(Closed, match="program 1 version 1 procedure 1 xid 0x1 AUTH_NONE"):
        c.send(call(1)).reply()


def test_wait_closed_delivers_what_came_before(responder):
    _, c = responder(lambda got: [accepted(got), CLOSE])
    pending = c.send(call(1))
    c.wait_closed()
    assert pending.answer is not None


@pytest.mark.parametrize("sizes", [None, 1, 7, [0, 3, 0]])
def test_fragments(responder, sizes):
    server, c = responder()
    c.send(call(1, b"1234"), fragments=sizes).reply()
    assert server.got[0].bytes == call(1, b"1234").bytes


def test_bytes_in_pieces(responder):
    """Whoever reads late may find them all at once; how many segments were sent, the kernel knows (tcpi_data_segs_out)."""
    _, c = responder()
    message = call(1)
    pending = c.expect(message)
    c.send_bytes(record.mark(message.bytes), step=1)
    pending.reply()
    info = c.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    assert struct.unpack_from("=I", info, 156)[0] > 1


def test_many_under_way_do_not_block_each_other(responder):
    """The server answers before it reads on; whoever only sends would wait for it for ever."""
    _, c = responder(lambda got: [accepted(got, bytes(60_000))])
    calls = [c.send(call(n, bytes(1000))) for n in range(2000)]
    assert all(len(p.reply().body) == 60_000 for p in calls)


def test_xids_differ_between_connections(responder):
    server, c = responder()
    other = type(c)("127.0.0.1", server.port)
    for connection in (c, other, c, other):
        connection.call(1, 1, 1)
    other.close()
    assert len({got.xid for got in server.got}) == 4


def test_transcript(responder):
    _, c = responder(lambda got: [accepted(got, b"1234")])
    c.call(1, 2, 3, b"\0\1\2\3", xid=16)
    assert c.log.tail(10).splitlines() == [
        "> program 1 version 2 procedure 3 xid 0x10 AUTH_NONE",
        "    00010203",
        "< program 1 version 2 procedure 3 xid 0x10 SUCCESS",
        "    '1234'",
    ]


def test_transcript_counts_what_it_forgot(responder):
    _, c = responder()
    for _ in range(300):
        c.call(1, 1, 1)
    assert next(c.log.lines()) == "... 400 earlier"
