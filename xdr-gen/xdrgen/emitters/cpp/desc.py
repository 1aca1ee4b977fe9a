"""The .cpp of tables: a TypeDesc for every type, procedures, operations, the Schema."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Operations, Schema
from ...passes.sizes import min_wire
from ..templating import render
from .kinds import Kinds
from .layout import size_align
from .names import name, namespace, number, qualifier


def emit_desc(schema: Schema, base: str) -> str:
    tables = _Tables(schema)
    named = [tables.named(t) for t in schema.types]
    procedures = [
        {
            "program": p.name,
            "version": v.name,
            "name": q.name,
            "args": tables.pointer(q.args[0]) if q.args else "nullptr",
            "result": tables.pointer(q.result) if q.result else "nullptr",
        }
        for p in schema.programs
        for v in p.versions
        for q in v.procedures
    ]
    return render(
        "cpp/desc.cpp.j2",
        schema=schema,
        namespace=namespace(schema),
        base=base,
        anonymous=tables.anonymous,
        named=named,
        procedures=procedures,
        versions=[v.name for p in schema.programs for v in p.versions],
        operations=[_operations(tables, o) for o in schema.operations],
        imports=[qualifier(s, schema) for s in schema.imports],
    )


class _Tables:
    def __init__(self, schema: Schema):
        self.schema = schema
        self.kinds = Kinds(schema)
        self.anonymous: list[dict[str, object]] = []

    def pointer(self, t: m.Type) -> str:
        """The address of a type's TypeDesc; an anonymous type gets one on the way."""
        kind = self.kinds.of(t)
        known = kind.desc_name()
        if known:
            return f"&{known}"
        members = kind.desc()
        inner = getattr(t, "element", None)
        element = self.pointer(inner) if inner is not None else None
        variable = f"kAnonymous{len(self.anonymous)}"
        self.anonymous.append(
            {
                "variable": variable,
                "ctype": kind.ctype,
                "min_wire": min_wire(t),
                "element": element,
                "linked": None,
                "bound": None,
                **members,
            }
        )
        return f"&{variable}"

    def named(self, t: m.Definition) -> dict[str, object]:
        size, align = size_align(t)
        plain = isinstance(t, m.Typedef) and not t.newtype
        out: dict[str, object] = {
            "name": name(t.name),
            "xdr_name": t.name,
            "suffix": f"_{t.name}" if plain else "",
            "min_wire": t.min_wire,
            "recursive": t.recursive,
            "size": size,
            "align": align,
            "equality": not plain,
            "open": False,
            "element": None,
        }
        if isinstance(t, m.Typedef):
            return out | {"kind": "alias", "element": self.pointer(t.type)}
        if isinstance(t, m.Enum):
            members = [(x.name, number(x.value, "i32")) for x in t.members]
            return out | {"kind": "enumeration", "open": t.open, "values": members}
        if isinstance(t, m.Struct):
            fields = [(f.name, self.pointer(f.type), name(f.name)) for f in t.fields]
            return out | {"kind": "structure", "fields": fields}
        return out | {
            "kind": "union_",
            "element": self.pointer(t.discriminant.type),
            "discriminant": (t.discriminant.name, name(t.discriminant.name)),
            "arms": [row for arm in t.all_arms() for row in self._arm(t, arm)],
        }

    def _arm(self, union: m.Union, arm: m.Arm) -> list[dict[str, object]]:
        """A row a case label; the default arm has one, with the value 0."""
        common: dict[str, object] = {"name": None, "default": arm is union.default}
        if arm.declaration:
            common |= {
                "name": arm.declaration.name,
                "member": name(arm.declaration.name),
                "type": self.pointer(arm.declaration.type),
                "boxed": union.boxed,
            }
        values = arm.values or [0]
        return [{"value": number(v - 2**32 if v >= 2**31 else v, "i32"), **common} for v in values]


def _operations(tables: _Tables, ops: Operations) -> dict[str, object]:
    rows = [
        {
            "value": qualifier(ops.enum.schema, tables.schema) + name(member.name),
            "name": member.name.removeprefix(ops.prefix),
            "args": tables.pointer(args) if args else "nullptr",
            "result": tables.pointer(result) if result else "nullptr",
        }
        for member, args, result in ops.pairs()
    ]
    return {"name": f"{name(ops.args.name)}_ops", "rows": rows}
