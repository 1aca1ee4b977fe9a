"""Makes one page of the runs in one or more report folders: the servers side by side.

  python3 -m dittofs report ours theirs --output compared.html
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dittofs.cli import Problem, suites
from dittofs.testing.page import render

SUMMARY = "one page of several runs, side by side"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help=f"folders that --report wrote (default: {suites.REPORT})")
    parser.add_argument("--output", type=Path, metavar="FILE", help="the page (default: report.html in the first folder)")


def run(options: argparse.Namespace) -> int:
    folders = options.folders or [Path(suites.REPORT)]
    runs = [json.loads(path.read_text()) for folder in folders for path in sorted(folder.glob("*.json"))]
    if not runs:
        raise Problem(f"no runs in {', '.join(map(str, folders))}; `dittofs conformance --report DIR` writes them")
    page = options.output or folders[0] / "report.html"
    page.write_text(render(sorted(runs, key=lambda one: one["started"])))
    print(f"{page}: {', '.join(one['server'] for one in runs)}")
    return 0
