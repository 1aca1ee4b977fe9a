"""What a test of the suites is about: the sections it holds a server to, the requirements it meets, what servers do.

  python3 -m dittofs explain nfs41/test_lock.py::test_split
  python3 -m dittofs explain split                                      every test whose name has this in it

What servers do comes from the ledgers of known failures, and from the runs in --report.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dittofs.cli import Problem, suites
from dittofs.testing.explain import Explained, explained

SUMMARY = "say what a test checks and what servers do"
MANY = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", help="a test, or a part of the names of some")
    parser.add_argument("--source", action="store_true", help="with the test's own source")
    parser.add_argument("--report", type=Path, default=Path(suites.REPORT), metavar="DIR", help=f"runs to say more about (default: ./{suites.REPORT})")


def run(options: argparse.Namespace) -> int:
    runs = [json.loads(path.read_text()) for path in sorted(options.report.glob("*.json"))]
    try:
        found = explained(suites.folder(), options.case, runs)
    except RuntimeError as why:
        raise Problem(str(why)) from why
    if not found:
        raise Problem(f"no test has {options.case!r} in its name")
    if len(found) > MANY:
        print(f"{len(found)} tests have {options.case!r} in their names:")
        for each in found:
            print(f"  {each.test}")
        return 0
    print("\n\n".join(_told(each, options.source) for each in found))
    return 0


def _told(test: Explained, source: bool) -> str:
    lines = [test.test]
    if test.doc:
        lines.append(f"  {test.doc}")
    lines += [f"  {place} {title}".rstrip() + f": {what}" for place, title, what in test.covers]
    lines += [f"  requirement {name}: {says}" for name, says in test.meets]
    lines += [f"  {server}: {did}" for server, did in test.servers]
    lines.append(f"  {test.file}:{test.line}")
    if source:
        lines += ["", *(f"    {line}" for line in test.source.splitlines())]
    return "\n".join(lines)
