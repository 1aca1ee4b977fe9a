"""Where things come from and how they may fail: the sections that the comments of the description name (hint `rfc`), and
the tables of allowed errors (hint `errors`)."""

from __future__ import annotations

from ..errors import XdrError
from ..grammar.error_tables import ErrorRow
from ..grammar.hints import ErrorsHint
from ..grammar.sections import Sections
from ..model import types as m
from ..model.schema import Allowed, Procedure, Schema
from .hints import Finder


def run(schema: Schema, sections: Sections | None, tables: list[tuple[ErrorsHint, list[ErrorRow]]]) -> None:
    if sections:
        _sections(schema, sections)
    for hint, rows in tables:
        _errors(schema, hint, rows)


def _procedures(schema: Schema) -> list[Procedure]:
    return [q for p in schema.programs for v in p.versions for q in v.procedures]


def _sections(schema: Schema, sections: Sections) -> None:
    for t in [*schema.types, *_procedures(schema)]:
        t.section = sections.at(t.where.line)
        if not t.section:
            raise XdrError(t.where, f"no comment says which section {t.name} comes from")


def _errors(schema: Schema, hint: ErrorsHint, rows: list[ErrorRow]) -> None:
    enum = _enum(schema, hint)
    members = {x.name.removeprefix(hint.prefix): x for x in enum.members if x.name.startswith(hint.prefix)}
    known = {x.name for o in schema.operations for x in o.enum.members} | {q.name for q in _procedures(schema)}
    for row in rows:
        name = hint.of + row.name
        if name not in known:
            raise XdrError(row.where, f"there is no operation or procedure {name}")
        allowed = schema.allowed.setdefault(name, [])
        if any(a.source == row.source for a in allowed):
            raise XdrError(row.where, f"{row.source} has a row for {row.name} already")
        errors: list[m.Member] = []
        for error, where in row.errors:
            if error not in members:
                raise XdrError(where, f"{enum.name} has no {hint.prefix}{error}")
            if members[error] in errors:
                raise XdrError(where, f"{error} stands in this row already")
            errors.append(members[error])
        allowed.append(Allowed(row.source, enum, errors))


def _enum(schema: Schema, hint: ErrorsHint) -> m.Enum:
    """Of this description, or of one that it imports."""
    for other in schema.imports:
        found = next((t for t in other.types if t.name == hint.enum and isinstance(t, m.Enum)), None)
        if found:
            return found
    return Finder(schema).type(hint.enum, hint.where, m.Enum)
