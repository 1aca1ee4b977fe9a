"""The stub: every name and type for editors and mypy.

Attributes have the type that decoding gives them; constructors also take what encoding accepts. An arm is annotated
without `| None` although it is None when the discriminant selects another: whoever reads one has looked.
"""

from __future__ import annotations

from collections.abc import Callable

from ...model import types as m
from ...model.schema import Schema
from ..templating import render
from .names import name, qualified
from .values import field_name


def emit_stub(schema: Schema) -> str:
    aliases = _Aliases()
    return render(
        "python/stub.pyi.j2",
        schema=schema,
        definitions=[_definition(t, aliases) for t in schema.types],
        constants=_constants(schema),
        versions=[v.name for p in schema.programs for v in p.versions],
        aliases=aliases,
        name=name,
    )


def _constants(schema: Schema) -> list[tuple[str, int]]:
    numbers = {c.name: c.value for c in schema.constants}
    for program in schema.programs:
        numbers[program.name] = program.number
        for version in program.versions:
            numbers[version.name] = version.number
            numbers |= {procedure.name: procedure.number for procedure in version.procedures}
    return list(numbers.items())


class _Aliases:
    """In a class with an attribute `x`, the annotation `x` means the attribute: such types go by another name."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def free_of(self, annotation: str, attributes: set[str]) -> str:
        out = []
        for word in _words(annotation):
            if word in attributes:
                self.used.add(word)
                word = f"_{word}"
            out.append(word)
        return "".join(out)


def _words(annotation: str) -> list[str]:
    words, word = [], ""
    for c in annotation:
        if c.isalnum() or c == "_":
            word += c
            continue
        words += [word, c]
        word = ""
    return [*words, word]


def attribute(t: m.Type, user: Schema) -> str:
    """What decoding gives."""
    t = m.underlying(t)
    if isinstance(t, m.Primitive):
        return {"bool": "bool", "float": "float", "double": "float"}.get(t.name, "int")
    if isinstance(t, m.Opaque | m.Payload):
        return "bytes"
    if isinstance(t, m.String):
        return "str"
    if isinstance(t, m.Optional):
        return f"{attribute(t.element, user)} | None"
    if isinstance(t, m.Array | m.LinkedList):
        return f"list[{attribute(t.element, user)}]"
    assert isinstance(t, m.Named)
    cls = qualified(t.name, t.schema, user)
    return f"{cls} | int" if isinstance(t, m.Enum) and t.open else cls


def parameter(t: m.Type, user: Schema) -> str:
    """What encoding accepts."""
    t = m.underlying(t)
    if isinstance(t, m.Opaque | m.Payload):
        return "BytesLike"
    if isinstance(t, m.String):
        return "str | bytes"
    if isinstance(t, m.Enum):
        return f"{qualified(t.name, t.schema, user)} | int"
    if isinstance(t, m.Optional):
        return f"{parameter(t.element, user)} | None"
    if isinstance(t, m.Array | m.LinkedList):
        return f"Sequence[{parameter(t.element, user)}]"
    return attribute(t, user)


def _definition(t: m.Definition, aliases: _Aliases) -> dict[str, object]:
    out: dict[str, object] = {"name": name(t.name)}
    if isinstance(t, m.Typedef):
        return out | {"what": "typedef"}
    if isinstance(t, m.Enum):
        return out | {"what": "enum", "members": [(name(x.name), x.value) for x in t.members]}
    members = t.fields if isinstance(t, m.Struct) else [t.discriminant, *t.arm_fields()]
    attributes = {field_name(f) for f in members}

    def annotated(f: m.Field, of: Callable[[m.Type, Schema], str]) -> str:
        return aliases.free_of(of(f.type, t.schema), attributes)

    return out | {
        "what": "record",
        "base": "Union" if isinstance(t, m.Union) else "Record",
        "members": [(field_name(f), annotated(f, attribute), _or_none(t, annotated(f, parameter))) for f in members],
    }


def _or_none(t: m.Definition, annotation: str) -> str:
    """Everything of a union can be left out with None, to be filled in."""
    return annotation if isinstance(t, m.Struct) or annotation.endswith("| None") else f"{annotation} | None"
