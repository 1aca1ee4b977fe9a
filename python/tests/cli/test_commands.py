"""Each command does what its help says, and says what is wrong in one line."""

import json
import os
import signal
import subprocess
import sys

import pytest

from dittofs import Server, nfs3
from dittofs.cli import COMMANDS
from dittofs.faults import always, at, fail
from dittofs.replay import Recording

ONE = "nfs3/test_access.py"


def test_help_lists_the_commands(run):
    said = run("--help").stdout
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    result = run(command, "--help")
    assert result.returncode == 0 and "--help" in result.stdout


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("frobnicate",), "invalid choice"),
        (("explain", "test_x", "--moon"), "explain has no option --moon"),
        (("explain", "no-test-is-called-that"), "error: no test has 'no-test-is-called-that' in its name"),
        (("report",), "error: no runs in dittofs-report; `dittofs conformance --report DIR` writes them"),
        (("replay", "gone.jsonl", "--server", "nfs://127.0.0.1/export"), "error: [Errno 2] No such file"),
        (("record", "r.jsonl", "--server", "http://x"), "error: http://x is not nfs://HOST[:PORT]/EXPORT"),
    ],
)
def test_what_is_wrong_is_said(run, arguments, says):
    result = run(*arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_conformance_against_a_running_server(run, tmp_path):
    with Server() as server:
        url = server.url
        result = run("conformance", "--server", url, ONE, "-k", "test_file", "--report", "here", "--seed", "5")
    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "here" / "report.html").exists()
    (report,) = (tmp_path / "here").glob("*.json")
    found = json.loads(report.read_text())
    assert found["seed"] == 5 and found["server"] == url
    assert all(test["outcome"] == "passed" for test in found["tests"]) and found["tests"]


def test_conformance_with_an_option_of_the_suites(run):
    """Its value is not taken for a test."""
    with Server() as server:
        result = run("conformance", "--mount-port", str(server.nfs_port), "--server", server.url, ONE, "-k", "test_file")
    assert result.returncode == 0, result.stdout + result.stderr


def test_conformance_of_one_minor_version(run):
    result = run("conformance", "--minor", "1", "--collect-only")
    suites = {line.split("/")[0] for line in result.stdout.splitlines() if "::" in line}
    assert suites == {"nfs41"}


def test_explain(run, tmp_path):
    run("conformance", ONE, "--report", "ours")
    said = run("explain", "test_readdir.py::test_too_small", "--report", "ours", "--source").stdout
    assert "RFC1813 2.6 Defined error numbers: NFS3ERR_TOOSMALL" in said
    assert "ganesha: RFC1813" in said
    assert "def test_too_small(" in said
    said = run("explain", "nfs3/test_access.py::test_file", "--report", "ours").stdout
    assert "dittofs memory: " in said and "passed" in said
    assert "tests have 'test_' in their names" in run("explain", "test_").stdout


def test_report_of_several_runs(run, tmp_path):
    for name in ("one", "two"):
        run("conformance", ONE, "-k", "test_file", "--report", name, "--report-name", f"server {name}")
    result = run("report", "one", "two", "--output", "both.html")
    assert result.stdout == "both.html: server one, server two\n"
    page = (tmp_path / "both.html").read_text()
    assert "server one" in page and "server two" in page


def test_diff_of_two_servers(run):
    """Two of our own do the same; one that is broken on purpose does not."""
    with Server() as a, Server() as b:
        same = run("diff", a.url, b.url, ONE, "-k", "test_file")
        with b.faults.arm(at.nfs3("ACCESS").enter, always, fail(nfs3.NFS3ERR.IO)):
            result = run("diff", a.url, b.url, ONE, "-k", "test_file", "--verbose")
    assert same.returncode == 0 and ", 0 of them differ between" in same.stdout
    assert result.returncode == 1
    assert "ACCESS: status: NFS3_OK != NFS3ERR_IO" in result.stdout
    assert "tests  status: NFS3_OK != NFS3ERR_IO" in result.stdout


def test_record_and_replay(run, tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with Server() as a, Server() as b:
        command = [sys.executable, "-m", "dittofs", "record", "session.jsonl", "--server", a.url]
        recorder = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        assert recorder.stdout is not None
        ready, where = recorder.stdout.readline().split(";")[0].split()
        assert ready == "ready"
        c, root = nfs3.connect(where)
        c.create(root, "f", nfs3.GUARDED, mode=0o600)
        c.endpoint.close()
        recorder.send_signal(signal.SIGINT)
        said, _ = recorder.communicate(timeout=30)
        assert said.startswith("session.jsonl: ") and recorder.returncode == 0
        assert "CREATE" in [e.call.name for e in Recording.load(tmp_path / "session.jsonl").exchanges()]

        fresh = run("replay", "session.jsonl", "--server", b.url)
        assert fresh.returncode == 0 and "0 answered otherwise" in fresh.stdout
        again = run("replay", "session.jsonl", "--server", b.url, "--first")
        assert again.returncode == 1 and "status: NFS3_OK != NFS3ERR_EXIST" in again.stdout
        quiet = run("replay", "session.jsonl", "--server", b.url, "--ignore", "status")
        assert quiet.returncode == 0, quiet.stdout
