"""Calls and replies as bytes, against the generated codec of the same messages."""

import struct
import sys
import threading

import pytest

from dittofs import wire
from dittofs.rpc import NONE, Auth, Call, Malformed, Reply, Sys
from dittofs.rpc.message import xids
from dittofs.wire import nfs3
from dittofs.wire import rpc as w

CALL = Call(xid=7, prog=100003, vers=3, proc=1, args=b"args", cred=Sys(1, 2, (3, 4)))


def reply(*words: int, body: bytes = b"", call: Call = CALL) -> Reply:
    return Reply(call, struct.pack(f">{len(words)}I", *words) + body)


def test_call_is_what_the_generated_codec_says():
    header, end = wire.decode_prefix(w.rpc_msg, CALL.bytes)
    c = header.body.cbody
    assert (header.xid, c.rpcvers, c.prog, c.vers, c.proc) == (7, 2, 100003, 3, 1)
    assert (c.cred.flavor, c.verf.flavor, c.verf.body) == (w.AUTH_SYS, w.AUTH_NONE, b"")
    parms = wire.decode(w.authsys_parms, c.cred.body)
    assert (parms.machinename, parms.uid, parms.gid, parms.gids) == ("dittofs", 1, 2, [3, 4])
    assert CALL.bytes[end:] == b"args"


def test_every_header_field_is_sent_as_it_is():
    lie = Call(xid=1, prog=2, vers=3, proc=4, mtype=5, rpcvers=6, cred=Auth(7, b"x"), verf=Auth(8, b"12345"))
    words = struct.unpack(">6I", lie.bytes[:24])
    assert words == (1, 5, 6, 2, 3, 4)
    assert lie.bytes[24:] == b"\0\0\0\7\0\0\0\1x\0\0\0" + b"\0\0\0\x08\0\0\0\x0512345\0\0\0"


def test_credential_with_changes():
    assert Sys(1, 2).but(gids=(5,)) == Sys(1, 2, (5,))
    assert str(Sys(1, 2, (3,))) == "AUTH_SYS uid 1 gid 2 gids 3" and str(NONE) == "AUTH_NONE"


def test_accepted():
    r = reply(7, 1, 0, 0, 0, 0, body=b"result")
    assert (r.xid, r.outcome, r.body) == (7, w.accept_stat.SUCCESS, b"result")


def test_verifier_of_the_reply():
    r = reply(7, 1, 0, 6, 3, body=b"abc\0" + struct.pack(">I", 0))
    assert r.verifier == Auth(6, b"abc") and r.accept_stat == w.accept_stat.SUCCESS


def test_prog_mismatch():
    r = reply(7, 1, 0, 0, 0, 2, 2, 4)
    assert (r.outcome, r.low, r.high) == (w.accept_stat.PROG_MISMATCH, 2, 4)


def test_rpc_mismatch():
    r = reply(7, 1, 1, 0, 2, 2)
    assert (r.outcome, r.low, r.high) == (w.reject_stat.RPC_MISMATCH, 2, 2)


def test_auth_error():
    r = reply(7, 1, 1, 1, 5)
    assert r.outcome is w.auth_stat.AUTH_TOOWEAK and r.reject_stat == w.reject_stat.AUTH_ERROR


BROKEN = {
    "too short": (7, 1),
    "a call": (7, 0, 2, 1, 1, 1),
    "unknown reply_stat": (7, 1, 2),
    "unknown accept_stat": (7, 1, 0, 0, 0, 6),
    "bytes after a refusal": (7, 1, 0, 0, 0, 1, 99),
    "mismatch without range": (7, 1, 0, 0, 0, 2, 1),
}


@pytest.mark.parametrize("words", BROKEN.values(), ids=BROKEN)
def test_malformed(words):
    with pytest.raises(Malformed):
        reply(*words)


def typed(result, row=None) -> Reply:
    row = row or next(p for p in nfs3.procedures if p.short == "GETATTR")
    call = Call(xid=7, prog=row.prog, vers=row.vers, proc=row.proc, procedure=row)
    return reply(7, 1, 0, 0, 0, 0, body=wire.encode(result) if result is not None else b"", call=call)


def test_results_read_as_fields_of_the_reply():
    attributes = nfs3.fattr3(size=5)
    r = typed(nfs3.GETATTR3res(status=0, resok=nfs3.GETATTR3resok(attributes)))
    assert r.outcome is nfs3.NFS3_OK and r.obj_attributes.size == 5 and r.status == 0


def test_failed_results():
    r = typed(nfs3.GETATTR3res(status=nfs3.NFS3ERR_STALE))
    assert r.outcome is nfs3.NFS3ERR_STALE
    with pytest.raises(AttributeError, match="obj_attributes"):
        r.obj_attributes


def test_a_status_nobody_knows_is_a_number():
    r = typed(nfs3.GETATTR3res(status=4711))
    assert r.outcome == 4711 and not isinstance(r.outcome, nfs3.nfsstat3)


def test_results_that_do_not_decode():
    row = next(p for p in nfs3.procedures if p.short == "GETATTR")
    call = Call(xid=7, prog=row.prog, vers=3, proc=1, procedure=row)
    with pytest.raises(Malformed, match="GETATTR"):
        reply(7, 1, 0, 0, 0, 0, 0, body=b"short", call=call)


def test_a_result_field_named_like_the_rpc_verifier_is_the_result():
    row = next(p for p in nfs3.procedures if p.short == "COMMIT")
    result = nfs3.COMMIT3res(status=0, resok=nfs3.COMMIT3resok(verf=b"12345678"))
    assert typed(result, row).verf == b"12345678"


def test_xids_of_many_threads():
    """Clients in threads of their own draw from one source: each number once, and nobody is refused."""
    source, drawn = xids(), [[] for _ in range(4)]

    def draw(into):
        into.extend(next(source) for _ in range(50_000))

    threads = [threading.Thread(target=draw, args=(into,)) for into in drawn]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    numbers = [n for into in drawn for n in into]
    assert len(set(numbers)) == len(numbers) == 200_000
