"""A way to a server in this process that needs no socket (Server.local())."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dittofs.rpc import Closed, TimedOut
from dittofs.rpc.connection import Endpoint
from dittofs.rpc.record import Sizes

if TYPE_CHECKING:
    from dittofs import _server


class Local(Endpoint):
    """Calls handed to the server's dispatcher, replies taken from it: a connection in all but its bytes. Every client
    takes one in the place of an address: nfs3.Client(srv.local()), nfs4.Client(srv.local()).session(). The server cannot
    call back over it."""

    def __init__(self, native: _server.LocalClient, timeout: float = 10.0) -> None:
        super().__init__(timeout)
        self._native = native

    def poll(self, seconds: float = 0.0) -> None:
        message = self._native.receive(seconds)
        if message is not None:
            self._deliver(message)

    def close(self) -> None:
        self._native.close()

    def _transmit(self, message: bytes, fragments: Sizes) -> None:
        if fragments is not None:
            raise ValueError("without a stream there are no fragments")
        if not self._native.call(message):
            raise Closed(f"the server has stopped, or cut the link\n{self.log}")

    def _receive(self) -> list[bytes]:
        __tracebackhide__ = True
        message = self._native.receive(self.timeout)
        if message is not None:
            return [message]
        if self._native.closed:
            raise Closed(f"the server has stopped, or cut the link\n{self.log}")
        raise TimedOut(f"nothing within {self.timeout} s\n{self.log}")
