"""Known failures."""

import pytest

TESTS = """
import pytest
from dittofs.testing.markers import covers

@covers("RFC1813 2.6", "fails")
def test_fails():
    assert False

@covers("RFC1813 2.6", "passes")
def test_passes():
    pass

@pytest.mark.parametrize("n", [1, 2])
@covers("RFC1813 2.6", "fails for each")
def test_each(n):
    assert n > 5
"""

ROW = """
  - section: RFC1813 2.6
    sentence: "Operation is not supported."
    why: it is not
    tests: [{}]
"""


@pytest.fixture
def run(suite, pytester):
    def with_rows(*rows, options=()):
        ledger = pytester.path / "ledger.yaml"
        ledger.write_text("rows:" + "".join(rows))
        return suite({"test_a": TESTS}, "--ledger", ledger, *options)

    return with_rows


def row(*tests, more=""):
    return ROW.format(", ".join(f'"test_a.py::{t}"' for t in tests)) + more


def test_failures_that_are_known_pass_the_run(run):
    result = run(row("test_fails"), row("test_each[*]"))
    result.assert_outcomes(xfailed=3, passed=1)
    assert result.ret == 0


def test_a_failure_without_a_row_fails_the_run(run):
    result = run(row("test_fails"))
    result.assert_outcomes(xfailed=1, passed=1, failed=2)
    assert result.ret != 0


def test_a_row_for_one_parameter_is_for_that_one(run):
    run(row("test_fails"), row("test_each[1]")).assert_outcomes(xfailed=2, passed=1, failed=1)


def test_a_row_whose_test_passes_fails_the_run(run):
    result = run(row("test_fails", "test_passes"), row("test_each[*]"))
    result.assert_outcomes(xfailed=3, failed=1)
    result.stdout.fnmatch_lines(["*passes this now; take it off the ledger*"])


def test_a_race_may_be_won(run):
    run(row("test_passes", "test_fails", more="    races: true\n"), row("test_each[*]")).assert_outcomes(
        xfailed=3, passed=1
    )


def test_a_server_that_dies_of_a_test(run, pytester):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def death(request):
            yield
            if request.node.name == "test_fails":
                pytest.fail("the server is gone")
        """
    )
    run(row("test_fails", more="    kills: true\n"), row("test_each[*]")).assert_outcomes(xfailed=3, passed=1)
    run(row("test_fails"), row("test_each[*]")).assert_outcomes(xfailed=3, passed=1, errors=1)


def test_a_row_for_a_test_that_does_not_exist(run):
    result = run(row("test_gone"))
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*the ledger names tests that do not exist*", "test_a.py::test_gone"])


def test_a_part_of_the_suite_may_be_run(run):
    run(row("test_fails"), row("test_gone"), options=("-k", "fails")).assert_outcomes(xfailed=1)


@pytest.mark.parametrize(
    "text, message",
    [
        (ROW.format("").replace('"Operation is not supported."', '""'), "without section, sentence, why or tests"),
        (row("test_fails") + row("test_fails"), "two rows for test_a.py::test_fails"),
    ],
)
def test_a_ledger_that_is_no_ledger(run, text, message):
    result = run(text)
    assert result.ret != 0 and message in result.stderr.str()


def test_the_real_ledger_can_be_read():
    """Every row of the ledger that CI uses has what a row must have."""
    from pathlib import Path

    from dittofs.testing.ledger import Ledger

    folder = Path(__file__).parents[3] / "conformance" / "ledger"
    assert Ledger.read(*folder.glob("*.yaml"))
