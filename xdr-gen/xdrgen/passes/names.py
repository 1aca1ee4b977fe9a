"""Every name means one thing: references find their types, constants and enumerators their numbers.

RFC 4506 section 6.4: type names, constants and enumerators share one name space.
"""

from __future__ import annotations

from ..errors import Location, XdrError
from ..model import types as m
from ..model.schema import Constant, Program, Schema, Version
from .walk import declarations, element, references

BUILT_IN = {"TRUE": 1, "FALSE": 0}


def run(schema: Schema) -> None:
    _Resolver(schema).run()


class _Resolver:
    def __init__(self, schema: Schema):
        self.schema = schema
        self.types: dict[str, m.Definition] = {}
        self.numbers: dict[str, Constant | m.Member] = {}
        self.done: set[int] = set()  # ids of numbers that are known
        self.pending: list[Constant | m.Member] = []

    def run(self) -> None:
        for imported in self.schema.imports:
            self._export(imported)
        self._unique()
        for t in self.schema.types:
            t.schema = self.schema
            self.types[t.name] = t
        self.numbers.update((number.name, number) for number in numbers(self.schema))
        self._programs()
        for number in list(self.numbers.values()):
            self._evaluate(number)
        for t in self.schema.types:
            self._definition(t)

    def _export(self, imported: Schema) -> None:
        for t in imported.types:
            self.types[t.name] = t
        for number in numbers(imported):
            self.numbers[number.name] = number
            self.done.add(id(number))

    def _unique(self) -> None:
        """The second definition of a name, in the order of the text, is the mistake."""
        definitions: list[m.Definition | Constant | m.Member | Program | Version]
        definitions = [*self.schema.types, *numbers(self.schema), *self.schema.programs]
        for program in self.schema.programs:
            definitions += program.versions
        first: dict[str, Location] = {}
        for d in sorted(definitions, key=lambda d: (d.where.line, d.where.column)):
            if d.name in BUILT_IN:
                raise XdrError(d.where, f"'{d.name}' is predefined (RFC 4506 section 4.4)")
            if d.name in first:
                raise XdrError(d.where, f"'{d.name}' is defined already, at line {first[d.name].line}")
            first[d.name] = d.where

    # numbers

    def value(self, text: m.Value) -> int:
        """What a literal or the name of a constant or enumerator stands for."""
        literal = parse_literal(text.text)
        if literal is not None:
            return literal
        if text.text in BUILT_IN:
            return BUILT_IN[text.text]
        number = self.numbers.get(text.text)
        if number is None:
            raise XdrError(text.where, f"there is no constant '{text.text}'")
        return self._evaluate(number)

    def _evaluate(self, number: Constant | m.Member) -> int:
        if id(number) not in self.done:
            if number in self.pending:
                raise XdrError(number.where, f"'{number.name}' is defined by itself")
            self.pending.append(number)
            number.value = self.value(number.text)
            self.pending.pop()
            self.done.add(id(number))
            is_member = isinstance(number, m.Member)
            if is_member and not -(2**31) <= number.value < 2**31:
                raise XdrError(number.where, f"{number.name} = {number.value} does not fit an enum's 32 bits")
            if not -(2**63) <= number.value < 2**64:
                raise XdrError(number.where, f"{number.name} = {number.value} does not fit 64 bits")
        return number.value

    # types

    def _definition(self, t: m.Definition) -> None:
        if isinstance(t, m.Enum):
            _unique_values(t)
        names: dict[str, Location] = {}
        for d in declarations(t):
            if not isinstance(d, m.Typedef):
                if d.name in names:
                    raise XdrError(d.where, f"{t.name} has a member '{d.name}' already, at line {names[d.name].line}")
                names[d.name] = d.where
            self.declared(d.type)

    def declared(self, t: m.Type) -> None:
        for reference in references(t):
            target = self.types.get(reference.name)
            if target is None:
                raise XdrError(reference.where, f"there is no type '{reference.name}'")
            reference.target = target
        inner: m.Type | None = t
        while inner is not None:
            if isinstance(inner, m.Sized) and inner.length:
                inner.size = self._length(inner.length)
            inner = element(inner)

    def _length(self, text: m.Value) -> int:
        n = self.value(text)
        if not 0 <= n < 2**32:
            raise XdrError(text.where, f"a length of {n}: lengths are 0 to 2^32 - 1 (RFC 4506 section 4.9)")
        return n

    # programs

    def _programs(self) -> None:
        for program in self.schema.programs:
            program.number = self._unsigned(program.number_text)
            for version in program.versions:
                version.number = self._unsigned(version.number_text)
                for procedure in version.procedures:
                    procedure.number = self._unsigned(procedure.number_text)
                    for t in [*procedure.args, *([procedure.result] if procedure.result else [])]:
                        self.declared(t)

    def _unsigned(self, text: m.Value) -> int:
        n = self.value(text)
        if not 0 <= n < 2**32:
            raise XdrError(text.where, f"{n} is not an unsigned 32-bit number (RFC 5531 section 12.3)")
        return n


def numbers(schema: Schema) -> list[Constant | m.Member]:
    """Everything in a description that is a name for a number."""
    return [*schema.constants, *(x for t in schema.types if isinstance(t, m.Enum) for x in t.members)]


def parse_literal(text: str) -> int | None:
    """A decimal, hexadecimal or octal constant; None for a name."""
    digits = text.removeprefix("-")
    if not digits[:1].isdigit():
        return None
    base = 16 if digits[:2].lower() == "0x" else 8 if digits.startswith("0") else 10
    return int(digits, base) * (-1 if text.startswith("-") else 1)


def _unique_values(t: m.Enum) -> None:
    seen: dict[int, str] = {}
    for member in t.members:
        if member.value in seen:
            raise XdrError(member.where, f"{member.name} = {member.value}, and so is {seen[member.value]}")
        seen[member.value] = member.name
