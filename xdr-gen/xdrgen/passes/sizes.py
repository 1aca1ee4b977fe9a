"""Wire sizes: the fewest bytes a value takes, which a decoder holds a count against before it reserves anything, and
the size of types whose values all take the same, which codecs check once and then store without checks."""

from __future__ import annotations

from ..errors import XdrError
from ..model import types as m
from ..model.schema import Schema
from .walk import declarations, path

_PRIMITIVE = {"hyper": 8, "unsigned hyper": 8, "double": 8}
_INFINITE = 1 << 40


def run(schema: Schema) -> None:
    """Minimums only grow from 0, so repeating until nothing changes ends, or shows that a type has no finite value."""
    for _ in range(len(schema.types) + 2):
        if not any([_update(t) for t in schema.types]):
            break
    for t in schema.types:
        if t.min_wire >= _INFINITE or _update(t):
            raise XdrError(t.where, f"{t.name} has no finite value")
    known: set[int] = set()
    for t in schema.types:
        _fix(t, known)
    for t in schema.types:
        _check_elements(t)


def min_wire(t: m.Type) -> int:
    """The fewest bytes, a multiple of four."""
    if isinstance(t, m.Reference):
        return t.target.min_wire
    if isinstance(t, m.Named):
        return t.min_wire
    if isinstance(t, m.Primitive):
        return _PRIMITIVE.get(t.name, 4)
    if isinstance(t, m.Opaque) and t.fixed:
        return (t.count + 3) // 4 * 4
    if isinstance(t, m.Array) and t.fixed:
        return t.count * min_wire(t.element)
    return 4  # a count or a bool


def fixed_wire(t: m.Type) -> int | None:
    """The size of every value; None when they differ."""
    if isinstance(t, m.Reference):
        return t.target.fixed_wire
    if isinstance(t, m.Named):
        return t.fixed_wire
    if isinstance(t, m.Primitive) or isinstance(t, m.Opaque) and t.fixed:
        return min_wire(t)
    if isinstance(t, m.Array) and t.fixed:
        element = fixed_wire(t.element)
        return None if element is None else element * t.count
    return None


def _update(t: m.Definition) -> bool:
    before = t.min_wire
    if isinstance(t, m.Typedef):
        t.min_wire = min_wire(t.type)
    elif isinstance(t, m.Enum):
        t.min_wire = 4
    elif isinstance(t, m.Struct):
        t.min_wire = sum(min_wire(f.type) for f in t.fields)
    elif isinstance(t, m.Union):
        t.min_wire = 4 + min(min_wire(arm.declaration.type) if arm.declaration else 0 for arm in t.all_arms())
    t.min_wire = min(t.min_wire, _INFINITE)
    return t.min_wire != before


def _fix(t: m.Definition, known: set[int]) -> None:
    if id(t) in known:
        return
    known.add(id(t))
    for d in declarations(t):
        inner = d.type
        while isinstance(inner, m.Array) and inner.fixed:
            inner = inner.element
        if isinstance(inner, m.Reference) and inner.target.schema is t.schema:
            _fix(inner.target, known)
    if isinstance(t, m.Typedef):
        t.fixed_wire = fixed_wire(t.type)
    elif isinstance(t, m.Enum):
        t.fixed_wire = 4
    elif isinstance(t, m.Struct):
        t.fixed_wire = total([fixed_wire(f.type) for f in t.fields])


def total(sizes: list[int | None]) -> int | None:
    """None when one of them is."""
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _check_elements(t: m.Definition) -> None:
    for d in declarations(t):
        inner = d.type
        if isinstance(inner, m.Array) and not inner.fixed and min_wire(inner.element) == 0:
            raise XdrError(d.where, f"{path(t, d)}: elements that take no bytes can be counted without limit")
