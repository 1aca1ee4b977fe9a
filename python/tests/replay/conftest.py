"""Two servers of our own, and sessions with the first that are recorded."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator

import pytest

from dittofs import Server, nfs3, nfs4
from dittofs.nfs4 import FILE_SYNC4, OPEN4_SHARE_ACCESS_BOTH, WRITE_LT, create, op
from dittofs.replay import Proxy, Recording


@pytest.fixture
def a() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def b() -> Iterator[Server]:
    """Another server: other handles, other ids, a client id or two given out already."""
    with Server() as server:
        nfs4.connect(server.url)[0].client.endpoint.close()
        yield server


def url(server: Server, port: int) -> str:
    return f"nfs://127.0.0.1:{port}{server.exports[0]}"


def nfs3_session(where: str) -> None:
    """Files, directories and two failures."""
    c, root = nfs3.connect(where)
    f = c.create(root, "f", nfs3.GUARDED, mode=0o640).obj.handle
    c.write(f, 0, b"0123456789", nfs3.UNSTABLE)
    c.commit(f)
    d = c.mkdir(root, "d").obj.handle
    c.rename(root, "f", d, "g")
    for n in range(5):
        c.create(d, f"name-{n}", nfs3.GUARDED)
    page = c.readdir(d, count=300)
    c.readdir(d, page.reply.entries[-1].cookie, page.cookieverf, 300)
    c.lookup(root, "f", fails=nfs3.NFS3ERR.NOENT)
    c.rmdir(root, "d", fails=nfs3.NFS3ERR.NOTEMPTY)
    c.endpoint.close()


def nfs4_session(where: str, minor: int) -> None:
    """Client ids, sessions, stateids of opens and locks."""
    c, root = nfs4.connect(where, minorversion=minor)
    f = c.open(root, "f", create(mode=0o600), share_access=OPEN4_SHARE_ACCESS_BOTH)
    c.compound(op.putfh(f), op.write(f, 0, b"hello", FILE_SYNC4))
    c.compound(op.putfh(f), op.read(f, 0, 10), op.getattr("size", "type", "fileid", "change", "filehandle"))
    locked = c.lock(f, WRITE_LT, 0, 10)
    c.compound(op.putfh(f), op.locku(locked, 2, 3))
    c.compound(op.putfh(root), op.readdir("type", "filehandle"))
    c.close(f)
    (c if minor == 0 else c.client).endpoint.close()


@pytest.fixture
def recorded(a: Server) -> Callable[..., Recording]:
    """recorded(session, *args): what the session says to the first server."""

    def record(session: Callable[..., None], *args: object) -> Recording:
        recording = Recording()
        with contextlib.ExitStack() as stack:
            proxy = stack.enter_context(Proxy("127.0.0.1", a.nfs_port, recording))
            session(url(a, proxy.port), *args)
        return recording

    return record
