"""Armed rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from dittofs import _server
from dittofs.faults.buggify import Buggify
from dittofs.faults.data import to_data
from dittofs.faults.functions import Functions
from dittofs.faults.life import Life
from dittofs.faults.sweep import Step, sweep
from dittofs.faults.what import Action
from dittofs.faults.when import Hit, Trigger, after, always
from dittofs.faults.who import with_numbers

if TYPE_CHECKING:
    from dittofs.server import Server


class Rule:
    """An armed rule; a context manager that disarms it."""

    data: dict[str, Any]  # the whole rule, as from_data() takes it
    _native: _server.Server
    _id: int

    def __init__(self, faults: Faults, point: str, data: dict[str, Any]) -> None:
        self.point = point
        self._faults = faults
        self._native = faults._of._native()
        self._functions: List[int] = []
        self._armed = False
        self.data = self._numbered(data)
        try:
            self._id = self._native.arm(self.data)
        except BaseException:
            self._drop_functions()
            raise
        self._armed = True
        faults._by_id[self._id] = self
        self._failures: List[BaseException] = []
        self._life = Life.of(self)

    def _numbered(self, data: dict[str, Any]) -> dict[str, Any]:
        """Functions have numbers in the server."""
        out = dict(data)
        if "if" in out:
            out["if"] = self._function(out["if"])
        do = out["do"]
        if isinstance(do, dict):
            (kind, arguments), = do.items()
            if isinstance(arguments, dict) and callable(arguments.get("function")):
                out["do"] = {kind: {**arguments, "function": self._function(arguments["function"])}}
        return out

    def _function(self, function: Callable[[Hit], object]) -> int:
        if not callable(function):
            raise TypeError(f"not a function: {function!r}")
        self._functions.append(self._faults._functions.add(function, self._native))
        return self._functions[-1]

    def _drop_functions(self) -> None:
        for number in self._functions:
            self._faults._functions.remove(number, self._native)

    @property
    def id(self) -> int:
        """Its number in the server."""
        return self._id

    def _status(self) -> tuple[int, int]:
        return self._native.rule_status(self._id)

    @property
    def hits(self) -> int:
        """Events that passed the filters."""
        return self._status()[0]

    @property
    def fired(self) -> int:
        """Times the action happened."""
        return self._status()[1]

    def wait(self, times: int = 1, *, limit: float = 10.0) -> Rule:
        """Until it has fired this often, and what that does to the server as a whole is done. limit: real seconds, a
        safety net; TimeoutError past it."""
        if not self._native.rule_wait(self._id, times, limit):
            raise TimeoutError(f"the rule at {self.point} fired {self.fired} times within {limit} s, not {times}")
        if self._life is not None:
            self._life.wait(limit)
        return self

    def release(self) -> None:
        """Let what a pause holds go on."""
        self._native.release(self._id)

    def disarm(self) -> None:
        """It is gone, and what it held goes on. Raises what a function of the rule has raised."""
        if self._armed and self._faults._of._server is self._native:
            self._native.disarm(self._id)
            if self._functions:
                self._native.settle_hooks()
        self._armed = False
        self._drop_functions()
        self._faults._forget(self)
        if self._failures:
            raise self._failures.pop()

    def __enter__(self) -> Rule:
        return self

    def __exit__(self, type_: object, error: Optional[BaseException], *_: object) -> None:
        try:
            self.disarm()
        except BaseException:
            if error is None:
                raise


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
        self._by_id: dict[int, Rule] = {}
        self._functions = Functions(server)

    def arm(self, point: str, *parts: Union[Trigger, Action], listed: bool = True) -> Rule:
        """Arm a rule: a point, any triggers, one action. ValueError says what is possible when it can never work.
        listed=False: it may never fire, and that fails no test."""
        actions = [p for p in parts if isinstance(p, Action)]
        if len(actions) != 1:
            raise ValueError("a rule has exactly one action")
        trigger = always
        for part in parts:
            if isinstance(part, Trigger):
                trigger = trigger & part
        rule = Rule(self, point, to_data(point, with_numbers(self._of, trigger), actions[0]))
        if listed:
            self._rules.append(rule)
        return rule

    def sweep(
        self, points: Union[str, Iterable[str]], *parts: Union[Trigger, Action], limit: int = 10_000
    ) -> Iterator[Step]:
        """The 1st, 2nd, ... hit of a point gets the action, of one point after the other, until nothing fires any more:

            for step in srv.faults.sweep("store.update.before", error("io")):
                ...                                           # the scenario, and what must hold after it
        """
        return sweep(self, points, *parts, limit=limit)

    def buggify(
        self,
        *,
        activate: float = 0.25,
        fire: float = 0.05,
        seed: Optional[int] = None,
        points: Optional[Iterable[str]] = None,
        actions: Optional[Iterable[Action]] = None,
    ) -> Buggify:
        """Each pair of point and action is active with probability `activate`, each hit of an active one fires with
        probability `fire`, all drawn from the seed (None: the server's)."""
        return Buggify(self, self._of.seed if seed is None else seed, activate, fire, points, actions)

    def accepts(self, point: str, action: Action) -> bool:
        """Whether the action can happen at the point at all."""
        try:
            self.arm(point, after(2**63), action, listed=False).disarm()
        except ValueError:
            return False
        return True

    @property
    def armed(self) -> List[Rule]:
        """Those armed here."""
        return list(self._rules)

    def list(self) -> List[Armed]:
        """All there are, those of others (REST, the configuration) too, in the order of arming."""
        return [Armed(r["id"], r["rule"], r["hits"], r["fired"]) for r in self._of._native().rules()]

    def heal(self) -> None:
        """Remove every rule and let everything go on: whoever is held, and what has no space. Raises what a function of
        a rule has raised."""
        failures = []
        for rule in self.armed:
            try:
                rule.disarm()
            except BaseException as e:
                failures.append(e)
        if self._of.running:
            self._of._native().heal()
        if failures:
            raise failures[0]

    def _forget(self, rule: Rule) -> None:
        if rule in self._rules:
            self._rules.remove(rule)

    def _run(self, function: int, rule: int, hit: Mapping[str, Any]) -> bool:
        """A function of a rule, for the server: nothing it raises gets there."""
        armed = self._by_id[rule]
        try:
            return bool(self._functions.get(function)(Hit(point=armed.point, **hit)))
        except BaseException as e:
            armed._failures.append(e)
            return False

    @staticmethod
    def points() -> Sequence[tuple[str, Sequence[str]]]:
        """Every point with the actions it accepts."""
        return [(name, [*actions]) for name, actions, _ in _server.fault_points()]
