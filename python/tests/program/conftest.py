"""The program `dfs` as a user runs it."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
from typing import Callable, Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
DFS = pathlib.Path(os.environ.get("DFS_PROGRAM", ROOT / "build" / "bin" / "dfs"))
READY = re.compile(r"^ready nfs=(\d+) mount=(\d+) portmap=(\d+|off) admin=(\S+)$", re.MULTILINE)


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
        return self.process.returncode


@pytest.fixture
def clean_env() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("DITTOFS_")}


@pytest.fixture
def dfs(tmp_path: pathlib.Path, clean_env: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run dfs to its end, in an empty folder."""

    def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(DFS), *args], cwd=tmp_path, env={**clean_env, **env}, capture_output=True, text=True, timeout=30
        )

    return run


@pytest.fixture
def start(tmp_path: pathlib.Path, clean_env: dict[str, str]) -> Iterator[Callable[..., Running]]:
    """Start a server on free ports; whatever still runs at the end of the test is killed."""
    running: list[Running] = []

    def run(*args: str, **env: str) -> Running:
        process = subprocess.Popen(
            [str(DFS), "start", "--nfs-port", "0", "--portmap-port", "0", *args],
            cwd=tmp_path,
            env={**clean_env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(Running(process))
        return running[-1]

    yield run
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()
