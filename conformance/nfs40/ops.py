"""Every operation of NFSv4.0 with right arguments, for tests that hold all of them to one rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dittofs.nfs4 import ANONYMOUS, NF4DIR, READ_LT, Operation, create, op
from dittofs.testing.markers import covers

# What the current filehandle must refer to.
ANY, FILE, DIRECTORY, LINK, NONE = "any object", "a regular file", "a directory", "a symbolic link", "nothing"

STATEID = ANONYMOUS


@dataclass(frozen=True)
class Usage:
    operation: Operation
    section: str  # RFC 7530's
    current: str  # what the current filehandle must be
    saved: str = NONE

    def __str__(self) -> str:
        return self.operation.name


USAGES = (
    Usage(op.access(), "16.1", ANY),
    Usage(op.close(STATEID, seqid=0), "16.2", FILE),
    Usage(op.commit(), "16.3", FILE),
    Usage(op.create(NF4DIR, "new"), "16.4", DIRECTORY),
    Usage(op.delegpurge(), "16.5", NONE),
    Usage(op.delegreturn(STATEID), "16.6", FILE),
    Usage(op.getattr("type"), "16.7", ANY),
    Usage(op.getfh(), "16.8", ANY),
    Usage(op.link("new"), "16.9", DIRECTORY, saved=FILE),
    Usage(op.lock(READ_LT, 0, 1, lock_stateid=STATEID, lock_seqid=0), "16.10", FILE),
    Usage(op.lockt(READ_LT, 0, 1), "16.11", FILE),
    Usage(op.locku(STATEID, 0, 1, seqid=0), "16.12", FILE),
    Usage(op.lookup("name"), "16.13", DIRECTORY),
    Usage(op.lookupp(), "16.14", DIRECTORY),
    Usage(op.nverify(size=1 << 40), "16.15", ANY),
    Usage(op.open("name", create()), "16.16", DIRECTORY),
    Usage(op.openattr(), "16.17", ANY),
    Usage(op.open_confirm(STATEID, seqid=0), "16.18", FILE),
    Usage(op.open_downgrade(STATEID, 1, seqid=0), "16.19", FILE),
    Usage(op.putfh(b"?"), "16.20", NONE),
    Usage(op.putpubfh(), "16.21", NONE),
    Usage(op.putrootfh(), "16.22", NONE),
    Usage(op.read(), "16.23", FILE),
    Usage(op.readdir(), "16.24", DIRECTORY),
    Usage(op.readlink(), "16.25", LINK),
    Usage(op.remove("name"), "16.26", DIRECTORY),
    Usage(op.rename("name", "new"), "16.27", DIRECTORY, saved=DIRECTORY),
    Usage(op.renew(), "16.28", NONE),
    Usage(op.restorefh(), "16.29", NONE),
    Usage(op.savefh(), "16.30", ANY),
    Usage(op.secinfo("name"), "16.31", DIRECTORY),
    Usage(op.setattr(mode=0o600), "16.32", ANY),
    Usage(op.setclientid(b"verifier", b"id"), "16.33", NONE),
    Usage(op.setclientid_confirm(1, b"verifier"), "16.34", NONE),
    Usage(op.verify(size=0), "16.35", ANY),
    Usage(op.write(ANONYMOUS, 0, b"data"), "16.36", FILE),
    Usage(op.release_lockowner(), "16.37", NONE),
)


def usage(name: str) -> Usage:
    return next(u for u in USAGES if u.operation.name == name)


def each(what: str, usages=USAGES) -> list:
    """Parameters for a test of several operations: each covers its own section."""
    return [pytest.param(u, id=str(u), marks=covers(f"RFC7530 {u.section}", what)) for u in usages]
