"""Sorts definitions so that a C++ compiler meets a type before it is used by value; otherwise the text's order."""

from __future__ import annotations

from ..model import types as m
from ..model.schema import Schema
from .walk import by_value, declarations, references


def run(schema: Schema) -> None:
    done: set[int] = set()
    sorted_types: list[m.Definition] = []

    def visit(t: m.Definition) -> None:
        if t.schema is not schema or id(t) in done:
            return
        done.add(id(t))
        for d in declarations(t):
            for reference in references(d.type):
                if _needed_first(t, d, reference):
                    visit(reference.target)
        sorted_types.append(t)

    for t in schema.types:
        visit(t)
    schema.types = sorted_types


def _needed_first(owner: m.Definition, d: m.Declaration, reference: m.Reference) -> bool:
    """Structs and unions are declared ahead, so a pointer to one needs no more; enums and typedefs always do."""
    if isinstance(reference.target, m.Enum | m.Typedef):
        return True
    behind_pointer = isinstance(owner, m.Union) and owner.boxed and d is not owner.discriminant
    return not behind_pointer and reference in by_value(d.type)
