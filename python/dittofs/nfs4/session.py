"""A session: its slots, and compounds that begin with the SEQUENCE that they need (RFC 8881 2.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

from dittofs.nfs4 import op
from dittofs.nfs4.caller import Prepared
from dittofs.nfs4.complete import filled
from dittofs.nfs4.files import Files
from dittofs.nfs4.operation import AUTO, Operation
from dittofs.nfs4.results import Results
from dittofs.wire import nfs4 as w

if TYPE_CHECKING:
    from dittofs.nfs4.client import Client

# What must not be executed twice; a compound with one of these asks the server to keep its reply.
CHANGES: frozenset[int] = frozenset({
    w.OP_CLOSE, w.OP_CREATE, w.OP_LINK, w.OP_LOCK, w.OP_LOCKU, w.OP_OPEN, w.OP_OPEN_DOWNGRADE, w.OP_OPENATTR,
    w.OP_REMOVE, w.OP_RENAME, w.OP_SETATTR, w.OP_WRITE, w.OP_DELEGRETURN, w.OP_FREE_STATEID, w.OP_RECLAIM_COMPLETE,
    w.OP_ALLOCATE, w.OP_DEALLOCATE, w.OP_CLONE, w.OP_COPY, w.OP_WRITE_SAME, w.OP_SETXATTR, w.OP_REMOVEXATTR,
})  # fmt: skip

_SEQUENCE = op.sequence()


@dataclass
class Slot:
    """Its number, the sequence id of the last request that the server took, and whether one is under way."""

    slotid: int
    sequenceid: int = 0
    busy: bool = False


class Slots:
    """The slot table of the fore channel."""

    def __init__(self, count: int) -> None:
        self.all = [Slot(n) for n in range(count)]

    def __getitem__(self, slotid: int) -> Slot:
        return self.all[slotid]

    def __len__(self) -> int:
        return len(self.all)

    def free(self) -> Optional[Slot]:
        """The lowest that is not in use."""
        for slot in self.all:
            if not slot.busy:
                return slot
        return None

    @property
    def highest(self) -> int:
        """The highest slot id in use."""
        for slot in reversed(self.all):
            if slot.busy:
                return slot.slotid
        return 0


class Session(Files):
    """Sends compounds within a session.

    A compound without a SEQUENCE gets one as its first operation, on the lowest free slot; when none is free, a reply is
    waited for. op.sequence() in any place is completed in the same way. What is to be otherwise is named as in
    SEQUENCE4args: s.compound(..., sa_slotid=1, sa_cachethis=False); sequence=False adds none.
    """

    def __init__(self, client: Client, created: w.CREATE_SESSION4resok) -> None:
        super().__init__(client.endpoint, client.cred, client.minorversion)
        self.client = client
        self.created = created
        self.sessionid = bytes(created.csr_sessionid)
        self.slots = Slots(created.csr_fore_chan_attrs.ca_maxrequests)

    def destroy(self) -> Results:
        """DESTROY_SESSION, by a compound outside of it."""
        __tracebackhide__ = True
        return self.compound(op.destroy_session(), sequence=False)

    def prepare(self, operations: list[Operation], how: dict[str, Any]) -> Prepared:
        given = {name: how.pop(name) for name in [*how] if name.startswith("sa_")}
        wanted = how.pop("sequence", True)
        if how.get("raw") is not None:
            return Prepared(operations, learn=self._learn)
        added = 0
        numbers = [each.opnum for each in operations]
        if wanted and w.OP_SEQUENCE not in numbers:
            operations, added = [op.sequence(**given) if given else _SEQUENCE, *operations], 1
        elif given:
            raise TypeError(f"{', '.join(given)}: belong into the op.sequence() that is given")
        cache = not CHANGES.isdisjoint(numbers)
        taken: list[Slot] = []
        ready = [self._completed(each, cache, taken) for each in operations]

        def learn(r: Optional[Results]) -> None:
            for slot in taken:
                slot.busy = False
            self._learn(r)

        return Prepared(ready, added, learn)

    def _completed(self, each: Operation, cache: bool, taken: list[Slot]) -> Operation:
        if each.opnum == w.OP_SEQUENCE and each.body is None:
            return self._sequence(each, cache, taken)
        if each.opnum == w.OP_DESTROY_SESSION:
            return filled(each, {"dsa_sessionid": lambda: self.sessionid})
        if each.opnum == w.OP_BIND_CONN_TO_SESSION:
            return filled(each, {"bctsa_sessid": lambda: self.sessionid})
        return self.client.completed(each)

    def _sequence(self, each: Operation, cache: bool, taken: list[Slot]) -> Operation:
        slotid = each.args.sa_slotid
        slot = self._free_slot() if slotid is AUTO else self.slots[slotid] if slotid < len(self.slots) else None
        if slot is not None and not slot.busy:
            slot.busy = True
            taken.append(slot)
        a = each.args
        return each.carrying(w.SEQUENCE4args(
            self.sessionid if a.sa_sessionid is AUTO else a.sa_sessionid,
            (slot.sequenceid + 1 & 0xFFFFFFFF if slot else 1) if a.sa_sequenceid is AUTO else a.sa_sequenceid,
            slot.slotid if slot else slotid,
            self.slots.highest if a.sa_highest_slotid is AUTO else a.sa_highest_slotid,
            cache if a.sa_cachethis is AUTO else a.sa_cachethis,
        ))  # fmt: skip

    def _free_slot(self) -> Slot:
        while (slot := self.slots.free()) is None:
            self.endpoint.receive()
        return slot

    def _learn(self, r: Optional[Results]) -> None:
        """The server has taken the request of a slot when its SEQUENCE succeeded (RFC 8881 2.10.6.1)."""
        if r is None:
            return
        for result in r.all:
            if result.opnum == w.OP_SEQUENCE and result.status == w.NFS4_OK:
                said = result.arm
                if said.sr_slotid < len(self.slots) and said.sr_sessionid == self.sessionid:
                    self.slots[said.sr_slotid].sequenceid = said.sr_sequenceid
        self.client._learn(r)
