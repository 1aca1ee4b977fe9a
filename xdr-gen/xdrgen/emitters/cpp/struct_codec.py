"""The statements of a struct's codec, made of its fields' statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...model import types as m
from ...passes.sizes import fixed_wire
from .kinds import Kind, Kinds
from .kinds.base import MAX_RUN, Lines, block
from .members import declare
from .names import name


@dataclass
class _Run:
    """Consecutive fields of known size: one check or reservation, then loads and stores without checks."""

    fields: list[tuple[int, m.Field]]  # with their offsets in the run
    size: int


class StructCodec:
    def __init__(self, kinds: Kinds, struct: m.Struct):
        self.kinds = kinds
        self.struct = struct

    def members(self) -> Lines:
        return declare(self.kinds, [(self._kind(f).ctype, name(f.name)) for f in self.struct.fields])

    def decode(self) -> Lines:
        return self._by_runs(
            lambda f: self._kind(f).decode(f"v.{name(f.name)}"),
            lambda run: ["const u8* p;", f"if (!r.take(p, {run.size})) return false;", *self._loads(run)],
        )

    def encode(self) -> Lines:
        return self._by_runs(
            lambda f: self._kind(f).encode(f"v.{name(f.name)}"),
            lambda run: [f"u8* p = w.reserve({run.size});", *self._stores(run)],
        )

    def size(self) -> Lines:
        known = [fixed_wire(f.type) for f in self.struct.fields]
        lines = [f"size_t n = {sum(size or 0 for size in known)};"]
        for f, size in zip(self.struct.fields, known, strict=True):
            if size is None:
                lines += self._kind(f).size(f"v.{name(f.name)}")
        return lines

    def equal(self) -> Lines:
        lines: Lines = []
        for f in self.struct.fields:
            lines += self._kind(f).equal(f"a.{name(f.name)}", f"b.{name(f.name)}")
        return lines

    def load(self) -> Lines:
        """Of a struct that is one run altogether."""
        return self._loads(self._only_run())

    def store(self) -> Lines:
        return self._stores(self._only_run())

    def _kind(self, f: m.Field) -> Kind:
        return self.kinds.of(f.type)

    def _runs(self) -> list[_Run | m.Field]:
        out: list[_Run | m.Field] = []
        for f in self.struct.fields:
            size = self._kind(f).run_size
            last = out[-1] if out else None
            if size is None:
                out.append(f)
            elif isinstance(last, _Run) and last.size + size <= MAX_RUN:
                last.fields.append((last.size, f))
                last.size += size
            else:
                out.append(_Run([(0, f)], size))
        return out

    def _only_run(self) -> _Run:
        (run,) = self._runs()
        assert isinstance(run, _Run)
        return run

    def _by_runs(self, one: Callable[[m.Field], Lines], run: Callable[[_Run], Lines]) -> Lines:
        """A run of one field is not worth a reservation of its own."""
        lines: Lines = []
        for part in self._runs():
            if isinstance(part, m.Field):
                lines += one(part)
            elif len(part.fields) == 1:
                lines += one(part.fields[0][1])
            else:
                lines += block("", run(part))
        return lines

    def _loads(self, run: _Run) -> Lines:
        return [line for at, f in run.fields for line in self._kind(f).load(_place(at), f"v.{name(f.name)}")]

    def _stores(self, run: _Run) -> Lines:
        return [line for at, f in run.fields for line in self._kind(f).store(_place(at), f"v.{name(f.name)}")]


def _place(offset: int) -> str:
    return f"p + {offset}" if offset else "p"
