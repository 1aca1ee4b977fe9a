"""What is sent, as a value: the parts of a request, made for no server in particular."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Union

from dittofs import wire
from dittofs.rpc.procedure import Patch
from dittofs.wire import nfs3, nfs4

_STEP_OF_PATH = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
Known = Mapping[str, Any]  # name: a handle, a stateid4, a client or session id of the server at hand


def _table(rows: Any, name: str) -> dict[str, Any]:
    return {getattr(row, name): row.args for row in rows}


# By the name of an operation, or of a procedure: the type of its arguments, None for void.
TYPES: dict[str, dict[str, Any]] = {
    "nfs3": _table(nfs3.procedures, "short"),
    "nfs4": _table(nfs4.nfs_argop4_ops, "name"),
}


@dataclass(frozen=True)
class Part:
    """A procedure of NFSv3, or an operation of a compound.

    `args` are its encoded arguments; `refs` says which of their fields hold what this server calls a thing by
    ({"object": "file"}); `lies` are bytes of fields that are not what the encoding asks for, as in wire.Message.patch().
    """

    protocol: str  # "nfs3", "nfs4"
    name: str
    args: bytes = b""
    refs: Mapping[str, str] = field(default_factory=dict)
    lies: Patch = field(default_factory=dict)

    @property
    def type(self) -> Optional[Any]:
        return TYPES[self.protocol][self.name]

    def value(self, known: Optional[Known] = None) -> Any:
        """The typed arguments, None for void; with what `known` has in the places of the references."""
        if self.type is None:
            return None
        value = wire.decode(self.type, self.args)
        for path, name in self.refs.items():
            if known is not None:
                value = with_field(value, path, known[name])
        return value

    def encoded(self, known: Known) -> bytes:
        """The arguments as they are sent to the server that has these."""
        if self.type is None:
            return b""
        message = wire.message(self.value(known), self.type)
        for path, lie in self.lies.items():
            if path not in message.fields:
                continue  # a handle of another length may have no padding to lie about
            if isinstance(lie, int):
                begin, end = message.fields[path]
                lie %= 1 << 8 * (end - begin)
            message = message.patch(path, lie)
        return message.bytes

    def to_data(self) -> dict[str, Any]:
        """JSON: what from_data() takes."""
        lies = {path: value if isinstance(value, int) else {"hex": bytes(value).hex()} for path, value in self.lies.items()}
        return {"protocol": self.protocol, "name": self.name, "args": self.args.hex(), "refs": dict(self.refs), "lies": lies}

    @classmethod
    def from_data(cls, row: Mapping[str, Any]) -> Part:
        """ValueError or KeyError when it is none."""
        lies: dict[str, Union[int, bytes]] = {
            path: value if isinstance(value, int) else bytes.fromhex(value["hex"]) for path, value in row["lies"].items()
        }
        part = cls(row["protocol"], row["name"], bytes.fromhex(row["args"]), row["refs"], lies)
        part.value()
        return part

    @classmethod
    def of(cls, name: str, args: Any = None, refs: Optional[Mapping[str, str]] = None, lies: Optional[Patch] = None) -> Part:
        """From typed arguments; the protocol is theirs."""
        protocol = args.__xdr__[0] if args is not None else "nfs4"
        type_ = TYPES[protocol][name]
        return cls(protocol, name, wire.encode(args, type_) if type_ is not None else b"", refs or {}, lies or {})

    def __str__(self) -> str:
        """As Python: what of() takes."""
        value = self.value()
        more = [repr(value)] if value is not None else []
        more += [f"refs={dict(self.refs)!r}"] if self.refs else []
        more += [f"lies={dict(self.lies)!r}"] if self.lies else []
        return f"Part.of({', '.join([repr(self.name), *more])})"


@dataclass(frozen=True)
class Step:
    """A request: one part, or the operations of a compound. `sequence`: a session puts a SEQUENCE of its own before them."""

    parts: tuple[Part, ...]
    sequence: bool = True

    @property
    def lies(self) -> bool:
        return any(part.lies for part in self.parts)

    @property
    def size(self) -> int:
        return sum(8 + len(part.args) + 16 * len(part.lies) for part in self.parts)

    def to_data(self) -> dict[str, Any]:
        return {"parts": [part.to_data() for part in self.parts], "sequence": self.sequence}

    @classmethod
    def from_data(cls, row: Mapping[str, Any]) -> Step:
        return cls(tuple(map(Part.from_data, row["parts"])), bool(row["sequence"]))

    def __str__(self) -> str:
        parts = "".join(f"            {part},\n" for part in self.parts)
        return f"Step((\n{parts}        ){'' if self.sequence else ', sequence=False'})"


def with_field(value: Any, path: str, new: Any) -> Any:
    """The value with something else at a path of attributes and indexes; it is changed in place. What is not there, because
    another arm is selected, is left alone."""
    if not path:
        return new
    steps = [name or int(index) for name, index in _STEP_OF_PATH.findall(path)]
    at = value
    for step in steps[:-1]:
        at = at[step] if isinstance(step, int) else getattr(at, step)
        if at is None:
            return value
    if isinstance(steps[-1], int):
        at[steps[-1]] = new
    else:
        setattr(at, steps[-1], new)
    return value
