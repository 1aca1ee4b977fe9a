"""Everything goes wrong now and then, and again in the same way from the same seed.

Two draws: which pairs of point and action are active in this run at all, and then which hits of those fire. A run with
few kinds of faults finds what one with all of them hides.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Iterable, List, Optional

from dittofs.faults.what import Action, drop_reply, duplicate, error, fail, reset, yield_
from dittofs.faults.when import Trigger

if TYPE_CHECKING:
    from dittofs.faults.rules import Faults, Rule

# What a client has to get over, or is told.
ACTIONS = (yield_(), drop_reply(), duplicate(), reset(), error("io"))
# "Later", in the word of each protocol.
LATER = {"nfs3.": "NFS3ERR_JUKEBOX", "nfs4.": "NFS4ERR_DELAY", "state.": "NFS4ERR_DELAY"}


class Buggify:
    """The rules of one run; a context manager that disarms them. `seed` repeats it: with loops=1, a manual clock and a
    server of the same seed bit for bit."""

    def __init__(
        self,
        faults: Faults,
        seed: int,
        activate: float,
        fire: float,
        points: Optional[Iterable[str]],
        actions: Optional[Iterable[Action]],
    ) -> None:
        self.seed, self._how = seed, f"activate={activate}, fire={fire}, seed={seed}"
        known = dict(faults.points())
        chosen = list(points) if points is not None else [name.replace("@", "*") for name in known]
        self.rules: List[Rule] = []
        try:
            for point in chosen:
                for action in actions if actions is not None else _defaults(point):
                    # Each pair has draws of its own: another pair more changes nothing in this one.
                    drawn = random.Random(f"{seed} {point} {action.data}")
                    if drawn.random() >= activate or not faults.accepts(point, action):
                        continue
                    chance = Trigger({"chance": fire, "seed": drawn.getrandbits(53) | 1})
                    self.rules.append(faults.arm(point, chance, action, listed=False))
        except BaseException:
            self.disarm()
            raise

    @property
    def fired(self) -> int:
        return sum(rule.fired for rule in self.rules)

    def disarm(self) -> None:
        for rule in self.rules:
            rule.disarm()

    def __enter__(self) -> Buggify:
        return self

    def __exit__(self, type_: object, error: object, *_: object) -> None:
        self.disarm()
        if error is not None:
            print(f"srv.faults.buggify({self._how}) goes wrong in the same way again: {self.fired} faults")


def _defaults(point: str) -> list[Action]:
    later = [fail(name) for protocol, name in LATER.items() if point.startswith(protocol)]
    return [*ACTIONS, *later]
