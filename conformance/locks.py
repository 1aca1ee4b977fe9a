"""A model of byte-range locks, and a hypothesis machine that holds a server to it: for every minor version.

Two clients with two lock owners each, and one file. What a server may choose is left open: a sub-range that it cannot
lock or unlock (NFS4ERR_LOCK_RANGE), an upgrade that it does not make (NFS4ERR_LOCK_NOTSUPP), which of several locks in
the way it names, and whether it joins neighbours (RFC 7530 9.2, 9.3; RFC 8881 9.2, 9.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Optional

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from conformance import machines
from dittofs.nfs4 import NFS4_OK, NFS4ERR, READ_LT, WRITE_LT, create, op

TO_EOF = 0xFFFFFFFFFFFFFFFF
BEYOND = 1 << 64  # one behind the last byte that can be locked


def ends(offset: int, length: int) -> int:
    return BEYOND if length == TO_EOF else offset + length


@dataclass
class Locks:
    """Who holds what: for every owner its locked pieces, [first, end) with a type, in order and apart."""

    held: dict[Any, list[tuple[int, int, int]]] = field(default_factory=dict)

    def conflicts(self, owner: Any, locktype: int, first: int, end: int) -> Iterator[tuple[Any, int, int, int]]:
        for who, pieces in self.held.items():
            for f, e, kind in pieces:
                if who != owner and f < end and first < e and WRITE_LT in (kind, locktype):
                    yield who, f, e, kind

    def set(self, owner: Any, first: int, end: int, locktype: Optional[int]) -> None:
        """Nothing but a lock of this type, or none, from first to end."""
        pieces = []
        for f, e, kind in self.held.get(owner, []):
            pieces += [(f, min(e, first), kind)] if f < first else []
            pieces += [(max(f, end), e, kind)] if e > end else []
        if locktype is not None:
            pieces.append((first, end, locktype))
        self.held[owner] = _joined(sorted(pieces))


def _joined(pieces: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    out: list[tuple[int, int, int]] = []
    for f, e, kind in pieces:
        if out and out[-1][1] == f and out[-1][2] == kind:
            out[-1] = (out[-1][0], e, kind)
        else:
            out.append((f, e, kind))
    return out


# Ranges that meet, overlap and contain each other; and some at the edges of 31, 32, 63 and 64 bits.
NEAR = st.tuples(st.integers(0, 12), st.one_of(st.integers(1, 12), st.just(TO_EOF)))
EDGES = [2**31 - 2, 2**31, 2**32 - 2, 2**32, 2**63 - 2, 2**63, 2**64 - 3, 2**64 - 2]
FAR = st.tuples(st.sampled_from(EDGES), st.one_of(st.integers(1, 3), st.just(TO_EOF))).filter(
    lambda r: r[1] == TO_EOF or r[0] + r[1] <= TO_EOF
)
OWNERS = st.tuples(st.integers(0, 1), st.sampled_from([b"first", b"second"]))
TYPES = st.sampled_from([READ_LT, WRITE_LT])


class LockMachine(RuleBasedStateMachine):
    """Locks and unlocks; every answer must be the model's."""

    clients: tuple  # two clients or sessions
    directory: bytes
    ranges = NEAR
    files = 0

    @initialize()
    def opens(self) -> None:
        type(self).files += 1
        name = f"locked-{self.files}"
        # Owners of each run's own: what one run did to their sequence numbers is not the next one's business.
        self.suffix = b" %d" % self.files
        how = dict(how=create(mode=0o666), owner=b"opener" + self.suffix)
        self.opened = [c.open(self.directory, name, **how) for c in self.clients]
        self.fh = self.opened[0].fh
        self.model = Locks()
        self.stateids: dict[Any, Any] = {}

    def compound(self, owner: Any, last: Any) -> Any:
        return self.clients[owner[0]].compound(op.putfh(self.fh), last)

    @rule(owner=OWNERS, locktype=TYPES, data=st.data())
    def lock(self, owner: Any, locktype: int, data: Any) -> None:
        offset, length = data.draw(self.ranges)
        first, end = offset, ends(offset, length)
        if owner in self.stateids:
            how: dict[str, Any] = {"lock_stateid": self.stateids[owner]}
        else:
            how = {"open_stateid": self.opened[owner[0]], "lock_owner": owner[1] + self.suffix}
        refusals = (NFS4ERR.DENIED, NFS4ERR.LOCK_RANGE, NFS4ERR.LOCK_NOTSUPP)
        r = self.compound(owner, op.lock(locktype, offset, length, **how).may_fail(*refusals))
        conflicts = list(self.model.conflicts(owner, locktype, first, end))
        if r.status == NFS4_OK:
            assert not conflicts, f"granted in spite of {conflicts}"
            self.stateids[owner] = r.lock.lock_stateid
            self.model.set(owner, first, end, locktype)
        elif r.status == NFS4ERR.DENIED:
            self.named(r.lock.denied, conflicts)
        else:
            assert self.model.held.get(owner), f"{r.status}, and the owner has no lock that could be changed"

    @rule(owner=OWNERS, locktype=TYPES, data=st.data())
    def lockt(self, owner: Any, locktype: int, data: Any) -> None:
        offset, length = data.draw(self.ranges)
        r = self.compound(owner, op.lockt(locktype, offset, length, owner[1] + self.suffix).may_fail(NFS4ERR.DENIED))
        conflicts = list(self.model.conflicts(owner, locktype, offset, ends(offset, length)))
        if r.status == NFS4_OK:
            assert not conflicts, f"said to be free, in spite of {conflicts}"
        else:
            self.named(r.lockt.denied, conflicts)

    @rule(owner=OWNERS, data=st.data())
    def locku(self, owner: Any, data: Any) -> None:
        if owner not in self.stateids:
            return
        offset, length = data.draw(self.ranges)
        r = self.compound(owner, op.locku(self.stateids[owner], offset, length).may_fail(NFS4ERR.LOCK_RANGE))
        if r.status == NFS4_OK:
            self.stateids[owner] = r.locku.lock_stateid
            self.model.set(owner, offset, ends(offset, length), None)

    def named(self, denied: Any, conflicts: list) -> None:
        """The lock in the way is one that is held there, and in the way."""
        first, end = denied.offset, ends(denied.offset, denied.length)
        assert conflicts, f"denied, and nothing is in the way: {denied}"
        fits = [
            (who, f, e, kind)
            for who, f, e, kind in conflicts
            if f <= first and end <= e and kind == denied.locktype and who[1] + self.suffix == bytes(denied.owner.owner)
        ]
        assert fits, f"{denied} is none of {conflicts}"

    @invariant()
    def stateids_differ(self) -> None:
        others = [bytes(s.other) for s in getattr(self, "stateids", {}).values()]
        assert len(set(others)) == len(others)

    def teardown(self) -> None:
        for owner, state in getattr(self, "stateids", {}).items():
            self.clients[owner[0]].call(op.putfh(self.fh), op.locku(state, 0, TO_EOF))
        for c, opened in zip(self.clients, getattr(self, "opened", ())):
            c.call(op.putfh(opened.fh), op.close(opened))


def run(
    first: Any, second: Any, directory: bytes, number: int, *, far: bool = False, shrink: bool = True, examples: int = 30
) -> None:
    """The machine with two clients (of any minor version), in a directory of the test's own, from a seed."""
    fields = {"clients": (first, second), "directory": directory, "ranges": FAR if far else NEAR}
    machines.run(LockMachine, number, fields, examples=examples, shrink=shrink)
