"""How large the C++ types are in memory on the LP64 machines we build for; a static_assert in the tables holds the
compiler to it.

Needed for one thing: a union's widest member goes first, because `T x{}` zeroes exactly the first one.
"""

from __future__ import annotations

from ...model import types as m

_PRIMITIVE = {"int": 4, "unsigned int": 4, "hyper": 8, "unsigned hyper": 8, "float": 4, "double": 8, "bool": 1}


def size_align(t: m.Type) -> tuple[int, int]:
    if isinstance(t, m.Reference):
        return size_align(t.target)
    if isinstance(t, m.Typedef):
        return size_align(t.type)
    if isinstance(t, m.Enum):
        return 4, 4
    if isinstance(t, m.Struct):
        return _record([size_align(f.type) for f in t.fields])
    if isinstance(t, m.Union):
        arms = [arm_size_align(t, f) for f in t.arm_fields()]
        inner = [_record_of_overlapping(arms)] if arms else []
        return _record([size_align(t.discriminant.type), *inner])
    if isinstance(t, m.Primitive):
        return _PRIMITIVE[t.name], _PRIMITIVE[t.name]
    if isinstance(t, m.Opaque) and t.fixed:
        return max(t.count, 1), 1
    if isinstance(t, m.Array) and t.fixed:
        size, align = size_align(t.element)
        return (size * t.count, align) if t.count else (1, 1)
    if isinstance(t, m.Optional):
        return 8, 8
    return 16, 8  # Bytes, Text, Payload, Array


def arm_size_align(union: m.Union, arm: m.Field) -> tuple[int, int]:
    return (8, 8) if union.boxed else size_align(arm.type)


def _round_up(n: int, align: int) -> int:
    return (n + align - 1) // align * align


def _record(members: list[tuple[int, int]]) -> tuple[int, int]:
    end, widest = 0, 1
    for size, align in members:
        end = _round_up(end, align) + size
        widest = max(widest, align)
    return _round_up(end, widest), widest


def _record_of_overlapping(members: list[tuple[int, int]]) -> tuple[int, int]:
    align = max(a for _, a in members)
    return _round_up(max(s for s, _ in members), align), align
