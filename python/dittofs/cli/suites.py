"""Where the conformance suites are, and how pytest is started on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Optional, Sequence

import dittofs
from dittofs.cli import Problem

MINORS = {"0": "nfs40", "1": "nfs41", "2": "nfs42"}
REPORT = "dittofs-report"  # in the working directory, unless asked otherwise


def folder() -> Path:
    """The folder with pytest.ini: in the installed package, or linked into the one of a build tree."""
    found = Path(dittofs.__file__).absolute().parent / "suites" / "conformance"
    if not (found / "pytest.ini").exists():
        raise Problem(f"the suites are not where they belong: {found}; install the package again")
    return found


def selected(minors: Optional[Sequence[str]]) -> list[str]:
    """The suites of these minor versions of NFSv4; none: what pytest.ini says, which is all."""
    return [MINORS[minor] for minor in minors or ()]


def environment() -> dict[str, str]:
    """For a pytest that finds this very package."""
    here = str(Path(dittofs.__file__).absolute().parents[1])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "CONFORMANCE_COMMAND": "python3 -m dittofs conformance"}


def pytest(arguments: Sequence[str], quiet: bool = False) -> int:
    """Runs pytest in the suites' folder, as tests are named from there. Returns its exit status."""
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-p", "no:cacheprovider", "-q", *arguments]
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=folder(), env=environment(), stdout=output, check=False).returncode
