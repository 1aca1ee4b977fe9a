"""A server that is restarted, and clients that come back to it with what they had: for every minor version."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

import pytest

from dittofs import nfs4
from dittofs.nfs4 import CLAIM_PREVIOUS, NFS4ERR, OPEN_DELEGATE_NONE, WRITE_LT, create, open_claim4, op

# What a server says to who reclaims what is not his.
NOT_YOURS = (NFS4ERR.RECLAIM_BAD, NFS4ERR.NO_GRACE)


def previous(delegate_type: int = OPEN_DELEGATE_NONE) -> Any:
    """The claim of an open of before the restart."""
    return open_claim4(CLAIM_PREVIOUS, delegate_type=delegate_type)


class World:
    """A durable server whose time is ours, and what its clients of one minor version do most."""

    def __init__(self, srv: Any, minor: int) -> None:
        self.srv, self.minor = srv, minor
        self.clients: list[Any] = []

    @property
    def lease(self) -> int:
        return 90

    def client(self, *, like: Any = None, complete: bool = True, **who: Any) -> Any:
        """A client (4.0) or a session of one; `like`: the same one, that has come back over another connection."""
        if self.minor == 0:
            if like is not None:
                who = {"id": like.id, "verifier": like.verifier, "cred": like.cred, **who}
            c = nfs4.Client40(self.srv.host, self.srv.nfs_port, **who)
            c.setclientid()
        else:
            if like is not None:
                old = like.client
                who = {"ownerid": old.ownerid, "verifier": old.verifier, "cred": old.cred, **who}
            c = nfs4.Client(self.srv.host, self.srv.nfs_port, minorversion=self.minor, **who).session()
            if complete:
                c.compound(op.reclaim_complete())
        self.clients.append(c)
        return c

    def back(self, old: Any, **who: Any) -> Any:
        """The client after a restart of the server: it has not said that it has reclaimed all it wants."""
        return self.client(like=old, complete=False, **who)

    def complete(self, c: Any) -> None:
        """The client says that it has reclaimed all it wants, in so far as it can say so."""
        if self.minor > 0:
            c.compound(op.reclaim_complete())

    def alive(self, c: Any) -> None:
        c.compound(op.renew() if self.minor == 0 else op.sequence())

    def wait(self, leases: float, *alive: Any) -> None:
        """Time passes; these clients keep their leases."""
        for _ in range(round(leases * 10)):
            self.srv.clock.advance(self.lease / 10)
            for c in alive:
                self.alive(c)

    def restart(self, how: str = "crash") -> None:
        if how == "crash":
            self.srv.crash()
        self.srv.restart()

    @property
    def top(self) -> bytes:
        if not hasattr(self, "_top"):
            self._top = self.clients[0].path("/export")
        return self._top

    def reclaim(self, c: Any, opened: Any, **how: Any) -> Any:
        """The open of before, once more."""
        r = c.compound(op.putfh(opened.fh), op.open(claim=previous(), owner=opened.owner, **how))
        return nfs4.Open(opened.fh, r.open.stateid, opened.owner, r)

    def refused(self, c: Any, opened: Any, *errors: int, **how: Any) -> None:
        c.compound(op.putfh(opened.fh), op.open(claim=previous(), owner=opened.owner, **how).fails(*errors))

    def taken(self, c: Any, name: str) -> bool:
        """Whether somebody's open of this name keeps this client from writing."""
        attempt = op.open(name, share_access=2, owner=b"asks").may_fail(NFS4ERR.SHARE_DENIED)
        return c.compound(op.putfh(self.top), attempt).status == NFS4ERR.SHARE_DENIED

    def locked(self, c: Any, opened: Any, offset: int, length: int) -> bool:
        test = op.lockt(WRITE_LT, offset, length, b"asks").may_fail(NFS4ERR.DENIED)
        return c.compound(op.putfh(opened.fh), test).status == NFS4ERR.DENIED

    def row(self, c: Any) -> Any:
        """The client's row in the roster, or None."""
        owner = (c.id if self.minor == 0 else c.client.ownerid).hex()
        return next((row for row in self.srv.state.roster if row["owner"] == owner), None)

    @property
    def grace(self) -> bool:
        return self.srv.state.grace["active"]


@contextlib.contextmanager
def world(instance: Any, minor: int, **options: Any) -> Iterator[World]:
    w = World(instance(store="lmdb", clock="manual", **options), minor)
    try:
        yield w
    finally:
        for c in w.clients:
            c.endpoint.close()


def durable(minor: int) -> Any:
    """The fixture `w` of a suite: w = durable(1)."""

    @pytest.fixture
    def w(instance):
        with world(instance, minor) as one:
            yield one

    return w


@pytest.fixture
def restarted(w):
    """A client that had a file open and locked, and has come back after a crash: it, and the open of before."""
    old = w.client()
    opened = old.open(w.top, "f", create(mode=0o666), share_deny=2)
    old.lock(opened, WRITE_LT, 0, 10)
    w.restart()
    return w.back(old), opened
