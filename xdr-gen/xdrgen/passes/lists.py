"""Linked lists named in the hints become arrays: `list dirlist3.entries via nextentry`.

The element struct loses its link field, so it can then only occur in such lists.
"""

from __future__ import annotations

from ..errors import XdrError
from ..grammar.hints import Hints, ListHint
from ..model import types as m
from ..model.schema import Schema
from .hints import Finder
from .walk import declarations, path, references


def run(schema: Schema, hints: Hints) -> None:
    find = Finder(schema)
    links: dict[str, m.Field] = {}  # struct name -> the field that was its link
    for hint in hints.lists:
        _convert(find, hint, links)
    if links:
        _only_in_lists(schema, links)


def _convert(find: Finder, hint: ListHint, links: dict[str, m.Field]) -> None:
    d = find.declaration(hint.target, hint.where)
    optional = m.resolve(d.type)
    struct = m.resolve(optional.element) if isinstance(optional, m.Optional) else None
    if not isinstance(struct, m.Struct):
        raise XdrError(hint.where, f"{hint.target} is not an optional struct")
    link = links.get(struct.name) or next((f for f in struct.fields if f.name == hint.link), None)
    if link is None or link.name != hint.link:
        raise XdrError(hint.where, f"{struct.name} has no field '{hint.link}'")
    if struct.name not in links:
        next_one = m.resolve(link.type)
        if not isinstance(next_one, m.LinkedList | m.Optional) or m.resolve(next_one.element) is not struct:
            raise XdrError(hint.where, f"{struct.name}.{hint.link} is not a {struct.name}*")
        if struct.fields[-1] is not link:
            raise XdrError(hint.where, f"{struct.name}.{hint.link} is not the last field of {struct.name}")
        if len(struct.fields) == 1:
            raise XdrError(hint.where, f"{struct.name} has nothing but its link")
        struct.fields.remove(link)
        links[struct.name] = link
    reference = m.Reference(hint.where, struct.name)
    reference.target = struct
    d.type = m.LinkedList(hint.where, reference, hint.link)


def _only_in_lists(schema: Schema, links: dict[str, m.Field]) -> None:
    for owner in schema.types:
        for d in declarations(owner):
            if isinstance(d.type, m.LinkedList):
                continue
            for reference in references(d.type):
                if reference.name in links:
                    raise XdrError(
                        d.where,
                        f"{reference.name} lost its {links[reference.name].name} to a list hint, so {path(owner, d)}"
                        f" wants `list {path(owner, d)} via {links[reference.name].name}`",
                    )
