"""A server of a test's own with clients that can be called back, for the delegation suites of every minor version."""

from __future__ import annotations

from typing import Any

import pytest

from dittofs import mount, nfs3, nfs4
from dittofs.nfs4 import CREATE_SESSION4_FLAG_CONN_BACK_CHAN, NFS4ERR, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, create, op
from dittofs.nfs4.callback import Listener

READ, WRITE, BOTH = 1, 2, 3
GIVEN = {OPEN_DELEGATE_READ: "read", OPEN_DELEGATE_WRITE: "write"}


def stateid_of(delegation: Any) -> Any:
    """The stateid of an open_delegation4."""
    return getattr(delegation, GIVEN[delegation.delegation_type]).stateid


class Holder41:
    """A session with a back channel, whose client answers callbacks when it is told to look.

    who: whose name and verifier the client has. complete: it has said that it has reclaimed all it wants.
    """

    def __init__(self, srv, minorversion: int = 1, *, who: dict | None = None, complete: bool = True, **options):
        self.client = nfs4.Client(srv.host, srv.nfs_port, minorversion=minorversion, **(who or {}))
        self.callbacks = self.client.callbacks
        self.c = self.client.session(csa_flags=CREATE_SESSION4_FLAG_CONN_BACK_CHAN, **options)
        if complete:
            self.c.compound(op.reclaim_complete())

    @property
    def who(self) -> dict:
        return {"ownerid": self.client.ownerid, "verifier": self.client.verifier}

    def called(self, name: str, count: int = 1) -> list:
        """Answers callbacks until so many of that name have come."""
        while len(found := self.callbacks.of(name)) < count:
            self.c.endpoint.receive()
        return found

    def close(self) -> None:
        self.c.endpoint.close()


class Holder40:
    """A client of minor version 0 with a callback program that answers by itself."""

    def __init__(self, srv, *, who: dict | None = None, complete: bool = True, **options):
        self.listener = Listener()
        self.callbacks = self.listener.callbacks
        self.c = nfs4.Client40(srv.host, srv.nfs_port, **(who or {}))
        mark = srv.trace.last
        self.c.setclientid(cb_program=0x40000001, cb_location=self.listener.location, **options)
        srv.trace.wait("nfs4.cb.path", after=mark, clientid=self.c.clientid, path="up")

    @property
    def who(self) -> dict:
        return {"id": self.c.id, "verifier": self.c.verifier}

    def called(self, name: str, count: int = 1) -> list:
        with self.callbacks.arrived:
            assert self.callbacks.arrived.wait_for(lambda: len(self.callbacks.of(name)) >= count, 10)
        return self.callbacks.of(name)

    def close(self) -> None:
        self.c.endpoint.close()
        self.listener.close()


