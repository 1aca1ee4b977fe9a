"""Clients and sessions against a model: RFC 8881 18.35.4, 18.36.4, 18.37, 18.46, 18.50.

The model keeps the RFC's client records: for each owner a confirmed one and an unconfirmed one, with the verifier, the
principal and the client id; and the sessions of each confirmed client with the sequence ids of their slots. No client has
locks, so that one principal may take an owner from the other, unless the server counts sessions as state. Where the RFC leaves open whether a record is still
there (an unconfirmed one after the confirmed client asked again; one that outlived its lease), either answer is right, and
the model learns which it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, precondition, rule

from conformance import machines
from dittofs.nfs4 import (
    EXCHGID4_FLAG_CONFIRMED_R, EXCHGID4_FLAG_UPD_CONFIRMED_REC_A, NFS4_OK, NFS4ERR, Client, client_owner, op,
)  # fmt: skip
from dittofs.testing.fixtures import ALICE, BOB

OWNERS, VERIFIERS = st.sampled_from([b"x", b"y"]), st.sampled_from([b"boot one", b"boot two"])
PRINCIPALS = st.sampled_from([ALICE, BOB])
SLOTS = st.integers(0, 2)
STEP = 0.4  # of a lease, in which every client with a session renews


@dataclass
class Record:
    """A client record. `age` in leases since something renewed it."""

    owner: bytes
    verifier: bytes
    principal: Any
    clientid: int
    sequence: int  # of the next CREATE_SESSION
    confirmed: bool = False
    last: Any = None  # the last CREATE_SESSION, to be replayed
    age: float = 0.0
    sessions: set = field(default_factory=set)

    @property
    def perhaps_gone(self) -> bool:
        return self.age > 0.9


@dataclass
class Made:
    """A session, alive or not."""

    sessionid: bytes
    record: Record
    slots: dict = field(default_factory=dict)  # slot: (sequence id, results)


class ClientMachine(RuleBasedStateMachine):
    client: Client
    advance: Optional[Callable[[float], None]] = None  # moves time by so many leases
    runs = 0
    answers = Bundle("answers")  # client ids that the server gave, with the principal
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.confirmed: dict[bytes, Record] = {}
        self.unconfirmed: dict[bytes, Record] = {}
        self.perhaps: list[Record] = []  # unconfirmed records that the server may have forgotten

    def owner(self, x: bytes, v: bytes) -> Any:
        return client_owner(v, b"%s %d of %s" % (x, self.runs, self.client.ownerid))

    def known(self, clientid: int) -> Optional[Record]:
        both = (*self.confirmed.values(), *self.unconfirmed.values())
        return next((r for r in both if r.clientid == clientid), None)

    def forget(self, record: Optional[Record]) -> None:
        """The server has no such client, nor its sessions."""
        if record is None:
            return
        for records in (self.confirmed, self.unconfirmed):
            if records.get(record.owner) is record:
                del records[record.owner]
        record.sessions.clear()

    # --- EXCHANGE_ID -----------------------------------------------------------------------------------------------

    @rule(target=answers, x=OWNERS, v=VERIFIERS, p=PRINCIPALS)
    def exchange_id(self, x: bytes, v: bytes, p: Any) -> Any:
        known = self.confirmed.get(x)
        attempt = op.exchange_id(self.owner(x, v))
        if known is not None and known.principal != p and known.sessions:
            attempt = attempt.may_fail(NFS4ERR.CLID_INUSE)
        r = self.client.as_(p).compound(attempt)
        if r.status == NFS4ERR.CLID_INUSE:
            return multiple()
        found = r.exchange_id
        confirmed = bool(found.eir_flags & EXCHGID4_FLAG_CONFIRMED_R)
        if known is not None and known.perhaps_gone and found.eir_clientid != known.clientid:
            if (known.verifier, known.principal) == (v, p):
                self.forget(known)
                known = None
        if known is not None and (known.verifier, known.principal) == (v, p):
            assert confirmed and found.eir_clientid == known.clientid, "the same client asked again"
            waiting = self.unconfirmed.pop(x, None)
            self.perhaps += [waiting] if waiting is not None else []
            return found.eir_clientid, p
        assert not confirmed, "nobody has confirmed this client"
        used = [r.clientid for r in (*self.confirmed.values(), *self.unconfirmed.values()) if r.owner != x]
        assert found.eir_clientid not in used and (known is None or found.eir_clientid != known.clientid)
        if known is not None and known.principal != p:
            self.forget(known)  # it has no state: the other takes its name
        self.perhaps = [r for r in self.perhaps if r.owner != x]
        self.unconfirmed[x] = Record(x, v, p, found.eir_clientid, found.eir_sequenceid)
        return found.eir_clientid, p

    @rule(x=OWNERS, v=VERIFIERS, p=PRINCIPALS)
    def update(self, x: bytes, v: bytes, p: Any) -> None:
        attempt = op.exchange_id(self.owner(x, v), EXCHGID4_FLAG_UPD_CONFIRMED_REC_A)
        r = self.client.as_(p).call(attempt)
        known = self.confirmed.get(x)
        if known is not None and known.perhaps_gone and r.status == NFS4ERR.NOENT:
            self.forget(known)
            return
        if known is None:
            assert r.status == NFS4ERR.NOENT
        elif (known.verifier, known.principal) == (v, p):
            assert r.status == NFS4_OK and r.exchange_id.eir_clientid == known.clientid
        else:
            right = [NFS4ERR.NOT_SAME] * (known.verifier != v) + [NFS4ERR.PERM] * (known.principal != p)
            assert r.status in right

    # --- sessions --------------------------------------------------------------------------------------------------

    @rule(target=sessions, answer=answers, p=st.none() | PRINCIPALS)
    def create_session(self, answer: Any, p: Any) -> Any:
        clientid, asked = answer
        record, p = self.known(clientid), p or asked
        maybe = next((r for r in self.perhaps if r.clientid == clientid), None)
        sequence = (record or maybe).sequence if record or maybe else 1
        r = self.client.as_(p).call(op.create_session(clientid, sequence))
        if record is None and maybe is None:
            assert r.status == NFS4ERR.STALE_CLIENTID
            return multiple()
        if r.status == NFS4ERR.STALE_CLIENTID and (record is None or record.perhaps_gone):
            self.forget(record)
            self.perhaps = [each for each in self.perhaps if each is not maybe]
            return multiple()
        record = record or maybe
        assert record is not None
        if record.principal != p and not record.confirmed:
            assert r.status == NFS4ERR.CLID_INUSE
            return multiple()
        if record.principal != p and r.status == NFS4ERR.CLID_INUSE:
            return multiple()  # the RFC speaks of it in the phase of confirmation only (18.36.4)
        assert r.status == NFS4_OK
        if not record.confirmed:
            self.forget(self.confirmed.get(record.owner))
            self.unconfirmed.pop(record.owner, None)
            self.perhaps = [each for each in self.perhaps if each.owner != record.owner]
            record.confirmed = True
            self.confirmed[record.owner] = record
        record.sequence, record.last, record.age = sequence + 1 & 0xFFFFFFFF, (r, p), 0.0
        made = Made(bytes(r.create_session.csr_sessionid), record)
        record.sessions.add(made.sessionid)
        return made

    @rule(answer=answers, off=st.sampled_from([1, 2, 1000]))
    def create_session_misordered(self, answer: Any, off: int) -> None:
        clientid, p = answer
        record = self.known(clientid)
        if record is not None and not record.perhaps_gone and record.principal == p:
            sequence = record.sequence + off & 0xFFFFFFFF
            attempt = op.create_session(clientid, sequence)
            self.client.as_(p).compound(attempt.fails(NFS4ERR.SEQ_MISORDERED))

    @rule(answer=answers)
    def create_session_again(self, answer: Any) -> None:
        record = self.known(answer[0])
        if record is not None and record.last is not None and not record.perhaps_gone:
            first, p = record.last
            assert self.client.as_(p).replay(first, same_xid=False).body == first.body

    def alive(self, made: Made) -> bool:
        return made.sessionid in made.record.sessions

    @rule(made=sessions, slot=SLOTS)
    def sequence(self, made: Made, slot: int) -> None:
        last, _ = made.slots.get(slot, (0, None))
        r = self.client.call(op.sequence(made.sessionid, last + 1, slot, slot, True), op.putrootfh())
        assert r.status == (NFS4_OK if self.alive(made) else NFS4ERR.BADSESSION)
        if r.status == NFS4_OK:
            made.slots[slot] = (last + 1, r)
            made.record.age = 0.0

    @rule(made=sessions, slot=SLOTS, off=st.sampled_from([2, 3, 77]))
    def sequence_misordered(self, made: Made, slot: int, off: int) -> None:
        last, _ = made.slots.get(slot, (0, None))
        wanted = NFS4ERR.SEQ_MISORDERED if self.alive(made) else NFS4ERR.BADSESSION
        self.client.compound(op.sequence(made.sessionid, last + off, slot, slot, True).fails(wanted))

    @rule(made=sessions, slot=SLOTS)
    def sequence_again(self, made: Made, slot: int) -> None:
        _, first = made.slots.get(slot, (0, None))
        if first is not None:
            again = self.client.replay(first, same_xid=False)
            assert again.body == first.body if self.alive(made) else again.status == NFS4ERR.BADSESSION

    @rule(made=sessions)
    def destroy_session(self, made: Made) -> None:
        r = self.client.call(op.destroy_session(made.sessionid))
        assert r.status == (NFS4_OK if self.alive(made) else NFS4ERR.BADSESSION)
        made.record.sessions.discard(made.sessionid)

    @rule(answer=consumes(answers))
    def destroy_clientid(self, answer: Any) -> None:
        clientid, p = answer
        r = self.client.as_(p).call(op.destroy_clientid(clientid))
        record = self.known(clientid)
        maybe = [each for each in self.perhaps if each.clientid == clientid]
        if record is None and not maybe:
            assert r.status == NFS4ERR.STALE_CLIENTID
        elif record is not None and record.sessions:
            assert r.status == NFS4ERR.CLIENTID_BUSY
        elif maybe or record is not None and record.perhaps_gone:
            assert r.status in (NFS4_OK, NFS4ERR.STALE_CLIENTID)
        else:
            assert r.status == NFS4_OK
        if r.status != NFS4ERR.CLIENTID_BUSY:
            self.forget(record)
            self.perhaps = [each for each in self.perhaps if each.clientid != clientid]

    # --- time ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.advance is not None)
    @rule()
    def wait(self) -> None:
        """Clients with a session renew; the others grow old."""
        assert self.advance is not None
        for record in (*self.confirmed.values(), *self.unconfirmed.values()):
            record.age += STEP
        type(self).advance(STEP)
        for record in self.confirmed.values():
            for sessionid in record.sessions:
                # Of a slot that nothing else uses: it fails or not by its sequence id, and only success renews.
                self.renew(record, sessionid)

    def renew(self, record: Record, sessionid: bytes) -> None:
        slots = self.renewals = getattr(self, "renewals", {})
        slots[sessionid] = slots.get(sessionid, 0) + 1
        self.client.compound(op.sequence(sessionid, slots[sessionid], 3, 3, False))
        record.age = 0.0


def run(
    client: Client, number: int, advance: Optional[Callable[[float], None]] = None, *, shrink: bool = True, examples: int = 40
) -> None:
    """The machine, over the connection of a client, from a seed. `advance(leases)` moves the server's time."""
    fields = {"client": client, "advance": staticmethod(advance) if advance else None}
    machines.run(ClientMachine, number, fields, examples=examples, steps=50, shrink=shrink)
