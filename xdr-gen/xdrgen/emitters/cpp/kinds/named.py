"""References to definitions: enums, structs, unions, newtypes and plain typedefs."""

from __future__ import annotations

from ....model import types as m
from ..names import name, qualifier, type_name
from .base import Kind, Lines


class _Named(Kind):
    @property
    def target(self) -> m.Definition:
        if isinstance(self.t, m.Reference):
            return self.t.target
        assert isinstance(self.t, m.Typedef | m.Enum | m.Struct | m.Union)
        return self.t

    @property
    def ctype(self) -> str:
        return type_name(self.target, self.kinds.schema)

    @property
    def prefix(self) -> str:
        return qualifier(self.target.schema, self.kinds.schema)

    def desc_name(self) -> str:
        return f"{self.prefix}{name(self.target.name)}_desc"


class Compound(_Named):
    """A struct or union: functions of its own do the work; argument-dependent lookup finds them."""

    def decode(self, lvalue: str) -> Lines:
        return [f"if (!decode(r, {lvalue})) return false;"]

    def encode(self, value: str) -> Lines:
        return [f"encode(w, {value});"]

    def variable_size(self, value: str) -> Lines:
        return [f"n += encoded_size({value});"]

    def load(self, at: str, lvalue: str) -> Lines:
        return [f"if (!load(r, {at}, {lvalue})) return false;"]

    def store(self, at: str, value: str) -> Lines:
        return [f"store({at}, {value});"]


class Enumeration(Compound):
    """i32 in memory and on the wire; a closed one refuses unknown values."""

    def encode(self, value: str) -> Lines:
        return [f"w.i32({value});"]

    def load(self, at: str, lvalue: str) -> Lines:
        if isinstance(self.target, m.Enum) and self.target.open:
            return [f"{lvalue} = static_cast<{self.ctype}>(wire::load_i32({at}));"]
        return super().load(at, lvalue)

    def store(self, at: str, value: str) -> Lines:
        return [f"wire::store_i32({at}, {value});"]


class Newtype(_Named):
    """A Strong integer."""

    @property
    def inner(self) -> Kind:
        return self.kinds.of(m.underlying(self.target))

    def decode(self, lvalue: str) -> Lines:
        return self.inner.decode(f"{lvalue}.value")

    def encode(self, value: str) -> Lines:
        return self.inner.encode(f"{value}.value")

    def load(self, at: str, lvalue: str) -> Lines:
        return self.inner.load(at, f"{lvalue}.value")

    def store(self, at: str, value: str) -> Lines:
        return self.inner.store(at, f"{value}.value")


class Alias(_Named):
    """A typedef is what it stands for. Arrays, lists and optionals have functions named after the typedef: C++ cannot
    overload on a name for a type."""

    @property
    def inner(self) -> Kind:
        assert isinstance(self.target, m.Typedef)
        return self.kinds.of(self.target.type)

    @property
    def by_call(self) -> bool:
        behind = m.resolve(self.target)
        return isinstance(behind, m.Array | m.LinkedList | m.Optional) and self.run_size is None

    def _call(self, function: str) -> str:
        return f"{self.prefix}{function}_{self.target.name}"

    def decode(self, lvalue: str) -> Lines:
        if self.by_call:
            return [f"if (!{self._call('decode')}(r, {lvalue})) return false;"]
        return self.inner.decode(lvalue)

    def encode(self, value: str) -> Lines:
        return [f"{self._call('encode')}(w, {value});"] if self.by_call else self.inner.encode(value)

    def variable_size(self, value: str) -> Lines:
        return [f"n += {self._call('encoded_size')}({value});"] if self.by_call else self.inner.size(value)

    def equal(self, a: str, b: str) -> Lines:
        if self.by_call:
            return [f"if (!{self._call('equal')}({a}, {b})) return false;"]
        return self.inner.equal(a, b)

    def load(self, at: str, lvalue: str) -> Lines:
        return self.inner.load(at, lvalue)

    def store(self, at: str, value: str) -> Lines:
        return self.inner.store(at, value)
