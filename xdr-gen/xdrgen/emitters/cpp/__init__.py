"""The C++ of a schema: one header, one .cpp of codecs, one .cpp of tables."""

from __future__ import annotations

from ...model.schema import Schema
from .codec import emit_codec
from .desc import emit_desc
from .header import emit_header

__all__ = ["emit_codec", "emit_desc", "emit_header", "files"]


def files(schema: Schema, base: str) -> dict[str, str]:
    """Path -> text; `base` is the path of the .x without its ending, from the root of the sources."""
    return {
        f"{base}.h": emit_header(schema, base),
        f"{base}_codec.cpp": emit_codec(schema, base),
        f"{base}_desc.cpp": emit_desc(schema, base),
    }
