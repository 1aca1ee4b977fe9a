"""Types as the tables spell them."""

from __future__ import annotations

from ...model import types as m


def named(t: m.Type) -> str:
    """A link to where the type is described; builtins have no such place."""
    if isinstance(t, m.Primitive):
        return t.name
    assert isinstance(t, m.Reference)
    return f"[{t.name}](#{t.name.lower()})" if isinstance(t.target, m.Struct | m.Union | m.Enum) else f"`{t.name}`"


def declared(t: m.Type) -> str:
    """What stands in a declaration, without the field's name."""
    if isinstance(t, m.Reference | m.Primitive):
        return named(t)
    if isinstance(t, m.Opaque):
        return f"opaque[{t.count}]" if t.fixed else f"opaque{_bound(t.count)}"
    if isinstance(t, m.Payload):
        return f"opaque{_bound(t.count)}, never copied"
    if isinstance(t, m.String):
        return f"string{_bound(t.count)}"
    if isinstance(t, m.Optional):
        return f"{declared(t.element)}, optional"
    if isinstance(t, m.LinkedList):
        return f"list of {declared(t.element)}"
    assert isinstance(t, m.Array)
    return declared(t.element) + (f"[{t.count}]" if t.fixed else _bound(t.count))


def _bound(size: int) -> str:
    return "<>" if size == m.MESSAGE else f"<{size}>"
