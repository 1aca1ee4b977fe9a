"""RPC over UDP: a message a datagram, no record marks (RFC 5531 5). Nothing is sent again by itself."""

from __future__ import annotations

import socket
from typing import Callable, Iterator, Optional

from dittofs.rpc import record
from dittofs.rpc.connection import OverSocket, Source
from dittofs.rpc.errors import TimedOut


class Datagram(OverSocket):
    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 2049,
        *,
        timeout: float = 10.0,
        source: Source = None,
        connect: Optional[Callable[[], socket.socket]] = None,
        numbers: Optional[Iterator[int]] = None,
    ) -> None:
        if connect is None:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            if source is not None:
                sock.bind((source, 0) if isinstance(source, str) else source)
            sock.connect((host, port))
        else:
            sock = connect()
        super().__init__(sock, timeout, numbers)

    def send_bytes(self, data: bytes) -> None:
        """Sends one datagram as it is."""
        self.log.note(f"{len(data)} raw bytes sent: {data[:64].hex()}")
        self.socket.send(data)

    def _transmit(self, message: bytes, fragments: record.Sizes) -> None:
        if fragments is not None:
            raise ValueError("datagrams have no fragments")
        self.socket.send(message)

    def _receive(self) -> list[bytes]:
        __tracebackhide__ = True
        try:
            return [self.socket.recv(65536)]
        except socket.timeout as why:
            raise TimedOut(f"nothing within {self.timeout} s\n{self.log}") from why