class World:
    """The server, whose clock stands; a holder of delegations; another client; an NFSv3 client."""

    def __init__(self, srv, minorversion: int, **options):
        self.srv = srv
        srv.trace.start()
        self.minorversion = minorversion
        self.closing: list = []
        self.holder = self.new_holder(**options)
        self.c, self.callbacks = self.holder.c, self.holder.callbacks
        self.other = self.new_other()
        self.top = self.c.path("/export")
        self.v3 = nfs3.Client(srv.host, srv.nfs_port)
        self.v3_top = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
        self.closing.append(self.v3.endpoint.close)
        opened = self.other.open(self.top, "f", create(mode=0o666), owner=b"maker")
        self.other.write(opened.fh, 0, b"data", opened.stateid)
        self.other.close(opened)
        self.fh = opened.fh
        if minorversion == 0:  # an owner that is confirmed: only such a one is given delegations
            self.c.close(self.c.open(self.top, "other file", create(mode=0o666)))

    def new_holder(self, **options):
        holder = Holder40(self.srv, **options) if self.minorversion == 0 else Holder41(self.srv, self.minorversion, **options)
        self.closing.append(holder.close)
        return holder

    def back(self, **changes: Any) -> None:
        """The holder comes back, after the server's restart or, with another verifier, its own."""
        self.holder = self.new_holder(who={**self.holder.who, **changes}, complete=False)
        self.c, self.callbacks = self.holder.c, self.holder.callbacks

    def complete(self) -> None:
        """The holder has reclaimed all it wants, as far as it can say so."""
        if self.minorversion > 0:
            self.c.compound(op.reclaim_complete())

    def restart(self) -> None:
        """The server dies and starts again; the holder comes back, and another client comes."""
        self.srv.crash()
        self.srv.restart()
        self.srv.trace.start()
        self.back()
        self.other = self.new_other()

    def new_other(self):
        if self.minorversion == 0:
            other = nfs4.Client40(self.srv.host, self.srv.nfs_port)
            other.setclientid()
        else:
            other = nfs4.Client(self.srv.host, self.srv.nfs_port, minorversion=self.minorversion).session()
            other.compound(op.reclaim_complete())
        self.closing.append(other.endpoint.close)
        return other

    def open(self, access: int = READ, want: int = 0, c: Any = None, name: str = "f", **more: Any):
        """OPEN by the holder: the open, and what it says of a delegation."""
        opened = (c or self.c).open(self.top, name, share_access=access | want, **more)
        return opened, opened.results.open.delegation

    def given(self, access: int = READ, want: int = 0) -> Any:
        """The stateid of the delegation that the holder is given."""
        opened, found = self.open(access, want)
        assert found.delegation_type == (OPEN_DELEGATE_WRITE if access & WRITE else OPEN_DELEGATE_READ), found
        self.opened = opened
        return stateid_of(found)

    def give_back(self, stateid: Any, c: Any = None) -> None:
        (c or self.c).compound(op.putfh(self.fh), op.delegreturn(stateid))

    def let_lapse(self) -> None:
        """Closes the file, and does not give its write delegation back when another client's READ has it recalled: after
        a lease it is to be revoked."""
        self.c.close(self.opened)
        attempt = self.other.send(op.putfh(self.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
        self.recalled()
        self.srv.clock.advance(2)
        attempt.result()
        self.pass_time(self.lease() + 1)

    def recalled(self, count: int = 1) -> Any:
        """The last CB_RECALL's arguments, once so many have come."""
        return self.holder.called("CB_RECALL", count)[-1].args

    def resolve(self, sent: Any, stateid: Any) -> Any:
        """The holder gives the delegation back when it is asked; what the request that waits for it is answered."""
        args = self.recalled()
        assert bytes(args.fh) == self.fh and bytes(args.stateid.other) == bytes(stateid.other)
        if self.minorversion == 0:
            self._answers_have_arrived("CB_RECALL")
        self.give_back(stateid)
        return sent.result()

    def _answers_have_arrived(self, name: str) -> None:
        """They take a way of their own in 4.0: time must not pass before them, or they are late."""
        while True:
            mark = self.srv.trace.last
            if len(self.srv.trace.events("nfs4.cb.reply", op=name)) >= len(self.callbacks.of(name)):
                return
            self.srv.trace.wait("nfs4.cb.reply", after=mark, op=name)

    def lease(self) -> float:
        return self.other.getattr(self.top, "lease_time").lease_time

    def pass_time(self, seconds: float) -> None:
        """Time passes; all clients keep their leases."""
        step = self.lease() / 3
        while seconds > 0:
            self.srv.clock.advance(min(step, seconds))
            for each in (self.c, self.other):
                each.compound(op.renew() if self.minorversion == 0 else op.sequence())
            seconds -= step

    def close(self) -> None:
        for end in reversed(self.closing):
            end()


def world(minorversion: int, **server: Any) -> Any:
    """The fixture `w` of a suite: w = world(1)."""

    @pytest.fixture
    def w(instance):
        made = World(instance(**{"store": "memory", "clock": "manual", **server}), minorversion)
        yield made
        made.close()

    return w


def conflicts(world: World) -> dict[str, tuple[Any, int]]:
    """What another client does to "f" that a delegation is in the way of: how, and the least delegation (READ, WRITE)."""
    w, other, fh, top = world, world.other, world.fh, world.top
    home = op.putfh(top)
    return {
        "OPEN for writing": (lambda: other.send(home, op.open("f", share_access=WRITE, owner=b"maker")), READ),
        "OPEN for reading": (lambda: other.send(home, op.open("f", share_access=READ, owner=b"maker")), WRITE),
        "OPEN that denies reading": (
            lambda: other.send(home, op.open("f", share_access=READ, share_deny=1, owner=b"maker")), READ),
        "OPEN that truncates": (
            lambda: other.send(home, op.open("f", create(size=0), share_access=READ, owner=b"maker")), READ),
        "READ": (lambda: other.send(op.putfh(fh), op.read(nfs4.ANONYMOUS, 0, 4)), WRITE),
        "WRITE": (lambda: other.send(op.putfh(fh), op.write(nfs4.ANONYMOUS, 0, b"more")), READ),
        "SETATTR of size": (lambda: other.send(op.putfh(fh), op.setattr(size=1)), READ),
        "SETATTR of mode": (lambda: other.send(op.putfh(fh), op.setattr(mode=0o600)), READ),
        "REMOVE": (lambda: other.send(home, op.remove("f")), READ),
        "RENAME": (lambda: other.send(home, op.savefh(), op.rename("f", "g")), READ),
        "RENAME over it": (lambda: other.send(home, op.savefh(), op.rename("spare", "f")), READ),
        "LINK": (lambda: other.send(op.putfh(fh), op.savefh(), home, op.link("g")), READ),
    }  # fmt: skip
