"""What requests are made on: a folder of the export, with a few things in it, open and locked."""

from __future__ import annotations

import contextlib
import os
from typing import Any, Callable, Iterator, Optional, Protocol, TypeVar

from dittofs import mount, nfs3, nfs4
from dittofs.fuzz.parts import Known, Part, Step
from dittofs.locate import mount_port
from dittofs.nfs4 import op
from dittofs.nfs4.caller import encode
from dittofs.nfs4.operation import Operation
from dittofs.rpc import Call, Connection, Endpoint, Pending, RpcError, Sys, Unexpected
from dittofs.wire import nfs4 as w

T = TypeVar("T")

ROOT = Sys(uid=0, gid=0)
USER = Sys(uid=1000, gid=1000)
CONTENT = bytes(range(256)) * 40

# What random names are taken from: things that are there, one that is not, and some that must not be.
NAMES = (b"file", b"other", b"dir", b"link", b"new", b".", b"..", b"a/b", b"\xff\xfe", b"x" * 256, b"")


class World(Protocol):
    """A client with its things on one server."""

    known: Known
    protocol: str
    procedures: tuple[str, ...]  # the parts that requests are made of
    ends: tuple[Any, ...]  # statuses of the first result which say that the client's things are no longer there

    def send(self, step: Step) -> Pending:
        """Sends a request."""

    def close(self) -> None:
        """Removes what it made, as far as that can be done."""


class Place:
    """A server's export."""

    def __init__(self, host: str, port: int, export: str, timeout: float) -> None:
        self.host, self.port, self.export, self.timeout = host, port, export, timeout
        self._mount_port: Optional[int] = None

    def connect(self) -> Connection:
        return Connection(self.host, self.port, timeout=self.timeout)

    def mounted(self) -> bytes:
        """The export's NFSv3 handle."""
        if self._mount_port is None:
            self._mount_port = mount_port(self.host, self.port)
        with mount.Client(self.host, self._mount_port, cred=ROOT, timeout=self.timeout) as m:
            return bytes(m.mnt(self.export).fhandle)

    def world(self, version: str) -> World:
        """Of version "3", "4.0", "4.1", "4.2"."""
        if version == "3":
            return World3(self)
        return World4(self, int(version.partition(".")[2]))


class World3:
    protocol = "nfs3"
    ends: tuple[Any, ...] = ()
    procedures = tuple(name for name in nfs3.Client.procedures if name != "NULL")

    def __init__(self, place: Place) -> None:
        self.endpoint = place.connect()
        self.c = nfs3.Client(self.endpoint, cred=USER)
        self._export = place.mounted()
        self._name = b"fuzz-" + os.urandom(6).hex().encode()
        home = nfs3.fh(either(lambda who: self.c.as_(who).mkdir(self._export, self._name, mode=0o777).obj))
        self.c.as_(ROOT).setattr.call(home, mode=0o777)  # whatever the server's umask
        file = nfs3.fh(self.c.create(home, "file", nfs3.UNCHECKED, mode=0o666).obj)
        self.c.write(file, 0, CONTENT)
        self.known: Known = {
            "export": nfs3.fh(self._export), "home": home, "file": file,
            "other": nfs3.fh(self.c.create(home, "other", nfs3.UNCHECKED, mode=0o644).obj),
            "dir": nfs3.fh(self.c.mkdir(home, "dir", mode=0o755).obj),
            "link": nfs3.fh(self.c.symlink(home, "link", "file").obj),
        }  # fmt: skip

    def send(self, step: Step) -> Pending:
        (part,) = step.parts
        row = nfs3.Client.procedures[part.name]
        call = Call(next(self.endpoint.xids), row.prog, row.vers, row.proc, part.encoded(self.known), USER, procedure=row)
        return self.endpoint.send(call)

    def close(self) -> None:
        with contextlib.suppress(OSError, RpcError):
            self._empty(self.known["home"], 0)
            for who in (USER, ROOT):
                self.c.as_(who).rmdir.call(self._export, self._name)
        self.endpoint.close()

    def _empty(self, dir: Any, depth: int) -> None:
        for entry in entries3(self.c, dir):
            name = entry.name
            if name in (".", ".."):
                continue
            if self.c.remove.call(dir, name).outcome and not self.c.rmdir.call(dir, name).outcome:
                continue
            below = self.c.lookup.call(dir, name)
            if depth < 8 and not below.outcome:
                self._empty(below.object, depth + 1)
                self.c.rmdir.call(dir, name)


