"""Markdown: what a reader of the description looks up, with our decisions (bounds, payloads, open enums) in it."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import KeyedTypes, Operations, Procedure, Schema
from ...passes.sizes import fixed_wire, min_wire
from ..templating import render
from .spelling import declared, named

__all__ = ["emit_docs"]


def emit_docs(schema: Schema) -> str:
    return render(
        "docs/schema.md.j2",
        schema=schema,
        versions=[(p, v, [_procedure(q) for q in v.procedures]) for p in schema.programs for v in p.versions],
        operations=[_operations(o) for o in schema.operations],
        allowed=[(n, a.source, [e.name for e in a.errors]) for n, tables in schema.allowed.items() for a in tables],
        keyed=[_keyed(k) for k in schema.keyed],
        enums=[t for t in schema.types if isinstance(t, m.Enum)],
        typedefs=[_typedef(t) for t in schema.types if isinstance(t, m.Typedef)],
        structs=[_struct(t) for t in schema.types if isinstance(t, m.Struct)],
        unions=[_union(t) for t in schema.types if isinstance(t, m.Union)],
    )


def _procedure(q: Procedure) -> dict[str, object]:
    return {
        "number": q.number,
        "name": q.name,
        "args": named(q.args[0]) if q.args else "void",
        "result": named(q.result) if q.result else "void",
        "section": q.section,
    }


def _operations(o: Operations) -> dict[str, object]:
    rows = [
        (member.value, member.name, *(named(t) if t else "void" for t in (args, result)), o.section(result))
        for member, args, result in o.pairs()
    ]
    return {"args": o.args.name, "results": o.results.name, "rows": rows}


def _keyed(k: KeyedTypes) -> dict[str, object]:
    rows = [(c.value, c.name, declared(t.type) if isinstance(t, m.Typedef) else named(t)) for c, t in k.rows]
    return {"name": k.name, "rows": rows}


def _size(t: m.Type) -> str:
    """`84`, or `8 ..` for what starts there and varies."""
    fixed = fixed_wire(t)
    return str(fixed) if fixed is not None else f"{min_wire(t)} .."


def _typedef(t: m.Typedef) -> tuple[str, str, str, str]:
    return t.name, declared(t.type) + (" (a type of its own)" if t.newtype else ""), _size(t), t.section


def _origin(t: m.Named) -> str:
    return f"{t.section}. " if t.section else ""


def _struct(t: m.Struct) -> dict[str, object]:
    rows = [(f.name, declared(f.type), _size(f.type)) for f in t.fields]
    return {"name": t.name, "origin": _origin(t), "size": _size(t), "rows": rows}


def _union(t: m.Union) -> dict[str, object]:
    rows = []
    for arm in t.all_arms():
        labels = ", ".join(f"`{label.text}`" for label in arm.labels) or "default"
        d = arm.declaration
        rows.append((labels, f"`{d.name}`" if d else "", declared(d.type) if d else "void"))
    switch = (t.discriminant.name, declared(t.discriminant.type))
    return {"name": t.name, "origin": _origin(t), "size": _size(t), "switch": switch, "rows": rows}
