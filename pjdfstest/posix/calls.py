"""The calls that a case can make: name, what its arguments are, and how it is made.

An argument is a path, an octal or decimal number, a descriptor of the case, or a word; a trailing "?" may be left out.
"""

from __future__ import annotations

import ctypes
import os
import socket
import stat
import subprocess
import time
from dataclasses import dataclass
from typing import Any, Callable

_libc = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD, _AT_SYMLINK_NOFOLLOW, _AT_EACCESS = -100, 0x100, 0x200
_UTIME_NOW, _UTIME_OMIT = 0x3FFFFFFF, 0x3FFFFFFE
_BACKGROUND = 3.0  # seconds that a client may take for what it does behind the caller's back
_Timespecs = ctypes.c_long * 4
_running: list[subprocess.Popen] = []

KINDS = {
    "file": stat.S_IFREG,
    "dir": stat.S_IFDIR,
    "fifo": stat.S_IFIFO,
    "socket": stat.S_IFSOCK,
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "symlink": stat.S_IFLNK,
}


@dataclass(frozen=True)
class Call:
    make: Callable[..., Any]
    takes: tuple[str, ...]
    opens: bool = False  # what it returns is a descriptor

    def fits(self, count: int) -> bool:
        return len([kind for kind in self.takes if not kind.endswith("?")]) <= count <= len(self.takes)


def number(word: str) -> int:
    """0644 is octal, as in C; 1G, 1T and 8E are powers of 1024."""
    units = {"K": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60}
    sign, digits = (-1, word[1:]) if word.startswith("-") else (1, word)
    if digits[-1] in units:
        return sign * int(digits[:-1]) << units[digits[-1]]
    return sign * int(digits, 8 if digits.startswith("0") and digits != "0" else 10)


def flags(word: str) -> int:
    """O_RDWR|O_CREAT"""
    value = 0
    for name in word.split("|"):
        value |= getattr(os, name)
    return value


def _checked(result: int) -> int:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _open(path: str, how: str, mode: int = 0o666) -> int:
    # O_NONBLOCK: a fifo without the other side would wait for ever.
    return os.open(path, flags(how) | os.O_NONBLOCK, mode)


def _mknod(path: str, kind: str, mode: int, major: int = 0, minor: int = 0) -> None:
    os.mknod(path, KINDS[kind] | mode, os.makedev(major, minor))


def make(kind: str, path: str, mode: int = 0o644) -> None:
    """An object of any kind; a device is 1, 3."""
    if kind == "dir":
        os.mkdir(path, mode)
    elif kind == "symlink":
        os.symlink("nowhere", path)
    elif kind == "file":
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    else:
        os.mknod(path, KINDS[kind] | mode, os.makedev(1, 3) if kind in ("char", "block") else 0)


def _bind(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)


def _chmod_nothing_followed(path: str, mode: int) -> None:
    _checked(_libc.fchmodat(_AT_FDCWD, os.fsencode(path), mode, _AT_SYMLINK_NOFOLLOW))


def _times(atime: str, mtime: str):
    """struct timespec[2]: seconds[.nanoseconds], now or omit."""
    parts = []
    for word in (atime, mtime):
        if word in ("now", "omit"):
            parts += [0, _UTIME_NOW if word == "now" else _UTIME_OMIT]
        else:
            seconds, _, fraction = word.partition(".")
            parts += [int(seconds), int(fraction) if len(fraction) > 9 else int(fraction.ljust(9, "0"))]
    return _Timespecs(*parts)


def _utimens(path: str, atime: str, mtime: str) -> None:
    _checked(_libc.utimensat(_AT_FDCWD, os.fsencode(path), _times(atime, mtime), 0))


def _lutimens(path: str, atime: str, mtime: str) -> None:
    _checked(_libc.utimensat(_AT_FDCWD, os.fsencode(path), _times(atime, mtime), _AT_SYMLINK_NOFOLLOW))


def _futimens(descriptor: int, atime: str, mtime: str) -> None:
    _checked(_libc.futimens(descriptor, _times(atime, mtime)))


def _access(path: str, how: str) -> None:
    mode = sum({"r": os.R_OK, "w": os.W_OK, "x": os.X_OK, "f": os.F_OK}[letter] for letter in how)
    _checked(_libc.faccessat(_AT_FDCWD, os.fsencode(path), mode, _AT_EACCESS))


