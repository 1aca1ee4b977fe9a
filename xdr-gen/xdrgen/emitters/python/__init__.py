"""The Python of a schema: a module of enums, records and tables, and its stub."""

from __future__ import annotations

from ...model.schema import Schema
from .module import emit_module
from .stub import emit_stub

__all__ = ["emit_module", "emit_stub", "files"]


def files(schema: Schema) -> dict[str, str]:
    """Path -> text, in the folder of the package."""
    return {f"{schema.name}.py": emit_module(schema), f"{schema.name}.pyi": emit_stub(schema)}
