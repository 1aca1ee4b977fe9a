"""Integers, floating point, bool: RFC 4506 4.1 - 4.7."""

from __future__ import annotations

from ....model import types as m
from .base import Kind, Lines

_CTYPE = {
    "int": "i32",
    "unsigned int": "u32",
    "hyper": "i64",
    "unsigned hyper": "u64",
    "float": "float",
    "double": "double",
}
_CALL = {**{k: k for k in ("i32", "u32", "i64", "u64")}, "float": "f32", "double": "f64"}


class Number(Kind):
    t: m.Primitive

    @property
    def ctype(self) -> str:
        return _CTYPE[self.t.name]

    @property
    def call(self) -> str:
        """What Reader, Writer and the load_/store_ functions call it."""
        return _CALL[self.ctype]

    def decode(self, lvalue: str) -> Lines:
        return [f"if (!r.{self.call}({lvalue})) return false;"]

    def encode(self, value: str) -> Lines:
        return [f"w.{self.call}({value});"]

    def equal(self, a: str, b: str) -> Lines:
        if self.ctype in ("float", "double"):
            return super().equal(f"wire::bits({a})", f"wire::bits({b})")
        return super().equal(a, b)

    def load(self, at: str, lvalue: str) -> Lines:
        return [f"{lvalue} = wire::load_{self.call}({at});"]

    def store(self, at: str, value: str) -> Lines:
        return [f"wire::store_{self.call}({at}, {value});"]

    def desc_name(self) -> str:
        return f"wire::{self.t.name.replace(' ', '_')}_desc"


class Boolean(Kind):
    ctype = "bool"

    def decode(self, lvalue: str) -> Lines:
        return [f"if (!r.boolean({lvalue})) return false;"]

    def encode(self, value: str) -> Lines:
        return [f"w.boolean({value});"]

    def load(self, at: str, lvalue: str) -> Lines:
        return [f"if (!wire::load_bool(r, {at}, {lvalue})) return false;"]

    def store(self, at: str, value: str) -> Lines:
        return [f"wire::store_u32({at}, {value} ? 1 : 0);"]

    def desc_name(self) -> str:
        return "wire::bool_desc"
