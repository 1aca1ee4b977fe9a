"""A server that runs as a program of its own."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
DFS = pathlib.Path(os.environ.get("DFS_PROGRAM", ROOT / "build" / "bin" / "dfs"))
READY = re.compile(r"^ready nfs=(\d+) mount=(\d+) portmap=(\d+|off) admin=(\S+)$", re.MULTILINE)


def clean_environment() -> dict[str, str]:
    """The environment without settings of dfs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("DITTOFS_")}


def launch(folder: pathlib.Path, *args: str, **env: str) -> subprocess.Popen[str]:
    """`dfs start` on free ports, in that folder; not necessarily ready yet."""
    return subprocess.Popen(
        [str(DFS), "start", "--nfs-port", "0", "--portmap-port", "0", *args],
        cwd=folder,
        env={**clean_environment(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Running:
    """A started server; its ports and what it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.first_line = process.stdout.readline()
        match = READY.match(self.first_line)
        if match is None:
            process.kill()
            raise AssertionError(f"not ready: {self.first_line!r} {process.communicate()}")
        self.nfs, self.mount = int(match[1]), int(match[2])
        self.portmap = None if match[3] == "off" else int(match[3])

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        # Not communicate(): it would miss what readline() has taken from the pipe already.
        self.out, self.err = self.process.stdout.read(), self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode
