"""Arrays: RFC 4506 4.12, 4.13; and linked lists (4.19) that a hint made arrays."""

from __future__ import annotations

from ....model import types as m
from ....passes.sizes import fixed_wire
from ..names import number
from .base import Kind, Lines, block


class _Elements(Kind):
    t: m.Array | m.LinkedList

    @property
    def element(self) -> Kind:
        return self.kinds.of(self.t.element)

    @property
    def index(self) -> str:
        """The loop variable: arrays in this one have their loops inside its, over others."""
        return chr(ord("i") + self._levels(self.t.element))

    @property
    def item(self) -> str:
        """The same for loops over elements."""
        return f"e{self._levels(self.t.element) or ''}"

    @staticmethod
    def _levels(t: m.Type) -> int:
        t = m.underlying(t)
        return 1 + _Elements._levels(t.element) if isinstance(t, m.Array) else 0

    def _loop(self, end: str | int, lines: Lines) -> Lines:
        """A loop over the index, from 0 to `end`."""
        return self._each(f"for (u32 {self.index} = 0; {self.index} < {end}; ++{self.index})", lines)

    def _over(self, value: str, lines: Lines) -> Lines:
        """A loop over the elements."""
        return self._each(f"for (const auto& {self.item} : {value})", lines)

    def _each(self, loop: str, lines: Lines) -> Lines:
        return [f"{loop} {lines[0]}"] if len(lines) == 1 else block(loop, lines)


class FixedArray(_Elements):
    t: m.Array

    @property
    def ctype(self) -> str:
        return f"std::array<{self.element.ctype}, {self.t.count}>"

    def decode(self, lvalue: str) -> Lines:
        return self._each(f"for (auto& {self.item} : {lvalue})", self.element.decode(self.item))

    def encode(self, value: str) -> Lines:
        return self._over(value, self.element.encode(self.item))

    def variable_size(self, value: str) -> Lines:
        return self._over(value, self.element.size(self.item))

    def equal(self, a: str, b: str) -> Lines:
        i = self.index
        return self._loop(self.t.count, self.element.equal(f"{a}[{i}]", f"{b}[{i}]"))

    def load(self, at: str, lvalue: str) -> Lines:
        step, i = self.element.run_size, self.index
        return self._loop(self.t.count, self.element.load(f"{at} + {step} * {i}", f"{lvalue}[{i}]"))

    def store(self, at: str, value: str) -> Lines:
        step, i = self.element.run_size, self.index
        return self._loop(self.t.count, self.element.store(f"{at} + {step} * {i}", f"{value}[{i}]"))

    def desc(self) -> dict[str, str]:
        return {"kind": "array_fixed", "bound": str(self.t.count)}


class _Counted(_Elements):
    @property
    def ctype(self) -> str:
        return f"Array<{self.element.ctype}>"

    def equal(self, a: str, b: str) -> Lines:
        i = self.index
        return [
            f"if ({a}.size != {b}.size) return false;",
            *self._loop(f"{a}.size", self.element.equal(f"{a}[{i}]", f"{b}[{i}]")),
        ]


class VariableArray(_Counted):
    t: m.Array

    def decode(self, lvalue: str) -> Lines:
        element, i = self.element, self.index
        lines = [
            "u32 count;",
            f"if (!r.count(count, {number(self.t.count, 'u32')}, {element.min_wire})) return false;",
            f"{element.ctype}* items;",
            "if (!r.elements(items, count)) return false;",
        ]
        step = element.run_size
        if step is not None:
            lines += ["const u8* p;", f"if (!r.take(p, size_t{{count}} * {step})) return false;"]
            lines += self._loop("count", element.load(f"p + {step} * size_t{{{i}}}", f"items[{i}]"))
        else:
            lines += self._loop("count", element.decode(f"items[{i}]"))
        return block("", [*lines, f"{lvalue} = {{items, count}};"])

    def encode(self, value: str) -> Lines:
        return [f"w.u32({value}.size);", *self._over(value, self.element.encode(self.item))]

    def variable_size(self, value: str) -> Lines:
        step = fixed_wire(self.t.element)
        if step is not None:
            return [f"n += 4 + size_t{{{value}.size}} * {step};"]
        return ["n += 4;", *self._over(value, self.element.size(self.item))]

    def desc(self) -> dict[str, str]:
        return {"kind": "array", "bound": number(self.t.count, "u32")}


class List(_Counted):
    """Every element is announced by TRUE, the end by FALSE."""

    def decode(self, lvalue: str) -> Lines:
        each = [
            f"{self.element.ctype}* item = list.add();",
            "if (item == nullptr) return false;",
            "auto& added = *item;",
            *self.element.decode("added"),
            "if (!r.boolean(more)) return false;",
        ]
        lines = [
            f"wire::ListBuilder<{self.element.ctype}> list(r);",
            "bool more;",
            "if (!r.boolean(more)) return false;",
            *block("while (more)", each),
            f"{lvalue} = list.array();",
        ]
        return block("", lines)

    def encode(self, value: str) -> Lines:
        each = ["w.boolean(true);", *self.element.encode(self.item)]
        return [*self._over(value, each), "w.boolean(false);"]

    def variable_size(self, value: str) -> Lines:
        step = fixed_wire(self.t.element)
        if step is not None:
            return [f"n += 4 + size_t{{{value}.size}} * {4 + step};"]
        return [f"n += 4 + size_t{{{value}.size}} * 4;", *self._over(value, self.element.size(self.item))]

    def desc(self) -> dict[str, str]:
        return {"kind": "array", "linked": "true", "bound": "0xffffffff"}