def _listing(path: str) -> str:
    """A client of NFS gives another name to what is unlinked while it is open, and removes that after the last close, in the
    background: it has a while to do so."""
    names = sorted(os.listdir(path))
    end = time.monotonic() + _BACKGROUND
    while any(name.startswith(".nfs") for name in names) and time.monotonic() < end:
        time.sleep(0.01)
        names = sorted(os.listdir(path))
    return " ".join(names)


def _fill(path: str, count: int, prefix: str = "entry") -> None:
    for n in range(count):
        make("file", f"{path}/{prefix}-{n:05}")


def _links(path: str, count: int) -> None:
    for n in range(count):
        os.link(path, f"{path}.{n}")


def _copy(source: str, path: str, mode: int = 0o755) -> None:
    with open(source, "rb") as original:
        data = original.read()
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)
    os.chmod(path, mode)


def _execute(path: str, *arguments: str) -> int:
    """Its exit status; the error of execve when there is one."""
    return subprocess.run([f"./{path}", *arguments], stdin=subprocess.DEVNULL).returncode


def _start(path: str) -> int:
    """Starts a program that reads its standard input, and returns what ends it when it is closed."""
    process = subprocess.Popen([f"./{path}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    _running.append(process)
    assert process.stdin is not None
    return os.dup(process.stdin.fileno())


def reap() -> None:
    """Waits for what start() started, after its descriptors have been closed."""
    while _running:
        process = _running.pop()
        process.communicate()


def _seek(descriptor: int, offset: int, whence: str) -> int:
    return os.lseek(descriptor, offset, getattr(os, whence))


def _write_all(descriptor: int, data: bytes, offset: int | None = None) -> int:
    return os.write(descriptor, data) if offset is None else os.pwrite(descriptor, data, offset)


_P, _N, _D, _W, _B = "path", "number", "descriptor", "word", "bytes"

CALLS = {
    "open": Call(_open, (_P, _W, "number?"), opens=True),
    "close": Call(os.close, (_D,)),
    "read": Call(os.read, (_D, _N)),
    "pread": Call(os.pread, (_D, _N, _N)),
    "write": Call(_write_all, (_D, _B)),
    "pwrite": Call(_write_all, (_D, _B, _N)),
    "lseek": Call(_seek, (_D, _N, _W)),
    "fsync": Call(os.fsync, (_D,)),
    "truncate": Call(os.truncate, (_P, _N)),
    "ftruncate": Call(os.ftruncate, (_D, _N)),
    "posix_fallocate": Call(os.posix_fallocate, (_D, _N, _N)),
    "chmod": Call(os.chmod, (_P, _N)),
    "fchmod": Call(os.fchmod, (_D, _N)),
    "lchmod": Call(_chmod_nothing_followed, (_P, _N)),
    "chown": Call(os.chown, (_P, _N, _N)),
    "lchown": Call(os.lchown, (_P, _N, _N)),
    "fchown": Call(os.fchown, (_D, _N, _N)),
    "link": Call(os.link, (_P, _P)),
    "symlink": Call(os.symlink, (_P, _P)),
    "readlink": Call(os.readlink, (_P,)),
    "unlink": Call(os.unlink, (_P,)),
    "rmdir": Call(os.rmdir, (_P,)),
    "rename": Call(os.rename, (_P, _P)),
    "mkdir": Call(os.mkdir, (_P, _N)),
    "mkfifo": Call(os.mkfifo, (_P, _N)),
    "mknod": Call(_mknod, (_P, _W, _N, "number?", "number?")),
    "bind": Call(_bind, (_P,)),
    "make": Call(make, (_W, _P, "number?")),
    "fill": Call(_fill, (_P, _N, "word?")),
    "links": Call(_links, (_P, _N)),
    "copy": Call(_copy, (_P, _P, "number?")),
    "execute": Call(_execute, (_P, "word?")),
    "start": Call(_start, (_P,), opens=True),
    "utimens": Call(_utimens, (_P, _W, _W)),
    "lutimens": Call(_lutimens, (_P, _W, _W)),
    "futimens": Call(_futimens, (_D, _W, _W)),
    "access": Call(_access, (_P, _W)),
    "chdir": Call(os.chdir, (_P,)),
    "fchdir": Call(os.fchdir, (_D,)),
    "umask": Call(os.umask, (_N,)),
    "list": Call(_listing, (_P,)),
    "count": Call(lambda path: len(os.listdir(path)), (_P,)),
    "statvfs": Call(lambda path: os.statvfs(path) and None, (_P,)),
}
