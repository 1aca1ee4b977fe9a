"""One thing happens before another: whoever comes to the second first is held until the first has happened."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dittofs.faults.what import Action, note
from dittofs.faults.when import Trigger
from dittofs.faults.who import by_whom

if TYPE_CHECKING:
    from dittofs.faults.rules import Faults
    from dittofs.server import Server

_FOREVER = 1e8  # seconds


class First:
    """What is to happen first; say what comes after it: .before("nfs4.op.REMOVE.enter", by=client)."""

    def __init__(self, server: Server, point: str, by: Any) -> None:
        self._of, self._point, self._by = server, point, by

    def before(self, point: str, *, by: Any = None, limit: float = 10.0) -> Order:
        """Armed until the block ends. limit: real seconds that the second is held at most, a safety net; the block
        ends with a TimeoutError then."""
        return Order(self._of.faults, (self._point, by_whom(self._by)), (point, by_whom(by)), limit)


class Order:
    """An armed order; a context manager that disarms it."""

    def __init__(self, faults: Faults, first: tuple[str, Trigger], second: tuple[str, Trigger], limit: float) -> None:
        self._limit = limit
        self._overdue = False
        self.first = faults.arm(*first, note())
        try:
            self.second = faults.arm(*second, Action("await", {"rule": self.first.id}), listed=False)
        except BaseException:
            self.first.disarm()
            raise
        threading.Thread(target=self._watch, name="dittofs order", daemon=True).start()

    @property
    def held(self) -> bool:
        """Somebody had to wait."""
        return self.second.fired > 0

    def _watch(self) -> None:
        native = self.first._native
        if native.rule_wait(self.second.id, 1, _FOREVER) and not native.rule_wait(self.first.id, 1, self._limit):
            self._overdue = native.rule_status(self.first.id)[1] == 0
            self.second.disarm()  # what it holds goes on

    def __enter__(self) -> Order:
        return self

    def __exit__(self, type_: object, error: object, *_: object) -> None:
        self.second.disarm()
        self.first.disarm()
        if self._overdue and error is None:
            raise TimeoutError(f"{self.second.point} was held for {self._limit} s, and {self.first.point} never came")
