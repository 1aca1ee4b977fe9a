"""The Test Anything Protocol, as far as shell scripts speak it: a plan, and a line for each assertion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator, Optional

_PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*skip\S*\s*(.*))?$", re.IGNORECASE)
_RESULT = re.compile(r"(not )?ok\b\s*(\d+)?\s*(.*)")
_TODO = re.compile(r"#\s*(todo|skip)\b", re.IGNORECASE)


@dataclass
class Script:
    """What one script said: how many assertions it planned and made, and the lines of those that failed."""

    planned: Optional[int] = None
    made: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    skipped: Optional[str] = None

    def problems(self, status: int) -> Iterator[str]:
        """What is wrong beside failed assertions."""
        if self.planned is None:
            yield "it printed no plan (1..N)"
        elif self.planned != self.made:
            yield f"it planned {self.planned} assertions and made {self.made}"
        if status != 0:
            yield f"it ended with status {status}"


def parse(lines: Iterator[str]) -> Script:
    script = Script()
    for line in lines:
        plan, result = _PLAN.match(line), _RESULT.match(line)
        if plan:
            script.planned = int(plan[1])
            if script.planned == 0:
                script.skipped = plan[2] or "it plans no assertion here"
        elif result:
            script.made += 1
            # A failure that the script itself expects (TODO) is none.
            if result[1] and not _TODO.search(result[3]):
                script.failures.append((int(result[2] or script.made), line.strip()))
    return script
