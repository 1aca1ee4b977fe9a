"""The tests of a suite, without running them, and the rows of the requirements table that they cite."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import Optional

import pytest

from dittofs.testing.requirements.coverage import Coverage
from dittofs.testing.requirements.plugin import coverage


class _Catch:
    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.found: Optional[Coverage] = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items
        self.found = coverage(session.config)


def collect(suite: Path) -> tuple[list[pytest.Item], Coverage]:
    """A suite's tests, and its table joined with them. Raises RuntimeError with what pytest says when it cannot collect
    them."""
    catch, said = _Catch(), io.StringIO()
    before = os.getcwd()
    os.chdir(suite)  # tests are named as from there
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            # That this module was imported before pytest could rewrite its asserts does not matter: it has none.
            quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
            status = pytest.main(["-c", "pytest.ini", "--collect-only", "-q", *quiet], plugins=[catch])
    finally:
        os.chdir(before)
    if catch.found is None or status != 0:
        raise RuntimeError(said.getvalue().strip() or "there is no requirements table")
    return catch.items, catch.found
