"""Two clients of a durable server that goes wrong, against a model: what they have opened, locked and written.

Replies are lost and asked for again; the store refuses a write; the server crashes and its clients reclaim what they had; a
client is silent for longer than its lease, and another takes what it wants, or does not. No answer is another than it would
have been, nothing that was answered is lost, and nothing is done twice (RFC 8881 2.10.6, 8.3, 8.4; 9.1, 9.7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conformance.files.faults import may_be_torn
from conformance.locks import Locks
from conformance.restarts import World, previous
from dittofs.faults import at, drop_reply, error, once, when
from dittofs.nfs4 import FILE_SYNC4, NFS4ERR, READ_LT, WRITE_LT, Open, create, op

READ, WRITE, BOTH = 1, 2, 3
WHO, FILE = st.integers(0, 1), st.integers(0, 1)
RANGE = st.tuples(st.integers(0, 12), st.integers(1, 12))


@dataclass
class Held:
    """A client's open of a file, with what it has locked in it."""

    open: Open
    access: int
    deny: int
    lock: Any = None  # the lock owner's stateid


@dataclass
class Party:
    session: Any
    held: dict[int, Held] = field(default_factory=dict)  # by file
    taken: list[Any] = field(default_factory=list)  # stateids that it has lost, and not been told of

    @property
    def stateids(self) -> list[Any]:
        opens = [each.open.stateid for each in self.held.values()]
        return opens + [each.lock for each in self.held.values() if each.lock is not None]


