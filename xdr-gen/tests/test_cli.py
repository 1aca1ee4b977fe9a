"""The command as CMake and people call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrgen.cli import main

GOLDEN = Path(__file__).parent / "golden"


def test_check_says_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(GOLDEN / "program.x"), "--root", str(GOLDEN)]) == 0
    assert capsys.readouterr().out == "program.x: 2 types, 1 constants, 4 procedures\n"


def test_a_mistake_is_one_line_on_stderr_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.x"
    bad.write_text("const A = B;\n")
    assert main(["check", str(bad), "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "bad.x:1:11: there is no constant 'B'\n"


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.x"), "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "none.x:1:1: No such file or directory\n"


def test_emit_writes_where_includes_will_look(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.x").write_text("const A = 1;\nstruct s { int i; };\n")
    out = ["--cpp", str(tmp_path / "cpp"), "--python", str(tmp_path / "py")]
    assert main(["emit", str(tmp_path / "deep" / "a.x"), "--root", str(tmp_path), *out]) == 0
    assert {str(p.relative_to(tmp_path / "cpp")) for p in (tmp_path / "cpp").rglob("*.*")} == {
        "deep/a.h",
        "deep/a_codec.cpp",
        "deep/a_desc.cpp",
    }
    assert {p.name for p in (tmp_path / "py").glob("*.py*")} == {"a.py", "a.pyi"}
    assert list((tmp_path / "py" / "__pycache__").glob("a.*.pyc"))


def test_hints_can_stand_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.x").write_text("struct s { int i<>; };\n")
    (tmp_path / "other.hints").write_text("bound array s.i 4\n")
    common = [str(tmp_path / "a.x"), "--root", str(tmp_path)]
    assert main(["check", *common]) == 1
    assert main(["check", *common, "--hints", str(tmp_path / "other.hints")]) == 0


def test_docs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", str(GOLDEN / "union.x"), "--root", str(GOLDEN), "--out", str(tmp_path / "union.md")]) == 0
    assert main(["docs", str(GOLDEN / "union.x"), "--root", str(GOLDEN)]) == 0
    assert capsys.readouterr().out == (tmp_path / "union.md").read_text() == (GOLDEN / "union" / "union.md").read_text()
