"""The requirements table: read, joined with tests, counted, shown."""

import json
from pathlib import Path

import pytest

from dittofs.testing.page import render
from dittofs.testing.requirements import Coverage, Reason, State, Table, TableError, Tally
from dittofs.testing.requirements.tables import markdown, missing, problems, summary

TABLE = """
rfc: 1813
left out:
  "6": another protocol
rows:
  3.3.9-1: the ninth
  3.3.10-1: the tenth, with a | in it
  2.6-1:
    says: cannot be seen
    reason: UNOBSERVABLE
    why: it leaves no trace
  2.6-2: nobody looks
"""

TESTS = """
from dittofs.testing.markers import covers, meets
import pytest

@covers("RFC1813 3.3.9", "one")
@meets("1813-3.3.9-1", "1813-3.3.10-1")
def test_one():
    pass

@pytest.mark.parametrize("n", [1, 2])
@covers("RFC1813 3.3.10", "two")
@meets("1813-3.3.10-1")
def test_two(n):
    assert n == 1
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.yaml").write_text(TABLE)
    return Table.read(tmp_path)


@pytest.fixture
def found(table):
    tenth = ["1813-3.3.10-1"]
    return Coverage(table, {"t.py::one": ["1813-3.3.9-1", *tenth], "t.py::two[1]": tenth, "t.py::two[2]": tenth})


def test_rows_are_in_the_order_of_their_sections(table):
    assert [row.id for row in table.rows] == ["1813-2.6-1", "1813-2.6-2", "1813-3.3.9-1", "1813-3.3.10-1"]
    assert table["1813-3.3.10-1"].place == "RFC1813 3.3.10"
    assert (table["1813-2.6-1"].reason, table["1813-2.6-1"].why) == (Reason.UNOBSERVABLE, "it leaves no trace")
    assert table.left_out == {"RFC1813 6": "another protocol"}


@pytest.mark.parametrize(
    "text, message",
    [
        ("rows: {2-1: x}", "no rfc: NUMBER"),
        ("rfc: 1\nrow: {}", "neither rfc, left out nor rows: row"),
        ("rfc: 1\nrows: {2.1: x}", "2.1: no name like 18.46.3-1"),
        ("rfc: 1\nrows: {2-0: x}", "2-0: no name like"),
        ("rfc: 1\nrows: {2-1: ''}", "2-1: says nothing"),
        ("rfc: 1\nrows: {2-1: {says: x, test: y}}", "2-1: neither a sentence nor says, reason and why"),
        ("rfc: 1\nrows: {2-1: {says: x, reason: LAZY, why: y}}", "2-1: the reason LAZY is none of NO_PNFS"),
        ("rfc: 1\nrows: {2-1: {says: x, reason: NO_GSS}}", "2-1: a reason has a why"),
        ("rfc: 1\nrows: {2-1: {says: x, why: y}}", "2-1: a reason has a why"),
        ("rfc: 1\nrows:\n  2-1: x\n  2-1: y", "twice: 2-1"),
        ("rfc: 1\nleft out: {3: x}", "left out: chapters as texts"),
        ("rfc: [", "while parsing"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, text, message):
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(TableError) as raised:
        Table.read(tmp_path)
    assert str(raised.value).startswith("bad.yaml: ") and message in str(raised.value)


def test_one_row_in_two_files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("rfc: 1\nrows: {2-1: x}")
    with pytest.raises(TableError, match="b.yaml: 1-2-1: a row of another file as well"):
        Table.read(tmp_path)


def test_counts(found):
    assert found.tally() == found.tally(1813) == Tally(tested=2, reason=1, open=1)
    assert found.tally().percent == 50.0  # a reason is no test
    assert found.tally(5531) == Tally(0, 0, 0)
    assert [row.id for row in found.rows(State.OPEN)] == ["1813-2.6-2"]
    assert found.functions(found.table["1813-3.3.10-1"]) == ["t.py::one", "t.py::two"]


def test_a_row_holds_when_a_test_of_it_passed_and_none_failed(found):
    assert summary(found, {"t.py::one"}, {"t.py::two[1]"}, whole=True).endswith("; 1 hold here")
    assert summary(found, set(), set(), whole=True).endswith("; 0 hold here")
    skipped = summary(found, {"t.py::one", "t.py::two[1]"}, set(), whole=False)
    assert skipped == "requirements: 2 rows have a test in this part of the suite, 2 of them hold"


def test_what_ci_does_not_accept(table, found):
    assert missing(found) == ["1813-2.6-2: neither test nor reason: nobody looks"]
    assert problems(found, 50.0) == []
    assert problems(found, 51.0)[-1] == "fewer than 51 % of the rows have a test"
    both = Coverage(table, {"t": [row.id for row in table.rows]})
    assert problems(both, 100.0) == ["1813-2.6-1: has a test, and a reason why it can have none"]


def test_a_citation_of_no_row_is_known(table):
    assert Coverage(table, {"t": ["1813-9-9"]}).unknown == ["t: 1813-9-9"]


def test_markdown(found):
    text = markdown(found)
    assert "| RFC 1813 | 4 | 2 | 50.0 % | 1 | 1 |" in text
    assert "| 3.3.10-1 | the tenth, with a \\| in it | `t.py::one`, `t.py::two` |" in text
    assert "*it cannot be seen on the wire*: it leaves no trace" in text and "**none yet**" in text
    assert "- 6: another protocol" in text


@pytest.fixture
def run(suite, pytester):
    def with_table(*options, text=TABLE, tests=TESTS):
        (pytester.path / "requirements").mkdir(exist_ok=True)
        (pytester.path / "requirements" / "a.yaml").write_text(text)
        return suite({"test_a": tests}, *options)

    return with_table


def test_the_end_of_a_run_says_how_much_has_a_test(run):
    result = run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["requirements: 50.0 % of 4 rows have a test (2), 1 a reason why none can, 1 neither; 1 hold here"]
    )


def test_a_part_of_a_run_says_what_that_part_holds(run):
    run("-k", "one").stdout.fnmatch_lines(["requirements: 2 rows have a test in this part of the suite, 2 of them hold"])


def test_a_test_that_cites_a_missing_row_stops_the_run(run):
    result = run(tests=TESTS.replace("3.3.9-1", "3.3.9-2"))
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*the requirements table has no such row*", "test_a.py::test_one: 1813-3.3.9-2"])


def test_a_table_that_is_none_stops_the_run(run):
    result = run(text="rfc: x")
    assert result.ret != 0 and "a.yaml: no rfc: NUMBER" in result.stderr.str()


def test_a_suite_without_a_table_says_nothing_of_it(suite):
    result = suite({"test_a": TESTS.replace("@meets", "# @meets")})
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.no_fnmatch_line("requirements:*")


def test_the_report_has_the_table(run, pytester):
    run(f"--report={pytester.path / 'out'}", "--report-name", "it")
    written = json.loads((pytester.path / "out" / "it.json").read_text())
    assert [row["id"] for row in written["requirements"]][:1] == ["1813-2.6-1"]
    assert written["tests"][0]["meets"] == ["1813-3.3.9-1", "1813-3.3.10-1"]
    page = (pytester.path / "out" / "report.html").read_text()
    assert "50.0 % of 4 have a test" in page and "cannot be seen on the wire: it leaves no trace" in page
    assert '<tr class="row failed"><td><i class="mark failed" title="broken"></i>1813-3.3.10-1</td>' in page
    assert '<tr class="row passed"><td><i class="mark passed" title="held"></i>1813-3.3.9-1</td>' in page
    assert "<code>test_a.py::test_two: 1 failed, 1 passed</code>" in page
    assert '<property name="meets" value="1813-3.3.9-1" />' in (pytester.path / "out" / "it.xml").read_text()


def test_runs_from_before_the_table_are_shown_without_it():
    run = {"server": "a", "started": 0, "seconds": 1, "seed": 1, "rerun": "", "tests": []}
    assert "Requirements" not in render([run])


def test_the_real_table_can_be_read():
    assert len(Table.read(Path(__file__).parents[3] / "conformance" / "requirements").rows) > 100
