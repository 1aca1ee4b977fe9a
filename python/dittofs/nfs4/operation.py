"""One operation of a compound as an immutable value: what is sent, and what is expected to come back."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Any, Callable, Generic, Optional, ParamSpec, Union

from dittofs import wire
from dittofs.rpc.procedure import Patch
from dittofs.wire import nfs4 as w
from dittofs.wire.about import Help, about

ROWS = {row.op: row for row in w.nfs_argop4_ops}
P = ParamSpec("P")


class _Auto:
    """Stands in an argument that the client computes when it sends."""

    def __repr__(self) -> str:
        return "AUTO"


AUTO: Any = _Auto()


@dataclass(frozen=True)
class Operation:
    """`args` may hold AUTO, which the client that sends it replaces. Never change `args` in place: use but()."""

    opnum: int
    args: Any = None
    allowed: tuple = ()  # statuses; (...,) is any failure
    success: bool = True  # whether success is expected, too
    patches: tuple[tuple[str, Union[int, bytes]], ...] = ()
    body: Optional[bytes] = None  # sent in the place of the arguments

    @property
    def name(self) -> str:
        """LOOKUP, or the number where the specifications know none."""
        row = ROWS.get(self.opnum)  # type: ignore[call-overload]
        return row.name if row else f"operation {self.opnum}"

    def fails(self, *statuses: Any) -> Operation:
        """This operation has to fail with one of these; fails(...) is any failure."""
        if not statuses:
            raise TypeError("fails() with which status? fails(...) is any")
        return replace(self, allowed=statuses, success=False)

    def may_fail(self, *statuses: Any) -> Operation:
        """Success is right, and so are these."""
        return replace(self, allowed=statuses, success=True)

    def but(self, **changes: Any) -> Operation:
        """The same operation with other values in some fields of its arguments."""
        return self.carrying(wire.replace(self.args, **changes))

    def carrying(self, args: Any) -> Operation:
        """The same operation with other arguments."""
        return Operation(self.opnum, args, self.allowed, self.success, self.patches, self.body)

    def patch(self, patches: Patch) -> Operation:
        """The same with other bytes where its encoded arguments have these fields: {"openhow.how.mode": 7}."""
        return replace(self, patches=self.patches + tuple(patches.items()))

    def _arguments(self) -> Any:
        if self.body is not None:
            return self.body
        kind = ROWS[self.opnum].args if self.opnum in ROWS else None  # type: ignore[index]
        if kind is None:
            return b""
        if not self.patches:
            return wire.encode(self.args, kind)
        message = wire.message(self.args, kind)
        for path, value in self.patches:
            message = message.patch(path, value)
        return message.bytes

    def __repr__(self) -> str:
        said = f"op.{self.name.lower()}({_fields(self.args)})" if self.body is None else f"op.raw({self.opnum}, {self.body!r})"
        if self.patches:
            said += f".patch({dict(self.patches)!r})"
        if self.allowed or not self.success:
            how = "may_fail" if self.success else "fails"
            said += f".{how}({', '.join('...' if s is ... else str(getattr(s, 'name', s)) for s in self.allowed)})"
        return said

    __str__ = __repr__

    @property
    def bytes(self) -> Any:
        """On the wire: the number, then the arguments."""
        return struct.pack(">I", self.opnum) + self._arguments()


def _fields(args: Any) -> str:
    if args is None:
        return ""
    slots = getattr(type(args), "__slots__", None)
    if not isinstance(args, wire.Record) or slots is None:
        return repr(args)
    return ", ".join(f"{name}={getattr(args, name)!r}" for name in slots)


class Builder(Generic[P]):
    __doc__: Any = Help("Makes operations of one kind. `opnum` says which.")

    def __init__(self, build: Callable[P, Any]) -> None:
        self.build = build
        self.name = build.__name__.upper()
        self.opnum = w.nfs_opnum4[f"OP_{self.name}"]
        self.__wrapped__ = build

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Operation:
        return Operation(self.opnum, self.build(*args, **kwargs))

    def about(self) -> str:
        """The section, what the operation takes, what its result has (r.lookup.status), and the errors it may fail with."""
        name = self.name.lower()
        return about(ROWS[self.opnum], self.name, f"op.{name}", self.build, f"r.{name}.")

    def __repr__(self) -> str:
        return f"op.{self.name.lower()}"
