"""Armed rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Sequence, Union

from dittofs import _server
from dittofs.faults.data import to_data
from dittofs.faults.what import Action
from dittofs.faults.when import Trigger, always

if TYPE_CHECKING:
    from dittofs.server import Server


class Rule:
    """An armed rule; a context manager that disarms it."""

    def __init__(self, faults: Faults, point: str, data: dict[str, Any]) -> None:
        self.point = point
        self.data = data  # the whole rule, as from_data() takes it
        self._faults = faults
        self._native = faults._of._native()
        self._id = self._native.arm(data)
        self._last = (0, 0)
        self._armed = True

    def _status(self) -> tuple[int, int]:
        if self._armed:
            self._last = self._native.rule_status(self._id)
        return self._last

    @property
    def hits(self) -> int:
        """Events that passed the filters."""
        return self._status()[0]

    @property
    def fired(self) -> int:
        """Times the action happened."""
        return self._status()[1]

    def wait(self, times: int = 1, *, limit: float = 10.0) -> Rule:
        """Until it has fired this often. limit: real seconds, a safety net; TimeoutError past it."""
        if not self._native.rule_wait(self._id, times, limit):
            raise TimeoutError(f"the rule at {self.point} fired {self.fired} times within {limit} s, not {times}")
        return self

    def release(self) -> None:
        """Let what a pause holds go on."""
        self._native.release(self._id)

    def disarm(self) -> None:
        self._status()
        if self._armed and self._faults._of._server is self._native:
            self._native.disarm(self._id)
        self._armed = False
        self._faults._forget(self)

    def __enter__(self) -> Rule:
        return self

    def __exit__(self, *exc: object) -> None:
        self.disarm()


@dataclass(frozen=True)
class Armed:
    """A rule of the server, whoever armed it."""

    id: int
    data: dict[str, Any]
    hits: int
    fired: int


class Faults:
    """The rules of one server."""

    def __init__(self, server: Server) -> None:
        self._of = server
        self._rules: List[Rule] = []

    def arm(self, point: str, *parts: Union[Trigger, Action]) -> Rule:
        """Arm a rule: a point, any triggers, one action. ValueError says what is possible when it can never work."""
        actions = [p for p in parts if isinstance(p, Action)]
        if len(actions) != 1:
            raise ValueError("a rule has exactly one action")
        trigger = always
        for part in parts:
            if isinstance(part, Trigger):
                trigger = trigger & part
        rule = Rule(self, point, to_data(point, trigger, actions[0]))
        self._rules.append(rule)
        return rule

    @property
    def armed(self) -> List[Rule]:
        """Those armed here."""
        return list(self._rules)

    def list(self) -> List[Armed]:
        """All there are, those of others (REST, the configuration) too, in the order of arming."""
        return [Armed(r["id"], r["rule"], r["hits"], r["fired"]) for r in self._of._native().rules()]

    def heal(self) -> None:
        """Remove every rule and let everything go on."""
        for rule in self.armed:
            rule.disarm()
        if self._of.running:
            self._of._native().heal()

    def _forget(self, rule: Rule) -> None:
        if rule in self._rules:
            self._rules.remove(rule)

    @staticmethod
    def points() -> Sequence[tuple[str, Sequence[str]]]:
        """Every point with the actions it accepts."""
        return [(name, [*actions]) for name, actions in _server.fault_points()]
