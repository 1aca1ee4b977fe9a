"""Fewer and smaller requests that a server fails at in the same way (Zeller and Hildebrandt, delta debugging)."""

from __future__ import annotations

import dataclasses
from typing import Callable, Iterator, Optional, Sequence, TypeVar

from dittofs.fuzz.judge import Finding
from dittofs.fuzz.parts import Step

T = TypeVar("T")
Attempt = Callable[[Sequence[Step]], Optional[Finding]]  # sends them to a server that is well again


def minimised(finding: Finding, attempt: Attempt, *, most: int = 500) -> Finding:
    """The finding with what is not needed left out, in at most so many attempts. The same one when it does not come again."""
    tried, best = 0, finding

    def fails(steps: Sequence[Step]) -> bool:
        nonlocal tried, best
        if not steps or tried >= most:
            return False
        tried += 1
        found = attempt(steps)
        if found is None or found.trouble != finding.trouble:
            return False
        best = found
        return True

    if not fails(finding.steps):
        return finding
    fewer(list(best.steps), fails)
    shrinking = True
    while shrinking:
        shrinking = any(fails(smaller) for smaller in _smaller(best.steps))
    return best


def fewer(items: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """As few of them as still fail, found by leaving out halves, quarters, ... single ones."""
    size = len(items) // 2
    while size > 0:
        at = 0
        while at < len(items):
            rest = items[:at] + items[at + size :]
            if fails(rest):
                items = rest
            else:
                at += size
        size //= 2
    return items


def _smaller(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Every request without one of its parts, and every part without one of its lies."""
    for at, step in enumerate(steps):
        for part in range(len(step.parts)):
            if len(step.parts) > 1:
                yield _with(steps, at, step.parts[:part] + step.parts[part + 1 :])
            for path in step.parts[part].lies:
                honest = {p: lie for p, lie in step.parts[part].lies.items() if p != path}
                better = dataclasses.replace(step.parts[part], lies=honest)
                yield _with(steps, at, (*step.parts[:part], better, *step.parts[part + 1 :]))


def _with(steps: tuple[Step, ...], at: int, parts: tuple) -> tuple[Step, ...]:
    return (*steps[:at], dataclasses.replace(steps[at], parts=parts), *steps[at + 1 :])
