"""The generator's own types."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import xdrgen


@pytest.mark.skipif(shutil.which("mypy") is None, reason="mypy is not installed")
def test_mypy(tmp_path: Path) -> None:
    package = Path(xdrgen.__file__).parent
    run = subprocess.run(
        ["mypy", "--strict", f"--cache-dir={tmp_path}", str(package)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
