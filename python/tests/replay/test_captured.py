"""Recordings from captures of packets: ours, and whatever tcpdump writes."""

import struct

import pytest

from dittofs import Server
from dittofs.replay import from_capture, load, replay
from dittofs.replay.packets import NoCapture
from dittofs.replay.recording import CLIENT, SERVER
from dittofs.rpc import record
from replay.conftest import nfs3_session, nfs4_session

CALL = bytes.fromhex("0000000100000000000000020001" "86a30000000300000000" + "00" * 16)  # NFSv3 NULL
REPLY = bytes.fromhex("0000000100000001" + "00" * 16)
C, S = (bytes([10, 0, 0, 1]), 700), (bytes([10, 0, 0, 2]), 2049)


def tcp(source, to, sequence, data=b"", flags=0x18):
    return struct.pack(">HHIIBBHHH", source[1], to[1], sequence, 0, 0x50, flags, 1000, 0, 0) + data


def ipv4(source, to, sequence, data=b"", flags=0x18, trailer=b""):
    body = tcp(source, to, sequence, data, flags)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, 6, 0) + source[0] + to[0]
    return head + body + trailer


def ipv6(source, to, sequence, data=b""):
    body = tcp(source, to, sequence, data)
    extension = struct.pack(">BB6x", 6, 0)  # hop by hop options, all of it padding
    return struct.pack(">IHBB", 6 << 28, 8 + len(body), 0, 64) + source[0] * 4 + to[0] * 4 + extension + body


def pcap(path, link, frames, magic=0xA1B23C4D, order="<"):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for n, frame in enumerate(frames):
        out += struct.pack(order + "IIII", 100 + n, 0, len(frame), len(frame)) + frame
    path.write_bytes(out)
    return path


def messages(path):
    return [(m.connection, m.sender, m.data) for m in from_capture(path).messages]


ONE = [ipv4(C, S, 1000, record.mark(CALL)), ipv4(S, C, 2000, record.mark(REPLY))]
BOTH = [(0, CLIENT, CALL), (0, SERVER, REPLY)]


@pytest.mark.parametrize("store", ["memory", "lmdb"])
@pytest.mark.parametrize("session, minor", [(nfs3_session, ()), (nfs4_session, (0,)), (nfs4_session, (1,)), (nfs4_session, (2,))])
def test_captured_converted_replayed(tmp_path, store, session, minor):
    """A session that a server captured is answered alike by a fresh one."""
    with Server(store=store) as a:
        with a.capture(tmp_path / "s.pcapng") as capture:
            session(a.url, *minor)
    recording = load(capture.path)
    recording.save(tmp_path / "s.jsonl")
    with Server(store=store) as b:
        runs = list(replay(load(tmp_path / "s.jsonl"), "127.0.0.1", b.nfs_port))
    assert [str(d) for run in runs for d in run.differences] == []
    assert len(runs) > 8 and all(run.recorded and run.live for run in runs)


@pytest.mark.parametrize(
    "link, before",
    [
        (1, bytes(12) + b"\x08\x00"),  # Ethernet
        (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00"),  # with a VLAN tag
        (113, bytes(14) + b"\x08\x00"),  # Linux cooked
        (276, b"\x08\x00" + bytes(18)),  # Linux cooked, version 2
        (0, bytes(4)),  # loopback of a BSD
        (101, b""),  # raw
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_link_types(tmp_path, link, before, order):
    assert messages(pcap(tmp_path / "p", link, [before + p for p in ONE], order=order)) == BOTH


def test_ipv6_with_an_extension_header(tmp_path):
    frames = [ipv6(C, S, 1000, record.mark(CALL)), ipv6(S, C, 2000, record.mark(REPLY))]
    assert messages(pcap(tmp_path / "p", 101, frames)) == BOTH


def test_segments_in_any_order_and_twice(tmp_path):
    """A call in pieces that overlap, come early, come twice, over the wrap of sequence numbers (RFC 9293 3.4)."""
    stream, start = record.mark(CALL) * 2, 0xFFFFFFF0
    piece = lambda a, b: ipv4(C, S, (start + a) & 0xFFFFFFFF, stream[a:b], trailer=b"padding of Ethernet")  # noqa: E731
    frames = [ipv4(C, S, start - 1, flags=2), piece(0, 10), piece(30, 60), piece(0, 10), piece(5, 35), piece(60, len(stream)), piece(20, 50)]
    assert messages(pcap(tmp_path / "p", 101, frames)) == [(0, CLIENT, CALL)] * 2


def test_a_port_used_again_is_another_connection(tmp_path):
    frames = [ipv4(C, S, 999, flags=2), ONE[0], ipv4(C, S, 5000, flags=2), ipv4(C, S, 5001, record.mark(CALL))]
    assert messages(pcap(tmp_path / "p", 101, frames)) == [(0, CLIENT, CALL), (1, CLIENT, CALL)]


def test_what_is_no_call_of_a_server_is_left_out(tmp_path):
    """Other protocols, UDP, callbacks over a connection that the server opened."""
    callback = CALL.replace(bytes.fromhex("000186a3"), bytes.fromhex("40000000"))
    frames = [
        ipv4(C, (S[0], 80), 1, b"GET / HTTP/1.0\r\n\r\n"), b"\x45" + bytes(8) + b"\x11" + bytes(30), b"short", b"\x00" * 60,
        ipv4(S, C, 1, record.mark(callback)),
    ]  # fmt: skip
    assert messages(pcap(tmp_path / "p", 101, frames)) == []


@pytest.mark.parametrize(
    "raw, says",
    [
        (b"", "is no capture"),
        (b"hello, world, this is no capture", "is no capture"),
        (b"\x0a\x0d\x0d\x0a" + b"\x1d\x00\x00\x00" + b"M<+\x1a" + bytes(20), "bytes"),
        (b"\x0a\x0d\x0d\x0a\x03", "in the middle of a block"),
        (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 9, 101) + b"\x01" * 20, "in the middle of a packet"),
        (struct.pack("<IHHiIIIIIII", 0xA1B2C3D4, 2, 4, 0, 0, 9, 147, 0, 0, 1, 1) + b"x", "link type 147"),
    ],
)
def test_what_is_no_capture(tmp_path, raw, says):
    path = tmp_path / "p"
    path.write_bytes(raw)
    with pytest.raises(NoCapture, match=says):
        from_capture(path)
