"""What is known of the tests of a suite without running them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable

import pytest

from dittofs.testing.collected import collect
from dittofs.testing.ledger import all_ledgers
from dittofs.testing.markers import covered
from dittofs.testing.requirements.coverage import Coverage
from dittofs.testing.requirements.plugin import cited
from dittofs.testing.sections import title


@dataclass
class Explained:
    test: str  # its name, parameters left out
    doc: str
    file: str
    line: int
    source: str
    covers: list[tuple[str, str, str]]  # section, its title, what must hold
    meets: list[tuple[str, str]]  # row, what it says
    servers: list[tuple[str, str]] = field(default_factory=list)  # server, what it does
    cases: int = 1


def explained(suite: Path, part: str, runs: Iterable[dict] = ()) -> list[Explained]:
    """The tests with `part` in their names. `runs`: as report.py writes them. RuntimeError when nothing can be collected."""
    items, coverage = collect(suite)
    found: dict[str, Explained] = {}
    for item in items:
        if part not in item.nodeid:
            continue
        name = item.nodeid.split("[")[0]
        if name in found:
            found[name].cases += 1
        else:
            found[name] = _explained(item, name, coverage)
    ledgers = all_ledgers(suite / "ledger")
    for name, test in found.items():
        for server, ledger in ledgers.items():
            test.servers += dict.fromkeys((server, str(row)) for row in ledger.rows_of(name))
        test.servers += [(run["server"], did) for run in runs if (did := _did(run, name))]
    return list(found.values())


def _explained(item: pytest.Item, name: str, coverage: Coverage) -> Explained:
    function: Any = getattr(item, "obj", None)
    path, line, _ = item.location
    rows = {row.id: row.says for row in coverage.table.rows}
    return Explained(
        test=name,
        doc=" ".join((function.__doc__ or "").split()),
        file=path,
        line=(line or 0) + 1,
        source=inspect.getsource(function),
        covers=list(dict.fromkeys((place, title(place), what) for place, what in covered(item))),
        meets=[(row, rows.get(row, "")) for row in cited(item)],
    )


def _did(run: dict, name: str) -> str:
    """Outcomes of the test's cases in a run, counted."""
    outcomes: dict[str, int] = {}
    for test in run["tests"]:
        if test["test"].split("[")[0] == name:
            outcomes[test["outcome"]] = outcomes.get(test["outcome"], 0) + 1
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
