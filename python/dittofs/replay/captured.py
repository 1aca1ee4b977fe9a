"""A recording from a capture of packets: TCP streams put together again, and cut into RPC messages."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Iterator, Optional, Union

from dittofs.replay.calls import is_call, read_call
from dittofs.replay.packets import Address, Segment, is_capture, segments
from dittofs.replay.recording import CLIENT, SERVER, Message, Recording
from dittofs.rpc import record
from dittofs.wire import mount, nfs3, portmap

# What servers are called with: who calls one of them is the client. The rest are callbacks, over connections that a
# server opened: they are left out, as a proxy does not see them.
_PROGRAMS = frozenset(p.prog for module in (portmap, mount, nfs3) for p in module.procedures)
_WINDOW = 1 << 31  # of sequence numbers that are ahead (RFC 9293 3.4)


class _Stream:
    """One direction of a connection: bytes in their order, whatever order they came in, each once."""

    def __init__(self) -> None:
        self._next: Optional[int] = None
        self._early: dict[int, bytes] = {}
        self._frames = record.Deframer()

    def begins(self, sequence: int) -> None:
        self._next = (sequence + 1) & 0xFFFFFFFF

    def take(self, segment: Segment) -> Iterator[bytes]:
        """The messages that the segment completes."""
        if not segment.data:
            return
        if self._next is None:  # seen from the middle on
            self._next = segment.sequence
        self._early[segment.sequence] = max(self._early.get(segment.sequence, b""), segment.data, key=len)
        while (data := self._ready()) is not None:
            yield from self._frames.feed(data)

    def _ready(self) -> Optional[bytes]:
        assert self._next is not None
        for sequence in list(self._early):
            ahead = (sequence - self._next) & 0xFFFFFFFF
            if 0 < ahead < _WINDOW:
                continue
            data = self._early.pop(sequence)[-ahead & 0xFFFFFFFF :]  # without what was there already
            if data:
                self._next = (self._next + len(data)) & 0xFFFFFFFF
                return data
        return None


class _Connection:
    """The messages of both directions; who of the two is the client shows with the first call."""

    def __init__(self) -> None:
        self.streams: dict[Address, _Stream] = defaultdict(_Stream)
        self.messages: list[tuple[int, Address, bytes, float]] = []  # number in the capture, sender, ...
        self.client: Optional[Address] = None

    def take(self, segment: Segment, number: int) -> int:
        for message in self.streams[segment.source].take(segment):
            self.messages.append((number, segment.source, message, segment.at))
            number += 1
            if self.client is None and is_call(message) and _called(message) in _PROGRAMS:
                self.client = segment.source
        return number


def _called(message: bytes) -> Optional[int]:
    try:
        return read_call(message).prog
    except ValueError:
        return None


def from_capture(path: Union[str, Path]) -> Recording:
    """What clients and servers said over the TCP connections of a capture. Calls over UDP are not in it.

    packets.NoCapture says where the file is none.
    """
    open_: dict[frozenset[Address], _Connection] = {}
    all_: list[_Connection] = []
    number = 0
    for segment in segments(path):
        ends = frozenset((segment.source, segment.to))
        if ends not in open_ or (segment.syn and not segment.ack):
            open_[ends] = _Connection()
            all_.append(open_[ends])
        connection = open_[ends]
        if segment.syn:
            connection.streams[segment.source].begins(segment.sequence)
        number = connection.take(segment, number)
    rows = sorted(
        (number, index, CLIENT if sender == connection.client else SERVER, message, at)
        for index, connection in enumerate(c for c in all_ if c.client is not None)
        for number, sender, message, at in connection.messages
    )
    began = rows[0][4] if rows else 0.0
    return Recording(Message(index, sender, message, at - began) for _, index, sender, message, at in rows)


def load(path: Union[str, Path]) -> Recording:
    """A recording from its file, or from a capture. ValueError when the file is neither."""
    return from_capture(path) if is_capture(path) else Recording.load(path)
