"""The command's standard streams: pipes on its side, serial lines on the host's.

Output goes through as it is. Input comes in frames, a length of four bytes (big-endian) and as many bytes; length 0 is
the end. A line that is hung up drops what was not read yet, so its end cannot be the end of the input.
"""

from __future__ import annotations

import os
import struct
import termios
import threading
import tty

FRAME = struct.Struct(">I")
_PIECE = 65536


class Relay:
    """Made before the command is forked; `child` are its descriptors 0, 1 and 2."""

    def __init__(self, stdin: str, stdout: str, stderr: str) -> None:
        self._input = open_raw(stdin, os.O_RDONLY)
        self._outputs = [open_raw(path, os.O_WRONLY) for path in (stdout, stderr)]
        pipes = [os.pipe() for _ in range(3)]
        self.child = [pipes[0][0], pipes[1][1], pipes[2][1]]
        self._ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        self._threads = [
            threading.Thread(target=_copy, args=ends, daemon=True) for ends in zip(self._ours[1:], self._outputs)
        ]

    def start(self) -> None:
        """To be called in the parent, after the fork."""
        for descriptor in self.child:
            os.close(descriptor)
        threading.Thread(target=_unpack, args=(self._input, self._ours[0]), daemon=True).start()
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Waits until all output is on its way to the host; the processes that could make more are gone."""
        for thread in self._threads:
            thread.join()
        for line in self._outputs:
            termios.tcdrain(line)


def open_raw(path: str, flags: int) -> int:
    """A serial line without any translation: bytes in are bytes out."""
    line = os.open(path, flags | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    return line


def write_all(to: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(to, left) :]


def _copy(source: int, to: int) -> None:
    while data := os.read(source, _PIECE):
        write_all(to, data)


def _unpack(line: int, to: int) -> None:
    """What the command does not take any more is read all the same: nobody is to wait for it."""
    wanted = True
    while length := FRAME.unpack(_exactly(line, FRAME.size))[0]:
        data = _exactly(line, length)
        try:
            if wanted:
                write_all(to, data)
        except BrokenPipeError:
            wanted = False
    os.close(to)


def _exactly(line: int, count: int) -> bytes:
    """The next bytes of the line; zeros, which are an end, when it is hung up."""
    data = b""
    while len(data) < count:
        try:
            piece = os.read(line, count - len(data))
        except OSError:
            piece = b""
        if not piece:
            return bytes(count)
        data += piece
    return data
