"""Opaque data and strings: RFC 4506 4.9 - 4.11."""

from __future__ import annotations

from ....model import types as m
from ..names import number
from .base import Kind, Lines


class FixedOpaque(Kind):
    t: m.Opaque

    @property
    def ctype(self) -> str:
        return f"std::array<u8, {self.t.count}>"

    def decode(self, lvalue: str) -> Lines:
        return [f"if (!wire::read_fixed(r, {lvalue}.data(), {self.t.count})) return false;"]

    def encode(self, value: str) -> Lines:
        return [f"w.fixed({value}.data(), {self.t.count});"]

    def load(self, at: str, lvalue: str) -> Lines:
        return [f"if (!wire::load_fixed(r, {at}, {lvalue}.data(), {self.t.count})) return false;"]

    def store(self, at: str, value: str) -> Lines:
        return [f"wire::store_fixed({at}, {value}.data(), {self.t.count});"]

    def desc(self) -> dict[str, str]:
        return {"kind": "opaque_fixed", "bound": str(self.t.count)}


class VariableOpaque(Kind):
    t: m.Opaque | m.String | m.Payload
    ctype = "Bytes"
    call = "opaque"

    def decode(self, lvalue: str) -> Lines:
        return [f"if (!r.{self.call}({lvalue}, {number(self.t.count, 'u32')})) return false;"]

    def encode(self, value: str) -> Lines:
        return [f"w.{self.call}({value});"]

    def variable_size(self, value: str) -> Lines:
        return [f"n += 4 + wire::padded({value}.size);"]

    def desc(self) -> dict[str, str]:
        return {"kind": self.call, "bound": number(self.t.count, "u32")}


class Text(VariableOpaque):
    ctype = "Text"
    call = "text"
