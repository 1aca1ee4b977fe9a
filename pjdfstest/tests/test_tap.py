"""An external checkout: what its scripts say is understood, and they run in a guest, with our report."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pjdfstest.tap import protocol

CHECKOUT = Path(__file__).with_name("checkout")
SUITE = Path(__file__).parents[1]


def parse(text: str, status: int = 0):
    script = protocol.parse(iter(text.splitlines()))
    return script, list(script.problems(status))


def test_protocol():
    script, problems = parse("1..3\nok 1\nnot ok 2 - tried 'chmod', expected 0, got EPERM\nok 3 # note\n")
    assert (script.planned, script.made, problems) == (3, 3, [])
    assert script.failures == [(2, "not ok 2 - tried 'chmod', expected 0, got EPERM")]


def test_protocol_without_numbers():
    assert parse("ok\nnot ok\nok\n1..3\n")[0].failures == [(2, "not ok")]


def test_protocol_of_what_is_expected_to_fail():
    assert parse("1..2\nnot ok 1 # TODO some day\nok 2 # SKIP\n")[0].failures == []


def test_protocol_skip():
    assert parse("1..0 # SKIP not on this system\n")[0].skipped == "not on this system"


def test_protocol_that_breaks_off():
    assert parse("1..3\nok 1\n", status=2)[1] == ["it planned 3 assertions and made 1", "it ended with status 2"]
    assert parse("")[1] == ["it printed no plan (1..N)"]


def test_checkout(tmp_path):
    """A made-up checkout, its scripts written as those of pjdfstest are: each sources misc.sh beside the folders."""
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-q", "--local", "tmpfs", "--report", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(SUITE.parent)])}
    command += ["--report-name", "scripts", str(CHECKOUT / "tests")]
    done = subprocess.run(command, cwd=SUITE, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    tests = {t["test"].rpartition("::")[2]: t for t in json.loads((tmp_path / "scripts.json").read_text())["tests"]}
    assert {name: t["outcome"] for name, t in tests.items()} == {
        "chmod/00.t": "passed",
        "chmod/01.t": "failed",
        "unlink/00.t": "skipped",
        "unlink/01.t": "failed",
    }
    assert "not ok 2 - expected 0755, got 644" in str(tests["chmod/01.t"]["evidence"])
    assert "it planned 2 assertions and made 1" in str(tests["unlink/01.t"]["evidence"])
    assert tests["chmod/00.t"]["covers"] == [["POSIX chmod", "script chmod/00.t"]]
    assert (tmp_path / "report.html").exists()
