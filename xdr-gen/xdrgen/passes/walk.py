"""What the passes iterate over."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import types as m


def declarations(t: m.Definition) -> Iterator[m.Declaration]:
    """Everything in a definition that holds a type."""
    if isinstance(t, m.Typedef):
        yield t
    elif isinstance(t, m.Struct):
        yield from t.fields
    elif isinstance(t, m.Union):
        yield t.discriminant
        yield from t.arm_fields()


def element(t: m.Type) -> m.Type | None:
    """What an array, list or optional is made of."""
    return t.element if isinstance(t, m.Array | m.Optional | m.LinkedList) else None


def references(t: m.Type) -> Iterator[m.Reference]:
    """The named types that a declaration's type mentions."""
    if isinstance(t, m.Reference):
        yield t
    elif inner := element(t):
        yield from references(inner)


def by_value(t: m.Type) -> Iterator[m.Reference]:
    """Those of them that a value of the type holds inside itself, not behind a pointer."""
    if isinstance(t, m.Reference):
        yield t
    elif isinstance(t, m.Array) and t.fixed:
        yield from by_value(t.element)


def path(owner: m.Definition, d: m.Declaration) -> str:
    """How hints and errors call a declaration: `name` of a typedef, else `type.field`."""
    return owner.name if isinstance(d, m.Typedef) else f"{owner.name}.{d.name}"
