"""Runs the same tests against two servers and says where their replies differ first, test by test.

  python3 -m dittofs diff dittofs nfs://host:port/export -k "lock"
  python3 -m dittofs diff ganesha nfs://host:port/export nfs3/test_readdir.py

A server is nfs://HOST[:PORT]/EXPORT, or one that is started: dittofs, dfs, ganesha. What servers choose for themselves
may differ, as with `dittofs replay`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from dittofs.cli import Problem, replay, suites
from dittofs.replay.suites import Compared, compared

SUMMARY = "run tests against two servers and compare their replies"
PASSES_ON = True
OFTEN = 10
RECORDINGS = "recordings"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A", help="a server")
    parser.add_argument("b", metavar="B", help="another")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="suites, files or tests (default: all)")
    parser.add_argument("-k", dest="keyword", metavar="EXPRESSION", help="only tests whose names match, as pytest's -k")
    parser.add_argument("--seed", type=int, default=1, help="for what tests draw at random, the same for both (default: 1)")
    parser.add_argument("--verbose", action="store_true", help="with the call and both replies")
    replay.rules(parser)


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="dittofs-diff-") as base:
        a, b = Path(base) / "a", Path(base) / "b"
        names = [_run(options, server, folder) for server, folder in ((options.a, a), (options.b, b))]
        found = list(compared(a / RECORDINGS, b / RECORDINGS, replay.chosen(options)))
    for each in found:
        print(_told(each, names, options.verbose))
    for line in _summary(found):
        print(line)
    differing = sum(1 for each in found if each.differs)
    print(f"{len(found)} tests, {differing} of them differ between {names[0]} and {names[1]}")
    return 1 if differing else 0


def _run(options: argparse.Namespace, server: str, folder: Path) -> str:
    """Runs the tests with their messages kept; returns what the report calls the server."""
    command = [*options.tests, "--server", server, "--seed", str(options.seed), "--report", str(folder)]
    command += ["--record", str(folder / RECORDINGS), *options.rest]
    if options.keyword:
        command += ["-k", options.keyword]
    print(f"running against {server}", flush=True)
    suites.pytest(command, quiet=True)
    runs = list(folder.glob("*.json"))
    if not runs:
        raise Problem(f"nothing was run against {server}; try `dittofs conformance --server {server}` with the same tests")
    return json.loads(runs[0].read_text())["server"]


def _summary(found: list[Compared]) -> list[str]:
    """The fields that come first most often: one habit of a server shows in many tests."""
    fields = Counter(str(each.first.differences[0]) for each in found if each.first is not None)
    often = [(field, count) for field, count in fields.most_common(OFTEN) if count > 1]
    return ["", "most often:", *(f"  {count:4} tests  {field}" for field, count in often)] if often else []


def _told(each: Compared, names: list[str], verbose: bool) -> str:
    if not each.differs:
        return f"{each.test}: the same"
    lines = [f"{each.test}:"]
    if each.outcomes[0] != each.outcomes[1]:
        lines.append("  " + ", ".join(f"{name} {outcome}" for name, outcome in zip(names, each.outcomes)))
    if each.where:
        lines.append(f"  {each.where}")
    if verbose and each.first is not None:
        lines += [f"    {line}" for line in each.first.transcript.splitlines()]
    return "\n".join(lines)
