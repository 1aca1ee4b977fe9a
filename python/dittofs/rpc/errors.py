"""What goes wrong between a client and a server, as exceptions."""

from __future__ import annotations

from typing import Any


class RpcError(Exception):
    """No usable reply came."""


class Closed(RpcError):
    """The server closed the connection."""


class TimedOut(RpcError):
    """No reply within the connection's time limit (a safety net: no test should come near it)."""


class Unexpected(AssertionError):
    """A reply other than the one the caller named; `reply` is it, the message holds the transcript."""

    def __init__(self, message: str, reply: Any) -> None:
        super().__init__(message)
        self.reply = reply
