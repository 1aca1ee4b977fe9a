"""The command: `xdr-gen cpp|python|docs|check ...`."""

from __future__ import annotations

import argparse
import py_compile
import sys
from pathlib import Path

from .errors import XdrError
from .model.schema import Schema
from .passes.load import load


def main(argv: list[str] | None = None) -> int:
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
        description="XDR and ONC RPC descriptions (RFC 4506, RFC 5531) to C++, Python and documentation. "
        "Decisions that the description does not make stand in the .hints file beside it; see docs/wire-languages.md.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("xdr", type=Path, metavar="FILE.x")
    common.add_argument("--hints", type=Path, metavar="FILE", help="instead of the .hints file beside FILE.x")
    common.add_argument("--root", type=Path, default=Path.cwd(), metavar="DIR", help="of the sources: paths in errors and #include lines start there (default: the current directory)")

    emit = commands.add_parser("emit", parents=[common], help="write C++ and Python")
    emit.add_argument("--cpp", type=Path, metavar="DIR", help="where generated headers are included from")
    emit.add_argument("--python", type=Path, metavar="DIR", help="the folder of the generated Python modules")
    emit.set_defaults(run=_emit)
    check = commands.add_parser("check", parents=[common], help="only look for mistakes")
    check.set_defaults(run=lambda _schema, _options: None)
    return parser


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


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
