"""What a client knows of its part of a server's tree: what must be there, and what may be.

Every statement is docs/durability.md's. Updates have one order and what survives is a beginning of it, so an answer
that promises stable storage promises it for everything that was answered before its call was sent, whoever asked.
"""

from __future__ import annotations

import dataclasses
import itertools
import threading
from typing import Any, Callable, Iterator, Optional


class Order:
    """When calls were sent and answered, and what the answers promise. Shared by all clients of a server."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self.durable_before = 0  # whatever was answered before this moment is on stable storage

    def now(self) -> int:
        return next(self._count)

    def durable(self, sent: int) -> None:
        """A call sent at this moment was answered as durable."""
        with self._lock:
            self.durable_before = max(self.durable_before, sent)

    def everything_durable(self) -> None:
        """The server ended cleanly."""
        self.durable(self.now())


@dataclasses.dataclass(frozen=True)
class Write:
    offset: int
    data: bytes
    stable: int  # what was asked for
    sent: int
    answered: Optional[int] = None

    @property
    def end(self) -> int:
        return self.offset + len(self.data)

    def durable(self, before: int) -> bool:
        return self.answered is not None and (self.stable != 0 or self.answered < before)

    def overlaps(self, begin: int, end: int) -> bool:
        return self.offset < end and begin < self.end


def overwritten(content: bytes, write: Write) -> bytes:
    gap = bytes(max(0, write.offset - len(content)))
    return b"".join((content[: write.offset], gap, write.data, content[write.end :]))


def cut(content: bytes, size: int) -> bytes:
    return content[:size] + bytes(max(0, size - len(content)))


@dataclasses.dataclass
class Node:
    kind: str  # "file", "dir", "link", "fifo"
    handle: Optional[bytes]  # None: its create was never answered
    mode: int = 0
    links: int = 1  # of files
    target: bytes = b""  # of links
    entries: dict[str, int] = dataclasses.field(default_factory=dict)  # of directories: name -> key of the node
    base: bytes = b""  # of files: what must be there
    pending: tuple[Write, ...] = ()  # of files: what may be there, in the order of their calls

    def settle(self, before: int) -> None:
        """Writes that are durable by now are part of what must be there."""
        left = []
        for w in self.pending:
            if w.durable(before):
                self.base = overwritten(self.base, w)
            else:
                left.append(w)
        self.pending = tuple(left)

    def newest(self) -> bytes:
        """The content if nothing is lost."""
        content = self.base
        for w in self.pending:
            content = overwritten(content, w)
        return content

    def fold(self) -> None:
        self.base, self.pending = self.newest(), ()

    def copy(self) -> "Node":
        return dataclasses.replace(self, entries=dict(self.entries))


class Tree:
    """The nodes below one directory, by keys of our own, and the handles of what is gone."""

    def __init__(self, root: bytes) -> None:
        self.nodes: dict[int, Node] = {0: Node("dir", root)}
        self.dead: list[bytes] = []
        self.next = 1

    def copy(self) -> "Tree":
        other = Tree(b"")
        other.nodes = {key: node.copy() for key, node in self.nodes.items()}
        other.dead, other.next = list(self.dead), self.next
        return other

    def add(self, dir: int, name: str, node: Node) -> int:
        key, self.next = self.next, self.next + 1
        self.nodes[key] = node
        self.nodes[dir].entries[name] = key
        return key

    def link(self, key: int, dir: int, name: str) -> None:
        self.nodes[dir].entries[name] = key
        self.nodes[key].links += 1

    def unlink(self, dir: int, name: str) -> None:
        """The entry goes, and its object with its last name."""
        key = self.nodes[dir].entries.pop(name)
        node = self.nodes[key]
        node.links -= 1
        if node.kind != "file" or node.links == 0:
            del self.nodes[key]
            if node.handle is not None:
                self.dead = [*self.dead[-15:], node.handle]

    def rename(self, from_dir: int, name: str, to_dir: int, to: str) -> None:
        key, replaced = self.nodes[from_dir].entries[name], self.nodes[to_dir].entries.get(to)
        if replaced == key:
            return  # two names of one object: nothing happens (RFC 1813 3.3.14)
        if replaced is not None:
            self.unlink(to_dir, to)
        del self.nodes[from_dir].entries[name]
        self.nodes[to_dir].entries[to] = key

    def resize(self, key: int, size: int) -> None:
        node = self.nodes[key]
        node.fold()
        node.base = cut(node.base, size)

    def of(self, kind: str) -> list[int]:
        return [key for key, node in self.nodes.items() if node.kind == kind]

    def names(self, kind: str) -> list[tuple[int, str]]:
        """Every (directory, name) of objects of a kind."""
        return [
            (dir, name)
            for dir in self.of("dir")
            for name, key in self.nodes[dir].entries.items()
            if self.nodes[key].kind == kind
        ]

    def below(self, dir: int) -> Iterator[int]:
        """The directory and all directories in it."""
        yield dir
        for key in self.nodes[dir].entries.values():
            if self.nodes[key].kind == "dir":
                yield from self.below(key)

    def settle(self, before: int) -> None:
        for key in self.of("file"):
            self.nodes[key].settle(before)


@dataclasses.dataclass
class Change:
    """A call whose effect is whole or not there at all."""

    text: str
    apply: Callable[[Tree], Any]  # what it does to the tree
    sent: int = 0
    repeat: Optional[Callable[[Any], bytes]] = None  # the call again, by another client, which succeeds either way; a handle
