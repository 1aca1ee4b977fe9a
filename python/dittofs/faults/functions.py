"""Functions that rules call: the server knows them by number, and they live here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from dittofs import _server
    from dittofs.faults.when import Hit
    from dittofs.server import Server


class Functions:
    """Those of one server's rules."""

    def __init__(self, server: Server) -> None:
        self._of = server
        self._known: dict[int, Callable[[Hit], object]] = {}
        self._next = 1

    def add(self, function: Callable[[Hit], object], native: _server.Server) -> int:
        self._of._serve_callbacks()
        number, self._next = self._next, self._next + 1
        self._known[number] = function
        native.add_hook(number)
        return number

    def remove(self, number: int, native: _server.Server) -> None:
        if self._known.pop(number, None) is not None:
            native.remove_hook(number)

    def get(self, number: int) -> Callable[[Hit], object]:
        # A request that was asked may be answered after the rule has gone.
        return self._known.get(number, lambda _: False)
