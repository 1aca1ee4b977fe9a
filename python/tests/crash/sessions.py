"""A client with a persistent session that changes its directories, and keeps account of each change exactly.

Its slots work side by side, each in a directory of its own that nobody else changes, and all of them in one that all
clients share. What was not answered when the server went is asked for again: first on the slot and with the sequence id
that it had; what a dead session has not carried out is then a new request (RFC 8881 2.10.6.5).
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from dittofs import nfs4
from dittofs.nfs4 import (
    ANONYMOUS, CREATE_SESSION4_FLAG_PERSIST, FILE_SYNC4, GUARDED4, NF4DIR, NFS4_OK, NFS4ERR, SETXATTR4_CREATE, create, op,
)  # fmt: skip
from dittofs.rpc.errors import RpcError

SLOTS = 4
LATER = (NFS4ERR.GRACE, NFS4ERR.DELAY)  # what is to be asked for again


@dataclass
class Node:
    """A file, or a directory without entries."""

    fh: bytes
    directory: bool = False
    change: int = 0
    data: bytearray = field(default_factory=bytearray)
    xattrs: set[str] = field(default_factory=set)


@dataclass
class Place:
    """A directory that one slot has to itself."""

    fh: bytes
    change: int = 0
    entries: dict[str, Node] = field(default_factory=dict)


@dataclass
class Step:
    """Operations of which one changes something, and what its results mean. Each begins with a PUTFH."""

    operations: list[Any]
    took_place: Callable[[list[Any]], None]


@dataclass
class Request:
    slot: int
    steps: list[Step]
    sent: Any = None  # as it went out, and the session it went out in
    session: Any = None
    counts: bool = True  # False: a CLOSE, of which nothing depends


class Account:
    """What all clients have been answered."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.answered = self.retried = self.redone = self.cut = self.shared = 0

    def count(self, **what: int) -> None:
        with self.changed:
            for name, n in what.items():
                setattr(self, name, getattr(self, name) + n)
            self.changed.notify_all()

    def wait(self, answered: int, clients: list["Client"]) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.answered >= answered or any(c.failure for c in clients), 60)


