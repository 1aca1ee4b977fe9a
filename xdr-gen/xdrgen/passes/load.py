"""One description with its hints and imports, through every pass."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Location, XdrError
from ..grammar.error_tables import ErrorRow, parse_error_tables
from ..grammar.hints import ErrorsHint, Hints, parse_hints
from ..grammar.parse import parse
from ..grammar.sections import parse_sections
from ..model.schema import Schema
from . import hints, lift, lists, names, order, origins, programs, recursion, sizes, unions


def load(xdr: Path, hints_file: Path | None = None, root: Path | None = None) -> Schema:
    """The schema of `xdr` and, unless told otherwise, of the .hints file beside it. Paths in errors are relative to
    `root`."""
    return _Loader(root or Path.cwd()).load(xdr, hints_file)


class _Loader:
    def __init__(self, root: Path):
        self.root = root
        self.loaded: dict[Path, Schema | None] = {}  # None: being loaded

    def load(self, xdr: Path, hints_file: Path | None = None) -> Schema:
        key = xdr.resolve()
        done = self.loaded.get(key)
        if done:
            return done
        self.loaded[key] = None
        text = self._read(xdr)
        schema = parse(text, self._shown(xdr))
        schema.namespace = schema.name
        decided = self._hints(xdr, hints_file)
        for path, where in decided.imports:
            schema.imports.append(self._import(xdr.parent / path, where))
        run(schema, decided)
        sections = parse_sections(text, decided.rfc) if decided.rfc else None
        origins.run(schema, sections, [(hint, self._error_rows(xdr.parent, hint)) for hint in decided.errors])
        self.loaded[key] = schema
        return schema

    def _error_rows(self, folder: Path, hint: ErrorsHint) -> list[ErrorRow]:
        path = folder / hint.file
        return parse_error_tables(self._read(path), self._shown(path))

    def _hints(self, xdr: Path, given: Path | None) -> Hints:
        beside = given or xdr.with_suffix(".hints")
        if given is None and not beside.exists():
            return Hints()
        return parse_hints(self._read(beside), self._shown(beside))

    def _import(self, xdr: Path, where: Location) -> Schema:
        if not xdr.exists():
            raise XdrError(where, f"there is no {self._shown(xdr)}")
        if self.loaded.get(xdr.resolve(), "new") is None:
            raise XdrError(where, f"{self._shown(xdr)} imports this file in turn")
        return self.load(xdr)

    def _shown(self, path: Path) -> str:
        return os.path.relpath(path, self.root)

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except OSError as e:
            raise XdrError(Location(self._shown(path), 1, 1), e.strerror or "cannot be read") from None


def run(schema: Schema, decided: Hints) -> None:
    lift.run(schema)
    names.run(schema)
    hints.run(schema, decided)
    unions.run(schema)
    lists.run(schema, decided)
    programs.run(schema)
    recursion.run(schema)
    sizes.run(schema)
    order.run(schema)
