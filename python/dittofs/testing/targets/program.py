"""Our own server as the program `dfs`, as users run it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Optional

import pytest

from dittofs.dfs import Dfs
from dittofs.testing.targets import own
from dittofs.testing.targets.target import Address, Target


class Program(Target):
    def __init__(self, options: Any) -> None:
        self._folder: Optional[str] = None
        if options.store == "memory":
            store = ["--memory"]
        else:
            self._folder = tempfile.mkdtemp(prefix="dittofs-")
            store = ["--data-dir", self._folder]
        exports = [word for export in own.OPTIONS for word in ("--export", export)]
        loops = ["--set", f"server.loops={options.loops}"]
        self._dfs = Dfs(find(options.dfs), "--portmap-port", "0", *loops, *store, *exports)
        try:
            self._dfs.start()
        except RuntimeError as why:
            self.stop()
            raise pytest.UsageError(str(why)) from why
        super().__init__(
            name=f"dfs {options.store}",
            nfs=Address("127.0.0.1", self._dfs.nfs),
            mount=Address("127.0.0.1", self._dfs.mount),
            portmap=Address("127.0.0.1", self._dfs.portmap),
            exports=own.EXPORTS,
            twins=own.TWINS,
            can=frozenset({"udp"}),
            rerun=f"--server dfs --store {options.store} --loops {options.loops}",
        )

    def stop(self) -> None:
        self._dfs.stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def alive(self) -> Optional[str]:
        code = self._dfs.ended()
        return None if code is None else f"dfs ended with status {code}\n{self._dfs.said()}"


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
