"""What tests do all the time, in one call: for a v4.0 client and a session alike."""

from __future__ import annotations

from typing import Any, Optional

from dittofs.nfs4 import op
from dittofs.nfs4.attributes import Attributes, Bitmap
from dittofs.nfs4.caller import Caller
from dittofs.nfs4.opening import Open
from dittofs.nfs4.results import Results
from dittofs.wire import nfs4 as w


class Files(Caller):
    """Operations on filehandles; each raises Unexpected unless it succeeds."""

    def lookup(self, dir: Any, name: op.Name) -> bytes:
        """The filehandle of a name."""
        return bytes(self.compound(op.putfh(dir), op.lookup(name), op.getfh()).getfh.object)

    def path(self, text: str) -> bytes:
        """The filehandle of a place below the root: "/export/dir"."""
        return bytes(self.compound(op.path(text), op.getfh()).getfh.object)

    def getattr(self, object: Any, *attrs: Bitmap) -> Attributes:
        """Some attributes of an object."""
        return self.compound(op.putfh(object), op.getattr(*attrs)).getattr.attributes

    def setattr(self, object: Any, **attrs: Any) -> Results:
        return self.compound(op.putfh(object), op.setattr(**attrs))

    def create(self, dir: Any, objtype: int, name: op.Name, **more: Any) -> bytes:
        """The filehandle of a new directory, symbolic link or special file."""
        r = self.compound(op.putfh(dir), op.create(objtype, name, **more), op.getfh())
        return bytes(r.getfh.object)

    def mkdir(self, dir: Any, name: op.Name, mode: int = 0o777) -> bytes:
        return self.create(dir, w.NF4DIR, name, mode=mode)

    def symlink(self, dir: Any, name: op.Name, text: op.Name) -> bytes:
        return self.create(dir, w.NF4LNK, name, linkdata=text, mode=0o777)

    def remove(self, dir: Any, name: op.Name) -> Results:
        return self.compound(op.putfh(dir), op.remove(name))

    def open(self, dir: Any, name: Optional[op.Name] = None, how: Any = None, **more: Any) -> Open:
        """An open file, confirmed where the server asks for that. `more`: as op.open() takes it."""
        r = self.compound(op.putfh(dir), op.open(name, how, **more), op.getfh())
        owner = more.get("owner", b"open owner")
        opened = Open(bytes(r.getfh.object), r.open.stateid, getattr(owner, "owner", owner), r)
        if r.open.rflags & w.OPEN4_RESULT_CONFIRM and self.minorversion == 0:
            confirmed = self.compound(op.putfh(opened.fh), op.open_confirm(opened.stateid))
            opened.stateid = confirmed.open_confirm.open_stateid
        return opened

    def close(self, opened: Open) -> Results:  # type: ignore[override]
        """CLOSE of an open file."""
        return self.compound(op.putfh(opened.fh), op.close(opened.stateid))

    def lock(self, opened: Open, locktype: int, offset: int, length: int, **more: Any) -> Any:
        """A byte-range lock by a lock owner that is new to the file: the stateid. `more`: as op.lock() takes it."""
        r = self.compound(op.putfh(opened.fh), op.lock(locktype, offset, length, open_stateid=opened.stateid, **more))
        return r.lock.lock_stateid

    def read(self, file: Any, offset: int = 0, count: int = 65536, stateid: Any = op.ANONYMOUS) -> bytes:
        return bytes(self.compound(op.putfh(file), op.read(stateid, offset, count)).read.data)

    def write(self, file: Any, offset: int, data: bytes, stateid: Any = op.ANONYMOUS) -> Results:
        return self.compound(op.putfh(file), op.write(stateid, offset, data))
