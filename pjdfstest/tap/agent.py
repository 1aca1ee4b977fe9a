"""Runs scripts in the guest, each in a fresh directory below the current one.

argv[1] is a JSON file: {"names": [paths of .t files]}. Each script is reported on standard output as one line, an
Outcome in JSON: its failures are the numbers and lines of the assertions that failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from pjdfstest.posix.agent import report
from pjdfstest.posix.interpreter import Outcome, remove
from pjdfstest.tap import protocol

_SAID = 2000  # characters of standard error that are kept


def main() -> None:
    with open(sys.argv[1]) as file:
        order = json.load(file)
    top = Path.cwd() / f"pjdfstest-{os.getpid()}"
    top.mkdir()
    for name in order["names"]:
        directory = top / "script"
        directory.mkdir()
        directory.chmod(0o755)
        report(run(name, directory))
        remove(directory)
    top.rmdir()


def run(script: str, directory: Path) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        ["/bin/sh", script], cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    said = protocol.parse(iter(done.stdout.splitlines()))
    outcome = Outcome(script, time.monotonic() - started, said.made, said.failures, said.skipped)
    if said.skipped is None:
        stderr = done.stderr.strip()[-_SAID:]
        outcome.failures += [(0, f"{what}\n{stderr}".strip()) for what in said.problems(done.returncode)]
    return outcome


if __name__ == "__main__":
    main()
