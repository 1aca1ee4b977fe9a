"""The fixtures, the evidence and the report, on our own server in a process of pytest's own."""

import json
import xml.etree.ElementTree as xml

import pytest

TESTS = """
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, needs

@covers("RFC1813 3.3.8", "works")
def test_works(alice, home):
    f = alice.create(home, "f").obj
    assert alice.getattr(f).obj_attributes.uid == 1000

@covers("RFC1813 3.3.3", "does not work")
def test_does_not(nfs3, home):
    nfs3.lookup(home, "absent")

@covers("RFC1813 3.3.3", "a directory of its own")
def test_fresh(nfs3, home):
    assert {e.name for e in nfs3.readdir(home).reply.entries} <= {".", ".."}

@needs("moon")
@covers("RFC1813 4.4", "cannot be tried")
def test_skipped():
    raise AssertionError

@needs("faults")
@covers("RFC1813 4.5", "rules are healed")
def test_armed(nfs3, faults):
    from dittofs.faults import at, note
    faults.arm(at.nfs3("NULL").leave, note())
    nfs3.null()

@needs("faults")
@covers("RFC1813 4.5", "a rule that never fires is a mistake")
def test_never_fired(nfs3, faults):
    from dittofs.faults import at, drop_reply
    faults.arm(at.nfs3("NULL").leave, drop_reply())

@covers("RFC1813 3.3.0", "after a test that armed a rule")
def test_after_armed(nfs3):
    nfs3.null()
"""

OWN = ("--server", "dittofs")


def test_verdicts(suite):
    result = suite({"test_a": TESTS}, "--seed", "7", server=OWN)
    result.assert_outcomes(passed=5, failed=1, skipped=1, errors=1)
    result.stdout.fnmatch_lines(["*armed, and nothing ever came by: nfs3.proc.NULL.leave"])


def test_a_failing_test_shows_its_evidence(suite):
    result = suite({"test_a": TESTS}, "--seed", "7", "-k", "does_not", server=OWN)
    result.stdout.fnmatch_lines(
        [
            "*expected success, got NFS3ERR_NOENT",
            "*transcript*",
            "1: connection to nfs",
            "> LOOKUP xid * AUTH_SYS uid 0 gid 0",
            "    what.name 'absent'",
            "< LOOKUP xid * NFS3ERR_NOENT",
            "*run it again*",
            "*--store memory --loops 1 --seed 7 test_a.py::test_does_not",
        ]
    )
    # What the library does inside is not what the reader wants to see.
    result.stdout.no_fnmatch_line("*in result*")


def test_the_command_that_runs_it_again_is_that_of_the_caller(suite, monkeypatch):
    monkeypatch.setenv("CONFORMANCE_COMMAND", "./dev conformance")
    result = suite({"test_a": TESTS}, "-k", "does_not", server=OWN)
    result.stdout.fnmatch_lines(["./dev conformance --store memory*test_a.py::test_does_not"])


def test_the_page_shows_the_last_exchange_byte_by_byte(report):
    run = json.loads((report / "dittofs_memory.json").read_text())
    (failed,) = [t for t in run["tests"] if t["test"].endswith("test_does_not")]
    parts = dict(failed["evidence"])
    assert "61 62 73 65 6e 74" in parts["1: last request, byte by byte"]
    assert parts["1: last request, byte by byte"].count("what.name") == 3  # its length, its bytes, their padding
    assert "status" in parts["1: its reply"]
    assert "byte by byte" in (report / "report.html").read_text()


@pytest.fixture
def report(suite, pytester):
    suite({"test_a": TESTS}, f"--report={pytester.path / 'out'}", "--seed", "7", server=OWN)
    return pytester.path / "out"


def test_json(report):
    run = json.loads((report / "dittofs_memory.json").read_text())
    assert (run["server"], run["seed"]) == ("dittofs memory", 7)
    outcomes = {test["test"].partition("::")[2]: test["outcome"] for test in run["tests"]}
    assert outcomes["test_does_not"] == "failed" and outcomes["test_skipped"] == "skipped"
    failed = next(test for test in run["tests"] if test["outcome"] == "failed")
    assert failed["covers"] == [["RFC1813 3.3.3", "does not work"]]
    assert {"failure", "transcript", "run it again"} <= {title for title, _ in failed["evidence"]}
    skipped = next(test for test in run["tests"] if test["outcome"] == "skipped")
    assert skipped["evidence"] == [["reason", "dittofs memory offers no moon to a test"]]


def test_junit(report):
    cases = xml.parse(report / "dittofs_memory.xml").getroot().iter("testcase")
    properties = {c.get("name"): [p.get("value") for p in c.iter("property")] for c in cases}
    assert properties["test_works"] == ["RFC1813 3.3.8 works"]


def test_page(report):
    page = (report / "report.html").read_text()
    assert "RFC1813-3.3.3" in page and "does not work" in page and "NFS3ERR_NOENT" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page  # one file, no other needed


def test_runs_side_by_side(report, suite, pytester):
    suite({"test_a": TESTS}, f"--report={report}", "--report-name", "another", "-k", "works", server=OWN)
    page = (report / "report.html").read_text()
    assert "<th>dittofs memory</th>" in page and "<th>another</th>" in page


def test_a_part_of_a_run_reports_that_part(suite, pytester):
    suite({"test_a": TESTS}, f"--report={pytester.path / 'out'}", "-k", "works", server=OWN)
    run = json.loads((pytester.path / "out" / "dittofs_memory.json").read_text())
    assert [test["test"] for test in run["tests"]] == ["test_a.py::test_works"]


def test_a_server_that_runs_elsewhere(suite):
    from dittofs import Server

    with Server() as srv:
        result = suite({"test_a": TESTS}, server=("--server", srv.url))
    result.assert_outcomes(passed=3, failed=1, skipped=3)


def test_other_runs_are_left_alone(pytester):
    """The plugin is there wherever the package is installed."""
    pytester.makepyfile(test_a="def test_a():\n    assert 1 == 2")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*run it again*")
    result.stdout.no_fnmatch_line("server:*")
