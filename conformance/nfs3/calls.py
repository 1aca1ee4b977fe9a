"""Every NFSv3 procedure with right arguments, for tests that hold all of them to one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import pytest

from dittofs import nfs3
from dittofs.nfs3 import GUARDED, NF3FIFO
from dittofs.testing.markers import covers

# What the handle in a call must refer to.
ANY, FILE, DIRECTORY, LINK = "any object", "a regular file", "a directory", "a symbolic link"


@dataclass(frozen=True)
class Usage:
    """How to call a procedure: `args(handle, other)` are its arguments with `handle` in one place.

    `other` is a second handle where one is needed: LINK's file, the other directory of RENAME.
    """

    name: str
    section: str  # RFC 1813's
    handle: str  # what kind of object it wants there
    args: Callable
    place: str = ""  # which handle, of procedures that take two
    changes: bool = False  # modifies the file system

    def bound(self, client: nfs3.Client):
        return getattr(client, self.name)

    def __str__(self) -> str:
        return f"{self.name}-{self.place}" if self.place else self.name


USAGES = (
    Usage("getattr", "3.3.1", ANY, lambda h, o: (h,)),
    Usage("setattr", "3.3.2", ANY, lambda h, o: (h,), changes=True),
    Usage("lookup", "3.3.3", DIRECTORY, lambda h, o: (h, "name")),
    Usage("access", "3.3.4", ANY, lambda h, o: (h,)),
    Usage("readlink", "3.3.5", LINK, lambda h, o: (h,)),
    Usage("read", "3.3.6", FILE, lambda h, o: (h, 0, 10)),
    Usage("write", "3.3.7", FILE, lambda h, o: (h, 0, b"data"), changes=True),
    Usage("create", "3.3.8", DIRECTORY, lambda h, o: (h, "name", GUARDED), changes=True),
    Usage("mkdir", "3.3.9", DIRECTORY, lambda h, o: (h, "name"), changes=True),
    Usage("symlink", "3.3.10", DIRECTORY, lambda h, o: (h, "name", "target"), changes=True),
    Usage("mknod", "3.3.11", DIRECTORY, lambda h, o: (h, "name", NF3FIFO), changes=True),
    Usage("remove", "3.3.12", DIRECTORY, lambda h, o: (h, "name"), changes=True),
    Usage("rmdir", "3.3.13", DIRECTORY, lambda h, o: (h, "name"), changes=True),
    Usage("rename", "3.3.14", DIRECTORY, lambda h, o: (h, "name", o, "new"), "from", changes=True),
    Usage("rename", "3.3.14", DIRECTORY, lambda h, o: (o, "file", h, "new"), "to", changes=True),
    Usage("link", "3.3.15", ANY, lambda h, o: (h, o, "new"), "file", changes=True),
    Usage("link", "3.3.15", DIRECTORY, lambda h, o: (o, h, "new"), "dir", changes=True),
    Usage("readdir", "3.3.16", DIRECTORY, lambda h, o: (h,)),
    Usage("readdirplus", "3.3.17", DIRECTORY, lambda h, o: (h,)),
    Usage("fsstat", "3.3.18", ANY, lambda h, o: (h,)),
    Usage("fsinfo", "3.3.19", ANY, lambda h, o: (h,)),
    Usage("pathconf", "3.3.20", ANY, lambda h, o: (h,)),
    Usage("commit", "3.3.21", FILE, lambda h, o: (h,)),
)


def usage(name: str, place: str = "") -> Usage:
    return next(u for u in USAGES if (u.name, u.place) == (name, place))


def each(what: str, usages=USAGES) -> list:
    """Parameters for a test of several procedures: each covers its own section."""
    return [pytest.param(u, id=str(u), marks=covers(f"RFC1813 {u.section}", what)) for u in usages]
