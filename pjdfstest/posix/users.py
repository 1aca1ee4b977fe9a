"""Whose calls a case makes. Names and numbers are those of the conformance suites."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Iterator


@dataclass(frozen=True)
class User:
    uid: int
    gid: int
    groups: tuple[int, ...] = ()


USERS = {
    "root": User(0, 0),
    "alice": User(1000, 1000),
    "bob": User(1001, 1001),
    "carol": User(1002, 1002, (1000,)),  # in alice's group, as a supplementary group
    "dave": User(1003, 1000),  # alice's group is his own
    "nobody": User(65534, 65534),
}


@contextmanager
def acting_as(user: User) -> Iterator[None]:
    """The effective IDs and groups of a user; with a user other than root, root's privileges are gone meanwhile."""
    if user.uid == 0 and not user.groups:
        yield
        return
    os.setgroups(user.groups)
    os.setegid(user.gid)
    os.seteuid(user.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(())
