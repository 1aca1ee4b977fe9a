"""Gives the enum, struct and union bodies that stand inside a declaration a definition of their own.

`union switch (..) {..} body;` in struct rpc_msg becomes the type rpc_msg_body, before rpc_msg.
"""

from __future__ import annotations

from ..model import types as m
from ..model.schema import Schema
from .walk import declarations, path


def run(schema: Schema) -> None:
    lifted: list[m.Definition] = []
    for t in schema.types:
        _lift(t, lifted)
        lifted.append(t)
    schema.types = lifted


def _lift(owner: m.Definition, out: list[m.Definition]) -> None:
    for d in declarations(owner):
        holder: m.Declaration | m.Array | m.Optional = d
        inner = d.type
        while isinstance(inner, m.Array | m.Optional):
            holder, inner = inner, inner.element
        if not isinstance(inner, m.Enum | m.Struct | m.Union):
            continue
        inner.name = path(owner, d).replace(".", "_") if owner is not d else f"{owner.name}_body"
        _lift(inner, out)
        out.append(inner)
        reference = m.Reference(inner.where, inner.name)
        if isinstance(holder, m.Array | m.Optional):
            holder.element = reference
        else:
            holder.type = reference
