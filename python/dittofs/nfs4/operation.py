"""One operation of a compound as an immutable value: what is sent, and what is expected to come back."""

from __future__ import annotations

import inspect
import struct
from dataclasses import dataclass, replace
from typing import Any, Callable, Generic, Optional, ParamSpec, Union

from dittofs import wire
from dittofs.rpc.procedure import Patch
from dittofs.wire import nfs4 as w

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


class _Help:
    """What help() shows: of a builder, the operation."""

    def __get__(self, builder: Optional[Builder], owner: type) -> str:
        return "Makes operations of one kind. `opnum` says which." if builder is None else builder.help()


class Builder(Generic[P]):
    __doc__: Any = _Help()

    def __init__(self, build: Callable[P, Any]) -> None:
        self.build = build
        self.name = build.__name__.upper()
        self.opnum = w.nfs_opnum4[f"OP_{self.name}"]
        self.__wrapped__ = build

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Operation:
        return Operation(self.opnum, self.build(*args, **kwargs))

    def help(self) -> str:
        """The section, what the operation takes, and what its result has: r.lookup.status."""
        row = ROWS[self.opnum]
        name = self.name.lower()
        takes = "" if row.args is None else f"\n    sent as {_shape(row.args)}"
        signature = str(inspect.signature(self.build)).replace("'", "")  # of annotations
        brings = "\n".join(f"    r.{name}.{line}" for line in _fields_of(row.result))
        return f"{self.name}, {self.build.__doc__}\n\n    op.{name}{signature}{takes}\n\n{brings}\n"

    def __repr__(self) -> str:
        return f"op.{self.name.lower()}"


def _shape(type_: Any) -> str:
    return str(type_.__xdr__[1]) if isinstance(type_, wire.Type) else f"{type_.__name__}({', '.join(type_.__slots__)})"


def _fields_of(result: Any) -> list[str]:
    """The fields of a result, and those of the arms that its status selects."""
    if isinstance(result, wire.Type):
        return [f"...    ({result.__xdr__[1]})"]
    assert issubclass(result, wire.Record)
    if not issubclass(result, wire.Union):
        return list(result.__slots__)
    lines = [result.__slots__[0]]
    for status, (_, zero) in [*result.__cases__.items(), (None, result.__default_arm__ or (None, None))]:
        value = zero() if zero is not None else None
        when = "any other status" if status is None else _name_of(status)
        lines += [f"{each}    ({when})" for each in (value.__slots__ if isinstance(value, wire.Record) else ())]
    return lines


def _name_of(status: Any) -> str:
    return getattr(status, "name", str(status))
