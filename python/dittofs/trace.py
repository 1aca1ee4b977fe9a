"""What happened inside the server, event by event."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Optional, Union

from dittofs import _server

if TYPE_CHECKING:
    from dittofs.server import Server

Event = dict[str, Any]


class Trace:
    """The server's ring of events; off until asked for. Events are dictionaries: seq, time (ns of the server's
    clock), name, conn, request, and the fields of that kind of event (names() lists them). `conn` and `request` are
    those in whose course it happened, 0 when it was nobody's: what a store did has the request that asked for it."""

    def __init__(self, server: "Server") -> None:
        self._of = server
        self.on = False
        self._file = ""

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

    def to_file(self, path: Union[str, Path, None]) -> "Trace":
        """Every event from now on is added to this file too, a line of JSON each, over restarts; None ends it. With half
        of log.trace_limit bytes the file becomes PATH.1, and another is begun. read() reads it."""
        self._file = os.fspath(path) if path is not None else ""
        if self._of.running:
            self._begin_file(self._of._native())
        return self

    def _begin_file(self, native: "_server.Server") -> None:
        if why := native.trace_to(self._file):
            raise OSError(why)

    @property
    def last(self) -> int:
        """seq of the newest event: a mark for events(after=...)."""
        return self._of._native().trace_last()

    def events(self, name: Optional[str] = None, *, after: int = 0, **fields: Any) -> list[Event]:
        """Events so far, oldest first, with this name and these fields."""
        _known(name)
        return [
            event
            for event in self._of._native().trace_since(after)
            if (name is None or event["name"] == name) and all(event.get(k) == v for k, v in fields.items())
        ]

    def of(self, request: Union[int, Event]) -> list[Event]:
        """All events of one call, given by its number or by one of them: its operations, what its store did, what
        became of its client's state. Those it only set going, such as callbacks, are among them."""
        number = request if isinstance(request, int) else request["request"]
        if number == 0:
            raise ValueError("that happened in the course of no request")
        return self.events(request=number)

    def wait(self, name: str, *, after: int = 0, limit: float = 10.0, **fields: Any) -> Event:
        """The first such event, waiting for it. limit: real seconds, a safety net; TimeoutError past it."""
        _known(name)
        if not self.on:
            raise RuntimeError("the trace is off: call srv.trace.start() before what should be seen")
        event = self._of._native().trace_wait(after, name, fields, limit)
        if event is None:
            raise TimeoutError(f"no event {name} {fields or ''} within {limit} s")
        return event


    def digest(self, *, after: int = 0) -> str:
        """SHA-256 of all events and their times. Two runs of one script agree in it, with a manual clock, one loop and the
        same seed; what a client chooses, its port and transaction ids, is left out."""
        events = ({key: value for key, value in each.items() if key not in _FOREIGN} for each in self.events(after=after))
        return hashlib.sha256("\n".join(json.dumps(each, sort_keys=True) for each in events).encode()).hexdigest()


_FOREIGN = frozenset({"peer", "xid"})


@cache
def names() -> dict[str, tuple[str, ...]]:
    """Every event there is, with the fields of its own."""
    return {name: tuple(field for field, _, _ in fields) for name, fields, _ in _server.trace_events()}


def _known(name: Optional[str]) -> None:
    if name is not None and name not in names():
        raise ValueError(f"there is no event {name}; there are {', '.join(names())}")


def read(path: Union[str, Path]) -> Iterator[Event]:
    """The events of a file that to_file() or log.trace_file wrote, the older file (.1) first. Where some were lost, since
    the disk was slower than they came, there is {"lost": how many}."""
    for each in (Path(f"{path}.1"), Path(path)):
        if each.exists():
            with each.open() as lines:
                yield from map(json.loads, lines)
