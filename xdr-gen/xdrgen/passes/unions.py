"""Unions: what they switch on, and that every case label is one of its values, once (RFC 4506 section 4.15)."""

from __future__ import annotations

from ..errors import XdrError
from ..model import types as m
from ..model.schema import Schema
from .names import BUILT_IN, numbers, parse_literal


def run(schema: Schema) -> None:
    values = _numbers(schema)
    for t in schema.types:
        if isinstance(t, m.Union):
            _check(t, values)


def _numbers(schema: Schema) -> dict[str, int]:
    return BUILT_IN | {number.name: number.value for s in [*schema.imports, schema] for number in numbers(s)}


def _check(union: m.Union, values: dict[str, int]) -> None:
    switch = m.resolve(union.discriminant.type)
    kind = switch.name if isinstance(switch, m.Primitive | m.Named) else "a composite type"
    if not isinstance(switch, m.Enum) and kind not in ("int", "unsigned int", "bool"):
        allowed = "an int, unsigned int, bool or enum"
        raise XdrError(union.discriminant.where, f"a union switches on {allowed}, not on {kind}")
    seen: dict[int, m.Value] = {}
    for arm in union.arms:
        for label in arm.labels:
            value = parse_literal(label.text)
            if value is None:
                if label.text not in values:
                    raise XdrError(label.where, f"there is no constant '{label.text}'")
                value = values[label.text]
            _fits(switch, value, label)
            if value in seen:
                raise XdrError(label.where, f"case {label.text} is there already, at line {seen[value].where.line}")
            seen[value] = label
            arm.values.append(value)


def _fits(switch: m.Type, value: int, label: m.Value) -> None:
    if isinstance(switch, m.Enum):
        if any(member.value == value for member in switch.members):
            return
        raise XdrError(label.where, f"{label.text} is not a value of enum {switch.name}")
    assert isinstance(switch, m.Primitive)
    low, high = {"bool": (0, 1), "int": (-(2**31), 2**31 - 1), "unsigned int": (0, 2**32 - 1)}[switch.name]
    if not low <= value <= high:
        raise XdrError(label.where, f"{label.text} is not a value of {switch.name}")
