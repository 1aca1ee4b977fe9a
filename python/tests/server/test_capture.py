"""srv.capture(): what Wireshark makes of a session that the server captured."""

import shutil
import subprocess
from collections import Counter

import pytest

from dittofs import Server, mount, nfs3, nfs4
from dittofs.faults import drop_reply, duplicate, once, reset, when
from dittofs.nfs4 import FILE_SYNC4, create, op
from dittofs.rpc import Datagram

needs_wireshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


def tshark(path, *options):
    done = subprocess.run(["tshark", "-r", str(path), "-n", *options], capture_output=True, text=True, check=True)
    return done.stdout


def fields(path, which, *names, options=()):
    """A tuple a packet, where there is one of the fields."""
    arguments = [x for name in names for x in ("-e", name)]
    rows = tshark(path, "-Y", which, "-T", "fields", *arguments, *options).splitlines()
    return [tuple(row.split("\t")) for row in rows]


def complaints(path, *more):
    """What Wireshark finds wrong: packets that are malformed, checksums, TCP's analysis."""
    checks = ("-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    wrong = "_ws.malformed || tcp.analysis.flags || tcp.checksum.status == Bad || udp.checksum.status == Bad"
    return tshark(path, *checks, *more, "-Y", f"{wrong} || ip.checksum.status == Bad")


def xids(path):
    calls, replies = (
        Counter(x for row in fields(path, f"rpc.msgtyp == {kind}", "rpc.xid") for x in row[0].split(","))
        for kind in (0, 1)
    )
    return calls, replies


def session(srv):
    """NFSv3 and NFSv4.1, small messages and one that takes many segments."""
    c, root = nfs3.connect(srv.url)
    f = c.create(root, "f", mode=0o644).obj.handle
    c.write(f, 0, b"x" * 500_000, nfs3.FILE_SYNC)
    assert len(c.read(f, 0, 500_000).data) == 500_000
    c.lookup(root, "nobody", fails=nfs3.NFS3ERR.NOENT)
    c.endpoint.close()
    s, export = nfs4.connect(srv.url, minorversion=1)
    g = s.open(export, "g", create(mode=0o644))
    s.compound(op.putfh(g), op.write(g, 0, b"hello", FILE_SYNC4), op.read(g, 0, 5))
    s.client.endpoint.close()


@needs_wireshark
@pytest.mark.parametrize("store", ["memory", "lmdb"])
def test_a_session(store, tmp_path):
    with Server(store=store, seed=7) as srv:
        with srv.capture(tmp_path / "s.pcapng") as capture:
            session(srv)
    path = capture.path
    assert complaints(path) == ""
    calls, replies = xids(path)
    assert calls == replies and calls.total() == 12
    text = tshark(path, "-V")
    for expected in ("Program Version: 3", "Program Version: 4", "SEQUENCE", "NFS3ERR_NOENT"):
        assert expected in text
    operations = {x for row in fields(path, "nfs.opcode", "nfs.opcode") for x in row[0].split(",")}
    assert {"18", "25", "38", "53"} <= operations  # OPEN, READ, WRITE, SEQUENCE (RFC 8881 18)
    assert {row[0] for row in fields(path, "ip", "ip.src")} == {"127.0.0.1"}


@needs_wireshark
def test_over_ipv6_and_udp(tmp_path):
    with Server(settings={"listen.address": "::1"}) as srv:
        with srv.capture(tmp_path / "s.pcapng") as capture:
            nfs3.Client("::1", srv.nfs_port).null()
    assert complaints(capture.path) == ""
    assert fields(capture.path, "rpc.msgtyp == 0", "ipv6.src") == [("::1",)]
    with Server() as srv:
        with srv.capture(tmp_path / "u.pcapng") as capture:
            mount.Client(Datagram(srv.host, srv.nfs_port)).null()
        rpc = ("-d", f"udp.port=={srv.nfs_port},rpc")  # others have an eye on unknown ports, too
    assert complaints(capture.path, *rpc) == ""
    assert fields(capture.path, "udp", "rpc.msgtyp", options=rpc) == [("0",), ("1",)]


@needs_wireshark
def test_comments_lead_to_the_trace(tmp_path):
    with Server(clock="manual", seed=7) as srv:
        c, root = nfs3.connect(srv.url)
        srv.trace.start()
        with srv.capture(tmp_path / "s.pcapng") as capture:
            with srv.faults.arm("rpc.reply.tx", once, duplicate()):
                c.getattr(root)
            with srv.faults.arm("rpc.reply.tx", when(proc="ACCESS"), drop_reply()):
                c.access.send(root, 1)
                c.null()
        getattr_ = srv.trace.events("rpc.call", procedure=1)[0]
    comments = [row[0] for row in fields(capture.path, "frame.comment", "frame.comment")]
    mine = f"request {getattr_['request']}"
    assert comments[0] == f"{mine}; fault rule 1: duplicate at rpc.reply.tx (GETATTR), {mine}"
    assert comments[1] == mine
    assert any("fault rule 2: drop_reply at rpc.reply.tx (ACCESS)" in x for x in comments)
    _, replies = xids(capture.path)
    assert 2 in replies.values()
    times = [float(row[0]) for row in fields(capture.path, "frame", "frame.time_epoch")]
    assert set(times) == {1_700_000_000.0}  # of the server's clock


@needs_wireshark
def test_ends_of_connections(tmp_path):
    with Server() as srv:
        with srv.capture(tmp_path / "s.pcapng") as capture:
            c = nfs3.Client(srv.host, srv.nfs_port)
            c.null()
            with srv.faults.arm("rpc.reply.tx", once, reset()) as rule:
                c.null.send()
                rule.wait()
            with nfs3.Client(srv.host, srv.nfs_port).endpoint as other:
                nfs3.Client(other).null()
        srv.stop()
    flags = [row[0] for row in fields(capture.path, "tcp.flags.syn == 1 || tcp.flags.fin == 1 || tcp.flags.reset == 1", "tcp.flags")]
    assert flags[:3] == ["0x0002", "0x0012", "0x0014"]  # SYN, SYN ACK, RST ACK
    assert complaints(capture.path) == ""


@needs_wireshark
def test_a_section_a_run(tmp_path):
    """Over a crash: what had been seen is in the file, and the next run begins a section."""
    with Server(store="lmdb") as srv:
        with srv.capture(tmp_path / "s.pcapng") as capture:
            nfs3.connect(srv.url)
            srv.crash()
            before = capture.path.stat().st_size
            srv.start()
            nfs3.connect(srv.url)
            assert capture.flush().stat().st_size > before
    calls, replies = xids(capture.path)
    assert calls == replies and calls.total() >= 2
    assert complaints(capture.path) == ""


def test_one_at_a_time(srv, tmp_path):
    with srv.capture(tmp_path / "a"):
        with pytest.raises(RuntimeError, match="captured already"):
            srv.capture(tmp_path / "b")
    with pytest.raises(OSError, match="packets cannot be written to"):
        srv.capture(tmp_path / "none" / "c")


def test_by_setting(tmp_path):
    path = tmp_path / "s.pcapng"
    with Server(settings={"log.pcap_file": path}) as srv:
        nfs3.connect(srv.url)
    assert path.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    assert b"dittofs" in path.read_bytes()
