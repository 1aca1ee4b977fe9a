"""One description file and what its hints decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import Location
from .types import Named, Type, Union, Value


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


@dataclass(eq=False)
class Schema:
    path: str  # of the .x, as it is to be shown
    name: str  # its file name without .x
    types: list[Named] = field(default_factory=list)  # in the order of the text; passes/order.py sorts
    constants: list[Constant] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    imports: list[Schema] = field(default_factory=list)
    namespace: str = ""
    operations: list[Operations] = field(default_factory=list)

    @property
    def start(self) -> Location:
        return Location(self.path, 1, 1)
