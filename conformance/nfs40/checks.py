"""What many NFSv4.0 tests look at in the same way."""

from __future__ import annotations

from typing import Any

from dittofs import nfs4
from dittofs.nfs4 import (
    NF4BLK, NF4CHR, NF4DIR, NF4FIFO, NF4LNK, NF4REG, NF4SOCK, NFS4_OK, NFS4ERR, create, op,
)  # fmt: skip
from dittofs.testing.tree import entries4

# The fixture that makes an object of each type, and the type.
OBJECTS = {
    "file": NF4REG, "subdir": NF4DIR, "symlink": NF4LNK, "fifo": NF4FIFO, "socket": NF4SOCK, "block": NF4BLK,
    "character": NF4CHR,
}  # fmt: skip
SPECIAL = ("fifo", "socket", "block", "character")

# A filehandle that refers to nothing; which of these a server can tell is its own business (RFC 7530 13.1.2).
BAD_HANDLE = (NFS4ERR.BADHANDLE, NFS4ERR.STALE)

# What an operation on the wrong type of object may say where the RFC lists several (RFC 7530 13.1.2, 13.2).
NOT_A_FILE = (NFS4ERR.INVAL, NFS4ERR.ISDIR)

END = 0xFFFFFFFFFFFFFFFF  # a length to the end of the file; the last change id; the last offset


def new_file(c: nfs4.Client40, dir: bytes, name: Any, **attributes: Any) -> bytes:
    """A regular file that nobody has open, mode 0666 unless said otherwise."""
    opened = c.open(dir, name, create(**{"mode": 0o666, **attributes}), owner=b"maker")
    c.close(opened)
    return opened.fh


def change(c: nfs4.Client40, object: bytes) -> int:
    return c.getattr(object, "change").change


def check_cinfo(cinfo: Any, before: int, after: int) -> None:
    """change_info4 of a directory between two GETATTRs that nobody else's change came between (RFC 7530 2.2.9).

    That a change moves the change attribute is test_change.py's.
    """
    assert cinfo.after == after
    if cinfo.atomic:
        assert cinfo.before == before


def names(c: nfs4.Client40, directory: bytes) -> set:
    """The names in a directory."""
    return {entry.name for entry in entries4(c, directory)}


def exists(c: nfs4.Client40, directory: bytes, name: Any) -> bool:
    return c.compound(op.putfh(directory), op.lookup(name).may_fail(NFS4ERR.NOENT)).status == NFS4_OK
