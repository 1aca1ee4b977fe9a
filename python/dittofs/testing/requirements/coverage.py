"""The requirements table joined with the tests that cite its rows."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass
from typing import Iterable, Mapping

from dittofs.testing.requirements.table import Row, Table


class State(enum.Enum):
    TESTED = "has a test"
    REASON = "has a reason"
    OPEN = "has neither"


@dataclass(frozen=True)
class Tally:
    """Rows in each state; the percentage is that of rows with a test in all rows, whatever reason others have."""

    tested: int
    reason: int
    open: int

    @property
    def rows(self) -> int:
        return self.tested + self.reason + self.open

    @property
    def percent(self) -> float:
        return 100.0 * self.tested / self.rows if self.rows else 100.0


class Coverage:
    def __init__(self, table: Table, citations: Mapping[str, Iterable[str]]) -> None:
        """`citations`: the rows that each test cites, by the test's name."""
        self.table = table
        self._tests: dict[str, list[str]] = defaultdict(list)
        self.unknown: list[str] = []  # "test: row" of citations of rows that do not exist
        for test, rows in citations.items():
            for row in dict.fromkeys(rows):
                if row in table:
                    self._tests[row].append(test)
                else:
                    self.unknown.append(f"{test}: {row}")

    def tests(self, row: Row) -> list[str]:
        return self._tests.get(row.id, [])

    def functions(self, row: Row) -> list[str]:
        """The tests without their parameters."""
        return list(dict.fromkeys(test.split("[")[0] for test in self.tests(row)))

    def state(self, row: Row) -> State:
        if self.tests(row):
            return State.TESTED
        return State.REASON if row.reason else State.OPEN

    def rows(self, state: State) -> list[Row]:
        return [row for row in self.table.rows if self.state(row) is state]

    def contradictions(self) -> list[Row]:
        """Rows with a test, and a reason why there can be none."""
        return [row for row in self.rows(State.TESTED) if row.reason]

    def tally(self, rfc: int = 0) -> Tally:
        """Of one specification, or of all."""
        states = [self.state(row) for row in self.table.rows if rfc in (0, row.rfc)]
        return Tally(*(states.count(state) for state in (State.TESTED, State.REASON, State.OPEN)))
