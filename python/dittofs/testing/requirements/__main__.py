"""python3 -m dittofs.testing.requirements SUITE [--check | --markdown]: the table, joined with the suite's tests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dittofs.testing.collected import collect
from dittofs.testing.requirements.tables import counted, markdown, missing, problems

LEAST = 95.0  # per cent of the rows that have a test: it only rises


def main() -> int:
    parser = argparse.ArgumentParser(prog="requirements", description=__doc__)
    parser.add_argument("suite", type=Path, help="the folder with pytest.ini and requirements/")
    parser.add_argument("--check", action="store_true", help=f"fail when fewer than {LEAST:g} %% of the rows have a test, or one has a reason as well")
    parser.add_argument("--markdown", action="store_true", help="the whole table")
    options = parser.parse_args()
    try:
        _, found = collect(options.suite)
    except RuntimeError as why:
        print(why, file=sys.stderr)
        return 2
    if options.markdown:
        print(markdown(found), end="")
        return 0
    for rfc in found.table.rfcs():
        print(f"RFC {rfc}: {counted(found.tally(rfc))}")
    print(f"all: {counted(found.tally())}")
    wrong = problems(found, LEAST)
    for line in [*missing(found), *wrong]:
        print(line)
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
