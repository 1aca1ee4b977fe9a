"""Wireshark's dissectors over what we send: they were written by others, from the same RFCs.

Evidence, not truth: where the two differ, the RFC says who is right.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dittofs import _wire, wire
from dittofs.wire import Procedure, mount, nfs3, portmap, rpc, rpcbind

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

SEEDS = 40  # of values a procedure
PORTS = {portmap.PMAP_PROG: 111, mount.MOUNT_PROGRAM: 20048, nfs3.NFS_PROGRAM: 2049}
# What these carry is the arguments of another program, which a random number is not.
NESTED = {"PMAPPROC_CALLIT", "RPCBPROC_CALLIT", "RPCBPROC_BCAST", "RPCBPROC_INDIRECT"}


def udp(source: int, destination: int, data: bytes) -> bytes:
    """An IPv4 packet on loopback (RFC 791, RFC 768), without checksums."""
    n = 8 + len(data)
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + n, 0, 0, 64, 17, 0, loopback, loopback)
    return ip + struct.pack(">HHHH", source, destination, n, 0) + data


def pcap(packets: list[bytes]) -> bytes:
    raw_ip = 101
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, raw_ip)
    for i, packet in enumerate(packets):
        out += struct.pack("<IIII", i, 0, len(packet), len(packet)) + packet
    return out


def exchange(p: Procedure, xid: int, args: Any, result: Any) -> list[bytes]:
    """A call and its reply."""
    credential = rpc.opaque_auth(rpc.AUTH_SYS, wire.encode(rpc.authsys_parms(1, "host", 2, 3, [4])))
    call = rpc.call_body(rpc.RPC_VERSION, p.prog, p.vers, p.proc, credential)
    messages = [
        wire.encode(rpc.rpc_msg(xid, rpc.rpc_msg_body(cbody=call))) + (wire.encode(args, p.args) if p.args else b""),
        wire.encode(rpc.rpc_msg(xid, rpc.rpc_msg_body(rbody=rpc.reply_body(areply=rpc.accepted_reply()))))
        + (wire.encode(result, p.result) if p.result else b""),
    ]
    port = PORTS[p.prog]
    return [udp(700, port, messages[0]), udp(port, 700, messages[1])]


def dissect(packets: list[bytes], fields: list[str], folder: Path) -> list[list[list[str]]]:
    """For each packet, for each field: its values in the order of the packet."""
    file = folder / "messages.pcap"
    file.write_bytes(pcap(packets))
    options = [part for field in fields for part in ("-e", field)]
    run = subprocess.run(
        ["tshark", "-r", str(file), "-d", "udp.port==20048,rpc", "-T", "fields", "-E", "aggregator=|", *options],
        check=True,
        capture_output=True,
        text=True,
    )
    return [[cell.split("|") if cell else [] for cell in line.split("\t")] for line in run.stdout.splitlines()]


PROCEDURES = [
    p
    for module in (nfs3, mount, portmap, rpcbind)
    for p in module.procedures
    if p.name not in NESTED and (p.args or p.result)
]


Verdict = tuple[str, list[str], list[str]]  # the procedure's number; what was malformed; lengths of unknown data


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Verdict]]:
    """By xid; everything in one run of tshark, which takes longer to start than to dissect."""
    packets: list[bytes] = []
    for i, p in enumerate(PROCEDURES):
        for seed in range(SEEDS):
            args = _wire.random_value(p.args, seed) if p.args else None
            result = _wire.random_value(p.result, seed) if p.result else None
            packets += exchange(p, i * SEEDS + seed, args, result)
    found: dict[int, list[Verdict]] = {}
    fields = ["rpc.xid", "rpc.procedure", "_ws.malformed", "data.len"]
    for (xid,), procedure, malformed, rest in dissect(packets, fields, tmp_path_factory.mktemp("tshark")):
        found.setdefault(int(xid, 16), []).append((procedure[0], malformed, rest))
    return found


@pytest.mark.parametrize("p", PROCEDURES, ids=lambda p: f"{p.version}-{p.name}")
def test_every_byte_is_understood(p: Procedure, verdicts: dict[int, list[Verdict]]) -> None:
    first = PROCEDURES.index(p) * SEEDS
    for xid in range(first, first + SEEDS):
        assert verdicts[xid] == [(str(p.proc), [], [])] * 2, f"seed {xid - first}"


def test_a_byte_too_few_or_too_many_would_be_seen(tmp_path: Path) -> None:
    p = nfs3.procedures[nfs3.NFSPROC3_GETATTR]
    call, reply = exchange(p, 1, nfs3.GETATTR3args(), nfs3.GETATTR3res())
    message = reply[28:]
    packets = [call, udp(2049, 700, message[:-4]), call, udp(2049, 700, message + bytes(4))]
    seen = dissect(packets, ["_ws.malformed", "data.len"], tmp_path)
    assert seen[1][0] != []
    assert seen[3][1] == ["4"]


def test_numbers_are_where_the_specification_has_them(tmp_path: Path) -> None:
    """The fields of fattr3, and the arguments of READ."""
    p = nfs3.procedures[nfs3.NFSPROC3_READ]
    attributes = nfs3.fattr3(
        type=nfs3.NF3REG,
        mode=0o4751,
        nlink=2,
        uid=1001,
        gid=1002,
        size=2**40 + 3,
        used=2**33,
        rdev=nfs3.specdata3(5, 6),
        fsid=7,
        fileid=2**50,
    )
    args = nfs3.READ3args(nfs3.nfs_fh3(b"handle"), offset=2**35, count=4096)
    result = nfs3.READ3resok(nfs3.post_op_attr(attributes=attributes), count=3, eof=True, data=b"abc")
    packets = exchange(p, 1, args, nfs3.READ3res(resok=result))
    shown = dissect(
        packets,
        [
            "nfs.offset3",
            "nfs.count3",
            "nfs.fattr3.size",
            "nfs.fattr3.nlink",
            "nfs.fattr3.uid",
            "nfs.fattr3.gid",
            "nfs.fattr3.used",
            "nfs.fattr3.fileid",
            "nfs.read.eof",
        ],
        tmp_path,
    )
    assert shown[0][:2] == [[str(2**35)], ["4096"]]
    assert shown[1][1:] == [
        ["3"],
        [str(2**40 + 3)],
        ["2"],
        ["1001"],
        ["1002"],
        [str(2**33)],
        [str(2**50)],
        ["1"],
    ]
