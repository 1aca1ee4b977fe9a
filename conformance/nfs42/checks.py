"""What many NFSv4.2 tests look at in the same way."""

from __future__ import annotations

from typing import Any

from conformance.nfs40.checks import OBJECTS, SPECIAL, change, check_cinfo, new_file
from conformance.nfs41.checks import BAD_STATEID, BOTH, READ, WRITE
from dittofs.nfs4 import FILE_SYNC4, NFS4_CONTENT_DATA, Open, create, op

__all__ = [
    "BAD_STATEID", "BIG", "BLOCK", "BOTH", "OBJECTS", "READ", "SPECIAL", "WRITE", "change", "check_cinfo", "content", "filled",
    "new_file", "plus", "size",
]  # fmt: skip

BLOCK = 1 << 16  # larger than any block of a file system here
BIG = 1 << 63
PIECE = 1 << 18  # what one WRITE may carry in any session


def filled(c: Any, home: bytes, name: str, *parts: tuple[int, bytes], **how: Any) -> Open:
    """A new open file with data at some offsets and, where the file system has them, holes elsewhere."""
    opened = c.open(home, name, create(mode=0o666), **how)
    for offset, data in parts:
        for at in range(0, len(data), PIECE):
            c.compound(op.putfh(opened.fh), op.write(opened, offset + at, data[at : at + PIECE], FILE_SYNC4))
    return opened


def content(c: Any, file: bytes) -> bytes:
    """All of a file, by READ."""
    data = b""
    while True:
        r = c.compound(op.putfh(file), op.read(offset=len(data))).read
        data += bytes(r.data)
        if r.eof:
            return data


def plus(r: Any, offset: int) -> bytes:
    """What a READ_PLUS says is there, holes as zeros; segments come in order, without gaps."""
    found = b""
    for segment in r.read_plus.rpr_contents:
        data = segment.rpc_content == NFS4_CONTENT_DATA
        at, part = (
            (segment.rpc_data.d_offset, bytes(segment.rpc_data.d_data))
            if data
            else (segment.rpc_hole.di_offset, bytes(segment.rpc_hole.di_length))
        )
        assert not part or at == offset + len(found)
        found += part
    return found


def size(c: Any, file: bytes) -> int:
    return c.getattr(file, "size").size
