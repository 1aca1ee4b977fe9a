"""Delegations of two and of three clients against a model: who holds what, and whose request has to ask for it."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from conformance.delegation_machine import WHO, Holders
from conformance.delegations import BOTH, READ, WRITE, stateid_of
from conformance.machines import run
from dittofs.nfs4 import (
    ANONYMOUS, OPEN_DELEGATE_NONE, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, create, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs

NAMES = ("a", "b")
FILE = st.sampled_from(NAMES)


class Delegations(Holders):
    def __init__(self):
        super().__init__()
        self.opens = {}  # (client, name): (stateid, access)
        for name in NAMES:
            home = self.all[0].c
            made = home.open(self.top, name, create(mode=0o666), owner=b"maker", share_access=BOTH | 0x400)
            home.close(made)
            self.fh[name] = made.fh

    def conflicting(self, who, name, least):
        """Whose delegation a request of this client is in conflict with: all of them, or (WRITE) those that write."""
        return [c for (c, n), (_, writes) in self.held.items() if n == name and c != who and (writes or least == READ)]

    def ask(self, who, name, least, *operations):
        """Sends a request; everybody whose delegation it needs gives it back."""
        due = self.conflicting(who, name, least)
        before = {c: self.recalls(c) for c in due}
        sent = self.all[who].c.send(*operations)
        for c in due:
            self.recalled(c, name, before[c] + 1)
        return sent.result()

    @rule(who=WHO, name=FILE, access=st.sampled_from([READ, WRITE, BOTH]))
    def open(self, who, name, access):
        who = self.pick(who)
        if (who, name) in self.opens:
            return
        r = self.ask(who, name, READ if access & WRITE else WRITE, op.putfh(self.top), op.open(name, share_access=access))
        self.opens[who, name] = r.open.stateid, access
        found = r.open.delegation
        foreign = [a for (c, n), (_, a) in self.opens.items() if n == name and c != who]
        theirs = [w for (c, n), (_, w) in self.held.items() if n == name and c != who]
        writes = bool(access & WRITE)
        mine = self.held.get((who, name))
        calm = self.calm(name)
        barred = calm and not mine
        free = not barred and not (theirs if writes else any(theirs)) and not (foreign if writes else any(a & WRITE for a in foreign))
        if mine is not None:
            free = free and not calm and writes and not mine[1]
        expected = (OPEN_DELEGATE_WRITE if writes else OPEN_DELEGATE_READ) if free else OPEN_DELEGATE_NONE
        assert found.delegation_type == expected, (foreign, theirs, mine, calm)
        if free:
            self.held[who, name] = stateid_of(found), writes

    @rule(who=WHO, name=FILE)
    def close(self, who, name):
        if opened := self.opens.pop((self.pick(who), name), None):
            self.all[self.pick(who)].c.compound(op.putfh(self.fh[name]), op.close(opened[0]))

    @rule(who=WHO, name=FILE)
    def give_back(self, who, name):
        if (self.pick(who), name) in self.held:
            self.returns(self.pick(who), name)

    @rule(who=WHO, name=FILE)
    def read(self, who, name):
        self.ask(self.pick(who), name, WRITE, op.putfh(self.fh[name]), op.read(ANONYMOUS, 0, 4))

    @rule(who=WHO, name=FILE)
    def write(self, who, name):
        self.ask(self.pick(who), name, READ, op.putfh(self.fh[name]), op.write(ANONYMOUS, 0, b"data"))

    @rule(who=WHO, name=FILE)
    def chmod(self, who, name):
        self.ask(self.pick(who), name, READ, op.putfh(self.fh[name]), op.setattr(mode=0o666))

    @rule(who=WHO, name=FILE)
    def use(self, who, name):
        if held := self.held.get((self.pick(who), name)):
            last = op.write(held[0], 0, b"mine") if held[1] else op.read(held[0], 0, 4)
            self.all[self.pick(who)].c.compound(op.putfh(self.fh[name]), last)

    @rule()
    def wait(self):
        self.calm_passes()

    @invariant()
    def writes(self):
        seen = {(c, d["other"], d["write"]) for c, d in self.delegations()}
        assert seen == {(c, bytes(s.other).hex(), w) for (c, _), (s, w) in self.held.items()}

    def teardown(self):
        for (c, name), (stateid, _) in self.opens.items():
            self.all[c].c.compound(op.putfh(self.fh[name]), op.close(stateid))
        super().teardown()


@needs("own")
@pytest.mark.parametrize("clients", [2, 3])
@covers("RFC8881 10.4", "any sequence of opens, reads, writes and returns of two and three clients: as a model has it")
@meets("8881-10.4-1")
def test_delegations(instance, seed, clients):
    srv = instance(store="memory", clock="manual")
    run(Delegations, seed, {"srv": srv, "clients": clients}, examples=60, steps=30)
