"""The state engine alone: who may do what to one file that others have claims on. No server, no socket.

    a, b = Owner("a", client=1), Owner("b", client=2)
    file = ClaimTable()
    file.set_share(a, access=Rights.READ, deny=Rights.WRITE)
    file.judge(b, OpenAccess(Rights.WRITE))          # refuse: a denies it
    file.lock(a, 0, 99)
    file.judge(b, LockAccess(50, 59))                # refuse: a's lock on 0 to 99
    d = file.grant(a, CachingGrant(read=True))
    file.judge(b, WriteAccess())                     # recall: [d]

It is the table that every protocol of the server asks (engine/state/claims.h): share modes (RFC 8881 9.7), byte-range
locks (9.2) and delegations (10.4), in one place. It does not ask itself: whoever makes a claim has judged it before.

A range is its first and its last byte; the last that there can be is 2**64 - 1, where "to the end" ends too.
"""

from __future__ import annotations

from enum import IntFlag
from typing import Literal, NamedTuple, Optional, Union

from dittofs import _server
from dittofs._server import (
    CachingGrant, ChangeAccess, ClaimTable, DirectoryAccess, LockAccess, OpenAccess, Owner, ReadAccess, RemoveAccess,
    UnlinkAccess, WriteAccess,
)  # fmt: skip
from dittofs.clock import Clock

__all__ = [
    "Access", "ByteRange", "CachingGrant", "ChangeAccess", "ClaimTable", "DirectoryAccess", "DirectoryChanges", "END", "Grant",
    "LockAccess", "LockQueue", "OpenAccess", "Owner", "ReadAccess", "RemoveAccess", "Rights", "Share", "UnlinkAccess",
    "Verdict", "Waiter", "WriteAccess",
]  # fmt: skip

END = 2**64 - 1  # the last byte that a file can have

Access = Union[
    ReadAccess, WriteAccess, LockAccess, OpenAccess, RemoveAccess, UnlinkAccess, ChangeAccess, DirectoryAccess
]  # fmt: skip


class Rights(IntFlag):
    """What an open may do, or lets nobody else do."""

    READ = 1
    WRITE = 2
    DELETE = 4


class DirectoryChanges(IntFlag):
    """What may happen to a directory."""

    ENTRY_ADDED = 1
    ENTRY_REMOVED = 2
    ENTRY_RENAMED = 4  # within the directory
    ATTRIBUTES = 8


class ByteRange(NamedTuple):
    """A lock. mandatory: it binds reads and writes too, not only other locks."""

    owner: Owner
    first: int
    last: int
    exclusive: bool
    mandatory: bool


class Share(NamedTuple):
    """An open: what it may do, and what it lets nobody else do."""

    owner: Owner
    access: int
    deny: int


class Grant(NamedTuple):
    """A promise to a client, by its number."""

    id: int
    owner: Owner
    what: CachingGrant


class Verdict(NamedTuple):
    """proceed; refuse, for the claim of `holder`, on `range` where it is a lock; or recall: ask for the grants with these
    numbers back and judge again, as only then the table tells all there is."""

    kind: Literal["proceed", "refuse", "recall"]
    holder: Optional[Owner]
    range: Optional[ByteRange]
    recalls: list[int]

    @property
    def proceeds(self) -> bool:
        return self.kind == "proceed"


class Waiter(NamedTuple):
    """A place in a queue, kept `until` then; told: that it may have its lock now."""

    owner: Owner
    first: int
    last: int
    exclusive: bool
    until: float
    told: bool


class LockQueue:
    """Who waits for byte ranges of one file, in the order they came. A place is no lock but a turn, kept for `lease` seconds
    of the clock after its owner asked last."""

    def __init__(self, clock: Optional[Clock] = None, lease: float = 90) -> None:
        self.clock = clock or Clock()
        self.lease = lease
        self._queue = _server.LockQueue()

    @property
    def _now(self) -> int:
        return round(self.clock.now * 1e9)

    @property
    def _later(self) -> int:
        return self._now + round(self.lease * 1e9)

    def wait(self, owner: Owner, first: int = 0, last: int = END, exclusive: bool = True) -> bool:
        """A place at the end, or the one it has for the same lock, kept on. False: the queue is full."""
        return self._queue.wait(owner, first, last, exclusive, self._later)

    def ahead_of(self, who: Owner, first: int = 0, last: int = END, exclusive: bool = True) -> Optional[Owner]:
        """Who waits in front of this owner for bytes it wants, and conflicts. None: it is its turn."""
        return self._queue.ahead_of(who, first, last, exclusive, self._now)

    def leave(self, who: Owner, first: int = 0, last: int = END) -> list[Waiter]:
        """The owner waits for none of these bytes any more: the places that it had."""
        return self._queue.leave(who, first, last)

    def take_late(self) -> list[Waiter]:
        """Those whose time is over; they are out."""
        return self._queue.take_late(self._now)

    def take_ready(self, claims: ClaimTable) -> list[Waiter]:
        """Those that could have their lock now and have not been told: they are, and have a lease to come for it."""
        return self._queue.take_ready(claims, self._now, self._later)

    @property
    def waiters(self) -> list[Waiter]:
        return self._queue.waiters
