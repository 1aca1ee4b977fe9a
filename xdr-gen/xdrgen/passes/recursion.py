"""Which types can contain themselves, and that none does so without an optional, a list or an array in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import XdrError
from ..model import types as m
from ..model.schema import Schema
from .walk import by_value, declarations, references


def run(schema: Schema) -> None:
    for t in schema.types:
        if _reaches(t, t, by_value):
            raise XdrError(t.where, f"{t.name} contains itself")
    for t in schema.types:
        t.recursive = isinstance(t, m.Struct | m.Union) and _reaches(t, t, references)


Edges = Callable[[m.Type], Iterator[m.Reference]]


def _reaches(start: m.Definition, goal: m.Definition, edges: Edges) -> bool:
    seen: set[int] = set()
    todo: list[m.Definition] = [start]
    while todo:
        t = todo.pop()
        boxes = isinstance(t, m.Union) and t.boxed and edges is by_value
        for d in declarations(t):
            if boxes:
                continue  # behind a pointer
            for reference in edges(d.type):
                if reference.target is goal:
                    return True
                if id(reference.target) not in seen:
                    seen.add(id(reference.target))
                    todo.append(reference.target)
    return False
