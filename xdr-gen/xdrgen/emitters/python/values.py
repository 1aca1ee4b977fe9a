"""Zero values: what a field is when its record is made without it."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Schema
from .names import enumerator, name, qualified


def zero(t: m.Type, user: Schema) -> str:
    """An expression for the zero value of a type."""
    t = m.underlying(t)
    if isinstance(t, m.Primitive):
        return {"bool": "False", "float": "0.0", "double": "0.0"}.get(t.name, "0")
    if isinstance(t, m.Enum):
        return enumerator(t, 0, user) or qualified(t.members[0].name, t.schema, user)
    if isinstance(t, m.Opaque) and t.fixed:
        return f'b"\\0" * {t.count}'
    if isinstance(t, m.Opaque | m.Payload):
        return 'b""'
    if isinstance(t, m.String):
        return '""'
    if isinstance(t, m.Optional):
        return "None"
    if isinstance(t, m.Array) and t.fixed:
        one = zero(t.element, user)
        return f"[{one}] * {t.count}" if is_shared(t.element) else f"[{one} for _ in (None,) * {t.count}]"
    if isinstance(t, m.Array | m.LinkedList):
        return "[]"
    assert isinstance(t, m.Struct | m.Union)
    return f"{qualified(t.name, t.schema, user)}()"


def is_shared(t: m.Type) -> bool:
    """Whether one zero object serves every record: it cannot be changed."""
    t = m.underlying(t)
    return isinstance(t, m.Primitive | m.Enum | m.Opaque | m.Payload | m.String | m.Optional)


def handle(t: m.Type, user: Schema) -> str:
    """What stands for a type in a procedure's row: a class, a Type, or a Type made for a builtin."""
    if isinstance(t, m.Reference):
        return qualified(t.target.name, t.target.schema, user)
    assert isinstance(t, m.Primitive)
    return f'Type("", "{t.name}")'


def field_name(f: m.Field) -> str:
    return name(f.name)
