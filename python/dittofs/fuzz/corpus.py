"""Requests worth starting from: the smallest of each kind of answer. Kept small, and in a file if one is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Hashable, Optional

from dittofs.fuzz.parts import Step


class Corpus:
    """`most`: no more than so many; then only smaller ones take the place of those that are there."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._by: dict[Hashable, Step] = {}
        self._all: Optional[list[Step]] = None

    def add(self, signature: Hashable, step: Step) -> None:
        there = self._by.get(signature)
        if (there is None and len(self._by) < self._most) or (there is not None and step.size < there.size):
            self._by[signature] = step
            self._all = None

    @property
    def steps(self) -> list[Step]:
        if self._all is None:
            self._all = list(self._by.values())
        return self._all

    def __len__(self) -> int:
        return len(self._by)

    def save(self, file: Path) -> None:
        """A line of JSON each."""
        file.write_text("".join(json.dumps(step.to_data()) + "\n" for step in self.steps))

    @classmethod
    def load(cls, file: Path) -> Corpus:
        """ValueError that names the line when it is none."""
        corpus = cls()
        for number, line in enumerate(file.read_text().splitlines(), 1):
            try:
                step = Step.from_data(json.loads(line))
            except (ValueError, KeyError, TypeError) as why:
                raise ValueError(f"{file}:{number}: {why}") from why
            corpus.add((number,), step)
        return corpus
