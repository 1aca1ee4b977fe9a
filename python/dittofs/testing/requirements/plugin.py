"""Tests cite the rows of the requirements table: meets("8881-18.46.3-1"). A citation of no row stops the run.

A suite has a table when there is a folder `requirements` beside its pytest.ini.
"""

from __future__ import annotations

from typing import Any, Optional

import pytest

from dittofs.testing.options import is_suite
from dittofs.testing.requirements.coverage import Coverage
from dittofs.testing.requirements.table import Table, TableError
from dittofs.testing.requirements.tables import summary

_TABLE = pytest.StashKey[Table]()
_COVERAGE = pytest.StashKey[Coverage]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "meets(*rows): the rows of the requirements table that this test holds a server to")
    try:
        config.stash[_TABLE] = Table.read(config.rootpath / "requirements") if is_suite(config) else Table([])
    except TableError as why:
        raise pytest.UsageError(f"the requirements table:\n{why}") from None


def cited(item: pytest.Item) -> list[str]:
    """The rows that a test cites, its own marks first."""
    return [row for mark in item.iter_markers("meets") for row in mark.args]


def coverage(config: pytest.Config) -> Optional[Coverage]:
    """The table and the tests of this run; None before they were collected, and where there is no table."""
    return config.stash[_COVERAGE] if _COVERAGE in config.stash else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    found = Coverage(session.config.stash[_TABLE], {item.nodeid: cited(item) for item in session.items})
    if found.unknown:
        raise pytest.UsageError("the requirements table has no such row:\n" + "\n".join(found.unknown))
    if found.table.rows:
        session.config.stash[_COVERAGE] = found


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.user_properties += [("meets", row) for row in cited(item)]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    found = coverage(config)
    if found is None or config.option.collectonly:
        return
    whole = not (config.option.keyword or config.option.markexpr or config.args_source is config.ArgsSource.ARGS)

    def tests(*kinds: str) -> set[str]:
        return {report.nodeid for kind in kinds for report in terminalreporter.stats.get(kind, ())}

    terminalreporter.write_line(summary(found, tests("passed"), tests("failed", "error", "xfailed"), whole))
