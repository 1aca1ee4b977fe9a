"""golden/: small descriptions and everything that is made of them, to the letter.

After a change that is meant: `pytest xdr-gen/tests/test_golden.py --update-golden`, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrgen.emitters import cpp, python
from xdrgen.emitters.docs import emit_docs
from xdrgen.passes.load import load

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in FOLDER.glob("*.x"))


def emitted(case: str) -> dict[str, str]:
    schema = load(FOLDER / f"{case}.x", root=FOLDER)
    return cpp.files(schema, case) | python.files(schema) | {f"{case}.md": emit_docs(schema)}


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, request: pytest.FixtureRequest) -> None:
    expected = FOLDER / case
    if request.config.getoption("--update-golden"):
        expected.mkdir(exist_ok=True)
        for name, text in emitted(case).items():
            (expected / name).write_text(text)
    assert emitted(case) == {path.name: path.read_text() for path in expected.iterdir()}


@pytest.mark.parametrize("case", CASES)
def test_emission_repeats(case: str) -> None:
    """The same input gives the same text: builds compare it, caches depend on it."""
    assert emitted(case) == emitted(case)
