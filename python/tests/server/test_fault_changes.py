"""Rules that change messages: one field of a reply or of a call, or its bytes."""

import socket
import struct

import pytest

from dittofs import nfs4
from dittofs.faults import always, at, every, first, flip, note, once, pad, patch, set_, truncate, when
from dittofs.nfs3 import FILE_SYNC
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc import Malformed, RpcError, accept_stat

REPLY = "rpc.reply.tx"


def test_a_number(srv, c, root):
    with srv.faults.arm(REPLY, once, set_("resok.access", 0xFF)) as rule:
        assert c.access(root, 1).access == 0xFF
        assert c.access(root, 1).access == 1
        assert (rule.hits, rule.fired) == (2, 1)


def test_a_field_that_is_not_there_is_no_hit(srv, c, root):
    with srv.faults.arm(REPLY, once, set_("resok.access", 0)) as rule:
        c.getattr(root)
        assert rule.hits == 0
        assert c.access(root, 1).access == 0


def test_the_procedure_is_chosen(srv, c, root):
    with srv.faults.arm(REPLY, when(proc="FSINFO"), set_("resok.rtmax", 512)) as rule:
        c.getattr(root)
        assert c.fsinfo(root).rtmax == 512
        assert rule.hits == 1


def test_opaque_data_has_its_length(srv, c, root):
    f = c.create(root, "f").obj.handle
    c.write(f, 0, b"0123456789")
    with srv.faults.arm(REPLY, once, set_("resok.data", b"other")):
        assert bytes(c.read(f, 0, 10).data) == b"other"


def test_data_of_a_fixed_size_keeps_it(srv, c, root):
    f = c.create(root, "f").obj.handle
    with srv.faults.arm(REPLY, first(2), set_("*verf", b"12345678")):
        assert bytes(c.write(f, 0, b"x", FILE_SYNC).verf) == b"12345678"
    with srv.faults.arm(REPLY, first(2), set_("resok.verf", b"1")):
        assert bytes(c.write(f, 0, b"x", FILE_SYNC).verf) == b"1".ljust(8, b"\0")


def test_every_field_that_matches(srv):
    s, export = nfs4.connect(srv.url)
    with srv.faults.arm(REPLY, once, set_("resarray[*].opgetfh.resok4.object", b"never heard of")):
        r = s.compound(op.putfh(export), op.getfh(), op.putrootfh(), op.getfh())
    assert [bytes(got.object) for got in r.of(op.getfh)] == [b"never heard of"] * 2
    s.compound(op.putfh(b"never heard of").fails(NFS4ERR.BADHANDLE))


def test_a_flag_of_sequence(srv):
    """What a client of NFSv4.1 is told of its state can be anything (RFC 8881 18.46.3)."""
    s, export = nfs4.connect(srv.url)
    flags = nfs4.SEQ4_STATUS_LEASE_MOVED | nfs4.SEQ4_STATUS_CB_PATH_DOWN
    with srv.faults.arm(REPLY, once, set_("resarray[0].*.sr_status_flags", flags)):
        assert s.compound(op.putrootfh()).all[0].sr_resok4.sr_status_flags == flags


def test_what_is_remembered_is_the_truth(srv, c, root):
    """The change is on the wire: a retransmission is answered with the reply as it was made."""
    with srv.faults.arm(REPLY, once, set_("resok.obj_attributes.attributes.mode", 0o111)):
        lied = c.mkdir(root, "d", mode=0o700)
    assert lied.obj_attributes.attributes.mode == 0o111
    assert c.replay(lied).obj_attributes.attributes.mode == 0o700


def test_a_length_that_lies(srv, c, root):
    with srv.faults.arm(REPLY, once, patch("len(resok.reply.entries[0].name)", 0x7FFFFFFF)), pytest.raises((Malformed, RpcError)):
        c.readdir(root)


def test_a_header_that_lies(srv, c, root):
    with srv.faults.arm(REPLY, once, set_("body.rbody.areply.reply_data.stat", int(accept_stat.SYSTEM_ERR))):
        with pytest.raises((Malformed, RpcError)):
            c.getattr(root)


def test_fewer_bytes(srv, c, root):
    with srv.faults.arm(REPLY, once, truncate(4)), pytest.raises(Malformed):
        c.getattr(root)
    c.getattr(root)


def test_more_bytes(srv, c, root):
    with srv.faults.arm(REPLY, once, pad(8)), pytest.raises(Malformed):
        c.getattr(root)
    c.getattr(root)


def test_bits_that_flip_are_those_of_the_seed(mounted):
    from dittofs import Server

    def run(seed):
        with Server(clock="manual", seed=seed) as srv:
            m = mounted(srv)
            seen = []
            with srv.faults.arm(REPLY, always, flip(3)):
                for xid in range(20):
                    m.c.endpoint.send_bytes(_record(m.c.null.message(xid=xid).bytes))
                    seen.append(_next_record(m.c.endpoint.socket))
            return seen

    assert run(1) == run(1) != run(2)


def test_a_record_mark_that_promises_more(srv, c, root):
    """At the level of the wire the mark stays: the peer waits for bytes that never come."""
    with srv.faults.arm(REPLY, once, truncate(4, level="wire")) as rule:
        c.endpoint.send_bytes(_record(c.getattr.message(root, xid=1).bytes))
        rule.wait()
        (mark,) = struct.unpack(">I", c.endpoint.socket.recv(4, socket.MSG_WAITALL))
        body = c.endpoint.socket.recv(1 << 16)
    assert (mark & 0x7FFFFFFF) - len(body) == 4


def test_what_arrives_can_be_changed(srv, c, root):
    c.create(root, "real")
    with srv.faults.arm("rpc.record.rx", once, set_("what.name", "real")):
        c.lookup(root, "something else")
    with srv.faults.arm("rpc.record.rx", once, patch("len(what.name)", 4096)):
        c.lookup(root, "real", fails=accept_stat.GARBAGE_ARGS)
    with srv.faults.arm("rpc.record.rx", once, set_("body.cbody.cred.flavor", 99)):
        assert c.getattr.call(root).reject_stat is not None


@pytest.mark.parametrize("path", ["resok.obj_attributes.attributes.size", "*attributes.gid", "*fileid"])
def test_garbage_in_one_field_after_another(srv, c, root, path):
    """Numbers of every size are cut to the field's width."""
    with srv.faults.arm(REPLY, every(2), set_(path, 2**64 - 1)) as rule:
        for _ in range(4):
            c.access.call(root, 1)
        assert rule.fired == 2


def test_what_cannot_be_is_refused(srv):
    with pytest.raises(ValueError, match="set cannot happen at net.read"):
        srv.faults.arm("net.read", set_("xid", 1))
    with pytest.raises(ValueError, match='level is "message" or "wire"'):
        srv.faults.arm("rpc.reply.tx", truncate(1, level="moon"))
    srv.faults.arm(REPLY, note())


def _record(message: bytes) -> bytes:
    return struct.pack(">I", 0x80000000 | len(message)) + message


def _next_record(sock: socket.socket) -> bytes:
    (mark,) = struct.unpack(">I", sock.recv(4, socket.MSG_WAITALL))
    return sock.recv(mark & 0x7FFFFFFF, socket.MSG_WAITALL)
