"""Time as the server sees it."""

from __future__ import annotations

import time
from typing import Optional

from dittofs import _server


class Clock:
    """Clock(manual=True) moves only by advance(); every timer of the servers it drives runs on it."""

    def __init__(self, manual: bool = True) -> None:
        self._native: Optional[_server.ManualClock] = _server.ManualClock() if manual else None

    @property
    def manual(self) -> bool:
        return self._native is not None

    @property
    def now(self) -> float:
        """Seconds since the clock began; only differences mean anything."""
        return self._native.now_ns / 1e9 if self._native else time.monotonic()

    def advance(self, seconds: float) -> None:
        """Move time forward. The timers that fall due run, in order, before this returns."""
        if self._native is None:
            raise RuntimeError('real time cannot be advanced: make the server with clock="manual"')
        if seconds < 0:
            raise ValueError("time does not go backwards")
        self._native.advance_ns(round(seconds * 1e9))
