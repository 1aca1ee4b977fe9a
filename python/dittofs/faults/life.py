"""What a rule that cuts the power leaves to be done by nobody's request: the server goes down, and comes up again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from dittofs.faults.rules import Rule

_FOREVER = 1e8  # seconds


class Life(threading.Thread):
    """Waits for one rule to fire, and finishes what it began."""

    def __init__(self, rule: Rule, restart: bool) -> None:
        super().__init__(name="dittofs life", daemon=True)
        self._rule, self._restart = rule, restart
        self._error: Optional[BaseException] = None
        self.start()

    @classmethod
    def of(cls, rule: Rule) -> Optional[Life]:
        do = rule.data["do"]
        kind = do if isinstance(do, str) else next(iter(do))
        return cls(rule, kind == "restart") if kind in ("crash", "restart") else None

    def run(self) -> None:
        rule = self._rule
        if not rule._native.rule_wait(rule._id, 1, _FOREVER):
            return  # disarmed
        try:
            rule._faults._of._lost_power(rule._native, self._restart)
        except BaseException as e:
            self._error = e

    def wait(self, limit: float) -> None:
        self.join(limit)
        if self.is_alive():
            raise TimeoutError(f"the server did not go down and come up within {limit} s")
        if self._error is not None:
            raise self._error
