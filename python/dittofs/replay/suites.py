"""Two runs of the same tests against two servers, compared test by test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Iterator, Optional

from dittofs.replay.compare import Rules, differences
from dittofs.replay.recording import Exchange, Recording
from dittofs.replay.replayed import Replay

NOT_RUN = "not run"


@dataclass(frozen=True)
class Compared:
    """One test: how it ended against each server, and the first reply in which they differ."""

    test: str
    outcomes: tuple[str, str]
    where: str = ""
    first: Optional[Replay] = None

    @property
    def differs(self) -> bool:
        return bool(self.where) or self.outcomes[0] != self.outcomes[1]


def compared(a: Path, b: Path, rules: Rules = Rules()) -> Iterator[Compared]:
    """The tests of two folders that --record wrote, in the order of the first. OSError when there are none."""
    runs = [json.loads((folder / "index.json").read_text()) for folder in (a, b)]
    for test in dict.fromkeys([*runs[0], *runs[1]]):
        kept = [run.get(test) for run in runs]
        outcomes = tuple(k["outcome"] if k else NOT_RUN for k in kept)
        if None in kept or "skipped" in outcomes:
            yield Compared(test, outcomes)  # type: ignore[arg-type]
            continue
        recordings = [Recording.load(folder / k["file"]) for folder, k in zip((a, b), kept)]
        where, first = _first(recordings[0], recordings[1], rules)
        yield Compared(test, outcomes, where, first)  # type: ignore[arg-type]


def _first(a: Recording, b: Recording, rules: Rules) -> tuple[str, Optional[Replay]]:
    """Where the two part: after that the tests may do different things."""
    for number, (x, y) in enumerate(zip_longest(a.exchanges(), b.exchanges()), 1):
        if x is None or y is None:
            return f"only one makes call {number}, {(x or y).call.name}", None
        if x.call.name != y.call.name:
            return f"call {number} is {x.call.name} with one, {y.call.name} with the other", None
        found = tuple(differences(x.reply, y.reply, rules))
        if found:
            one = _as_replay(number, x, y, found)
            return f"call {number}, {x.call.name}: {found[0]}", one
    return "", None


def _as_replay(number: int, x: Exchange, y: Exchange, found: tuple) -> Replay:
    return Replay(number, x.call, x.reply, y.reply, found)