class Client:
    def __init__(self, number: int, minor: int, account: Account, rng: random.Random) -> None:
        self.number, self.minor, self.account, self.rng = number, minor, account, rng
        self.who = dict(ownerid=f"client {number}".encode(), verifier=rng.randbytes(8), minorversion=minor)
        self.places: list[Place] = []
        self.shared = b""
        self.mine: set[str] = set()  # names in the shared directory
        self.session: Any = None
        self.old: list[Any] = []  # sessions of before, that still may have answers
        self.open: list[Request] = []  # not answered
        self.names = 0
        self.failure: Optional[BaseException] = None
        self.thread: Optional[threading.Thread] = None

    # --- a phase, in a thread ------------------------------------------------------------------------------------

    def begin(self, *phases: Callable[[], None]) -> None:
        self.thread = threading.Thread(target=self._run, args=(phases,), name=f"client {self.number}", daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive(), f"client {self.number} hangs"
        if self.failure is not None:
            raise AssertionError(f"client {self.number} met a wrong answer") from self.failure

    def _run(self, phases: tuple[Callable[[], None], ...]) -> None:
        try:
            for phase in phases:
                phase()
        except (RpcError, OSError):
            self._harvest()  # killed
            if self.session is not None:
                self.session.endpoint.close()
        except BaseException as e:  # told to the test by end()
            self.failure = e
            self.account.count()

    # --- recovery ------------------------------------------------------------------------------------------------

    def connect(self, port: int) -> None:
        """To a server that has just started; nothing is asked yet."""
        if self.session is not None:
            self.old.append(self.session)
        self.session = None
        self.c = nfs4.Client("127.0.0.1", port, timeout=30, **self.who)

    def recover(self) -> None:
        """Asks for what was not answered, and gets a session of this run."""
        for request in [r for r in self.open if r.sent is not None]:
            over = request.session.over(self.c.endpoint)
            again = over.replay(request.sent, same_xid=False)
            request.sent = None
            self._take(request, again, retry=True)
        for session in self.old:
            if self.rng.random() < 0.7:  # the others end with their lease
                session.over(self.c.endpoint).compound(op.destroy_session(), sequence=False)
        self.old.clear()
        self.session = self.c.session(slots=SLOTS, csa_flags=CREATE_SESSION4_FLAG_PERSIST)
        assert self.session.created.csr_flags == CREATE_SESSION4_FLAG_PERSIST
        self.session.compound(op.reclaim_complete())
        while self.open:
            for request in self.open:
                self._send(request)
            self._receive()

    # --- load ----------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Until the server is gone."""
        while True:
            busy = {request.slot for request in self.open}
            for slot in range(SLOTS):
                if slot not in busy:
                    # As a rule a request changes one thing.
                    steps = [self._step(slot)]
                    if self.rng.random() < 0.15:
                        steps.append(self._step_in_shared())
                    self.open.append(Request(slot, steps))
            for request in self.open:
                self._send(request)
            self._receive()

    def _send(self, request: Request) -> None:
        if not any(each.slot == request.slot and each.sent is not None for each in self.open):
            request.session = self.session
            operations = [each for step in request.steps for each in step.operations]
            # Remembered before it goes out: it may have arrived although sending it failed.
            request.sent = self.session.send(*operations, sa_slotid=request.slot, sa_cachethis=True)

    def _receive(self) -> None:
        self.c.endpoint.receive()
        self._harvest()

    def _harvest(self) -> None:
        for request in [r for r in self.open if r.sent is not None and r.sent.done]:
            results, request.sent = request.sent.results(), None
            self._take(request, results, retry=False)

    def _take(self, request: Request, r: Any, retry: bool) -> None:
        """What was carried out is noted; the rest stays to be asked for."""
        results = r.all
        assert results, f"{r.status}"
        if results[0].status != NFS4_OK:
            assert retry and results[0].status == NFS4ERR.DEADSESSION, f"{results[0].status} instead of an answer"
            self.account.count(redone=1)
            if not request.counts:
                self.open.remove(request)
            return
        at = 1
        while request.steps:
            step = request.steps[0]
            of_step = results[at : at + len(step.operations)]
            at += len(of_step)
            if len(of_step) < len(step.operations) or of_step[-1].status != NFS4_OK:
                refusals = (NFS4ERR.DEADSESSION, *LATER) if retry else LATER
                failed = of_step[-1] if of_step else results[-1]
                if not request.counts:
                    break
                assert failed.status in refusals, f"{failed.name} is {failed.status}, {'a retry' if retry else 'new'}"
                # Nothing that changes something may be behind the change of a step.
                assert len(of_step) <= 1 + [o.name for o in step.operations].index(failed.name), f"{failed.name} after a change"
                self.account.count(cut=1)
                return
            step.took_place(of_step)
            request.steps.pop(0)
        self.open.remove(request)
        self.account.count(answered=1, retried=int(retry))

    # --- changes -------------------------------------------------------------------------------------------------

    def _name(self) -> str:
        self.names += 1
        return f"{self.number}.{self.names}"

    def _changed(self, place: Place, cinfo: Any) -> None:
        """A directory that nobody else changes is as it was left, and one change further."""
        assert cinfo.before == place.change, f"a directory has changed {cinfo.before - place.change} times by itself"
        assert cinfo.after == cinfo.before + 1
        place.change = cinfo.after

    def _step(self, slot: int) -> Step:
        place = self.places[slot]
        kinds = [self._make, self._mkdir]
        if len(place.entries) > 2:
            kinds += [self._remove, self._rename]
        if any(not node.directory for node in place.entries.values()):
            kinds += [self._append, self._append, self._link, self._setattr]
            if self.minor > 1:
                kinds += [self._setxattr]
        return self.rng.choice(kinds)(slot, place)

    def _file(self, place: Place) -> Node:
        return self.rng.choice([node for node in place.entries.values() if not node.directory])

    def _make(self, slot: int, place: Place) -> Step:
        name = self._name()

        def made(r: list[Any]) -> None:
            self._changed(place, r[1].cinfo)
            node = Node(bytes(r[2].object), change=r[3].attributes.get("change"))
            place.entries[name] = node
            closing = Step([op.putfh(node.fh), op.close(r[1].stateid)], lambda r: None)
            self.open.append(Request(slot, [closing], counts=False))

        opening = op.open(name, create(GUARDED4, mode=0o640), owner=b"slot %d" % slot)
        return Step([op.putfh(place.fh), opening, op.getfh(), op.getattr("change")], made)

    def _mkdir(self, slot: int, place: Place) -> Step:
        name = self._name()

        def made(r: list[Any]) -> None:
            self._changed(place, r[1].cinfo)
            place.entries[name] = Node(bytes(r[2].object), True, r[3].attributes.get("change"))

        return Step([op.putfh(place.fh), op.create(NF4DIR, name), op.getfh(), op.getattr("change")], made)

    def _remove(self, slot: int, place: Place) -> Step:
        name = self.rng.choice([*place.entries])

        def removed(r: list[Any]) -> None:
            self._changed(place, r[1].cinfo)
            gone = place.entries.pop(name)
            for node in {id(n): n for n in place.entries.values() if n.fh == gone.fh}.values():
                node.change += 1  # a link less

        return Step([op.putfh(place.fh), op.remove(name)], removed)

    def _rename(self, slot: int, place: Place) -> Step:
        old, new = self.rng.choice([*place.entries]), self._name()

        def renamed(r: list[Any]) -> None:
            assert r[2].source_cinfo.before == r[2].target_cinfo.before
            self._changed(place, r[2].target_cinfo)
            place.entries[new] = node = place.entries.pop(old)
            node.change += 1

        return Step([op.putfh(place.fh), op.savefh(), op.rename(old, new)], renamed)

    def _link(self, slot: int, place: Place) -> Step:
        node, name = self._file(place), self._name()

        def linked(r: list[Any]) -> None:
            self._changed(place, r[3].cinfo)
            place.entries[name] = node
            node.change += 1

        return Step([op.putfh(node.fh), op.savefh(), op.putfh(place.fh), op.link(name)], linked)

    def _of_file(self, node: Node, r: list[Any]) -> None:
        change = r[-1].attributes.get("change")
        assert change == node.change + 1, f"a file has changed {change - node.change} times"
        node.change = change

    def _append(self, slot: int, place: Place) -> Step:
        node, data = self._file(place), self.rng.randbytes(self.rng.choice((1, 100, 5000, 70_000)))

        def written(r: list[Any]) -> None:
            assert r[1].count == len(data)
            self._of_file(node, r)
            node.data += data

        writing = op.write(ANONYMOUS, len(node.data), data, FILE_SYNC4)
        return Step([op.putfh(node.fh), writing, op.getattr("change")], written)

    def _setattr(self, slot: int, place: Place) -> Step:
        node, size = self._file(place), self.rng.choice((None, 0, 10))

        def cut(r: list[Any]) -> None:
            self._of_file(node, r)
            if size is not None:
                node.data[:] = node.data[:size].ljust(size, b"\0")

        change = op.setattr(mode=0o600) if size is None else op.setattr(size=size)
        return Step([op.putfh(node.fh), change, op.getattr("change")], cut)

    def _setxattr(self, slot: int, place: Place) -> Step:
        node, name = self._file(place), self._name()
        return Step(
            [op.putfh(node.fh), op.setxattr(name, b"value", SETXATTR4_CREATE), op.getattr("change")],
            lambda r: (self._of_file(node, r), node.xattrs.add(name)),
        )

    def _step_in_shared(self) -> Step:
        """Others change this directory, too: what is counted is all changes together."""
        if self.mine and self.rng.random() < 0.5:
            name = self.rng.choice([*self.mine])
            self.mine.discard(name)  # by nobody else of this client
            return Step([op.putfh(self.shared), op.remove(name)], lambda r: self.account.count(shared=1))
        name = self._name()

        def made(r: list[Any]) -> None:
            self.account.count(shared=1)
            self.mine.add(name)

        return Step([op.putfh(self.shared), op.create(NF4DIR, name)], made)
