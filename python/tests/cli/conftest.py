"""python3 -m dittofs as a user runs it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import Callable

import pytest

import dittofs


@pytest.fixture
def run(tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """run("explain", "test_x"): a command to its end, in an empty folder."""
    package = str(pathlib.Path(dittofs.__file__).absolute().parents[1])
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CONFORMANCE_"))}
    environment["PYTHONPATH"] = package

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dittofs", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )

    return command
