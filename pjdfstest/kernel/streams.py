"""What goes in and out of a guest: the command's standard streams, the events of init.py, the kernel's log."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import termios
import threading
from typing import IO, Callable, Optional

from pjdfstest.kernel.inside.relay import FRAME

PIPE = subprocess.PIPE
_LOG_KEPT = 64 * 1024  # bytes
_PIECE = 64 * 1024


class Pipes:
    """Pipes to a guest. `passed` are its ends, closed here as soon as it has them, when the threads start."""

    def __init__(self) -> None:
        self.passed: list[int] = []
        self._threads: list[threading.Thread] = []

    def outward(self) -> tuple[IO[bytes], int]:
        """A pipe from the guest: our end, its end."""
        read, write = os.pipe()
        self.passed.append(write)
        return os.fdopen(read, "rb", buffering=0), write

    def inward(self) -> tuple[int, IO[bytes]]:
        """A pipe to the guest: its end, our end."""
        read, write = os.pipe()
        self.passed.append(read)
        return read, os.fdopen(write, "wb", buffering=0)

    def work(self, job: Callable[[], None]) -> None:
        """Something to be done in a thread of its own once the guest has started."""
        self._threads.append(threading.Thread(target=job, daemon=True))

    def start(self) -> None:
        for descriptor in self.passed:
            os.close(descriptor)
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


class Events(Pipes):
    """What init.py tells: `last` event, its `status` or `why`; `over` is set when nothing more will come."""

    def __init__(self) -> None:
        super().__init__()
        self.last, self.why, self.status = "", "", 0
        self.ready, self.over = threading.Event(), threading.Event()
        self._log = bytearray()
        told, end = self.outward()
        said, self.log_end = self.outward()
        self.line = f"null,fd:{end}"
        self.work(lambda: self._listen(told))
        self.work(lambda: self._keep(said))

    @property
    def log(self) -> str:
        """The end of what the kernel said."""
        return self._log.decode(errors="replace")

    def _listen(self, told: IO[bytes]) -> None:
        with io.BufferedReader(told) as lines:
            for line in lines:
                event = json.loads(line)
                self.last, self.why, self.status = event["event"], event.get("why", ""), event.get("status", 0)
                if self.last == "ready":
                    self.ready.set()
                else:
                    self.over.set()
        self.ready.set()
        self.over.set()

    def _keep(self, said: IO[bytes]) -> None:
        with said:
            for piece in iter(lambda: said.read(_PIECE), b""):
                self._log += piece
                del self._log[:-_LOG_KEPT]


class Streams(Pipes):
    """The command's standard input, output and error, each on a serial line of the guest."""

    keeper_options: list[str] = []

    def __init__(self, events: Events, stdin: Optional[int], stdout: Optional[int], stderr: Optional[int]) -> None:
        super().__init__()
        self.stdin: Optional[IO[bytes]] = None
        self.lines = [self._input(events) if stdin == PIPE else "null"]
        self.stdout, line = self._output(stdout, sys.stdout)
        self.lines.append(line)
        self.stderr, line = self._output(stderr, sys.stderr)
        self.lines.append(line)

    def _input(self, events: Events) -> str:
        """Frames for relay.py in the guest, once it listens: before that, the line would edit them as if typed."""
        guests, line = self.inward()
        read, write = os.pipe()
        self.stdin = os.fdopen(write, "wb", buffering=0)

        def relay() -> None:
            events.ready.wait()
            with os.fdopen(read, "rb", buffering=0) as source, line:
                try:
                    for piece in iter(lambda: source.read(_PIECE), b""):
                        line.write(FRAME.pack(len(piece)) + piece)
                    line.write(FRAME.pack(0))
                    events.over.wait()  # a line that is hung up drops what was not read yet
                except BrokenPipeError:
                    pass  # the guest is gone

        threading.Thread(target=relay, daemon=True).start()
        return f"fd:{guests},null"

    def _output(self, wanted: Optional[int], to) -> tuple[Optional[IO[bytes]], str]:
        ours, guests = self.outward()
        if wanted != PIPE:
            self.work(lambda: _copy(ours, to))
        return (ours if wanted == PIPE else None), f"null,fd:{guests}"

    def close(self) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()


class Terminal:
    """This process's terminal as the command's, given back as it was."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._before = termios.tcgetattr(0)
        self._descriptor = os.dup(0)  # standard input of the keeper is something else
        self.passed = [self._descriptor]
        self.lines = [f"fd:0,fd:{self._descriptor}", "null", "null"]
        self.keeper_options = [str(self._descriptor)]

    def start(self) -> None:
        os.close(self._descriptor)

    def join(self) -> None:
        """The terminal comes back to our process group, and to the mode it had."""
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # sent to those who take a terminal from behind
        os.tcsetpgrp(0, os.getpgrp())
        termios.tcsetattr(0, termios.TCSADRAIN, self._before)
        signal.signal(signal.SIGTTOU, before)

    def close(self) -> None:
        pass


def _copy(stream: IO[bytes], to) -> None:
    # Something that captures output may stand in for standard output, without bytes below it.
    raw = getattr(to, "buffer", None)
    with stream:
        for piece in iter(lambda: stream.read(_PIECE), b""):
            raw.write(piece) if raw else to.write(piece.decode(errors="replace"))
            to.flush()
