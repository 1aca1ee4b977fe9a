"""The types of RFC 4506 section 4, and the few that only hints make (Payload, LinkedList).

Nodes are built by the parser and completed by the passes; each attribute says by which one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import Location

if TYPE_CHECKING:
    from .schema import Schema

MESSAGE = 0xFFFFFFFF  # a bound that the hints give up to the message size


@dataclass(frozen=True)
class Value:
    """A constant in the text: a number, or a name that passes/names.py turns into one."""

    text: str
    where: Location


@dataclass(eq=False)
class Type:
    where: Location


@dataclass(eq=False)
class Primitive(Type):
    name: str  # int, unsigned int, hyper, unsigned hyper, float, double, bool


@dataclass(eq=False)
class Opaque(Type):
    """opaque[length] when fixed, else opaque<length>."""

    fixed: bool
    length: Value | None
    size: int | None = field(default=None, init=False)  # passes/names.py, passes/hints.py: the length as a number


@dataclass(eq=False)
class String(Type):
    """string<length>, or an opaque that a hint calls text."""

    length: Value | None
    size: int | None = field(default=None, init=False)


@dataclass(eq=False)
class Payload(Type):
    """An opaque<> of file data, never copied (hint `payload`)."""

    size: int | None


@dataclass(eq=False)
class Array(Type):
    """element[length] when fixed, else element<length>."""

    element: Type
    fixed: bool
    length: Value | None
    size: int | None = field(default=None, init=False)


@dataclass(eq=False)
class Optional(Type):
    """element*: a bool, and when it is TRUE the element."""

    element: Type


@dataclass(eq=False)
class LinkedList(Type):
    """A chain of structs through an optional last field, which is an array everywhere but on the wire (hint `list`)."""

    element: Reference
    link: str


@dataclass(eq=False)
class Reference(Type):
    """The use of a named type."""

    name: str
    target: Named = field(default=None, init=False)  # type: ignore[assignment]  # passes/names.py


@dataclass(eq=False)
class Named(Type):
    """A definition: what a Reference refers to."""

    name: str
    schema: Schema = field(default=None, init=False)  # type: ignore[assignment]  # passes/names.py
    recursive: bool = field(default=False, init=False)  # passes/recursion.py: a value may contain another of its type
    # passes/sizes.py: the fewest wire bytes a value takes; and how many every value takes, if they all agree
    min_wire: int = field(default=0, init=False)
    fixed_wire: int | None = field(default=None, init=False)


@dataclass(eq=False)
class Typedef(Named):
    type: Type
    newtype: bool = field(default=False, init=False)  # passes/hints.py


@dataclass(eq=False)
class Member:
    name: str
    text: Value
    where: Location
    value: int = field(default=0, init=False)  # passes/names.py


@dataclass(eq=False)
class Enum(Named):
    members: list[Member]
    open: bool = field(default=False, init=False)  # passes/hints.py


@dataclass(eq=False)
class Field:
    """A named declaration in a struct, or a union's discriminant."""

    name: str
    type: Type
    where: Location


@dataclass(eq=False)
class Struct(Named):
    fields: list[Field]


@dataclass(eq=False)
class Arm:
    """One arm of a union: its case labels (none for the default arm) and, unless void, its declaration."""

    labels: list[Value]
    name: str | None
    type: Type | None
    where: Location
    values: list[int] = field(default_factory=list, init=False)  # passes/unions.py


@dataclass(eq=False)
class Union(Named):
    discriminant: Field
    arms: list[Arm]
    default: Arm | None
    boxed: bool = field(default=False, init=False)  # passes/hints.py

    def all_arms(self) -> list[Arm]:
        return self.arms + ([self.default] if self.default else [])


Declaration = Typedef | Field | Arm


def resolve(t: Type) -> Type:
    """The type behind references and plain typedefs; a newtype stays itself."""
    while True:
        if isinstance(t, Reference):
            t = t.target
        elif isinstance(t, Typedef) and not t.newtype:
            t = t.type
        else:
            return t


def underlying(t: Type) -> Type:
    """Like resolve, but through newtypes too."""
    while True:
        t = resolve(t)
        if not isinstance(t, Typedef):
            return t
        t = t.type
