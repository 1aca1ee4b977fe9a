"""The directories a case may use beside its own: @ro, a read-only file system, and @other, another one."""

from __future__ import annotations

import os
from pathlib import Path

from pjdfstest.kernel.inside import system
from pjdfstest.posix.calls import make

# What is below @ro: the conformance client makes the same over the wire (field.py).
KINDS = ("file", "dir", "fifo", "symlink", "char", "block", "socket")


def fill(directory: Path) -> None:
    """An object of each kind, named after it, and a file in the directory."""
    for kind in KINDS:
        make(kind, str(directory / kind), 0o777)
        if kind != "symlink":
            os.chmod(directory / kind, 0o777)
    make("file", str(directory / "dir" / "file"), 0o666)
    os.chmod(directory / "dir" / "file", 0o666)


def private_mounts() -> None:
    """From here on what this process mounts is seen by nobody else, and is gone with it. Needs root."""
    system.unshare(system.CLONE_NEWNS)
    system.mount("none", "/", "none", system.MS_REC | system.MS_PRIVATE)


def make_places(root: Path) -> dict[str, str]:
    """@ro, on the file system of root, and @other, a tmpfs. Needs root, and mounts of one's own."""
    read_only, other = root / "read-only", root / "other"
    for directory in (read_only, other):
        directory.mkdir()
    fill(read_only)
    system.mount(str(read_only), str(read_only), "none", system.MS_BIND)
    system.mount("none", str(read_only), "none", system.MS_BIND | system.MS_REMOUNT | system.MS_RDONLY)
    system.mount("other", str(other), "tmpfs")
    return {"@ro": str(read_only), "@other": str(other)}


def unmake_places(places: dict[str, str]) -> None:
    for path in places.values():
        system.unmount(path, system.MNT_DETACH)
