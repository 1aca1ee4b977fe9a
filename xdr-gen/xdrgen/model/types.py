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
class Sized(Type):
    """What has a length: exactly that when fixed, else at most that."""

    fixed: bool
    length: Value | None
    size: int | None = field(default=None, init=False)  # passes/names.py, passes/hints.py: the length as a number

    @property
    def count(self) -> int:
        """The size, once passes/hints.py has made sure that there is one."""
        assert self.size is not None
        return self.size


@dataclass(eq=False)
class Opaque(Sized):
    """opaque[length] when fixed, else opaque<length>."""


@dataclass(eq=False)
class String(Sized):
    """string<length>, or an opaque that a hint calls text."""


@dataclass(eq=False)
class Payload(Sized):
    """An opaque<> of file data, never copied (hint `payload`)."""


@dataclass(eq=False)
class Array(Sized):
    """element[length] when fixed, else element<length>."""

    element: Type


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
    target: Definition = field(default=None, init=False)  # type: ignore[assignment]  # passes/names.py


@dataclass(eq=False)
class Named(Type):
    """A definition: what a Reference refers to."""

    name: str
    schema: Schema = field(default=None, init=False)  # type: ignore[assignment]  # passes/names.py
    section: str = field(default="", init=False)  # passes/origins.py: "RFC 8881 18.22, RFC 7530 16.23"
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
    """A named declaration: of a struct, a union's discriminant, or an arm."""

    name: str
    type: Type
    where: Location


@dataclass(eq=False)
class Struct(Named):
    fields: list[Field]


@dataclass(eq=False)
class Arm:
    """One arm of a union: its case labels (none for the default arm) and its declaration, unless that is void."""

    labels: list[Value]
    declaration: Field | None
    values: list[int] = field(default_factory=list, init=False)  # passes/unions.py


@dataclass(eq=False)
class Union(Named):
    discriminant: Field
    arms: list[Arm]
    default: Arm | None
    boxed: bool = field(default=False, init=False)  # passes/hints.py

    def all_arms(self) -> list[Arm]:
        """In the order of the description; the default arm is the last."""
        return self.arms + ([self.default] if self.default else [])

    def arm_for(self, value: int) -> Arm | None:
        """The arm of a case label with that value."""
        return next((arm for arm in self.arms if value in arm.values), None)

    def arm_fields(self) -> list[Field]:
        """Of the arms that are not void."""
        return [arm.declaration for arm in self.all_arms() if arm.declaration]

    @property
    def switch(self) -> Enum | Primitive:
        """What it switches on, as passes/unions.py has made sure."""
        t = resolve(self.discriminant.type)
        assert isinstance(t, Enum | Primitive)
        return t


Definition = Typedef | Enum | Struct | Union
Declaration = Typedef | Field


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
