"""What many NFSv4.1 tests look at in the same way."""

from __future__ import annotations

from typing import Any, Iterator

from conformance.nfs40.checks import (
    BAD_HANDLE, END, OBJECTS, SPECIAL, change, check_cinfo, exists, names, new_file,
)  # fmt: skip
from dittofs import nfs4
from dittofs.nfs4 import NFS4ERR, op

__all__ = [
    "BAD_HANDLE", "BAD_STATEID", "BOTH", "END", "OBJECTS", "READ", "SPECIAL", "WRITE", "alive", "change", "check_cinfo", "dead",
    "exists", "names", "new_file", "sizes",
]  # fmt: skip

READ, WRITE, BOTH = nfs4.OPEN4_SHARE_ACCESS_READ, nfs4.OPEN4_SHARE_ACCESS_WRITE, nfs4.OPEN4_SHARE_ACCESS_BOTH

# State that the server does not know, or not any more (RFC 8881 8.2.4).
BAD_STATEID = (NFS4ERR.BAD_STATEID, NFS4ERR.EXPIRED)


def alive(session: nfs4.Session) -> None:
    """The session answers."""
    session.compound(op.putrootfh())


def dead(session: nfs4.Session) -> None:
    """The server does not know the session."""
    session.compound(op.sequence().fails(NFS4ERR.BADSESSION))


def sizes(start: int, end: int, step: int = 4) -> Iterator[int]:
    """Both ends, whatever the step."""
    yield from range(start, end, step)
    yield end


def stateid_of(r: Any, at: int) -> nfs4.stateid4:
    """The stateid of one result among several."""
    return nfs4.stateid(r[at])
