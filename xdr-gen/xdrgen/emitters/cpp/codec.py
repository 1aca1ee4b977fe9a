"""The .cpp of codecs: decode, encode, encoded_size and equality of every type."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Schema
from ...passes.sizes import fixed_wire
from ..templating import render
from . import plan
from .header import has_load
from .kinds import Kinds
from .names import name, namespace


def emit_codec(schema: Schema, base: str) -> str:
    kinds = Kinds(schema)
    return render(
        "cpp/codec.cpp.j2",
        schema=schema,
        namespace=namespace(schema),
        base=base,
        types=[_type(kinds, t) for t in schema.types],
    )


def _type(kinds: Kinds, t: m.Named) -> dict[str, object]:
    out: dict[str, object] = {"name": name(t.name), "xdr_name": t.name, "fixed": fixed_wire(t), "recursive": t.recursive}
    if isinstance(t, m.Enum):
        return out | {"what": "enum", "open": t.open, **_ranges(t)}
    if isinstance(t, m.Typedef):
        kind = kinds.of(t if t.newtype else t.type)
        return out | {
            "what": "newtype" if t.newtype else "typedef",
            "decode": kind.decode("v"),
            "encode": kind.encode("v"),
            "size": kind.size("v"),
            "equal": kind.equal("a", "b"),
        }
    if isinstance(t, m.Struct):
        out |= {
            "what": "struct",
            "load": plan.struct_load(kinds, t) if has_load(t) else None,
            "store": plan.struct_store(kinds, t) if has_load(t) else None,
            "decode": plan.struct_decode(kinds, t),
            "encode": plan.struct_encode(kinds, t),
            "size": plan.struct_size(kinds, t),
            "equal": plan.struct_equal(kinds, t),
        }
        return out
    return out | {
        "what": "struct",
        "load": None,
        "decode": plan.union_decode(kinds, t),
        "encode": plan.union_encode(kinds, t),
        "size": plan.union_size(kinds, t),
        "equal": plan.union_equal(kinds, t),
    }


def _ranges(t: m.Enum) -> dict[str, object]:
    """How `known` tells: by comparison when the values are consecutive, else by a switch."""
    values = sorted(x.value for x in t.members)
    consecutive = values[-1] - values[0] + 1 == len(values)
    by_value = {x.value: name(x.name) for x in t.members}
    return {
        "consecutive": consecutive,
        "first": by_value[values[0]],
        "last": by_value[values[-1]],
        "members": [by_value[v] for v in values],
    }
