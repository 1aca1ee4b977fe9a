"""Applies the hints; `list` has a pass of its own (lists.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from ..errors import Location, XdrError
from ..grammar.hints import Bound, Hints, KeysHint, OpsHint
from ..model import types as m
from ..model.schema import KeyedTypes, Operations, Schema
from .walk import declarations, element, path

T = TypeVar("T", bound=m.Named)


def run(schema: Schema, hints: Hints) -> None:
    find = Finder(schema)
    if hints.namespace:
        schema.namespace = hints.namespace
    for name, where in hints.newtype:
        _newtype(find.type(name, where, m.Typedef), where)
    for name, where in hints.open_enum:
        find.type(name, where, m.Enum).open = True
    for name, where in hints.boxed:
        find.type(name, where, m.Union).boxed = True
    for bound in hints.bounds:
        _bound(find, bound)
    for name, where in hints.payload:
        _payload(find.declaration(name, where), name, where)
    for name, where in hints.text:
        _text(find.declaration(name, where), name, where)
    for ops in hints.ops:
        schema.operations.append(_operations(find, ops))
    for keys in hints.keys:
        schema.keyed.append(_keyed(find, keys))
    _everything_bounded(schema)


class Finder:
    """Looks up what a hint names."""

    def __init__(self, schema: Schema):
        self.schema = schema
        self.types = {t.name: t for t in schema.types}

    def type(self, name: str, where: Location, kind: type[T]) -> T:
        found = self.types.get(name)
        if not isinstance(found, kind):
            raise XdrError(where, f"there is no {kind.__name__.lower()} '{name}' in {self.schema.path}")
        return found

    def declaration(self, name: str, where: Location) -> m.Declaration:
        """`typedef` or `type.field`."""
        owner = self.types.get(name.split(".")[0])
        if owner:
            for d in declarations(owner):
                if path(owner, d) == name:
                    return d
        raise XdrError(where, f"there is no typedef or field '{name}' in {self.schema.path}")


def _newtype(t: m.Typedef, where: Location) -> None:
    behind = m.resolve(t.type)
    if not isinstance(behind, m.Primitive) or behind.name in ("bool", "float", "double"):
        raise XdrError(where, f"newtype {t.name}: only integers can be")
    t.newtype = True


def _parts(t: m.Type) -> Iterator[m.Type]:
    """The type of a declaration and what it is an array or optional of."""
    inner: m.Type | None = t
    while inner is not None:
        yield inner
        inner = element(inner)


_SIZED: dict[str, type[m.Sized]] = {"array": m.Array, "opaque": m.Opaque, "string": m.String}


def _bound(find: Finder, bound: Bound) -> None:
    kind = _SIZED[bound.kind]
    d = find.declaration(bound.target, bound.where)
    for t in _parts(d.type):
        if isinstance(t, kind) and not t.fixed:
            if t.size is not None:
                raise XdrError(bound.where, f"{bound.target} has the bound {t.size} already")
            t.size = bound.size
            return
    raise XdrError(bound.where, f"{bound.target} is not a variable-length {bound.kind}")


def _opaque_size(d: m.Declaration, hint: str, name: str, where: Location) -> int | None:
    """The bound of the opaque<> that is declared, maybe through typedefs."""
    t = m.resolve(d.type)
    if not isinstance(t, m.Opaque | m.String) or t.fixed:
        raise XdrError(where, f"{hint} {name}: only an opaque<> can be")
    return t.size


def _payload(d: m.Declaration, name: str, where: Location) -> None:
    payload = m.Payload(d.type.where, False, None)
    payload.size = _opaque_size(d, "payload", name, where)
    d.type = payload


def _text(d: m.Declaration, name: str, where: Location) -> None:
    text = m.String(d.type.where, False, None)
    text.size = _opaque_size(d, "text", name, where)
    d.type = text


def _operations(find: Finder, ops: OpsHint) -> Operations:
    args = find.type(ops.args, ops.where, m.Union)
    results = find.type(ops.results, ops.where, m.Union)
    switch = m.resolve(args.discriminant.type)
    if switch is not m.resolve(results.discriminant.type) or not isinstance(switch, m.Enum):
        raise XdrError(ops.where, f"{ops.args} and {ops.results} do not switch on the same enum")
    return Operations(args, results, ops.prefix, ops.where)


def _keyed(find: Finder, keys: KeysHint) -> KeyedTypes:
    rows = []
    for constant in find.schema.constants:
        if not constant.name.startswith(keys.constants):
            continue
        name = keys.types + constant.name.removeprefix(keys.constants).lower()
        if name not in find.types:
            raise XdrError(keys.where, f"{constant.name} is the key of no type: there is no '{name}'")
        rows.append((constant, find.types[name]))
    if not rows:
        raise XdrError(keys.where, f"there is no constant that begins with '{keys.constants}'")
    return KeyedTypes(f"{keys.types.rstrip('_')}_types", sorted(rows, key=lambda row: row[0].value))


def _everything_bounded(schema: Schema) -> None:
    """No length of a peer's choosing is accepted that nobody thought about."""
    for owner in schema.types:
        for d in declarations(owner):
            for t in _parts(d.type):
                if isinstance(t, m.Sized) and t.size is None:
                    word = "array" if isinstance(t, m.Array) else "string" if isinstance(t, m.String) else "opaque"
                    hint = f"bound {word} {path(owner, d)} message"
                    raise XdrError(d.where, f"{path(owner, d)} is unbounded; give it a bound, or `{hint}`")
