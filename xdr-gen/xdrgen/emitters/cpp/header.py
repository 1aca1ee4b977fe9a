"""The header: constants, types, and the declarations of their codecs and tables."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Schema
from ...passes.sizes import fixed_wire
from ..templating import render
from .kinds import Kinds
from .kinds.base import MAX_RUN
from .names import constant_type, name, namespace, number
from .struct_codec import StructCodec
from .union_codec import UnionCodec


def emit_header(schema: Schema, base: str) -> str:
    kinds = Kinds(schema)
    return render(
        "cpp/header.h.j2",
        schema=schema,
        namespace=namespace(schema),
        base=base,
        includes=[include(s) for s in schema.imports],
        constants=[(c.name, *_typed(c.value)) for c in schema.constants],
        forward=[name(t.name) for t in schema.types if isinstance(t, m.Struct | m.Union)],
        definitions=[_definition(kinds, t) for t in schema.types],
        functions=[_functions(t) for t in schema.types],
        versions=[v for p in schema.programs for v in p.versions],
        programs=schema.programs,
        procedure_constants=procedure_constants(schema),
    )


def include(schema: Schema) -> str:
    return schema.path.removesuffix(".x") + ".h"


def _typed(value: int) -> tuple[str, str]:
    t = constant_type(value)
    return t, number(value, t)


def procedure_constants(schema: Schema) -> list[tuple[str, int]]:
    """Every procedure name once: versions of a program share them (RFC 1833 does)."""
    found: dict[str, int] = {}
    for program in schema.programs:
        for version in program.versions:
            for procedure in version.procedures:
                found.setdefault(procedure.name, procedure.number)
    return list(found.items())


def _definition(kinds: Kinds, t: m.Definition) -> dict[str, object]:
    out: dict[str, object] = {"name": name(t.name)}
    if isinstance(t, m.Typedef):
        inner = kinds.of(t.type).ctype
        out |= {"what": "typedef", "type": f"Strong<struct {t.name}_tag, {inner}>" if t.newtype else inner}
    elif isinstance(t, m.Enum):
        out |= {"what": "enum", "members": [(name(x.name), number(x.value, "i32")) for x in t.members]}
    elif isinstance(t, m.Struct):
        out |= {"what": "struct", "members": StructCodec(kinds, t).members()}
    else:
        out |= {"what": "struct", "members": UnionCodec(kinds, t).members()}
    return out


def _functions(t: m.Definition) -> dict[str, object]:
    plain = isinstance(t, m.Typedef) and not t.newtype
    wire = fixed_wire(t)
    return {
        "name": name(t.name),
        "suffix": f"_{t.name}" if plain else "",
        "equality": isinstance(t, m.Struct | m.Union),
        "equal_function": plain,
        "known": isinstance(t, m.Enum),
        "fixed": wire,
        "load": has_load(t),
        "store": has_load(t) and isinstance(t, m.Struct),
    }


def has_load(t: m.Definition) -> bool:
    """Whether load() stands beside decode(): store() does too for a struct."""
    wire = fixed_wire(t)
    is_open = isinstance(t, m.Enum) and t.open
    return isinstance(t, m.Struct | m.Enum) and not is_open and wire is not None and wire <= MAX_RUN
