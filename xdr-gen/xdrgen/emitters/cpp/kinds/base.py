"""What the emitters ask of a kind of type. Code comes as lists of C++ lines, without indentation: clang-like layout is
the templates' business (`block`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....model import types as m
from ....passes.sizes import fixed_wire, min_wire

if TYPE_CHECKING:
    from . import Kinds

Lines = list[str]

# A larger run of bytes than this is not stored as one: Writer::reserve() has a limit, and nothing is gained.
MAX_RUN = 1024


class Kind:
    def __init__(self, t: m.Type, kinds: Kinds):
        self.t = t
        self.kinds = kinds

    @property
    def ctype(self) -> str:
        """The C++ type."""
        raise NotImplementedError

    @property
    def run_size(self) -> int | None:
        """Wire size when load() and store() can be used, else None."""
        size = fixed_wire(self.t)
        return size if size is not None and size <= MAX_RUN else None

    @property
    def min_wire(self) -> int:
        return min_wire(self.t)

    # Statements. r: the Reader, w: the Writer; decode returns false from the enclosing function on failure, equal
    # when the values differ.

    def decode(self, lvalue: str) -> Lines:
        raise NotImplementedError

    def encode(self, value: str) -> Lines:
        raise NotImplementedError

    def size(self, value: str) -> Lines:
        """Adds the wire size to `n`."""
        known = fixed_wire(self.t)
        return [f"n += {known};"] if known is not None else self.variable_size(value)

    def variable_size(self, value: str) -> Lines:
        """The same for types whose values differ in size."""
        raise NotImplementedError

    def equal(self, a: str, b: str) -> Lines:
        return [f"if (!({a} == {b})) return false;"]

    # Statements over a run of bytes that was reserved or checked before; `at` is an expression for where.

    def load(self, at: str, lvalue: str) -> Lines:
        raise NotImplementedError

    def store(self, at: str, value: str) -> Lines:
        raise NotImplementedError

    def desc(self) -> dict[str, str]:
        """TypeDesc members of an anonymous type, by name; kinds that always have a name say desc_name() instead."""
        raise NotImplementedError

    def desc_name(self) -> str | None:
        """The TypeDesc that exists already."""
        return None


def indent(lines: Lines) -> Lines:
    return ["  " + line for line in lines]


def block(head: str, lines: Lines) -> Lines:
    """`head` and the statements that hang off it."""
    return [head + " {", *indent(lines), "}"] if head else ["{", *indent(lines), "}"]
