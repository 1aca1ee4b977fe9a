"""The module: what runs. Importing it must cost next to nothing, so there is no decorator and no annotation in it."""

from __future__ import annotations

import re

from ...model import types as m
from ...model.schema import Operations, Schema
from ..templating import render
from .names import arm_names, enumerator, name, qualified
from .values import field_name, handle, is_shared, zero


def emit_module(schema: Schema) -> str:
    return render(
        "python/module.py.j2",
        schema=schema,
        definitions=[_definition(t) for t in schema.types],
        procedures=procedures(schema),
        versions=[v for p in schema.programs for v in p.versions],
        operations=[_operations(o, schema) for o in schema.operations],
        name=name,
        used=_used(schema),
    )


def _used(schema: Schema) -> list[str]:
    """What the module needs of dittofs.wire.record."""
    kinds = {m.Typedef: "Type", m.Enum: "Enum", m.Struct: "Record", m.Union: "Union"}
    used = {kinds[type(t)] for t in schema.types}
    rows = procedures(schema)
    if rows:
        used.add("Procedure")
    if any("Type(" in f"{row['args']}{row['result']}" for row in rows):
        used.add("Type")
    if schema.operations:
        used.add("Operation")
    return sorted(used)


def procedures(schema: Schema) -> list[dict[str, object]]:
    return [
        {
            "program": p.name,
            "version": v.name,
            "number": q.number,
            "name": q.name,
            "args": handle(q.args[0], schema) if q.args else "None",
            "result": handle(q.result, schema) if q.result else "None",
            "origin": _origin(q.name, q.section, schema),
        }
        for p in schema.programs
        for v in p.versions
        for q in v.procedures
    ]


def _origin(member: str, section: str, user: Schema) -> str:
    """What follows in a row where there is a section: it, and the errors that the specifications allow."""
    if not section:
        return ""
    tables = [
        f'"{a.source}": {_tuple([qualified(e.name, a.enum.schema, user) for e in a.errors])}'
        for a in user.allowed.get(member, [])
    ]
    return f', "{section}", {{{", ".join(tables)}}}'


def _definition(t: m.Definition) -> dict[str, object]:
    out: dict[str, object] = {"name": name(t.name), "xdr_name": t.name, "section": t.section}
    if isinstance(t, m.Typedef):
        return out | {"what": "typedef"}
    if isinstance(t, m.Enum):
        return out | {"what": "enum", "members": [(name(x.name), x.value) for x in t.members]}
    if isinstance(t, m.Struct):
        fields = [_field(f, t.schema) for f in t.fields]
        return out | {"what": "struct", "fields": fields, "slots": _tuple([f'"{f["name"]}"' for f in fields])}
    discriminant, arms = field_name(t.discriminant), arm_names(t)
    return out | {
        "what": "union",
        "slots": _tuple([f'"{n}"' for n in (discriminant, *arms)]),
        "discriminant": discriminant,
        "zero": zero(t.discriminant.type, t.schema),
        "arms": arms,
        "arms_given": _tuple(arms) if arms else "()",
        "cases": [(_case(t, v), _arm(t, arm)) for arm in t.arms for v in arm.values],
        "default": _arm(t, t.default) if t.default else "None",
    }


def _tuple(items: list[str]) -> str:
    """A tuple's source."""
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _field(f: m.Field, user: Schema) -> dict[str, object]:
    """The constructor's parameter is called like the field, and that may be the name of the class to call."""
    own, made = field_name(f), zero(f.type, user)
    if not is_shared(f.type):
        made = re.sub(rf"(?<!\.)\b{own}\(", f'globals()["{own}"](', made)
    return {"name": own, "zero": made, "shared": is_shared(f.type)}


def _arm(union: m.Union, arm: m.Arm) -> str:
    """(attribute, what makes its zero value) as Python source; an arm that leads back to its own union has no zero, it
    would never end."""
    if not arm.declaration:
        return "(None, None)"
    behind = m.resolve(arm.declaration.type)
    endless = isinstance(behind, m.Named) and behind.recursive
    made = "None" if endless else f"lambda: {zero(arm.declaration.type, union.schema)}"
    return f'("{field_name(arm.declaration)}", {made})'


def _case(union: m.Union, value: int) -> str:
    switch = union.switch
    if isinstance(switch, m.Enum):
        return enumerator(switch, value, union.schema) or str(value)
    return str(bool(value)) if switch.name == "bool" else str(value)


def _operations(ops: Operations, user: Schema) -> dict[str, object]:
    rows = []
    for member, *types in ops.pairs():
        handles = [handle(t, user) if t else "None" for t in types]
        number = enumerator(ops.enum, member.value, user)
        origin = _origin(member.name, ops.section(types[1]), user)
        rows.append((number, member.name.removeprefix(ops.prefix), *handles, origin))
    return {"name": f"{name(ops.args.name)}_ops", "rows": rows}
