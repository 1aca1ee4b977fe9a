"""A network namespace of our own for rpcbind, and sockets made inside it."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import threading

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def loopback_up() -> None:
    """Switches `lo` on in the calling process's network namespace; a new one starts without."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def socket_inside(pid: int, kind: int, port: int) -> socket.socket:
    """A socket of process `pid`'s network namespace, connected to `port` on its loopback.

    It comes from a privileged source port, as rpcbind demands of those who change its table. A socket belongs
    to the namespace of the thread that made it, so a thread goes there, makes it and ends.
    """
    result: list = []

    def make() -> None:
        try:
            with open(f"/proc/{pid}/ns/net") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET) != 0:
                    code = ctypes.get_errno()
                    raise OSError(code, os.strerror(code), f"/proc/{pid}/ns/net")
            sock = socket.socket(socket.AF_INET, kind)
            _bind_privileged(sock)
            sock.connect(("127.0.0.1", port))
            result.append(sock)
        except OSError as why:
            result.append(why)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if isinstance(result[0], OSError):
        raise result[0]
    return result[0]


def _bind_privileged(sock: socket.socket) -> None:
    for port in range(1023, 599, -1):
        try:
            return sock.bind(("127.0.0.1", port))
        except OSError:
            continue
    raise OSError("no privileged port is free")
