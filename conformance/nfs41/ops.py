"""Every operation of NFSv4.1 with right arguments, for tests that hold all of them to one rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dittofs.nfs4 import ANONYMOUS, NF4DIR, READ_LT, Operation, create, op
from dittofs.testing.markers import covers

# What the current filehandle must refer to.
ANY, FILE, DIRECTORY, LINK, NONE = "any object", "a regular file", "a directory", "a symbolic link", "nothing"


@dataclass(frozen=True)
class Usage:
    operation: Operation
    section: str  # RFC 8881's
    current: str  # what the current filehandle must be
    saved: str = NONE
    optional: bool = False  # a server need not have it: NFS4ERR_NOTSUPP (RFC 8881 17)

    def __str__(self) -> str:
        return self.operation.name


STATEID = ANONYMOUS

# What follows a SEQUENCE.
USAGES = (
    Usage(op.access(), "18.1", ANY),
    Usage(op.close(STATEID), "18.2", FILE),
    Usage(op.commit(), "18.3", FILE),
    Usage(op.create(NF4DIR, "new"), "18.4", DIRECTORY),
    Usage(op.delegpurge(), "18.5", NONE, optional=True),
    Usage(op.delegreturn(STATEID), "18.6", FILE, optional=True),
    Usage(op.getattr("type"), "18.7", ANY),
    Usage(op.getfh(), "18.8", ANY),
    Usage(op.link("new"), "18.9", DIRECTORY, saved=FILE, optional=True),
    Usage(op.lock(READ_LT, 0, 1, lock_stateid=STATEID), "18.10", FILE),
    Usage(op.lockt(READ_LT, 0, 1), "18.11", FILE),
    Usage(op.locku(STATEID, 0, 1), "18.12", FILE),
    Usage(op.lookup("name"), "18.13", DIRECTORY),
    Usage(op.lookupp(), "18.14", DIRECTORY),
    Usage(op.nverify(size=1 << 40), "18.15", ANY),
    Usage(op.open("name", create()), "18.16", DIRECTORY),
    Usage(op.openattr(), "18.17", ANY, optional=True),
    Usage(op.open_downgrade(STATEID, 1), "18.18", FILE),
    Usage(op.putfh(b"?"), "18.19", NONE),
    Usage(op.putpubfh(), "18.20", NONE),
    Usage(op.putrootfh(), "18.21", NONE),
    Usage(op.read(), "18.22", FILE),
    Usage(op.readdir(), "18.23", DIRECTORY),
    Usage(op.readlink(), "18.24", LINK, optional=True),
    Usage(op.remove("name"), "18.25", DIRECTORY),
    Usage(op.rename("name", "new"), "18.26", DIRECTORY, saved=DIRECTORY),
    Usage(op.restorefh(), "18.27", NONE),
    Usage(op.savefh(), "18.28", ANY),
    Usage(op.secinfo("name"), "18.29", DIRECTORY),
    Usage(op.setattr(mode=0o600), "18.30", ANY),
    Usage(op.verify(size=0), "18.31", ANY),
    Usage(op.write(ANONYMOUS, 0, b"data"), "18.32", FILE),
    Usage(op.backchannel_ctl(), "18.33", NONE),
    Usage(op.free_stateid(STATEID), "18.38", NONE),
    Usage(op.get_dir_delegation(), "18.39", DIRECTORY, optional=True),
    Usage(op.getdeviceinfo(), "18.40", NONE, optional=True),
    Usage(op.getdevicelist(), "18.41", ANY, optional=True),
    Usage(op.layoutcommit(STATEID), "18.42", FILE, optional=True),
    Usage(op.layoutget(STATEID), "18.43", FILE, optional=True),
    Usage(op.layoutreturn(), "18.44", NONE, optional=True),
    Usage(op.secinfo_no_name(), "18.45", ANY),
    Usage(op.set_ssv(b"ssv", b"digest"), "18.47", NONE, optional=True),
    Usage(op.test_stateid(STATEID), "18.48", NONE),
    Usage(op.want_delegation(), "18.49", FILE, optional=True),
    Usage(op.reclaim_complete(), "18.51", NONE),
)


def usage(name: str) -> Usage:
    return next(u for u in USAGES if u.operation.name == name)


def each(what: str, usages=USAGES) -> list:
    """Parameters for a test of several operations: each covers its own section."""
    return [pytest.param(u, id=str(u), marks=covers(f"RFC8881 {u.section}", what)) for u in usages]
