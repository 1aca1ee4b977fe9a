"""Programs (RFC 5531 section 12): numbers are unique, and every procedure has at most one argument type."""

from __future__ import annotations

from ..errors import XdrError
from ..model import types as m
from ..model.schema import Procedure, Schema, Version


def run(schema: Schema) -> None:
    constants: dict[str, int] = {}
    for program in schema.programs:
        _unique(program.versions, "version", program.name)
        for version in program.versions:
            _unique(version.procedures, "procedure", version.name)
            for procedure in version.procedures:
                known = constants.setdefault(procedure.name, procedure.number)
                if known != procedure.number:
                    raise XdrError(procedure.where, f"{procedure.name} is {known} in another version")
                _argument(schema, procedure)
                _named(procedure.args, procedure)
                if procedure.result:
                    _named([procedure.result], procedure)


def _unique(items: list[Version] | list[Procedure], what: str, of: str) -> None:
    by_number: dict[int, str] = {}
    by_name: set[str] = set()
    for item in items:
        if item.number in by_number:
            raise XdrError(item.where, f"{what} {item.number} of {of} is {by_number[item.number]} already")
        if item.name in by_name:
            raise XdrError(item.where, f"{of} has a {what} {item.name} already")
        by_number[item.number] = item.name
        by_name.add(item.name)


def _argument(schema: Schema, procedure: Procedure) -> None:
    """Several arguments are one struct of them: they stand one after the other on the wire."""
    if len(procedure.args) < 2:
        return
    name = f"{procedure.name}_args"
    if any(t.name == name for t in schema.types):
        raise XdrError(procedure.where, f"there is a type {name} already")
    fields = [m.Field(f"arg{i}", t, t.where) for i, t in enumerate(procedure.args, 1)]
    struct = m.Struct(procedure.where, name, fields)
    struct.schema = schema
    schema.types.append(struct)
    reference = m.Reference(procedure.where, name)
    reference.target = struct
    procedure.args = [reference]


def _named(types: list[m.Type], procedure: Procedure) -> None:
    for t in types:
        if isinstance(t, m.Named):
            raise XdrError(t.where, f"{procedure.name}: give this type a name of its own")
