"""Delegations of directories of two and of three clients against a model: who is told what, and who is asked."""

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from conformance.delegations import Holder41
from conformance.directory_delegations import ADD, DELAY, ENTRIES, REMOVE, RENAME, notices
from conformance.machines import run
from dittofs.nfs4 import GDD4_OK, GDD4_UNAVAIL, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4 as w4

WHO = st.integers(0, 2)
DIR = st.sampled_from("pq")
NAME = st.sampled_from("abc")
TYPES = st.lists(st.sampled_from(ENTRIES), unique=True)


class Directories(RuleBasedStateMachine):
    """A client that is asked for a delegation gives it back at once; each keeps the listing that it has been told of."""

    srv = None
    clients = 0
    runs = itertools.count()

    def __init__(self):
        super().__init__()
        self.srv.clock.advance(31)  # what an earlier run recalled is forgotten
        self.all = [Holder41(self.srv) for _ in range(self.clients)]
        top, c = self.all[0].c.path("/export"), self.all[0].c
        self.home = c.create(top, w4.NF4DIR, f"run {next(self.runs)}")
        self.fh = {d: c.create(self.home, w4.NF4DIR, d) for d in "pq"}
        self.entries = {d: set() for d in "pq"}
        self.held = {}  # (client, directory): (stateid, types)
        self.due = {}  # (client, directory): what it has still to be told
        self.told = {at: 0 for at in range(self.clients)}
        self.calm = {}
        self.now = 0.0

    def pick(self, who):
        return who % self.clients

    def change(self, who, parts, *operations):
        """Carries out a change of these directories: (directory, type, name of the notification)."""
        due = [(c, d) for (c, d), (_, types) in self.held.items() if c != who and any(p[0] == d and p[1] not in types for p in parts)]
        before = {c: len(self.all[c].callbacks.of("CB_RECALL")) for c, _ in due}
        sent = self.all[who].c.send(*operations)
        for d in dict.fromkeys(p[0] for p in parts):
            for c in sorted(c for c, of in due if of == d):
                args = self.all[c].called("CB_RECALL", before[c] + 1)[before[c]].args
                before[c] += 1
                stateid, _ = self.held.pop((c, d))
                assert bytes(args.stateid.other) == bytes(stateid.other)
                self.all[c].c.compound(op.putfh(self.fh[d]), op.delegreturn(stateid))
                self.due.pop((c, d), None)
                self.calm[d] = self.now
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
        free = (who, d) not in self.held and self.now - self.calm.get(d, -1000.0) >= 30
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
        if held := self.held.pop((self.pick(who), d), None):
            self.due.pop((self.pick(who), d), None)
            self.all[self.pick(who)].c.compound(op.putfh(self.fh[d]), op.delegreturn(held[0]))

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
        self.srv.clock.advance(31)
        self.now += 31
        for each in self.all:
            each.c.compound(op.sequence())

    @invariant()
    def agrees(self):
        mine = {c.client.clientid: at for at, c in enumerate(self.all)}
        seen = {(mine[client["id"]], d["other"]) for client in self.srv.state.clients if client["id"] in mine for d in client["delegations"]}
        assert seen == {(c, bytes(s.other).hex()) for (c, _), (s, _) in self.held.items()}
        assert not self.srv.check_state()

    def teardown(self):
        for (c, d), (stateid, _) in self.held.items():
            self.all[c].c.compound(op.putfh(self.fh[d]), op.delegreturn(stateid))
        for each in self.all:
            each.c.destroy()
            each.client.destroy()
            each.close()


@needs("own")
@pytest.mark.parametrize("clients", [2, 3])
@covers("RFC8881 10.9", "any sequence of changes of two directories by two and three clients: recalled or told as a model has it")
@meets("8881-10.9.2-1", "8881-10.9.2-2", "8881-10.9.2-3", "8881-20.4.3-1")
def test_directories(instance, seed, clients):
    srv = instance(store="memory", clock="manual")
    run(Directories, seed, {"srv": srv, "clients": clients}, examples=60, steps=30, shrink=False)
