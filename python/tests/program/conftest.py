"""The program `dfs` as a user runs it."""

from __future__ import annotations

import pathlib
import subprocess
from typing import Callable, Iterator

import pytest

from program.running import DFS, Running, clean_environment, launch


@pytest.fixture
def dfs(tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run dfs to its end, in an empty folder."""

    def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(DFS), *args], cwd=tmp_path, env={**clean_environment(), **env}, capture_output=True, text=True, timeout=30
        )

    return run


@pytest.fixture
def start(tmp_path: pathlib.Path) -> Iterator[Callable[..., Running]]:
    """Start a server on free ports; whatever still runs at the end of the test is killed."""
    running: list[Running] = []

    def run(*args: str, **env: str) -> Running:
        running.append(Running(launch(tmp_path, *args, **env)))
        return running[-1]

    yield run
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()
