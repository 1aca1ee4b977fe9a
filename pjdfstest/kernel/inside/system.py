"""System calls that Python has no name for."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct
from typing import Optional

MS_RDONLY, MS_NOSUID, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS = 0x20000

_SYS_FINIT_MODULE = 313  # x86-64, the only machine user-mode Linux is packaged for
_RB_HALT_SYSTEM = 0xCDEF0123
_SIOCADDRT, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x890B, 0x8914, 0x8916, 0x891C
_IFF_UP_RUNNING = 0x41
_RTF_UP_GATEWAY = 3

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)


def mount(source: str, target: str, fstype: str, flags: int = 0, options: str = "") -> None:
    what = f"mount -t {fstype} {source}"
    _check(_libc.mount(source.encode(), target.encode(), fstype.encode(), flags, options.encode() or None), what)


def unmount(target: str, flags: int = 0) -> None:
    _check(_libc.umount2(target.encode(), flags), f"umount {target}")


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def finit_module(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _check(_libc.syscall(_SYS_FINIT_MODULE, descriptor, b"", 0), path)
    except OSError as why:
        if why.errno != errno.EEXIST:
            raise
    finally:
        os.close(descriptor)


def halt() -> None:
    _libc.reboot(ctypes.c_int(_RB_HALT_SYSTEM - (1 << 32)))


def interface_up(name: str, address: str, gateway: Optional[str] = None) -> None:
    """An interface of a /24, and the default route if there is a gateway."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.0")):
            fcntl.ioctl(any_socket, request, struct.pack("16s16s", name.encode(), _sockaddr(value)))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), _IFF_UP_RUNNING))
        if gateway:
            anywhere = _sockaddr("0.0.0.0")
            # struct rtentry: a pad, destination, gateway, mask, flags, and nothing else that matters here
            route = struct.pack("8x16s16s16sH62x", anywhere, _sockaddr(gateway), anywhere, _RTF_UP_GATEWAY)
            fcntl.ioctl(any_socket, _SIOCADDRT, route)


def _sockaddr(address: str) -> bytes:
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
