"""What a compound brought back: results by operation name or index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Optional, Sequence

from dittofs.nfs4.attributes import Attributes, attributes
from dittofs.nfs4.operation import ROWS, Builder, Operation
from dittofs.wire import selected

if TYPE_CHECKING:
    from dittofs.rpc import Call, Reply


class Result:
    """The result of one operation. Its fields read as attributes: of the arm that was selected, or of the union."""

    __slots__ = ("arm", "opnum", "status", "value")

    def __init__(self, resop: Any) -> None:
        self.opnum = resop.resop
        self.value = selected(resop)
        # Every result begins with its status, whatever the specification calls it: status, sr_status, ...
        self.status = getattr(self.value, self.value.__slots__[0]) if self.value is not None else None
        self.arm = selected(self.value)

    @property
    def name(self) -> str:
        row = ROWS.get(self.opnum)
        return row.name if row else f"operation {self.opnum}"

    @property
    def attributes(self) -> Attributes:
        """The values of a GETATTR."""
        return attributes(self.obj_attributes)

    def __getattr__(self, name: str) -> Any:
        for part in (self.arm, self.value):
            if part is not None and hasattr(part, name):
                return getattr(part, name)
        raise AttributeError(f"{name} is not in {self!r}")

    def __repr__(self) -> str:
        return f"<{self.name} {self.status} {self.arm!r}>"


class Results:
    """The reply to a compound. An index counts the operations that the caller gave: what was put before them
    (a session's SEQUENCE) is found by its name."""

    def __init__(self, reply: Reply, operations: Sequence[Operation], added: int = 0) -> None:
        self.reply, self.operations, self._added = reply, tuple(operations), added
        self.accept_stat = reply.accept_stat
        self._results = [Result(r) for r in reply.result.resarray] if reply.result is not None else []

    @property
    def status(self) -> Any:
        """That of the COMPOUND4res; what the RPC layer said when there is none."""
        return self.reply.result.status if self.reply.result is not None else self.reply.outcome

    outcome = status

    @property
    def tag(self) -> Any:
        return self.reply.result.tag

    @property
    def body(self) -> bytes:
        """The COMPOUND4res as received."""
        return self.reply.body

    @property
    def call(self) -> Call:
        return self.reply.call

    def decoded(self, reply: Reply) -> Results:
        """The results in another reply to the same compound."""
        return Results(reply, self.operations, self._added)

    @property
    def all(self) -> list[Result]:
        """All results, also of what was put before the caller's operations."""
        return self._results

    @property
    def last(self) -> Optional[Result]:
        return self._results[-1] if self._results else None

    def of(self, what: Builder) -> list[Result]:
        """Every result of one kind of operation: r.of(op.write)."""
        return [r for r in self._results if r.opnum == what.opnum]

    def __getitem__(self, at: Any) -> Any:
        return self._results[self._added :][at]

    def __len__(self) -> int:
        return max(len(self._results) - self._added, 0)

    def __iter__(self) -> Iterator[Result]:
        return iter(self._results[self._added :])

    def __getattr__(self, name: str) -> Result:
        if name.startswith("_"):
            raise AttributeError(name)
        found = [r for r in self._results if r.name.lower() == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise AttributeError(f"{name.upper()} is there {len(found)} times: say which, r[n] or r.of(op.{name})[n]")
        raise AttributeError(f"no result of {name.upper()} in {self!r}")

    @property
    def bytes(self) -> Any:
        """The whole RPC reply as received."""
        return self.reply.bytes

    def __repr__(self) -> str:
        said = ", ".join(f"{r.name} {getattr(r.status, 'name', r.status)}" for r in self._results)
        return f"<COMPOUND {getattr(self.status, 'name', self.status)}: {said}>"
