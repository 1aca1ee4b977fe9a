"""covers and needs."""

import pytest

HEAD = "from dittofs.testing.markers import covers, needs\n"


def test_a_test_without_covers_is_an_error(suite):
    result = suite({"test_a": "def test_x(): pass"})
    result.stderr.fnmatch_lines(["*test_a.py::test_x: no covers(section, what)"])
    assert result.ret != 0


@pytest.mark.parametrize(
    "mark, message",
    [
        ('@covers("RFC1813 3.3.6")', "a section and what must hold there"),
        ('@covers("RFC1813 3.3.6", "")', "a section and what must hold there"),
        ('@covers("section 6", "x")', "is no section like"),
        ('@covers("RFC1813", "x")', "is no section like"),
    ],
)
def test_a_wrong_covers_is_an_error(suite, mark, message):
    result = suite({"test_a": f"{HEAD}{mark}\ndef test_x(): pass"})
    result.stderr.fnmatch_lines([f"*test_a.py::test_x: *{message}*"])


@pytest.mark.parametrize("place", ["RFC1813 3.3.6", "RFC5531 A", "RFC5531 11", "POSIX chmod"])
def test_sections(suite, place):
    result = suite({"test_a": f'{HEAD}@covers("{place}", "x")\ndef test_x(): pass'})
    result.assert_outcomes(passed=1)


def test_what_a_server_lacks_skips_with_that_reason(suite):
    body = f'{HEAD}@needs("faults")\n@covers("RFC1813 2.6", "x")\ndef test_x(): raise AssertionError'
    result = suite({"test_a": body}, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*127.0.0.1:9 offers no faults to a test*"])


def test_exports_that_a_server_lacks(suite):
    body = f'{HEAD}@needs("export:ro")\n@covers("RFC1813 2.6", "x")\ndef test_x(): pass'
    suite({"test_a": body}).assert_outcomes(skipped=1)
    suite({"test_a": body}, "--export", "ro=/read-only").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "options, message",
    [
        (("--server", "nonsense"), "not dittofs, dfs, ganesha or nfs://"),
        (("--server", "nfs://host"), "is not nfs://HOST"),
        (("--server", "nfs://127.0.0.1:9/x", "--mount-port", "9", "--export", "nonsense=/x"), "not ROLE=PATH"),
    ],
)
def test_wrong_options_say_what_is_right(suite, options, message):
    body = f'{HEAD}@needs("udp")\n@covers("RFC1813 2.6", "x")\ndef test_x(): pass'
    result = suite({"test_a": body}, server=options)
    assert message in result.stdout.str() + result.stderr.str()
    assert result.ret != 0
