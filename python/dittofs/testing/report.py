"""Collects what a run found: JSON and JUnit XML for machines, one HTML page for people.

`--report DIR` writes DIR/NAME.json, DIR/NAME.xml and DIR/report.html, NAME from the server's options or as
`--report-name` says. The page shows every run whose JSON is in the folder, side by side: run the suite once for each
server into the same folder.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Optional

import pytest

from dittofs.testing.markers import covered
from dittofs.testing.options import servers
from dittofs.testing.page import render
from dittofs.testing.requirements.plugin import cited, coverage
from dittofs.testing.requirements.table import Table

_FORMAT = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dittofs")
    group.addoption("--report", metavar="DIR", help="write NAME.json, NAME.xml and report.html there")
    group.addoption("--report-name", metavar="NAME", help="what the report calls this run")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    folder = config.option.report
    if not folder or config.option.collectonly:
        return
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    if not config.option.xmlpath:
        config.option.xmlpath = str(path / f"{slug(run_name(config))}.xml")
    config.pluginmanager.register(Report(config, path), "dittofs-report-writer")


def run_name(config: pytest.Config) -> str:
    """What this run is called: as asked, or the server and what is not as usual about it."""
    option = config.option
    if option.report_name:
        return option.report_name
    if option.server not in ("dittofs", "dfs"):
        return option.server
    return " ".join([option.server, option.store, *([f"{option.loops} loops"] if option.loops != 1 else [])])


def slug(server: str) -> str:
    """A name as a file name."""
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in server.removeprefix("nfs://"))


class Report:
    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self._config, self._folder = config, folder
        self._started = time.time()
        self._tests: dict[str, dict] = {}
        self._name = run_name(config)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        what = (item.obj.__doc__ or "").strip() if hasattr(item, "obj") else ""
        marks = {"covers": covered(item), "meets": cited(item)}
        self._tests[item.nodeid] = {"test": item.nodeid, **marks, "doc": what, "seconds": 0.0}

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._tests.pop(item.nodeid, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self._tests[report.nodeid]
        test["seconds"] += report.duration
        verdict = _verdict(report)
        # What failed in setup or teardown failed, whatever the test itself did.
        if verdict and (test.get("outcome") is None or verdict == "failed"):
            test["outcome"] = verdict
            test["evidence"] = _evidence(report, verdict)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        run = {
            "format": _FORMAT,
            "server": self._name,
            "rerun": f"/usr/bin/python3 -m pytest --server {self._config.option.server}",
            "seed": servers(self._config).seed,
            "started": self._started,
            "seconds": time.time() - self._started,
            "requirements": self._requirements(),
            "tests": [t for t in self._tests.values() if "outcome" in t],
        }
        target = self._folder / f"{slug(self._name)}.json"
        target.write_text(json.dumps(run, indent=1))
        write_page(self._folder)

    def _requirements(self) -> list[dict]:
        """The rows of the requirements table, for a page that is made where there is no table."""
        found = coverage(self._config)
        table = found.table if found else Table([])
        return [
            {"id": row.id, "place": row.place, "says": row.says, "reason": row.reason.value if row.reason else "", "why": row.why}
            for row in table.rows
        ]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"report: {self._folder / 'report.html'}")


def write_page(folder: Path) -> Path:
    """Writes report.html from every run whose JSON is in the folder."""
    runs = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    page = folder / "report.html"
    page.write_text(render(sorted(runs, key=lambda run: run["started"])))
    return page


def _verdict(report: pytest.TestReport) -> Optional[str]:
    if report.failed:
        return "failed"
    if hasattr(report, "wasxfail"):
        return "known"
    if report.skipped:
        return "skipped"
    return "passed" if report.when == "call" else None


def _evidence(report: pytest.TestReport, verdict: str) -> list[tuple[str, str]]:
    if verdict == "passed":
        return []
    if verdict == "skipped":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return [("reason", reason.removeprefix("Skipped: "))]
    if verdict == "known":  # of hundreds nobody reads the bytes
        kept = [part for part in report.sections if part[0] == "transcript"]
        return [("known failure", report.wasxfail), ("failure", str(report.longrepr)), *kept]
    return [("failure", str(report.longrepr)), *report.sections, *getattr(report, "dittofs_bytes", ())]
