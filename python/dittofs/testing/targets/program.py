"""Our own server as the program `dfs`, as users run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Optional

import pytest

from dittofs.testing.targets import own
from dittofs.testing.targets.target import Address, Target

_READY = re.compile(r"ready nfs=(\d+) mount=(\d+) portmap=(\d+)")


class Program(Target):
    def __init__(self, options: Any) -> None:
        self._command = command = [find(options.dfs), "start", "--nfs-port", "0", "--portmap-port", "0"]
        command += ["--set", f"server.loops={options.loops}"]
        self._folder: Optional[str] = None
        if options.store == "memory":
            command.append("--memory")
        else:
            self._folder = tempfile.mkdtemp(prefix="dittofs-")
            command += ["--data-dir", self._folder]
        for export in own.OPTIONS:
            command += ["--export", export]
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        nfs, mount, portmap = self._wait_ready()
        super().__init__(
            name=f"dfs {options.store}",
            nfs=Address("127.0.0.1", nfs),
            mount=Address("127.0.0.1", mount),
            portmap=Address("127.0.0.1", portmap),
            exports=own.EXPORTS,
            twins=own.TWINS,
            can=frozenset({"udp"}),
            rerun=f"--server dfs --store {options.store} --loops {options.loops}",
        )

    def _wait_ready(self) -> list[int]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = _READY.search(line)
            if found:
                return [int(port) for port in found.groups()]
        said = self._tail()
        self.stop()
        raise pytest.UsageError(f"{' '.join(self._command)}: {said}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def alive(self) -> Optional[str]:
        code = self._process.poll()
        return None if code is None else f"dfs ended with status {code}\n{self._tail()}"

    def _tail(self) -> str:
        self._log.seek(0)
        return self._log.read()[-4000:]


def find(given: Optional[str]) -> str:
    """The program: as given, or beside the package in the build folder, or on PATH."""
    if named := given or os.environ.get("DFS"):
        # Another in its place would pass for the one that was asked for.
        if os.access(named, os.X_OK):
            return named
        raise pytest.UsageError(f"no program {named}")
    beside = Path(__file__).parents[4] / "bin" / "dfs"
    for candidate in (str(beside), shutil.which("dfs")):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise pytest.UsageError(f"no program dfs: not {beside}, not on PATH; name it with --dfs")
