"""One description file and what its hints decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Location
from .types import Arm, Definition, Enum, Member, Reference, Type, Union, Value


@dataclass(eq=False)
class Constant:
    name: str
    text: Value
    where: Location
    value: int = field(default=0, init=False)  # passes/names.py


@dataclass(eq=False)
class Procedure:
    name: str
    args: list[Type]  # empty for void
    result: Type | None
    number_text: Value
    where: Location
    number: int = field(default=0, init=False)
    section: str = field(default="", init=False)  # passes/origins.py: "RFC 1813 3.3.6"


@dataclass(eq=False)
class Version:
    name: str
    procedures: list[Procedure]
    number_text: Value
    where: Location
    number: int = field(default=0, init=False)


@dataclass(eq=False)
class Program:
    name: str
    versions: list[Version]
    number_text: Value
    where: Location
    number: int = field(default=0, init=False)


@dataclass(eq=False)
class Operations:
    """Two unions over the same operation enum, arguments and results of one compound (hint `ops`)."""

    args: Union
    results: Union
    prefix: str
    where: Location

    @property
    def enum(self) -> Enum:
        """Of the operations."""
        assert isinstance(self.args.switch, Enum)
        return self.args.switch

    def pairs(self) -> Iterator[tuple[Member, Type | None, Type | None]]:
        """Every operation that the argument union has, with the types of its arguments and results (None: void), in the
        order of the enum."""
        for member in self.enum.members:
            args = self.args.arm_for(member.value)
            if args:
                yield member, _type(args), _type(self.results.arm_for(member.value))


    def section(self, result: Type | None) -> str:
        """Of an operation: that of its result."""
        return result.target.section if isinstance(result, Reference) else ""


def _type(arm: Arm | None) -> Type | None:
    return arm.declaration.type if arm and arm.declaration else None


@dataclass(eq=False)
class KeyedTypes:
    """Constants that number types: FATTR4_SIZE the type fattr4_size (hint `keys`)."""

    name: str  # of the table: "fattr4_types"
    rows: list[tuple[Constant, Definition]]  # in the order of the numbers


@dataclass(eq=False)
class Allowed:
    """The errors that one table of a specification gives an operation or procedure (hint `errors`)."""

    source: str  # "RFC 7530 13.2"
    enum: Enum
    errors: list[Member]


@dataclass(eq=False)
class Schema:
    path: str  # of the .x, as it is to be shown
    name: str  # its file name without .x
    types: list[Definition] = field(default_factory=list)  # in the order of the text; passes/order.py sorts
    constants: list[Constant] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    imports: list[Schema] = field(default_factory=list)
    namespace: str = ""
    operations: list[Operations] = field(default_factory=list)
    keyed: list[KeyedTypes] = field(default_factory=list)
    # passes/origins.py: by the name of the operation's number or of the procedure
    allowed: dict[str, list[Allowed]] = field(default_factory=dict)

    @property
    def sections(self) -> bool:
        """Whether it is known where its definitions come from (hint `rfc`)."""
        return any(t.section for t in self.types)

    @property
    def start(self) -> Location:
        return Location(self.path, 1, 1)
