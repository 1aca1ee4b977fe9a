"""The .cpp of codecs: decode, encode, encoded_size and equality of every type."""

from __future__ import annotations

from ...model import types as m
from ...model.schema import Schema
from ...passes.sizes import fixed_wire
from ..templating import render
from .header import has_load
from .kinds import Kinds
from .names import name, namespace
from .struct_codec import StructCodec
from .union_codec import UnionCodec


def emit_codec(schema: Schema, base: str) -> str:
    kinds = Kinds(schema)
    return render(
        "cpp/codec.cpp.j2",
        schema=schema,
        namespace=namespace(schema),
        base=base,
        types=[_type(kinds, t) for t in schema.types],
    )


def _type(kinds: Kinds, t: m.Definition) -> dict[str, object]:
    out: dict[str, object] = {"name": name(t.name), "xdr_name": t.name}
    out |= {"fixed": fixed_wire(t), "recursive": t.recursive}
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
    codec: StructCodec | UnionCodec = StructCodec(kinds, t) if isinstance(t, m.Struct) else UnionCodec(kinds, t)
    one_run = codec if isinstance(codec, StructCodec) and has_load(t) else None
    return out | {
        "what": "struct",
        "load": one_run.load() if one_run else None,
        "store": one_run.store() if one_run else None,
        "decode": codec.decode(),
        "encode": codec.encode(),
        "size": codec.size(),
        "equal": codec.equal(),
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
