"""Stores in Python: the engine's own to call, and classes to plug into a server.

    class Flaky(dittofs.ContentStore):
        def write(self, file, offset, data):
            if offset == 4096:
                raise StoreError("no_space")
            return super().write(file, offset, data)

    with dittofs.Server(content=Flaky()) as srv: ...

MemoryStore and LmdbStore are the engine's own, without a server: transactions on tables, and the bytes of files.

    with LmdbStore("/tmp/store") as store:
        store.update(lambda txn: txn.put_row(Table.SERVER, b"key", b"value"))
        store.wait_durable()                          # what is not durable, crash() loses

MetadataStore and ContentStore are whole stores, kept in dictionaries: override what shall be different. Their methods
are called on one thread, never at the same time.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Iterable, Iterator, Optional

from dittofs import _server
from dittofs._server import Dirent, Inode, LmdbStore, MemoryStore, Transaction

__all__ = ["ContentStore", "Dirent", "Inode", "LmdbStore", "MemoryStore", "MetadataStore", "StoreError", "Table", "Transaction"]


class Table(IntEnum):
    """What the small rows of a metadata store are about (docs/stores.md)."""

    SYMLINK = 0
    CONTENT = 1
    ORPHAN = 2
    XATTR = 3
    SERVER = 4
    ACL = 5
    SESSION = 6


class StoreError(Exception):
    """A store call failed with the FsError of this name: "io", "no_space", "stale", ..."""

    def __init__(self, name: str) -> None:
        known = _server.fs_errors()
        if name not in known:
            raise ValueError(f"there is no error {name}; there are {', '.join(known)}")
        super().__init__(name)
        self.name = name
        self.fs_error = known[name]


class MetadataStore:
    """Tables of inodes, directory entries and small rows. Names and keys are bytes. What is absent is None."""

    def __init__(self) -> None:
        self.inodes: dict[int, Inode] = {}
        self.entries: dict[int, dict[bytes, Dirent]] = {}
        self.tables: dict[int, dict[bytes, bytes]] = {}
        self._next_id = 3
        self._log: list[tuple[dict, Any, Any]] = []

    # An update calls begin(), then reads and changes, then commit() or rollback().

    def begin(self) -> None:
        self._log.clear()

    def commit(self) -> None:
        self._log.clear()

    def rollback(self) -> None:
        for table, key, old in reversed(self._log):
            if old is None:
                table.pop(key, None)
            else:
                table[key] = old
        self._log.clear()

    def _set(self, table: dict, key: Any, value: Any) -> None:
        self._log.append((table, key, table.get(key)))
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value

    def new_id(self) -> int:
        """Never the same twice, and never the root directory's, 2."""
        self._next_id += 1
        return self._next_id - 1

    def inode(self, id: int) -> Optional[Inode]:
        found = self.inodes.get(id)
        return found.copy() if found is not None else None

    def put_inode(self, inode: Inode) -> None:
        self._set(self.inodes, inode.id, inode.copy())

    def erase_inode(self, id: int) -> None:
        self._set(self.inodes, id, None)

    def inode_count(self) -> int:
        return len(self.inodes)

    def all_inodes(self, after: int) -> Iterable[Inode]:
        """Every inode with an id above `after`, in order of ids; for checks."""
        return [self.inodes[id] for id in sorted(self.inodes) if id > after]

    def lookup(self, dir: int, name: bytes) -> Optional[Dirent]:
        return self.entries.get(dir, {}).get(name)

    def put_dirent(self, dir: int, name: bytes, entry: Dirent) -> None:
        self._set(self.entries.setdefault(dir, {}), name, entry)

    def erase_dirent(self, dir: int, name: bytes) -> None:
        self._set(self.entries.setdefault(dir, {}), name, None)

    def scan(self, dir: int, after: int) -> Iterable[tuple[bytes, Dirent]]:
        """Entries with a cookie above `after`, in cookie order."""
        found = [(name, e) for name, e in self.entries.get(dir, {}).items() if e.cookie > after]
        return sorted(found, key=lambda item: item[1].cookie)

    def row(self, table: int, key: bytes) -> Optional[bytes]:
        return self.tables.get(table, {}).get(key)

    def put_row(self, table: int, key: bytes, value: bytes) -> None:
        self._set(self.tables.setdefault(table, {}), key, value)

    def erase_row(self, table: int, key: bytes) -> None:
        self._set(self.tables.setdefault(table, {}), key, None)

    def rows(self, table: int, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Rows whose key starts with prefix and is above `after`, in key order."""
        for key in sorted(self.tables.get(table, {})):
            if key.startswith(prefix) and key > after:
                yield key, self.tables[table][key]


class ContentStore:
    """The bytes of regular files. A method that changes a file returns the space it takes now, or None to leave what
    is recorded as it is."""

    def __init__(self) -> None:
        self.files: dict[int, bytearray] = {}

    def read(self, file: Inode, offset: int, length: int) -> bytes:
        """Exactly `length` bytes; what was never written reads as zeros."""
        return bytes(self.files.get(file.id, b"")[offset : offset + length]).ljust(length, b"\0")

    def write(self, file: Inode, offset: int, data: bytes) -> Optional[int]:
        held = self.files.setdefault(file.id, bytearray())
        if len(held) < offset:
            held.extend(bytes(offset - len(held)))
        held[offset : offset + len(data)] = data
        return len(held)

    def truncate(self, file: Inode, size: int) -> Optional[int]:
        """Forget everything from min(size, file.size) on."""
        held = self.files.get(file.id, bytearray())
        del held[min(size, file.size) :]
        return len(held)

    def deallocate(self, file: Inode, offset: int, length: int) -> Optional[int]:
        held = self.files.get(file.id, bytearray())
        end = min(offset + length, len(held))
        if offset < end:
            held[offset:end] = bytes(end - offset)
        return len(held)

    def clone_from(self, file: Inode, offset: int, source: Inode, source_offset: int, length: int) -> Optional[int]:
        return self.write(file, offset, self.read(source, source_offset, length))

    def extent(self, file: Inode, offset: int) -> tuple[int, int, bool]:
        """The extent that holds offset: where it begins, its length, whether it is data."""
        held = min(len(self.files.get(file.id, b"")), file.size)
        return (0, held, True) if offset < held else (held, file.size - held, False)

    def remove(self, file: Inode) -> None:
        """The file is gone."""
        self.files.pop(file.id, None)
