"""Runs the conformance suites against a server, with a progress bar, and writes a report: HTML, JSON and JUnit XML.

  python3 -m dittofs conformance                                        our own server, in this process
  python3 -m dittofs conformance --server nfs://host:port/export        a running server
  python3 -m dittofs conformance --minor 1 -k "lock and not share"      some of the tests
  python3 -m dittofs conformance nfs41/test_lock.py::test_split         one of them

TEST is a suite, a file of one, or a test. Options that are not listed here are those of the suites (--store, --loops,
--seed, --export, ...: --suite-help) or pytest's own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dittofs.cli import suites

SUMMARY = "run the suites against a server"
PASSES_ON = True


def arguments(parser: argparse.ArgumentParser) -> None:
    # Tests are no argument of ours: whether a word is one, or belongs to an option of the suites, pytest knows.
    parser.usage = "%(prog)s [OPTION ...] [TEST ...]"
    parser.add_argument("--server", default="dittofs", help="nfs://HOST[:PORT]/EXPORT; dittofs, dfs, ganesha: servers that are started (default: dittofs)")
    parser.add_argument("--minor", action="append", choices=sorted(suites.MINORS), help="only the suites of this minor version of NFSv4; may be given more than once")
    parser.add_argument("-k", dest="keyword", metavar="EXPRESSION", help="only tests whose names match, as pytest's -k")
    parser.add_argument("--report", type=Path, default=Path(suites.REPORT), metavar="DIR", help=f"where the report goes (default: ./{suites.REPORT})")
    parser.add_argument("--suite-help", action="store_true", help="all options of the suites and of pytest")


def run(options: argparse.Namespace) -> int:
    if options.suite_help:
        return suites.pytest(["--help"])
    command = [*suites.selected(options.minor), "--server", options.server]
    command += ["--report", str(options.report.absolute())]
    if options.keyword:
        command += ["-k", options.keyword]
    return suites.pytest([*command, *options.rest])