class BrokenState(RuleBasedStateMachine):
    world: World
    runs = 0

    @initialize()
    def begins(self) -> None:
        type(self).runs += 1
        self.parties = [Party(self.world.client()) for _ in range(2)]
        self.names = [f"broken-{self.runs}-{n}" for n in range(2)]
        self.files = []
        for name in self.names:
            made = self.first.open(self.world.top, name, create(mode=0o666), owner=b"maker")
            self.first.close(made)
            self.files.append(made.fh)
        self.data = [b"", b""]
        self.locks = [Locks(), Locks()]
        self.silent: Optional[int] = None  # who has outlived its lease
        self.losing = False  # the next reply

    @property
    def first(self) -> Any:
        return self.parties[0].session

    @property
    def faults(self) -> Any:
        return self.world.srv.faults

    def ask(self, who: int, *operations: Any) -> Any:
        """A request of a client's. When its reply is to be lost, it is carried out, and sent again bit for bit."""
        self.present(who)
        session = self.parties[who].session
        if not self.losing:
            return session.call(*operations)
        self.losing = False
        with self.faults.arm("rpc.reply.tx", once, drop_reply()) as lost:
            sent = session.send(*operations, sa_cachethis=True)
            lost.wait()
        session.endpoint.send(sent.call)  # whoever waits gets the reply to either
        return sent.results()

    def present(self, who: int) -> None:
        """The client is heard of. What it lost meanwhile it is told, and it says that it knows (RFC 8881 18.46.3)."""
        if self.silent == who:
            self.silent = None
        party = self.parties[who]
        for stateid in party.taken:
            party.session.compound(op.free_stateid(stateid))
        party.taken = []

    def take(self, conflict: bool) -> None:
        """Somebody wants what a silent client is in the way of: it loses everything (RFC 8881 8.4.3)."""
        if not conflict or self.silent is None:
            return
        lost = self.parties[self.silent]
        lost.taken, lost.held = lost.stateids, {}
        for locks in self.locks:
            locks.held.pop(self.silent, None)
        self.silent = None

    # --- what clients do -------------------------------------------------------------------------------------------

    @rule(who=WHO, file=FILE, access=st.sampled_from([READ, WRITE, BOTH]), deny=st.sampled_from([0, 0, READ, WRITE]))
    def open(self, who: int, file: int, access: int, deny: int) -> None:
        if file in self.parties[who].held:
            return
        theirs = self.parties[1 - who].held.get(file)
        conflict = theirs is not None and bool(access & theirs.deny or deny & theirs.access)
        answered = self.silent == 1 - who
        how = dict(share_access=access | 0x400, share_deny=deny, owner=b"owner")  # no delegation
        r = self.ask(who, op.putfh(self.world.top), op.open(self.names[file], **how), op.getfh())
        if conflict and not answered:
            assert r.status == NFS4ERR.SHARE_DENIED
            return
        assert not r.status, r
        self.take(conflict)
        self.parties[who].held[file] = Held(Open(self.files[file], r.open.stateid, b"owner", r), access, deny)

    @rule(who=WHO, file=FILE)
    def close(self, who: int, file: int) -> None:
        if held := self.parties[who].held.get(file):
            if held.lock is not None:
                self.unlock(who, file, (0, 24))
            self.done(self.ask(who, op.putfh(held.open.fh), op.close(held.open.stateid)))
            del self.parties[who].held[file]

    @rule(who=WHO, file=FILE, span=RANGE, kind=st.sampled_from([READ_LT, WRITE_LT]))
    def lock(self, who: int, file: int, span: Any, kind: int) -> None:
        held = self.parties[who].held.get(file)
        if held is None or not held.access & (WRITE if kind == WRITE_LT else READ):
            return
        first, end = span[0], span[0] + span[1]
        conflict = any(self.locks[file].conflicts(who, kind, first, end))
        answered = self.silent == 1 - who
        how = {"open_stateid": held.open, "lock_owner": b"owner"} if held.lock is None else {"lock_stateid": held.lock}
        r = self.ask(who, op.putfh(held.open.fh), op.lock(kind, first, end - first, **how))
        if conflict and not answered:
            assert r.status == NFS4ERR.DENIED
            return
        assert not r.status, r
        self.take(conflict)
        held.lock = r.lock.lock_stateid
        self.locks[file].set(who, first, end, kind)

    @rule(who=WHO, file=FILE, span=RANGE)
    def unlock(self, who: int, file: int, span: Any) -> None:
        held = self.parties[who].held.get(file)
        if held is not None and held.lock is not None:
            r = self.done(self.ask(who, op.putfh(held.open.fh), op.locku(held.lock, span[0], span[1])))
            held.lock = r.locku.lock_stateid
            self.locks[file].set(who, span[0], span[0] + span[1], None)

    @rule(who=WHO, file=FILE, offset=st.integers(0, 20), data=st.binary(min_size=1, max_size=12))
    def write(self, who: int, file: int, offset: int, data: bytes) -> None:
        held = self.parties[who].held.get(file)
        if held is not None and held.access & WRITE:
            self.done(self.ask(who, op.putfh(held.open.fh), op.write(held.open.stateid, offset, data, stable=FILE_SYNC4)))
            self.data[file] = written(self.data[file], offset, data)

    @rule(who=WHO, file=FILE)
    def read(self, who: int, file: int) -> None:
        held = self.parties[who].held.get(file)
        if held is not None and held.access & READ:
            r = self.done(self.ask(who, op.putfh(held.open.fh), op.read(held.open.stateid, 0, 100)))
            assert bytes(r.read.data) == self.data[file]

    def done(self, r: Any) -> Any:
        assert not r.status, r
        return r

    # --- what goes wrong -------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.losing)
    @rule()
    def lose_the_next_reply(self) -> None:
        self.losing = True

    @rule(who=WHO, file=FILE, offset=st.integers(0, 20), data=st.binary(min_size=1, max_size=12))
    def write_on_a_store_that_fails(self, who: int, file: int, offset: int, data: bytes) -> None:
        """Some of its bytes may have been written, and no others (docs/durability.md)."""
        held = self.parties[who].held.get(file)
        if held is None or held.access != BOTH:
            return
        self.losing = False
        self.present(who)
        ours = when(conn=self.parties[who].session) & once  # the server has work of its own after a restart
        with self.faults.arm(at.store("update").before, ours, error("io")):
            r = self.ask(who, op.putfh(held.open.fh), op.write(held.open.stateid, offset, data, stable=FILE_SYNC4))
        assert r.status == NFS4ERR.IO
        found = self.parties[who].session.read(held.open.fh, 0, 100, held.open.stateid)
        assert may_be_torn(found, self.data[file], written(self.data[file], offset, data))
        self.data[file] = found

    @rule()
    def crash(self) -> None:
        """Both come back and reclaim what they had; nobody else could take it meanwhile (RFC 8881 8.4.2.1)."""
        for who in (0, 1):
            self.present(who)
        self.world.restart()
        for who, party in enumerate(self.parties):
            party.session = self.world.back(party.session)
            for file, held in party.held.items():
                again = self.world.reclaim(party.session, held.open, share_access=held.access, share_deny=held.deny)
                held.open, held.lock = again, None
                for first, end, kind in self.locks[file].held.get(who, []):
                    how = {"open_stateid": again, "lock_owner": b"owner"} if held.lock is None else {"lock_stateid": held.lock}
                    attempt = op.lock(kind, first, end - first, reclaim=True, **how)
                    held.lock = party.session.compound(op.putfh(again.fh), attempt).lock.lock_stateid
        for party in self.parties:
            self.world.complete(party.session)
        self.world.srv.end_grace()  # rows of an earlier run's clients may be back: that they went was not waited for

    @rule(who=WHO)
    def fall_silent(self, who: int) -> None:
        """For two leases; what it holds is left to it as long as nobody wants it."""
        if not self.parties[who].held:
            return
        for each in (0, 1):
            self.present(each)
        self.world.wait(2, self.parties[1 - who].session)
        self.silent = who

    # --- what is always so -----------------------------------------------------------------------------------------

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "parties"):
            return
        assert self.world.srv.check_state() == []
        for party in self.parties:
            mine = self.world.srv.state.client(party.session.client.clientid)
            assert len(mine["opens"]) == len(party.held)
            assert sorted(mine["revoked"]) == sorted(bytes(s.other).hex() for s in party.taken)

    def teardown(self) -> None:
        for who, party in enumerate(getattr(self, "parties", [])):
            self.present(who)
            for file in [*party.held]:
                self.losing = False
                self.close(who, file)
            party.session.destroy()
            party.session.client.destroy()
            party.session.endpoint.close()
            self.world.clients = [c for c in self.world.clients if c is not party.session]


def written(before: bytes, offset: int, data: bytes) -> bytes:
    return before[:offset].ljust(offset, b"\0") + data + before[offset + len(data) :]
