"""The 1st, 2nd, 3rd ... time that a point is passed: each fails once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterable, Iterator, Union

from dittofs.faults.when import nth

if TYPE_CHECKING:
    from dittofs.faults.rules import Faults, Rule
    from dittofs.faults.what import Action
    from dittofs.faults.when import Trigger


@dataclass(frozen=True)
class Step:
    """One run of a sweep's body: the rule is armed in it."""

    point: str
    n: int  # the hit that the rule acts on
    rule: Rule

    @property
    def fired(self) -> bool:
        return self.rule.fired > 0

    def __str__(self) -> str:
        return f"{self.point}, hit {self.n}"


def sweep(faults: Faults, points: Union[str, Iterable[str]], *parts: Union[Trigger, Action], limit: int) -> Iterator[Step]:
    for point in [points] if isinstance(points, str) else points:
        for n in itertools.count(1):
            if n > limit:
                raise RuntimeError(f"{point} was passed {limit} times, and no end is seen: a longer limit=, or a shorter run")
            rule = faults.arm(point, nth(n), *parts, listed=False)
            with rule:
                yield Step(point, n, rule)
            if not rule.fired:
                break
