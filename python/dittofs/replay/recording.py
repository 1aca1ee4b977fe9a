"""What clients and a server said to each other, message by message, in memory or in a file.

The file is JSON lines: a head, then a message a line: seconds since the first, the connection's number, who sent it
("client" or "server") and the RPC message in hexadecimal, without its record marks.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, Optional, Union

from dittofs.replay.calls import is_call, read_call
from dittofs.rpc import Call, Endpoint, Reply

FORMAT = "dittofs recording"
VERSION = 1
CLIENT, SERVER = "client", "server"


@dataclass(frozen=True)
class Message:
    """One RPC message. `sender`: CLIENT or SERVER; a server's calls are callbacks."""

    connection: int
    sender: str
    data: bytes
    at: float = 0.0  # seconds since the recording began


@dataclass(frozen=True)
class Exchange:
    """A client's call and the server's reply to it; None when there was none."""

    connection: int
    call: Call
    reply: Optional[Reply]


class Recording:
    """Messages in the order in which they were sent and received."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.messages = list(messages)
        self._connections = 1 + max((m.connection for m in self.messages), default=-1)
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def connection(self) -> int:
        """A number for another connection."""
        with self._lock:
            self._connections += 1
            return self._connections - 1

    def add(self, connection: int, sender: str, data: bytes) -> None:
        with self._lock:
            self.messages.append(Message(connection, sender, bytes(data), time.monotonic() - self._began))

    def tap(self, endpoint: Endpoint) -> None:
        """Records what goes over a connection of ours from now on."""
        number = self.connection()
        endpoint.tap = lambda sent, data: self.add(number, CLIENT if sent else SERVER, data)

    def exchanges(self) -> Iterator[Exchange]:
        """The clients' calls, in their order, with the replies. A call that does not even decode as one is left out."""
        answers: dict[tuple[int, bytes], deque[bytes]] = defaultdict(deque)
        for m in self.messages:
            if m.sender == SERVER and not is_call(m.data):
                answers[m.connection, m.data[:4]].append(m.data)
        for m in self.messages:
            if m.sender != CLIENT or not is_call(m.data):
                continue
            try:
                call = read_call(m.data)
            except ValueError:
                continue
            queue = answers[m.connection, m.data[:4]]
            yield Exchange(m.connection, call, Reply(call, queue.popleft()) if queue else None)

    def save(self, path: Union[str, Path]) -> None:
        lines = [json.dumps({"format": FORMAT, "version": VERSION})]
        for m in self.messages:
            row = {"at": round(m.at, 6), "connection": m.connection, "from": m.sender, "message": m.data.hex()}
            lines.append(json.dumps(row))
        Path(path).write_text("\n".join(lines) + "\n")

    @classmethod
    def load(cls, path: Union[str, Path]) -> Recording:
        """ValueError, with the line, when the file is no recording."""
        head, *rest = Path(path).read_text().splitlines() or [""]
        try:
            if json.loads(head) != {"format": FORMAT, "version": VERSION}:
                raise ValueError
        except ValueError:
            raise ValueError(f"{path} is no recording of version {VERSION}: it begins with {head[:80]!r}") from None
        return cls(_message(path, number, line) for number, line in enumerate(rest, 2))


def _message(path: Union[str, Path], number: int, line: str) -> Message:
    try:
        row = json.loads(line)
        if row["from"] not in (CLIENT, SERVER):
            raise ValueError(f"from {row['from']!r}")
        return Message(int(row["connection"]), row["from"], bytes.fromhex(row["message"]), float(row["at"]))
    except (ValueError, KeyError, TypeError) as why:
        raise ValueError(f"{path}:{number}: no message: {why}") from None
