"""A tiny RPC server in Python: it answers as a test tells it, rightly or not."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Callable, Iterable, Optional

from dittofs import wire
from dittofs.rpc import record
from dittofs.wire import rpc as w

# What a responder sends for a call: any messages, as whole records.
Answer = Callable[["Got"], Iterable[bytes]]


class Got:
    """A call as it arrived: its bytes, its header decoded, the arguments' bytes."""

    def __init__(self, data: bytes) -> None:
        self.bytes = data
        self.header, end = wire.decode_prefix(w.rpc_msg, data)
        self.call = self.header.body.cbody
        self.args = data[end:]

    @property
    def xid(self) -> int:
        return self.header.xid


def accepted(got: Got, results: bytes = b"", stat: int = w.SUCCESS, xid: Optional[int] = None) -> bytes:
    head = struct.pack(">IIIIII", got.xid if xid is None else xid, w.REPLY, w.MSG_ACCEPTED, 0, 0, stat)
    return head + results


def success(got: Got) -> list[bytes]:
    return [accepted(got)]


class Responder:
    """Listens on a free port; `got` is what arrived, `answer` decides what goes back."""

    def __init__(self, answer: Answer = success) -> None:
        self.answer = answer
        self.got: list[Got] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        frames = record.Deframer()
        with connection:
            while data := connection.recv(1 << 16):
                for message in frames.feed(data):
                    self.got.append(Got(message))
                    for reply in self.answer(self.got[-1]):
                        if reply is CLOSE:
                            return
                        connection.sendall(record.mark(reply))

    def close(self) -> None:
        self._listener.close()


CLOSE = b"close the connection"
