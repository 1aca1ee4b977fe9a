"""A progress bar where somebody watches; elsewhere pytest's own lines."""

from __future__ import annotations

import sys
from typing import Any, Generator, Optional

import pytest

from dittofs.testing.options import is_suite


def pytest_configure(config: pytest.Config) -> None:
    if is_suite(config) and config.option.verbose <= 0 and sys.stdout.isatty() and not config.option.collectonly:
        config.pluginmanager.register(Bar(config), "dittofs-progress-bar")


class Bar:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._progress: Any = None  # rich's, while tests run
        self._task: Optional[int] = None
        self._counts = {"failed": 0, "skipped": 0}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, None]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.showfspath = reporter._show_progress_info = False
        columns = [BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn()]
        columns += [TextColumn("[red]{task.fields[failed]}"), TextColumn("{task.description}")]
        with Progress(*columns, transient=True) as self._progress:
            self._task = self._progress.add_task("", total=len(session.items), failed="")
            yield
        self._progress = None

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self._progress:
            self._progress.update(self._task, description=nodeid[:60])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._progress is None:
            return
        if report.failed:
            self._counts["failed"] += 1
            self._progress.console.print(f"[red]failed[/red] {report.nodeid}", highlight=False)
            self._progress.update(self._task, failed=f"{self._counts['failed']} failed")
        if report.when == "teardown":
            self._progress.advance(self._task)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Optional[tuple[str, str, str]]:
        """The bar replaces pytest's letters; its summary stays."""
        if self._progress is None or report.when != "call" and report.passed:
            return None
        word = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        return word, "", ""
