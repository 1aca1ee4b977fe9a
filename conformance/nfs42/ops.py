"""Every operation that minor version 2 brings, for tests that hold all of them to one rule."""

from __future__ import annotations

import pytest

from conformance.nfs41.ops import FILE, Usage
from dittofs.nfs4 import ANONYMOUS, NFS4_CONTENT_DATA, Operation, app_data_block4, op, stateid4
from dittofs.testing.markers import covers

PATTERN = app_data_block4(0, 512, 2, 0, 0, 0, b"pattern ")

# Sections are RFC 7862's. The stateid is one that READ and WRITE take.
USAGES = (
    Usage(op.allocate(ANONYMOUS, 0, 4096), "15.1", FILE, optional=True),
    Usage(op.copy(ANONYMOUS, ANONYMOUS), "15.2", FILE, saved=FILE, optional=True),
    Usage(op.copy_notify(ANONYMOUS), "15.3", FILE, optional=True),
    Usage(op.deallocate(ANONYMOUS, 0, 4096), "15.4", FILE, optional=True),
    Usage(op.io_advise(ANONYMOUS), "15.5", FILE, optional=True),
    Usage(op.layouterror(ANONYMOUS), "15.6", FILE, optional=True),
    Usage(op.layoutstats(ANONYMOUS), "15.7", FILE, optional=True),
    Usage(op.offload_cancel(ANONYMOUS), "15.8", FILE, optional=True),
    Usage(op.offload_status(ANONYMOUS), "15.9", FILE, optional=True),
    Usage(op.read_plus(), "15.10", FILE, optional=True),
    Usage(op.seek(ANONYMOUS, 0, NFS4_CONTENT_DATA), "15.11", FILE, optional=True),
    Usage(op.write_same(ANONYMOUS, PATTERN), "15.12", FILE, optional=True),
    Usage(op.clone(ANONYMOUS, ANONYMOUS), "15.13", FILE, saved=FILE, optional=True),
)

# Sections are RFC 8276's.
XATTRS = (
    (op.getxattr("name"), "8.4.1"),
    (op.setxattr("name", b"value"), "8.4.2"),
    (op.listxattrs(), "8.4.3"),
    (op.removexattr("name"), "8.4.4"),
)


def each(what: str, usages=USAGES) -> list:
    """Parameters for a test of several operations: each covers its own section."""
    return [pytest.param(u, id=str(u), marks=covers(f"RFC7862 {u.section}", what)) for u in usages]


def each_xattr(what: str) -> list:
    return [pytest.param(o, id=o.name, marks=covers(f"RFC8276 {section}", what)) for o, section in XATTRS]


def all_(what: str) -> list:
    """The same of both specifications, operations only."""
    mine = [pytest.param(u.operation, id=str(u), marks=covers(f"RFC7862 {u.section}", what)) for u in USAGES]
    return mine + each_xattr(what)



def with_stateid(operation: Operation, stateid: stateid4) -> Operation:
    """The operation with another stateid wherever it takes one."""
    args = operation.args
    return operation.but(**{name: stateid for name in args.__slots__ if isinstance(getattr(args, name), stateid4)})
