"""SETCLIENTID, SETCLIENTID_CONFIRM and RENEW against a model: RFC 7530 16.33.5, 16.34.5.

The model keeps what the RFC calls records: for each client string x a confirmed {v, x, c, s} and an unconfirmed one, where
v is the client's verifier, c the client id, s the verifier of the confirmation. In some cases the RFC leaves open whether an
unconfirmed record is kept ("the server does not deterministically remove" it): such a one may be confirmed or not.
"""

from dataclasses import dataclass

from hypothesis import HealthCheck, seed as seeded, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from dittofs.nfs4 import NFS4_OK, NFS4ERR, op
from dittofs.testing.markers import covers, meets

STRINGS, VERIFIERS = st.sampled_from([b"x", b"y"]), st.sampled_from([b"boot one", b"boot two"])
GONE = (NFS4ERR.STALE_CLIENTID, NFS4ERR.EXPIRED)


@dataclass(frozen=True)
class Record:
    v: bytes
    c: int
    s: bytes


class ClientMachine(RuleBasedStateMachine):
    client = None  # a Client40
    runs = 0
    answers = Bundle("answers")

    def __init__(self):
        super().__init__()
        type(self).runs += 1
        self.confirmed, self.unconfirmed = {}, {}
        self.perhaps = {b"x": set(), b"y": set()}  # unconfirmed records of which nothing says that they are gone

    def string(self, x):
        """The client string of this run."""
        return b"%s %d of %s" % (x, self.runs, self.client.id)

    @rule(target=answers, x=STRINGS, v=VERIFIERS)
    def setclientid(self, x, v):
        r = self.client.compound(op.setclientid(v, self.string(x))).setclientid
        record = Record(v, r.clientid, bytes(r.setclientid_confirm))
        known, waiting = self.confirmed.get(x), self.unconfirmed.get(x)
        if known is not None and known.v == v:
            assert record.c == known.c, "the same incarnation keeps its client id"
            assert record.s != known.s, "each answer has a confirmation verifier of its own"
            self.perhaps[x] = {r for r in self.perhaps[x] | {waiting} if r is not None and r.c != known.c}
        else:
            live = [r.c for r in self.confirmed.values()] + [r.c for y, r in self.unconfirmed.items() if y != x]
            assert record.c not in live, "another incarnation, another client id"
            self.perhaps[x] = {r for r in self.perhaps[x] | {waiting} if known is not None and r is not None and r.c == known.c}
        self.unconfirmed[x] = record
        return x, record

    @rule(answer=answers)
    def confirm(self, answer):
        x, record = answer
        last = op.setclientid_confirm(record.c, record.s)
        known, waiting = self.confirmed.get(x), self.unconfirmed.get(x)
        if waiting == record:
            self.client.compound(last)
            self.confirmed[x] = self.unconfirmed.pop(x)
        elif known == record:
            # A retransmission; with an update of the same client id on the way it may be refused.
            updates = [r for r in self.perhaps[x] | {waiting} if r is not None and r.c == known.c]
            self.client.compound(last.may_fail(NFS4ERR.STALE_CLIENTID) if updates else last)
        elif record in self.perhaps[x]:
            if self.client.compound(last.may_fail(NFS4ERR.STALE_CLIENTID)).status == NFS4_OK:
                self.confirmed[x] = record
                self.perhaps[x] |= {self.unconfirmed.pop(x)} if waiting is not None else set()
            self.perhaps[x].discard(record)
        else:
            self.client.compound(last.fails(NFS4ERR.STALE_CLIENTID))

    @rule(answer=answers)
    def renew(self, answer):
        x, record = answer
        alive = self.confirmed.get(x) is not None and self.confirmed[x].c == record.c
        r = self.client.compound(op.renew(record.c) if alive else op.renew(record.c).fails(*GONE))
        assert (r.status == NFS4_OK) == alive


@covers("RFC7530 16.33", "any sequence of SETCLIENTID, SETCLIENTID_CONFIRM and RENEW by two clients and their incarnations")
@meets("7530-16.33-3")
def test_clients(nfs40, seed):
    machine = seeded(seed)(type("ClientMachine", (ClientMachine,), {"client": nfs40}))
    checks = list(HealthCheck)
    how = settings(max_examples=40, stateful_step_count=40, deadline=None, database=None, suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=how)
