"""Delegations of directories of two and of three clients against a model: who is told what, and who is asked."""

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from conformance.delegation_machine import WHO, Holders
from conformance.directory_delegations import ADD, DELAY, ENTRIES, REMOVE, RENAME, notices
from conformance.machines import run
from dittofs.nfs4 import GDD4_OK, GDD4_UNAVAIL, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4 as w4

DIR = st.sampled_from("pq")
NAME = st.sampled_from("abc")
TYPES = st.lists(st.sampled_from(ENTRIES), unique=True)


class Directories(Holders):
    """Each client keeps the listing that it has been told of."""

    runs = itertools.count()

    def __init__(self):
        super().__init__()
        c = self.all[0].c
        self.home = c.create(self.top, w4.NF4DIR, f"run {next(self.runs)}")
        self.fh = {d: c.create(self.home, w4.NF4DIR, d) for d in "pq"}
        self.entries = {d: set() for d in "pq"}
        self.due = {}  # (client, directory): what it has still to be told
        self.told = {at: 0 for at in range(self.clients)}

    def change(self, who, parts, *operations):
        """Carries out a change of these directories: (directory, type, name of the notification)."""
        due = [(c, d) for (c, d), (_, types) in self.held.items() if c != who and any(p[0] == d and p[1] not in types for p in parts)]
        before = {c: self.recalls(c) for c, _ in due}
        sent = self.all[who].c.send(*operations)
        for d in dict.fromkeys(p[0] for p in parts):
            for c in sorted(c for c, of in due if of == d):
                before[c] += 1
                self.recalled(c, d, before[c])
                self.due.pop((c, d), None)
        sent.result()
        for d, type, name in parts:
            for (c, of), (_, types) in self.held.items():
                if of == d and type in types:
                    self.due.setdefault((c, d), []).append((type, name))

    @rule(who=WHO, d=DIR, types=TYPES)
    def get(self, who, d, types):
        who = self.pick(who)
        ask = op.get_dir_delegation(gdda_notification_types=types)
        found = self.all[who].c.compound(op.putfh(self.fh[d]), ask).get_dir_delegation
        free = (who, d) not in self.held and not self.calm(d)
        assert found.gddrnf_status == (GDD4_OK if free else GDD4_UNAVAIL)
        if free:
            self.held[who, d] = found.gddrnf_resok4.gddr_stateid, set(types)

    @rule(who=WHO, d=DIR, name=NAME)
    def make(self, who, d, name):
        if name not in self.entries[d]:
            self.change(self.pick(who), [(d, ADD, name)], op.putfh(self.fh[d]), op.create(w4.NF4DIR, name))
            self.entries[d].add(name)

    @rule(who=WHO, d=DIR, name=NAME)
    def remove(self, who, d, name):
        if name in self.entries[d]:
            self.change(self.pick(who), [(d, REMOVE, name)], op.putfh(self.fh[d]), op.remove(name))
            self.entries[d].remove(name)

    @rule(who=WHO, d=DIR, name=NAME, to=DIR, new=NAME)
    def rename(self, who, d, name, to, new):
        if name not in self.entries[d] or (d, name) == (to, new):
            return
        parts = [(d, RENAME, new)] if d == to else [(d, REMOVE, name), (to, ADD, new)]
        self.change(
            self.pick(who), parts, op.putfh(self.fh[d]), op.savefh(), op.putfh(self.fh[to]), op.rename(name, new)
        )  # fmt: skip
        self.entries[d].remove(name)
        self.entries[to].add(new)

    @rule(who=WHO, d=DIR)
    def give_back(self, who, d):
        if (self.pick(who), d) in self.held:
            self.due.pop((self.pick(who), d), None)
            self.returns(self.pick(who), d)

    @rule()
    def hear(self):
        self.hear_all()

    def hear_all(self):
        """The delay is over: everybody is told what it has to be told, in order."""
        self.srv.clock.advance(DELAY)
        self.now += DELAY
        names = {bytes(fh): d for d, fh in self.fh.items()}
        for c in range(self.clients):
            dirs = [d for (who, d) in self.due if who == c]
            calls = self.all[c].called("CB_NOTIFY", self.told[c] + len(dirs))[self.told[c] :]
            assert len(calls) == len(dirs)
            self.told[c] += len(dirs)
            for call in calls:
                d = names[bytes(call.args.cna_fh)]
                assert [(t.type, t.name) for t in notices(call.args)] == self.due.pop((c, d))

    @rule()
    def wait(self):
        self.hear_all()
        while self.srv.state.notifications["unsent"]:  # the answers have to arrive before time passes
            for each in self.all:
                each.c.compound(op.sequence())
        self.calm_passes()


@needs("own")
@pytest.mark.parametrize("clients", [2, 3])
@covers("RFC8881 10.9", "any sequence of changes of two directories by two and three clients: recalled or told as a model has it")
@meets("8881-10.9.2-1", "8881-10.9.2-2", "8881-10.9.2-3", "8881-20.4.3-1")
def test_directories(instance, seed, clients):
    srv = instance(store="memory", clock="manual")
    run(Directories, seed, {"srv": srv, "clients": clients}, examples=60, steps=30, shrink=False)
