"""Sends requests until the time is over or the server fails."""

from __future__ import annotations

import time
from typing import Callable, Iterable, Iterator, Optional, Sequence

from dittofs.fuzz.chance import Chance
from dittofs.fuzz.corpus import Corpus
from dittofs.fuzz.judge import Finding, Trouble, signature, status_of, wrong
from dittofs.fuzz.parts import Step
from dittofs.fuzz.worlds import Place, World
from dittofs.rpc import Closed, Malformed, Reply, RpcError, TimedOut

ROUND = 200  # requests to one world: no finding takes more


class Fuzzer:
    """A server, a version of NFS to speak to it, and a seed; the same seed and corpus send the same requests."""

    def __init__(
        self, host: str, port: int, export: str, version: str = "4.1", *, seed: int = 0, timeout: float = 10.0,
        corpus: Optional[Corpus] = None,
    ) -> None:  # fmt: skip
        self.place = Place(host, port, export, timeout)
        self.version, self.seed = version, seed
        self.corpus = corpus if corpus is not None else Corpus()
        self.sent = 0
        self._rounds = 0

    def run(
        self, *, steps: Optional[int] = None, seconds: Optional[float] = None, told: Callable[[], None] = lambda: None
    ) -> Optional[Finding]:
        """The first finding, or None when so many requests, or seconds, have passed. `told` is called now and then."""
        end = None if seconds is None else time.monotonic() + seconds
        until = None if steps is None else self.sent + steps
        while (end is None or time.monotonic() < end) and (until is None or self.sent < until):
            if found := self._round(end, until):
                return found
            told()
        return None

    def _round(self, end: Optional[float], until: Optional[int]) -> Optional[Finding]:
        self._rounds += 1
        world = self.place.world(self.version)
        chance = Chance(world.protocol, world.procedures, self.seed * 1_000_003 + self._rounds)

        def drawn() -> Iterator[Step]:
            for _ in range(ROUND):
                self.sent += 1
                yield chance.step(self.corpus.steps)
                if (until is not None and self.sent >= until) or (end is not None and time.monotonic() >= end):
                    return

        return send(self.place, world, self.version, drawn(), lambda step, reply: self.corpus.add(signature(step, reply), step))


def run_steps(host: str, port: int, export: str, version: str, steps: Sequence[Step], *, timeout: float = 10.0) -> Optional[Finding]:
    """Sends these requests in a world of their own: what a server that fails at them does, None when it does not."""
    place = Place(host, port, export, timeout)
    return send(place, place.world(version), version, steps)


def send(
    place: Place, world: World, version: str, steps: Iterable[Step], told: Callable[[Step, Reply], object] = lambda step, reply: None
) -> Optional[Finding]:
    """Sends the steps in this world, which is closed then, as long as it lasts. `told` gets what is answered rightly."""
    sent: list[Step] = []
    try:
        for step in steps:
            sent.append(step)
            reply, finding = attempt(place, world, version, tuple(sent))
            if finding is not None:
                return finding
            assert reply is not None
            told(step, reply)
            if lost(world, reply):
                break
    finally:
        world.close()
    return None if alive(place) else Finding(Trouble.GONE, "after these requests", version, tuple(sent))


def attempt(place: Place, world: World, version: str, steps: tuple[Step, ...]) -> tuple[Optional[Reply], Optional[Finding]]:
    """Sends the last of the steps. Its reply, or what is wrong."""
    step = steps[-1]
    try:
        reply = world.send(step).reply()
    except (Closed, TimedOut, Malformed) as why:
        return None, Finding(_trouble(place, why), str(why), version, steps)
    said = wrong(step, reply)
    return reply, Finding(Trouble.WRONG, said, version, steps) if said else None


def lost(world: World, reply: Reply) -> bool:
    results = getattr(reply.result, "resarray", [])
    return bool(results) and status_of(results[0]) in world.ends


def alive(place: Place) -> bool:
    """A new connection is answered."""
    from dittofs import nfs3

    try:
        with nfs3.Client(place.connect()) as c:
            c.null.call()
        return True
    except (OSError, RpcError):
        return False


def _trouble(place: Place, why: Exception) -> Trouble:
    if not alive(place):
        return Trouble.GONE
    if isinstance(why, Malformed):
        return Trouble.MALFORMED
    return Trouble.HANGS if isinstance(why, TimedOut) else Trouble.CLOSES
