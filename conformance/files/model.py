"""A tree of files as POSIX has it, with what each operation may answer. Root does everything: permissions have suites of
their own.

Statuses are the protocols' names without their prefixes: "NOENT" is NFS3ERR_NOENT and NFS4ERR_NOENT. Where a
specification gives several reasons to refuse, each of them may come first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Callable, Iterator, Optional

OK = "OK"
GONE = {"STALE", "NOENT"}  # of what has been removed
NO_DIRECTORY = {"NOTDIR", "SYMLINK"}
NO_FILE = {"INVAL", "ISDIR", "SYMLINK", "WRONG_TYPE"}


@dataclass
class Node:
    kind: str  # "file", "dir", "link"
    links: int = 1
    data: bytes = b""
    target: str = ""
    entries: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """The failures that are right (none: it succeeds), and what success does to the model."""

    failures: frozenset[str]
    apply: Callable[[], Optional[int]] = lambda: None
    changes: bool = True  # the tree, when it succeeds
    file: Optional[int] = None  # whose data it writes

    def allows(self, status: str) -> bool:
        return status in self.failures if self.failures else status == OK


class Model:
    def __init__(self) -> None:
        self._keys = itertools.count(1)
        self.nodes: dict[int, Node] = {0: Node("dir")}
        self.dead: set[int] = set()

    # --- looking --------------------------------------------------------------------------------------------------

    def __contains__(self, key: int) -> bool:
        return key in self.nodes

    def paths(self, key: int = 0, path: str = "") -> Iterator[tuple[str, int]]:
        """Every name below a directory."""
        for name, child in self.nodes[key].entries.items():
            yield f"{path}/{name}", child
            if self.nodes[child].kind == "dir":
                yield from self.paths(child, f"{path}/{name}")

    def _inside(self, key: int, top: int) -> bool:
        """Whether a directory is `top` or below it."""
        if key == top:
            return True
        return any(self._inside(key, child) for child in self.nodes[top].entries.values() if self.nodes[child].kind == "dir")

    def _directory(self, key: int) -> set[str]:
        """Why this is no directory to work in."""
        if key not in self.nodes:
            return set(GONE)
        return set() if self.nodes[key].kind == "dir" else set(NO_DIRECTORY)

    # --- operations -----------------------------------------------------------------------------------------------

    def make(self, kind: str, dir: int, name: str, target: str = "") -> Expected:
        wrong = self._directory(dir)
        if not wrong and name in self.nodes[dir].entries:
            wrong = {"EXIST"}
        return Expected(frozenset(wrong), lambda: self._add(dir, name, Node(kind, target=target)))

    def lookup(self, dir: int, name: str) -> Expected:
        wrong = self._directory(dir)
        if not wrong and name not in self.nodes[dir].entries:
            wrong = {"NOENT"}
        return Expected(frozenset(wrong), lambda: self.nodes[dir].entries[name], changes=False)

    def remove(self, dir: int, name: str, only: Optional[str]) -> Expected:
        """`only`: "dir" (RMDIR), "file" (NFSv3's REMOVE, which takes no directories), None (NFSv4's)."""
        wrong = self._directory(dir)
        if not wrong and name not in self.nodes[dir].entries:
            wrong = {"NOENT"}
        elif not wrong:
            node = self.nodes[self.nodes[dir].entries[name]]
            if only == "dir" and node.kind != "dir":
                wrong |= {"NOTDIR"}
            if only == "file" and node.kind == "dir":
                wrong |= {"ISDIR", "PERM"}
            elif node.kind == "dir" and node.entries:
                wrong |= {"NOTEMPTY", "EXIST"}
        return Expected(frozenset(wrong), lambda: self._unlink(dir, name))

    def rename(self, dir: int, name: str, to_dir: int, to: str) -> Expected:
        wrong = self._directory(dir) | self._directory(to_dir)
        if not wrong:
            wrong = self._rename_refused(dir, name, to_dir, to)
        return Expected(frozenset(wrong), lambda: self._rename(dir, name, to_dir, to))

    def _rename_refused(self, dir: int, name: str, to_dir: int, to: str) -> set[str]:
        key = self.nodes[dir].entries.get(name)
        if key is None:
            return {"NOENT"}
        wrong = set()
        node = self.nodes[key]
        if node.kind == "dir" and self._inside(to_dir, key):
            wrong |= {"INVAL"}
        there = self.nodes[to_dir].entries.get(to)
        if there is not None and there != key:
            replaced = self.nodes[there]
            if node.kind == "dir" and replaced.kind != "dir":
                wrong |= {"EXIST", "NOTDIR"}
            elif node.kind != "dir" and replaced.kind == "dir":
                wrong |= {"EXIST", "ISDIR"} | ({"NOTEMPTY"} if replaced.entries else set())
            elif replaced.entries:
                wrong |= {"EXIST", "NOTEMPTY"}
        return wrong

    def link(self, key: int, dir: int, name: str) -> Expected:
        wrong = set() if key in self.nodes else set(GONE)
        if key in self.nodes and self.nodes[key].kind == "dir":
            wrong |= {"ISDIR", "INVAL", "PERM"}
        directory = self._directory(dir)
        if not directory and name in self.nodes[dir].entries:
            wrong |= {"EXIST"}
        return Expected(frozenset(wrong | directory), lambda: self._link(key, dir, name))

    def _file(self, key: int) -> set[str]:
        if key not in self.nodes:
            return set(GONE)
        return set() if self.nodes[key].kind == "file" else set(NO_FILE)

    def write(self, key: int, offset: int, data: bytes) -> Expected:
        def apply() -> None:
            node = self.nodes[key]
            before = node.data.ljust(offset, b"\0")
            node.data = before[:offset] + data + before[offset + len(data) :]

        return Expected(frozenset(self._file(key)), apply, file=key)

    def truncate(self, key: int, size: int) -> Expected:
        def apply() -> None:
            self.nodes[key].data = self.nodes[key].data[:size].ljust(size, b"\0")

        return Expected(frozenset(self._file(key)), apply)

    def read(self, key: int) -> Expected:
        return Expected(frozenset(self._file(key)), changes=False)

    def listing(self, key: int) -> Expected:
        return Expected(frozenset(self._directory(key)), changes=False)

    # --- changes --------------------------------------------------------------------------------------------------

    def _add(self, dir: int, name: str, node: Node) -> int:
        key = next(self._keys)
        self.nodes[key] = node
        self.nodes[dir].entries[name] = key
        return key

    def _link(self, key: int, dir: int, name: str) -> None:
        self.nodes[dir].entries[name] = key
        self.nodes[key].links += 1

    def _unlink(self, dir: int, name: str) -> None:
        key = self.nodes[dir].entries.pop(name)
        self.nodes[key].links -= 1
        if self.nodes[key].links == 0:
            del self.nodes[key]
            self.dead.add(key)

    def _rename(self, dir: int, name: str, to_dir: int, to: str) -> None:
        key, there = self.nodes[dir].entries[name], self.nodes[to_dir].entries.get(to)
        if there == key:
            return  # two names of one object: nothing happens (RFC 1813 3.3.14, RFC 8881 18.26.3)
        if there is not None:
            self._unlink(to_dir, to)
        del self.nodes[dir].entries[name]
        self.nodes[to_dir].entries[to] = key
