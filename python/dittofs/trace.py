"""What happened inside the server, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from dittofs.server import Server


class Trace:
    """The server's ring of events; off until asked for. Events are dictionaries: seq, time (ns of the server's
    clock), name, conn, request, and the fields of that kind of event."""

    def __init__(self, server: "Server") -> None:
        self._of = server
        self.on = False

    def start(self) -> "Trace":
        """Keep events from now on."""
        self.on = True
        if self._of.running:
            self._of._native().trace_enable(True)
        return self

    def stop(self) -> None:
        self.on = False
        if self._of.running:
            self._of._native().trace_enable(False)

    @property
    def last(self) -> int:
        """seq of the newest event: a mark for events(after=...)."""
        return self._of._native().trace_last()

    def events(self, name: Optional[str] = None, *, after: int = 0, **fields: Any) -> list[dict[str, Any]]:
        """Events so far, oldest first, with this name and these fields."""
        return [
            event
            for event in self._of._native().trace_since(after)
            if (name is None or event["name"] == name) and all(event.get(k) == v for k, v in fields.items())
        ]

    def wait(self, name: str, *, after: int = 0, limit: float = 10.0, **fields: Any) -> dict[str, Any]:
        """The first such event, waiting for it. limit: real seconds, a safety net; TimeoutError past it."""
        if not self.on:
            raise RuntimeError("the trace is off: call srv.trace.start() before what should be seen")
        event = self._of._native().trace_wait(after, name, fields, limit)
        if event is None:
            raise TimeoutError(f"no event {name} {fields or ''} within {limit} s")
        return event
