"""The model's operations in the words of each protocol. A call that is under way can be sent again, bit for bit."""

from __future__ import annotations

from typing import Any, Callable, Optional

from dittofs import nfs3, nfs4
from dittofs.nfs4 import CURRENT, GUARDED4, NF4DIR, NF4LNK, create, op

CHUNK = 1 << 16


class Answer:
    """What was said to a call. `status`: without the protocol's prefix; `value`: what a success carries."""

    def __init__(self, status: Any, value: Callable[[], Any]) -> None:
        name = getattr(status, "name", str(status))
        self.status = name.partition("_")[2] if "_" in name else name
        self.value = value() if self.status == "OK" else None

    def __repr__(self) -> str:
        return self.status


class V3:
    """NFSv3."""

    removes = True  # REMOVE and RMDIR are two operations
    family = "v3"  # whose handles it has

    def __init__(self, client: nfs3.Client) -> None:
        self.c = self.caller = client

    def make(self, kind: str, dir: bytes, name: str, target: str) -> Any:
        if kind == "file":
            return self.c.create.send(dir, name, nfs3.GUARDED, mode=0o644)
        if kind == "dir":
            return self.c.mkdir.send(dir, name, mode=0o755)
        return self.c.symlink.send(dir, name, target, mode=0o777)

    def lookup(self, dir: bytes, name: str) -> Any:
        return self.c.lookup.send(dir, name)

    def remove(self, dir: bytes, name: str, only: Optional[str]) -> Any:
        return (self.c.rmdir if only == "dir" else self.c.remove).send(dir, name)

    def rename(self, dir: bytes, name: str, to_dir: bytes, to: str) -> Any:
        return self.c.rename.send(dir, name, to_dir, to)

    def link(self, file: bytes, dir: bytes, name: str) -> Any:
        return self.c.link.send(file, dir, name)

    def write(self, file: bytes, offset: int, data: bytes) -> Any:
        return self.c.write.send(file, offset, data, nfs3.FILE_SYNC)

    def truncate(self, file: bytes, size: int) -> Any:
        return self.c.setattr.send(file, size=size)

    def read(self, file: bytes) -> Any:
        return self.c.read.send(file, 0, CHUNK)

    def listing(self, dir: bytes) -> Any:
        return self.c.readdir.send(dir, count=CHUNK)

    def again(self, sent: Any) -> None:
        """The same call, while its reply is still awaited: whoever waits gets the reply to either."""
        self.c.endpoint.send(sent.call)

    def answer(self, sent: Any) -> Answer:
        r = sent.reply()

        def value() -> Any:
            name = r.call.name
            if name in ("CREATE", "MKDIR", "SYMLINK"):
                return bytes(r.obj.handle.data)
            if name == "LOOKUP":
                return bytes(r.object.data)
            if name == "READ":
                return bytes(r.data)
            if name == "READDIR":
                assert r.reply.eof
                return {e.name for e in r.reply.entries} - {".", ".."}
            return None

        return Answer(r.outcome, value)

    def attributes(self, file: bytes) -> tuple[str, int, int]:
        """kind, links, size"""
        a = self.c.getattr(file).obj_attributes
        return {nfs3.NF3REG: "file", nfs3.NF3DIR: "dir", nfs3.NF3LNK: "link"}[a.type], a.nlink, a.size

    def target(self, link: bytes) -> str:
        return self.c.readlink(link).data


class V4:
    """NFSv4.1 and 4.2: a session."""

    removes = False
    family = "v4"

    def __init__(self, session: nfs4.Session) -> None:
        self.s = self.caller = session

    def change(self, *operations: nfs4.Operation) -> Any:
        """Sends what is not to be done twice: its reply is kept for a retry (RFC 8881 2.10.6.1.3)."""
        return self.s.send(*operations, sa_cachethis=True)

    def make(self, kind: str, dir: bytes, name: str, target: str) -> Any:
        if kind == "file":
            return self.change(op.putfh(dir), op.open(name, create(GUARDED4, mode=0o644)), op.getfh(), op.close(CURRENT))
        made = op.create(NF4DIR, name, mode=0o755) if kind == "dir" else op.create(NF4LNK, name, linkdata=target, mode=0o777)
        return self.change(op.putfh(dir), made, op.getfh())

    def lookup(self, dir: bytes, name: str) -> Any:
        return self.s.send(op.putfh(dir), op.lookup(name), op.getfh())

    def remove(self, dir: bytes, name: str, only: Optional[str]) -> Any:
        return self.change(op.putfh(dir), op.remove(name))

    def rename(self, dir: bytes, name: str, to_dir: bytes, to: str) -> Any:
        return self.change(op.putfh(dir), op.savefh(), op.putfh(to_dir), op.rename(name, to))

    def link(self, file: bytes, dir: bytes, name: str) -> Any:
        return self.change(op.putfh(file), op.savefh(), op.putfh(dir), op.link(name))

    def write(self, file: bytes, offset: int, data: bytes) -> Any:
        return self.change(op.putfh(file), op.write(op.ANONYMOUS, offset, data, nfs4.FILE_SYNC4))

    def truncate(self, file: bytes, size: int) -> Any:
        return self.change(op.putfh(file), op.setattr(size=size))

    def read(self, file: bytes) -> Any:
        return self.s.send(op.putfh(file), op.read(op.ANONYMOUS, 0, CHUNK))

    def listing(self, dir: bytes) -> Any:
        return self.s.send(op.putfh(dir), op.readdir("fileid", maxcount=CHUNK))

    def again(self, sent: Any) -> None:
        self.s.endpoint.send(sent.call)

    def answer(self, sent: Any) -> Answer:
        r = sent.results()

        def value() -> Any:
            for got in r.of(op.getfh):
                return bytes(got.object)
            for got in r.of(op.read):
                return bytes(got.data)
            for got in r.of(op.readdir):
                assert got.reply.eof
                return {e.name for e in got.reply.entries}
            return None

        return Answer(r.status, value)

    def attributes(self, file: bytes) -> tuple[str, int, int]:
        a = self.s.getattr(file, "type", "numlinks", "size")
        return {nfs4.NF4REG: "file", nfs4.NF4DIR: "dir", nfs4.NF4LNK: "link"}[a.type], a.numlinks, a.size

    def target(self, link: bytes) -> str:
        return self.s.compound(op.putfh(link), op.readlink()).readlink.link
