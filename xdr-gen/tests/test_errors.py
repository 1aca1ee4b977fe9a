"""errors/: one mistake a file, and exactly what is said about it. No message is without its file."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from xdrgen import errors
from xdrgen.errors import XdrError
from xdrgen.passes.load import load

FOLDER = Path(__file__).parent / "errors"
SOURCES = Path(errors.__file__).parent
CASES = sorted(path.stem for path in FOLDER.glob("*.txt"))


def message(case: str) -> str:
    with pytest.raises(XdrError) as caught:
        load(FOLDER / f"{case}.x", root=FOLDER)
    return str(caught.value)


@pytest.mark.parametrize("case", CASES)
def test_message(case: str) -> None:
    assert message(case) + "\n" == (FOLDER / f"{case}.txt").read_text()


def test_every_input_is_somebodys() -> None:
    inputs = {path.stem for path in FOLDER.glob("*.x")} | {path.stem for path in FOLDER.glob("*.hints")}
    assert inputs - set(CASES) == {"import_cycle_back"}


def test_every_message_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the sources make an XdrError, one of the files above gets there."""
    made: set[tuple[str, int]] = set()
    original = XdrError.__init__

    def record(self: XdrError, *args: object) -> None:
        frame = sys._getframe(1)
        made.add((frame.f_code.co_filename, frame.f_lineno))
        original(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(XdrError, "__init__", record)
    for case in CASES:
        message(case)
    reached = {call for call in _calls() for file, line in made if call[0] == file and call[1] <= line <= call[2]}
    assert _calls() - reached == {_unreadable()}


def _calls() -> set[tuple[str, int, int]]:
    """(file, first line, last line) of every XdrError(...)."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "XdrError":
                found.add((str(path), node.lineno, node.end_lineno or node.lineno))
    return found


def _unreadable() -> tuple[str, int, int]:
    """What test_cli.py covers: a description that is not there."""
    return next(c for c in _calls() if c[0].endswith("load.py") and "cannot be read" in _source(c))


def _source(call: tuple[str, int, int]) -> str:
    return "\n".join(Path(call[0]).read_text().split("\n")[call[1] - 1 : call[2]])
