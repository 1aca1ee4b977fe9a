"""The program `dfs` of ours, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import tempfile
from typing import Optional

_READY = re.compile(r"ready nfs=(\d+) mount=(\d+) portmap=(\d+|off)")


class Dfs:
    """`dfs start` with these options, from the first start() to stop(). It can be started again when it has ended: on
    the same port for NFS. What it says goes to a file that is gone afterwards."""

    def __init__(self, path: str, *options: str) -> None:
        self.path, self.options = path, options
        self.nfs = self.mount = self.portmap = 0  # ports; of portmap 0: it is off
        self._log = tempfile.TemporaryFile("w+")
        self._process: Optional[subprocess.Popen[str]] = None

    def start(self) -> None:
        """RuntimeError with what it said when it does not start. Nothing when it is running."""
        if self._process is not None:
            if self.ended() is None:
                return
            self._close()
        command = [self.path, "start", "--nfs-port", str(self.nfs), *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _READY.search(line):
                self.nfs, self.mount, self.portmap = (int(port) if port != "off" else 0 for port in found.groups())
                return
        raise RuntimeError(f"{self.path} does not start: {self.said()}")

    @property
    def url(self) -> str:
        return f"nfs://127.0.0.1:{self.nfs}/export"

    def ended(self) -> Optional[int]:
        """The status it ended with; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def said(self) -> str:
        """The end of what it has written to standard error: a sanitizer's report, perhaps."""
        self._log.seek(0)
        return self._log.read()[-8000:]

    def stop(self) -> None:
        self._close()
        self._log.close()

    def _close(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
