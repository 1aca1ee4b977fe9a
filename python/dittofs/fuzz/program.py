"""A server program of ours to fuzz, started again when it has died."""

from __future__ import annotations

import re
import subprocess
import tempfile
from typing import Optional

_READY = re.compile(r"ready nfs=(\d+)")
_ROOM = 1 << 28  # bytes of file data: 40 GiB of zeros, which ALLOCATE may be asked for, take longer than a client waits


class Program:
    """`dfs` with files in memory, on a port that stays the same. What it says goes to `log`."""

    def __init__(self, path: str) -> None:
        self.path, self.port = path, 0
        self.log = tempfile.TemporaryFile("w+")
        self._process: Optional[subprocess.Popen[str]] = None
        self.start()

    def start(self) -> None:
        """RuntimeError with what it said when it does not start. Nothing when it is running."""
        if self._process is not None and self._process.poll() is None:
            return
        options = ["--memory", "--nfs-port", str(self.port), "--portmap-port", "-1", "--set", f"store.memory_capacity={_ROOM}"]
        self._process = subprocess.Popen([self.path, "start", *options], stdout=subprocess.PIPE, stderr=self.log, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _READY.search(line):
                self.port = int(found[1])
                return
        raise RuntimeError(f"{self.path} does not start: {self.said()}")

    @property
    def url(self) -> str:
        return f"nfs://127.0.0.1:{self.port}/export"

    def said(self) -> str:
        """The end of what it has written to standard error: a sanitizer's report, perhaps."""
        self.log.seek(0)
        return self.log.read()[-8000:]

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            if self._process.stdout is not None:
                self._process.stdout.close()
        self.log.close()
