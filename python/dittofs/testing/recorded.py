"""`--record DIR`: keeps every message of every test, for comparing runs against different servers.

DIR/index.json names the tests, how they ended, and the file of each: a recording (dittofs.replay) in DIR. What goes over
connections that only prepare and clean up is left out.
"""

from __future__ import annotations

from typing import Any, Generator

import json
from pathlib import Path

import pytest

from dittofs.replay import Recording
from dittofs.rpc import Endpoint

INDEX = "index.json"

_RECORDING = pytest.StashKey[Recording]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("dittofs").addoption("--record", metavar="DIR", help="keep every message of every test there")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.record and not config.option.collectonly:
        config.pluginmanager.register(_Keeper(Path(config.option.record)), "dittofs-recorder")


def tapped(item: pytest.Item, endpoint: Endpoint) -> None:
    """Records what goes over a test's connection, if that was asked for."""
    if _RECORDING in item.stash:
        item.stash[_RECORDING].tap(endpoint)


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._index: dict[str, dict[str, str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_RECORDING] = Recording()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        report = (yield).get_result()
        kept = self._index.setdefault(item.nodeid, {"file": f"{len(self._index)}.jsonl", "outcome": "passed"})
        if report.outcome != "passed":
            kept["outcome"] = "known failure" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "teardown":
            item.stash[_RECORDING].save(self._folder / kept["file"])

    def pytest_sessionfinish(self) -> None:
        (self._folder / INDEX).write_text(json.dumps(self._index, indent=1))