def either(make: Callable[[Sys], T]) -> T:
    """By a user, or by root where only that one may."""
    try:
        return make(USER)
    except Unexpected:
        return make(ROOT)


def entries3(c: nfs3.Client, dir: Any) -> Iterator[Any]:
    reply = c.readdir.call(dir, 0, bytes(8), 65536)
    if not reply.outcome:
        yield from reply.reply.entries


class World4:
    protocol = "nfs4"
    ends: tuple[Any, ...] = (
        w.NFS4ERR_BADSESSION, w.NFS4ERR_DEADSESSION, w.NFS4ERR_CONN_NOT_BOUND_TO_SESSION, w.NFS4ERR_SEQ_MISORDERED,
    )  # fmt: skip

    def __init__(self, place: Place, minor: int) -> None:
        self.endpoint: Endpoint = place.connect()
        self.minor = minor
        self.procedures = tuple(
            row.name for row in w.nfs_argop4_ops
            if row.name != "ILLEGAL" and (minor == 2 or row.op < _FIRST_OF[minor + 1])
        )  # fmt: skip
        self.c: Any = nfs4.Client40(self.endpoint, cred=USER)
        ids: dict[str, Any] = {}
        if minor == 0:
            self.c.setclientid()
            ids |= {"client": self.c.clientid, "session": bytes(16)}
        else:
            client = nfs4.Client(self.endpoint, cred=USER, minorversion=minor)
            self.c = client.session(slots=4)
            self.c.compound(op.reclaim_complete())
            ids |= {"client": client.clientid, "session": self.c.sessionid}
        self._export = self.c.path(place.export)
        self._name = b"fuzz-" + os.urandom(6).hex().encode()
        home = either(lambda who: self.c.as_(who).mkdir(self._export, self._name))
        self.c.as_(ROOT).call(op.putfh(home), op.setattr(mode=0o777))
        opened = self.c.open(home, "file", nfs4.create(mode=0o666), owner=b"fuzz", share_access=3)
        self.c.write(opened.fh, 0, CONTENT, opened.stateid)
        lock = self.c.lock(opened, w.WRITE_LT, 100, 100)
        other = self.c.open(home, "other", nfs4.create(mode=0o644), owner=b"fuzz", share_access=1)
        self.known: Known = {
            **ids, "export": self._export, "home": home, "file": opened.fh, "other": other.fh,
            "dir": self.c.mkdir(home, "dir"), "link": self.c.symlink(home, "link", "file"),
            "open": opened.stateid, "lock": lock, "read": other.stateid, "anonymous": op.ANONYMOUS,
            "bypass": w.stateid4(seqid=0xFFFFFFFF, other=b"\xff" * 12), "current": w.stateid4(seqid=1, other=bytes(12)),
        }  # fmt: skip

    def send(self, step: Step) -> Pending:
        operations = [Operation(w.nfs_opnum4[f"OP_{p.name}"], body=p.encoded(self.known)) for p in step.parts]
        if self.minor == 0:  # raw: the client numbers no owners in it
            return self.c.send(raw=encode(operations, "", 0)).pending
        return self.c.send(*operations, sequence=step.sequence).pending

    def close(self) -> None:
        with contextlib.suppress(OSError, RpcError):
            self._empty(self._export, self._name, 0)
            self.c.as_(ROOT).call(op.putfh(self._export), op.remove(self._name))
        self.endpoint.close()

    def _empty(self, dir: bytes, name: op.Name, depth: int) -> None:
        if self.c.call(op.putfh(dir), op.remove(name)).status == w.NFS4_OK or depth == 8:
            return
        below = self.c.call(op.putfh(dir), op.lookup(name), op.getfh(), op.readdir())
        if below.status == w.NFS4_OK:
            for entry in below.readdir.reply.entries:
                self._empty(bytes(below.getfh.object), entry.name, depth + 1)
            self.c.call(op.putfh(dir), op.remove(name))


_FIRST_OF = {1: w.OP_BACKCHANNEL_CTL, 2: w.OP_ALLOCATE}
