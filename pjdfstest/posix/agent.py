"""The one process that makes all the calls: in the guest, or on this machine for --dir.

argv[1] is a JSON file: {"files": [paths of .cases], "names": [cases to run], "places": {"@ro": path, ...} or null}.
The cases run below the current directory. Each is reported on standard output as one line, an Outcome in JSON.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Optional

from pjdfstest.posix import language, places
from pjdfstest.posix.interpreter import Interpreter, Outcome, remove


def main() -> None:
    with open(sys.argv[1]) as file:
        order = json.load(file)
    cases = {case.name: case for path in order["files"] for case in language.read(Path(path))}
    root = Path.cwd() / f"posix-{os.getpid()}"
    own: Optional[dict[str, str]] = None
    if order["places"] is None:
        places.private_mounts()
    root.mkdir()
    try:
        root.chmod(0o755)
        if order["places"] is None:
            own = places.make_places(root)
        interpreter = Interpreter(root, order["places"] or own or {})
        for name in order["names"]:
            report(run(interpreter, cases[name]))
    finally:
        os.chdir("/")
        places.unmake_places(own or {})
        remove(root)


def run(interpreter: Interpreter, case: language.Case) -> Outcome:
    """A failure of this program is one of the case: the others go on."""
    try:
        return interpreter.run(case)
    except Exception:  # the run must say for every case what became of it
        return Outcome(case.name, failures=[(case.line, traceback.format_exc())])


def report(outcome: Outcome) -> None:
    print(json.dumps(outcome.as_dict()), flush=True)


if __name__ == "__main__":
    main()
