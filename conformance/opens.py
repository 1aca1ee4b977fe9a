"""A model of share reservations, and a hypothesis machine that holds a server to it: for every minor version.

Two clients with two open owners each, and two files (RFC 7530 9.9, 16.16, 16.19, 16.2; RFC 8881 9.7, 18.16, 18.18, 18.2).
"""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from conformance import machines
from dittofs.nfs4 import NFS4_OK, NFS4ERR, Open, create, op

READ, WRITE, BOTH = 1, 2, 3
OWNERS = st.tuples(st.integers(0, 1), st.sampled_from([b"one", b"two"]))
FILES = st.integers(0, 1)
ACCESS, DENY = st.sampled_from([READ, WRITE, BOTH]), st.sampled_from([0, READ, WRITE, BOTH])

Bits = tuple[int, int]  # share_access, share_deny


def union(opens: Any) -> Bits:
    access = deny = 0
    for a, d in opens:
        access, deny = access | a, deny | d
    return access, deny


def sums(opens: list[Bits]) -> set[Bits]:
    """What subsets of the opens add up to."""
    return {union(part) for n in range(1, len(opens) + 1) for part in itertools.combinations(opens, n)}


class OpenMachine(RuleBasedStateMachine):
    """Opens, downgrades and closes; every answer must be the model's."""

    clients: tuple  # two clients or sessions
    directory: bytes
    runs = 0

    @initialize()
    def begins(self) -> None:
        type(self).runs += 1
        self.names = [f"shared-{self.runs}-{n}" for n in range(2)]
        self.files = []
        for name in self.names:
            made = self.clients[0].open(self.directory, name, create(mode=0o666), owner=b"maker")
            self.clients[0].close(made)
            self.files.append(made.fh)
        self.opens: dict[Any, list[Bits]] = {}  # by owner and file
        self.held: dict[Any, Open] = {}

    def conflicts(self, who: Any, access: int, deny: int) -> bool:
        """Whose opens they are does not matter: "with no exception for an existing OPEN for the same open-owner"."""
        there = [union(opens) for (_, file), opens in self.opens.items() if file == who[1]]
        return any(access & d or deny & a for a, d in there)

    @rule(owner=OWNERS, file=FILES, access=ACCESS, deny=DENY)
    def open(self, owner: Any, file: int, access: int, deny: int) -> None:
        who, c = (owner, file), self.clients[owner[0]]
        # Owners of each run's own: what one run did to their sequence numbers is not the next one's business.
        how = dict(share_access=access, share_deny=deny, owner=owner[1] + b" %d" % self.runs)
        if self.conflicts(who, access, deny):
            c.compound(op.putfh(self.directory), op.open(self.names[file], **how).fails(NFS4ERR.SHARE_DENIED))
            return
        opened = c.open(self.directory, self.names[file], **how)
        assert opened.fh == self.files[file]
        if who in self.held:
            assert opened.stateid.other == self.held[who].stateid.other
            assert opened.stateid.seqid > self.held[who].stateid.seqid
        self.held[who] = opened
        self.opens.setdefault(who, []).append((access, deny))

    @rule(owner=OWNERS, file=FILES, access=ACCESS, deny=DENY)
    def downgrade(self, owner: Any, file: int, access: int, deny: int) -> None:
        who = (owner, file)
        if who not in self.held:
            return
        have, opens = union(self.opens[who]), self.opens[who]
        last = op.open_downgrade(self.held[who], access, deny)
        if access & ~have[0] or deny & ~have[1]:
            last = last.fails(NFS4ERR.INVAL)
        elif (access, deny) not in sums(opens):
            last = last.may_fail(NFS4ERR.INVAL)  # a server need not remember each open
        r = self.clients[owner[0]].compound(op.putfh(self.files[file]), last)
        if r.status == NFS4_OK:
            self.held[who].stateid = r.open_downgrade.open_stateid
            kept = [o for o in opens if not o[0] & ~access and not o[1] & ~deny]
            self.opens[who] = kept if union(kept) == (access, deny) else [(access, deny)]

    @rule(owner=OWNERS, file=FILES)
    def close(self, owner: Any, file: int) -> None:
        who = (owner, file)
        if who in self.held:
            self.clients[owner[0]].close(self.held.pop(who))
            del self.opens[who]

    @rule(owner=OWNERS, file=FILES)
    def write(self, owner: Any, file: int) -> None:
        who = (owner, file)
        if who in self.held:
            last = op.write(self.held[who], 0, b"x")
            last = last if union(self.opens[who])[0] & WRITE else last.fails(NFS4ERR.OPENMODE)
            self.clients[owner[0]].compound(op.putfh(self.files[file]), last)

    @invariant()
    def stateids_differ(self) -> None:
        others = [bytes(o.stateid.other) for o in getattr(self, "held", {}).values()]
        assert len(set(others)) == len(others)

    def teardown(self) -> None:
        for (owner, _), opened in getattr(self, "held", {}).items():
            self.clients[owner[0]].call(op.putfh(opened.fh), op.close(opened))


def run(first: Any, second: Any, directory: bytes, number: int, *, shrink: bool = True, examples: int = 30) -> None:
    """The machine with two clients (of any minor version), in a directory of the test's own, from a seed."""
    machines.run(OpenMachine, number, {"clients": (first, second), "directory": directory}, examples=examples, shrink=shrink)
