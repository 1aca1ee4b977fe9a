"""ACLs as these tests write them, and what they ask of the server about them (RFC 8881 6)."""

from __future__ import annotations

from typing import Any

import pytest

from dittofs.nfs4 import (
    ACCESS4_DELETE, ACCESS4_EXECUTE, ACCESS4_EXTEND, ACCESS4_LOOKUP, ACCESS4_MODIFY, ACCESS4_READ, ACE4_ACCESS_ALLOWED_ACE_TYPE,
    ACE4_ACCESS_DENIED_ACE_TYPE, ACE4_APPEND_DATA, ACE4_DELETE_CHILD, ACE4_EXECUTE, ACE4_IDENTIFIER_GROUP, ACE4_READ_ACL,
    ACE4_READ_ATTRIBUTES, ACE4_READ_DATA, ACE4_WRITE_ACL, ACE4_WRITE_ATTRIBUTES, ACE4_WRITE_DATA, names, nfsace4, op,
)  # fmt: skip
from dittofs.testing.fixtures import ALICE, BOB, CAROL

OWNER, GROUP, EVERYONE = "OWNER@", "GROUP@", "EVERYONE@"
READ, EXECUTE = ACE4_READ_DATA, ACE4_EXECUTE
WRITE = ACE4_WRITE_DATA | ACE4_APPEND_DATA
CHILDREN = ACE4_DELETE_CHILD
BASIC = ACE4_READ_ATTRIBUTES | ACE4_READ_ACL
CONTROL = ACE4_WRITE_ACL | ACE4_WRITE_ATTRIBUTES

# What ACCESS says of each bit of a mask (18.1.3), where it says anything.
FILE_ACCESS = {READ: ACCESS4_READ, ACE4_WRITE_DATA: ACCESS4_MODIFY, ACE4_APPEND_DATA: ACCESS4_EXTEND, EXECUTE: ACCESS4_EXECUTE}
DIRECTORY_ACCESS = {READ: ACCESS4_READ, EXECUTE: ACCESS4_LOOKUP, CHILDREN: ACCESS4_DELETE}

USERS = {"alice": ALICE, "bob": BOB, "carol": CAROL}


def allow(who: str, mask: int, flag: int = 0) -> nfsace4:
    return nfsace4(ACE4_ACCESS_ALLOWED_ACE_TYPE, flag, mask, who)


def deny(who: str, mask: int, flag: int = 0) -> nfsace4:
    return nfsace4(ACE4_ACCESS_DENIED_ACE_TYPE, flag, mask, who)


def group(who: str) -> dict[str, Any]:
    """An ACE's `who` and `flag` for a group."""
    return {"who": who, "flag": ACE4_IDENTIFIER_GROUP}


def need_acls(c: Any, object: bytes) -> None:
    """Skips a test where there are no ACLs that allow and deny."""
    found = c.getattr(object, "supported_attrs", "aclsupport")
    if "acl" not in names(found.supported_attrs) or found.get("aclsupport", 0) & 3 != 3:
        pytest.skip("the server supports no ACLs that allow and deny")


def acl(c: Any, object: bytes) -> list[nfsace4]:
    return list(c.getattr(object, "acl").acl)


def granted(c: Any, object: bytes, wanted: dict[int, int]) -> int:
    """What ACCESS grants, as bits of a mask."""
    asked = 0
    for bit in wanted.values():
        asked |= bit
    r = c.compound(op.putfh(object), op.access(asked)).access
    mask = 0
    for bit, access in wanted.items():
        mask |= bit if r.access & access else 0
    return mask
