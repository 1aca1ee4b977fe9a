"""Sequence numbers of minor version 0: every open-owner and lock-owner counts its requests (RFC 7530 9.1.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional

from dittofs import wire
from dittofs.nfs4.errors import NFS4ERR
from dittofs.nfs4.operation import AUTO, Operation
from dittofs.nfs4.results import Result
from dittofs.nfs4.stateids import stateid
from dittofs.wire import nfs4 as w

# A request that fails like this was not counted (RFC 7530 9.1.7).
UNCOUNTED = frozenset({
    NFS4ERR.STALE_CLIENTID, NFS4ERR.STALE_STATEID, NFS4ERR.BAD_STATEID, NFS4ERR.BAD_SEQID, NFS4ERR.BADXDR,
    NFS4ERR.RESOURCE, NFS4ERR.NOFILEHANDLE, NFS4ERR.MOVED,
})  # fmt: skip


def following(seqid: int) -> int:
    """The number after this one: behind the largest comes "one (rather than zero)" (RFC 7530 9.1.3)."""
    return 1 if seqid == 0xFFFFFFFF else seqid + 1


@dataclass
class Owner:
    """An open-owner or lock-owner: the sequence number that its next request carries. Zero is not a valid one (9.1.11)."""

    owner: bytes
    seqid: int = 1

    def take(self) -> int:
        seqid, self.seqid = self.seqid, following(self.seqid)
        return seqid


@dataclass
class Turn:
    """One owner's number in one request."""

    owner: Owner
    seqid: int
    computed: bool  # by us, not by the caller

    def counted(self) -> None:
        self.owner.seqid = following(self.seqid)

    def not_counted(self) -> None:
        if self.computed:
            self.owner.seqid = self.seqid


class Owners:
    """The owners of a client, and which of them a stateid belongs to."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, bytes], Owner] = {}
        self._of_stateid: dict[bytes, Owner] = {}

    def open_owner(self, owner: bytes) -> Owner:
        return self._named("open", owner)

    def lock_owner(self, owner: bytes) -> Owner:
        return self._named("lock", owner)

    def _named(self, kind: str, owner: bytes) -> Owner:
        return self._owners.setdefault((kind, bytes(owner)), Owner(bytes(owner)))

    def of(self, state: Any) -> Owner:
        """The owner of a stateid; of one that nobody gave us, an owner that has not begun."""
        other = bytes(stateid(state).other)
        return self._of_stateid.setdefault(other, Owner(b"?"))

    def forget(self, owner: bytes) -> None:
        """A lock-owner was released; the server knows it no more."""
        self._owners.pop(("lock", bytes(owner)), None)

    # --- sending -------------------------------------------------------------------------------------------------

    def number(self, op: Operation) -> tuple[Operation, list[Turn]]:
        """The operation with its sequence numbers in, and whose they are."""
        fill = _FILL.get(op.opnum)
        return (op, []) if fill is None or op.body is not None else fill(self, op)

    def _turn(self, owner: Owner, seqid: Any) -> Turn:
        return Turn(owner, owner.take(), True) if seqid is AUTO else Turn(owner, seqid, False)

    def _open(self, op: Operation) -> tuple[Operation, list[Turn]]:
        turn = self._turn(self.open_owner(op.args.owner.owner), op.args.seqid)
        return op.but(seqid=turn.seqid), [turn]

    def _open_state(self, op: Operation) -> tuple[Operation, list[Turn]]:
        """OPEN_CONFIRM, OPEN_DOWNGRADE, CLOSE"""
        turn = self._turn(self.of(op.args.open_stateid), op.args.seqid)
        return op.but(seqid=turn.seqid), [turn]

    def _locku(self, op: Operation) -> tuple[Operation, list[Turn]]:
        turn = self._turn(self.of(op.args.lock_stateid), op.args.seqid)
        return op.but(seqid=turn.seqid), [turn]

    def _lock(self, op: Operation) -> tuple[Operation, list[Turn]]:
        locker = op.args.locker
        if locker.new_lock_owner:
            new = locker.open_owner
            opened = self._turn(self.of(new.open_stateid), new.open_seqid)
            locked = self._turn(self.lock_owner(new.lock_owner.owner), new.lock_seqid)
            new = wire.replace(new, open_seqid=opened.seqid, lock_seqid=locked.seqid)
            return op.but(locker=w.locker4(True, open_owner=new)), [opened, locked]
        known = locker.lock_owner
        turn = self._turn(self.of(known.lock_stateid), known.lock_seqid)
        known = wire.replace(known, lock_seqid=turn.seqid)
        return op.but(locker=w.locker4(False, lock_owner=known)), [turn]

    # --- the reply -----------------------------------------------------------------------------------------------

    def learn(self, op: Operation, turns: list[Turn], result: Optional[Result]) -> None:
        counted = result is not None and result.opnum == op.opnum and result.status not in UNCOUNTED
        for turn in turns:
            turn.counted() if counted else turn.not_counted()
        if result is None or result.status != w.NFS4_OK:
            return
        if op.opnum == w.OP_OPEN:
            self._of_stateid[bytes(result.stateid.other)] = turns[0].owner
        elif op.opnum == w.OP_LOCK:
            self._of_stateid[bytes(result.lock_stateid.other)] = turns[-1].owner
        elif op.opnum == w.OP_RELEASE_LOCKOWNER:
            self.forget(op.args.lock_owner.owner)


_FILL: dict[int, Callable[[Owners, Operation], tuple[Operation, list[Turn]]]] = {
    w.OP_OPEN: Owners._open,
    w.OP_OPEN_CONFIRM: Owners._open_state,
    w.OP_OPEN_DOWNGRADE: Owners._open_state,
    w.OP_CLOSE: Owners._open_state,
    w.OP_LOCK: Owners._lock,
    w.OP_LOCKU: Owners._locku,
}
