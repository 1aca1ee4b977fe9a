"""Sockets that behave badly, and what the server is seen to use meanwhile."""

from __future__ import annotations

import pathlib
import resource
import socket
import struct
from typing import Any

from dittofs import nfs3
from dittofs.rpc.cred import Sys
from dittofs.rpc.message import Call
from dittofs.rpc.procedure import encode_args
from dittofs.rpc.record import mark

MiB = 1 << 20


def connect(port: int, timeout: float = 30) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def request(name: str, args: Any, xid: int = 1) -> bytes:
    """One NFSv3 call as a record."""
    procedure = nfs3.Client.procedures[name]
    call = Call(xid, procedure.prog, procedure.vers, procedure.proc, encode_args(procedure, args), cred=Sys())
    return mark(call.bytes)


def read_request(file: bytes, count: int, xid: int = 1) -> bytes:
    return request("READ", nfs3.READ3args(file=nfs3.fh(file), offset=0, count=count), xid)


def receive(sock: socket.socket, size: int) -> bytes:
    """So many bytes, fewer only at the end of the stream."""
    out = bytearray()
    while len(out) < size and (piece := sock.recv(min(size - len(out), MiB))):
        out += piece
    return bytes(out)


def reply(sock: socket.socket) -> bytes:
    """One record without its mark; empty at the end of the stream."""
    head = receive(sock, 4)
    return receive(sock, struct.unpack(">I", head)[0] & 0x7FFFFFFF) if len(head) == 4 else b""


def ended(sock: socket.socket) -> bool:
    """Whether the server closed the connection; waits for it."""
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True


def send_all_it_takes(sock: socket.socket, data: bytes) -> int:
    """Sends until the server has taken nothing more for a moment."""
    sock.settimeout(0.5)
    sent = 0
    try:
        while sent < len(data):
            sent += sock.send(data[sent:])
    except TimeoutError:
        pass
    return sent


def memory(pid: int) -> int:
    """Bytes of a process that are in memory."""
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def allow_descriptors(wanted: int) -> int:
    """Raises this process's limit; how many it may have now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def finished(sock: socket.socket) -> bytes:
    """Everything up to the server's end of the stream."""
    out = bytearray()
    while piece := sock.recv(MiB):
        out += piece
    return bytes(out)
