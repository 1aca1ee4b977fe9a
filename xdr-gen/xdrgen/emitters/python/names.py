"""Python spellings of names."""

from __future__ import annotations

from keyword import iskeyword

from ...model import types as m
from ...model.schema import Schema


# Globals of every generated module, and the one name that methods need.
_TAKEN = frozenset("Enum Operation Procedure Record Type Union globals procedures self tuple types".split())


def name(identifier: str) -> str:
    """The identifier; a Python keyword or a name that the module needs gets an underscore behind it."""
    return identifier + "_" if iskeyword(identifier) or identifier in _TAKEN else identifier


def qualified(identifier: str, owner: Schema, user: Schema) -> str:
    """A global of `owner`'s module, seen from `user`'s, which imports whole modules."""
    return name(identifier) if owner is user else f"{owner.name}.{name(identifier)}"


def enumerator(enum: m.Enum, value: int, user: Schema) -> str | None:
    """The constant with that value; None when the enum has none."""
    member = next((x for x in enum.members if x.value == value), None)
    return qualified(member.name, enum.schema, user) if member else None


def arm_names(union: m.Union) -> list[str]:
    """Attributes of a union's record beside the discriminant, in the order of the description."""
    return [name(arm.name) for arm in union.arm_fields()]
