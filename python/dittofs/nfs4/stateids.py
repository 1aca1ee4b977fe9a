"""Stateids: the special ones, and those that results carry (RFC 8881 8.2.3, RFC 7530 9.1.4.3)."""

from __future__ import annotations

from typing import Any

from dittofs import wire
from dittofs.wire.nfs4 import NFS4_OTHER_SIZE, NFS4_UINT32_MAX, stateid4

ANONYMOUS = stateid4(0, bytes(NFS4_OTHER_SIZE))
READ_BYPASS = stateid4(NFS4_UINT32_MAX, b"\xff" * NFS4_OTHER_SIZE)
CURRENT = stateid4(1, bytes(NFS4_OTHER_SIZE))  # from 4.1 on
INVALID = stateid4(NFS4_UINT32_MAX, bytes(NFS4_OTHER_SIZE))  # from 4.1 on

_FIELDS = ("stateid", "lock_stateid", "open_stateid")


def stateid(value: Any) -> stateid4:
    """A stateid4 itself, or that of a result: of OPEN, LOCK, CLOSE, ..., or of an Open."""
    if isinstance(value, stateid4):
        return value
    for name in _FIELDS:
        found = getattr(value, name, None)
        if isinstance(found, stateid4):
            return found
    raise TypeError(f"no stateid in {value!r}")


def but(value: Any, **changes: Any) -> stateid4:
    """The same stateid with another seqid or other."""
    return wire.replace(stateid(value), **changes)


def current_seqid(value: Any) -> stateid4:
    """The same state with seqid zero: the most recent version, from 4.1 on (RFC 8881 8.2.2)."""
    return but(value, seqid=0)
