"""Wireshark's dissectors, for tests: they were written by others, from the same RFCs.

Evidence, not truth: where the two differ, the RFC says who is right.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dittofs import wire
from dittofs.wire import Procedure, mount, nfs3, nfs4, nfs4_cb, portmap, rpc

required = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

PORTS = {
    portmap.PMAP_PROG: 111,
    mount.MOUNT_PROGRAM: 20048,
    nfs3.NFS_PROGRAM: 2049,
    nfs4.NFS4_PROGRAM: 2049,
    nfs4_cb.NFS4_CALLBACK: 2049,  # any port: RPC is recognized by its look
}


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


def numbers(field: str) -> dict[int, str]:
    """What Wireshark calls the values of a field."""
    return {int(row[2], 0): row[3] for row in _values() if row[0] == "V" and row[1] == field}


@cache
def _values() -> list[list[str]]:
    run = subprocess.run(["tshark", "-G", "values"], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in run.stdout.splitlines()]
