"""Two values of one type walked side by side, down to the fields in which they could differ."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional

from dittofs import wire
from dittofs.nfs4.attributes import attributes
from dittofs.wire import nfs4


class Pair(NamedTuple):
    """The same field of two values: a leaf, or where their shapes part and there is nothing further to compare."""

    path: str
    record: str  # the type that the field belongs to, as the specification names it; "fattr4" of an attribute
    field: str
    a: Any
    b: Any
    inside: tuple[str, ...] = ()  # the types around that, the outermost first
    of: Any = None  # the value of a that has the field: a record, or attributes by name


def pairs(a: Any, b: Any) -> Iterator[Pair]:
    """Every leaf of both, in the order of the description."""
    yield from _walk(a, b, "", "", "", (), None)


def _walk(
    a: Any, b: Any, path: str, record: str, field: str, inside: tuple[str, ...], of: Any
) -> Iterator[Pair]:
    if type(a) is type(b) is nfs4.fattr4 and (both := _attributes(a, b)):
        yield from _of_attributes(*both, path, inside)
    elif isinstance(a, wire.Record) and type(a) is type(b):
        yield from _of_record(a, b, path, inside)
    elif isinstance(a, list) and isinstance(b, list):
        yield from _of_list(a, b, path, record, field, inside)
    else:
        yield Pair(path, record, field, a, b, inside, of)


def _of_record(a: Any, b: Any, path: str, inside: tuple[str, ...]) -> Iterator[Pair]:
    name = type(a).__name__
    for slot in a.__slots__:
        x, y = getattr(a, slot), getattr(b, slot)
        at = f"{path}.{slot}" if path else slot
        yield from _walk(x, y, at, name, slot, (*inside, name), a)
        if isinstance(a, wire.Union) and slot == a.__slots__[0] and x != y:
            return  # other arms: nothing in them is the same field


def _of_list(a: list, b: list, path: str, record: str, field: str, inside: tuple[str, ...]) -> Iterator[Pair]:
    named_a, named_b = _by_name(a), _by_name(b)
    if named_a is not None and named_b is not None:
        # A directory's entries come in any order.
        only_a, only_b = sorted(named_a.keys() - named_b.keys()), sorted(named_b.keys() - named_a.keys())
        if only_a or only_b:
            yield Pair(path, record, field, only_a, only_b, inside)
        for name in sorted(named_a.keys() & named_b.keys()):
            yield from _walk(named_a[name], named_b[name], f"{path}[{_text(name)}]", record, field, inside, None)
        return
    for at, (x, y) in enumerate(zip(a, b)):
        yield from _walk(x, y, f"{path}[{at}]", record, field, inside, None)
    if len(a) != len(b):
        yield Pair(f"len({path})", record, field, len(a), len(b), inside)


def _by_name(entries: list) -> Optional[dict[Any, Any]]:
    if not all(isinstance(e, wire.Record) and {"name", "cookie"} <= set(e.__slots__) for e in entries):
        return None
    return {e.name if isinstance(e.name, str) else bytes(e.name): e for e in entries}


def _text(name: Any) -> str:
    return name if isinstance(name, str) else bytes(name).decode(errors="replace")


def _attributes(a: nfs4.fattr4, b: nfs4.fattr4) -> Optional[tuple[dict, dict]]:
    try:
        return attributes(a), attributes(b)
    except ValueError:
        return None


def _of_attributes(a: dict, b: dict, path: str, inside: tuple[str, ...]) -> Iterator[Pair]:
    for name in dict.fromkeys([*a, *b]):
        at = f"{path}.{name}"
        if name in a and name in b:
            yield from _walk(a[name], b[name], at, "fattr4", str(name), (*inside, "fattr4"), a)
        else:
            yield Pair(at, "fattr4", str(name), a.get(name), b.get(name), inside, a)
