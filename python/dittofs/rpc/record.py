"""Record marking: how RPC messages are cut out of a TCP stream (RFC 5531 11)."""

from __future__ import annotations

import struct
from typing import Iterable, Union

LAST = 0x80000000
MAX_FRAGMENT = 0x7FFFFFFF

# Nothing: one fragment. A number: fragments of that many bytes. A list: these sizes in turn (0 makes an
# empty fragment), and what is left in a last one.
Sizes = Union[None, int, Iterable[int]]


def header(size: int, last: bool = True) -> bytes:
    """The four bytes before a fragment of `size` bytes."""
    return struct.pack(">I", size | (LAST if last else 0))


def mark(message: bytes, sizes: Sizes = None) -> bytes:
    """The record that carries `message`, in fragments of the sizes asked for."""
    if sizes is None:
        return header(len(message)) + message
    out, rest = bytearray(), memoryview(message)
    for size in _cuts(len(message), sizes):
        out += header(size, last=False) + rest[:size]
        rest = rest[size:]
    return bytes(out + header(len(rest)) + rest)


def _cuts(total: int, sizes: Union[int, Iterable[int]]) -> list[int]:
    """Sizes of all fragments but the last."""
    if isinstance(sizes, int):
        if sizes <= 0:
            raise ValueError("fragments of a fixed size hold at least one byte")
        return [sizes] * ((total - 1) // sizes)
    cuts = list(sizes)
    if sum(cuts) > total:
        raise ValueError(f"fragments of {sum(cuts)} bytes for a message of {total}")
    return cuts


class Deframer:
    """Cuts a stream back into messages; feed it what arrives, in pieces of any size."""

    def __init__(self) -> None:
        self._stream = bytearray()
        self._message = bytearray()  # complete fragments of the record that is not complete yet

    def feed(self, data: Union[bytes, memoryview]) -> list[bytes]:
        """The messages that `data` completed."""
        self._stream += data
        messages: list[bytes] = []
        at = 0
        while len(self._stream) - at >= 4:
            (mark_,) = struct.unpack_from(">I", self._stream, at)
            end = at + 4 + (mark_ & MAX_FRAGMENT)
            if len(self._stream) < end:
                break
            self._message += self._stream[at + 4 : end]
            at = end
            if mark_ & LAST:
                messages.append(bytes(self._message))
                self._message.clear()
        del self._stream[:at]
        return messages

    @property
    def idle(self) -> bool:
        """True between records: nothing of the next one has arrived."""
        return not self._stream and not self._message
