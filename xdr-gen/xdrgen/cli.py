"""The command: `xdr-gen emit|docs|check FILE.x`."""

from __future__ import annotations

import argparse
import py_compile
import sys
from pathlib import Path

from .errors import XdrError
from .model.schema import Schema
from .passes.load import load


def main(argv: list[str] | None = None) -> int:
    """0, or 1 when the description or its hints are wrong: the reason is on stderr as `file:line:col: message`."""
    options = _parser().parse_args(argv)
    try:
        schema = load(options.xdr, options.hints, options.root)
    except XdrError as e:
        print(e, file=sys.stderr)
        return 1
    options.run(schema, options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xdr-gen",
        description="XDR and ONC RPC descriptions (RFC 4506, RFC 5531) to C++, Python and documentation. Decisions"
        " that the RFC leaves to us stand in a .hints file beside the description; see docs/wire-languages.md.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("xdr", type=Path, metavar="FILE.x")
    common.add_argument("--hints", type=Path, metavar="FILE", help="instead of the .hints file beside FILE.x")
    common.add_argument(
        "--root",
        type=Path,
        default=Path.cwd(),
        metavar="DIR",
        help="of the sources: paths in messages and #include lines start there (default: the current directory)",
    )

    emit = commands.add_parser("emit", parents=[common], help="write C++ and Python")
    emit.add_argument("--cpp", type=Path, metavar="DIR", help="the folder that generated headers are included from")
    emit.add_argument("--python", type=Path, metavar="DIR", help="the folder of generated Python modules")
    emit.set_defaults(run=_emit)
    docs = commands.add_parser("docs", parents=[common], help="write Markdown tables")
    docs.add_argument("--out", type=Path, metavar="FILE.md", help="default: standard output")
    docs.set_defaults(run=_docs)
    check = commands.add_parser("check", parents=[common], help="only look for mistakes, and say what is there")
    check.set_defaults(run=_check)
    return parser


# Emitters are imported when they are asked for: half of the run time is imports.


def _emit(schema: Schema, options: argparse.Namespace) -> None:
    if options.cpp:
        from .emitters import cpp

        base = str(options.xdr.resolve().relative_to(options.root.resolve()).with_suffix(""))
        _write(options.cpp, cpp.files(schema, base))
    if options.python:
        from .emitters import python

        _write(options.python, python.files(schema))
        # Compiled now: whoever forbids bytecode files (PYTHONDONTWRITEBYTECODE) would compile at every import.
        py_compile.compile(str(options.python / f"{schema.name}.py"), doraise=True)


def _docs(schema: Schema, options: argparse.Namespace) -> None:
    from .emitters.docs import emit_docs

    if options.out:
        _write(options.out.parent, {options.out.name: emit_docs(schema)})
    else:
        print(emit_docs(schema), end="")


def _check(schema: Schema, _options: argparse.Namespace) -> None:
    procedures = sum(len(v.procedures) for p in schema.programs for v in p.versions)
    print(f"{schema.path}: {len(schema.types)} types, {len(schema.constants)} constants, {procedures} procedures")


def _write(folder: Path, files: dict[str, str]) -> None:
    """A file that would not change keeps its time, so that what is built from it stays as it is."""
    for path, text in files.items():
        target = folder / path
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
