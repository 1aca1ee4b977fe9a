"""Known failures of a server: each row names tests, quotes the sentence that the server breaks, and says how.

    server: NFS-Ganesha 4.3 ...
    rows:
      - section: RFC1813 3.3.16
        sentence: "..."
        why: ...
        tests:
          - nfs3/test_readdir.py::test_bad_cookie
          - nfs3/test_readdir.py::test_budget[*]        # every parameter of it

Such a file is ledger/SERVER.yaml, and what belongs to a suite of its own may be in ledger/SERVER-SUITE.yaml beside it.

A run passes when the tests that fail are exactly those of the ledger: a failure without a row fails the run,
and so does a row whose test passes. Only a row with `races: true`, for what goes wrong in a race between the
server's threads, lets its tests pass as well. `kills: true` says that the server does not survive its tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generator, Iterator, Optional

import pytest

from dittofs.testing.options import servers

_LEDGER = pytest.StashKey["Ledger"]()


@dataclass(frozen=True)
class Row:
    section: str
    sentence: str
    why: str
    tests: tuple[str, ...]
    races: bool = False
    kills: bool = False

    def __str__(self) -> str:
        return f'{self.section}: "{self.sentence}" {self.why}'


class Ledger:
    def __init__(self, rows: list[Row]) -> None:
        self._by_test = {test: row for row in rows for test in row.tests}

    @classmethod
    def read(cls, *paths: Path) -> Ledger:
        rows = []
        seen: set[str] = set()
        for path in paths:
            for row in _rows(path):
                if not row.tests or not all((row.section, row.sentence, row.why)):
                    raise pytest.UsageError(f"{path}: a row without section, sentence, why or tests: {row}")
                for test in row.tests:
                    if test in seen:
                        raise pytest.UsageError(f"{path}: two rows for {test}")
                    seen.add(test)
                rows.append(row)
        return cls(rows)

    def row(self, nodeid: str) -> Optional[Row]:
        return self._by_test.get(nodeid) or self._by_test.get(nodeid.split("[")[0] + "[*]")

    def rows_of(self, test: str) -> list[Row]:
        """The rows that name a test, whatever its parameters."""
        return [row for name, row in self._by_test.items() if name.split("[")[0] == test]

    def unknown(self, nodeids: set[str]) -> list[str]:
        """Tests of the ledger in files that were collected whole, which do not exist."""
        files = {n.split("::")[0] for n in nodeids}
        whole = nodeids | {n.split("[")[0] + "[*]" for n in nodeids if "[" in n}
        return sorted(t for t in self._by_test if t.split("::")[0] in files and t not in whole)


def _rows(path: Path) -> Iterator[Row]:
    import yaml  # type: ignore[import]

    for entry in (yaml.safe_load(path.read_text()) or {}).get("rows") or []:
        entry["tests"] = tuple(entry["tests"])
        yield Row(**entry)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("dittofs").addoption(
        "--ledger",
        metavar="FILE",
        action="append",
        help="known failures of this server; may be repeated (default: ledger/SERVER.yaml and SERVER-*.yaml)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LEDGER] = Ledger.read(*_files(config))


def _files(config: pytest.Config) -> list[Path]:
    if config.option.ledger:
        given = [Path(name) for name in config.option.ledger]
        for path in given:
            if not path.exists():
                raise pytest.UsageError(f"--ledger {path}: no such file")
        return given
    server, folder = config.option.server, config.rootpath / "ledger"
    if "/" in server:
        return []
    return _of(folder, server)


def _of(folder: Path, server: str) -> list[Path]:
    return [*folder.glob(f"{server}.yaml"), *sorted(folder.glob(f"{server}-*.yaml"))]


def all_ledgers(folder: Path) -> dict[str, Ledger]:
    """Every server's, by its name."""
    names = {path.stem.split("-")[0] for path in folder.glob("*.yaml")}
    return {name: Ledger.read(*_of(folder, name)) for name in sorted(names)}


def ledger(config: pytest.Config) -> Ledger:
    return config.stash[_LEDGER]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    option = session.config.option
    selected = option.keyword or option.markexpr or any("::" in a for a in session.config.args)
    if not selected:
        unknown = ledger(session.config).unknown({item.nodeid for item in session.items})
        if unknown:
            raise pytest.UsageError("the ledger names tests that do not exist:\n" + "\n".join(unknown))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    report = (yield).get_result()
    row = ledger(item.config).row(item.nodeid)
    if row is not None and row.kills and report.when == "teardown" and report.failed:
        report.outcome = "passed"  # the next test gets a new server
    if row is None or report.when != "call":
        return
    if report.failed:
        report.outcome = "skipped"
        report.wasxfail = str(row)
    elif report.passed and not row.races:
        report.outcome = "failed"
        report.longrepr = f"{servers(item.config).name} passes this now; take it off the ledger: {row}"
