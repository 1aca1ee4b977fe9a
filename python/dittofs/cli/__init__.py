"""The command line: python3 -m dittofs COMMAND.

Each module here is a command: `SUMMARY`, `arguments(parser)`, and `run(options)`, which returns the exit status.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Optional, Sequence

COMMANDS = ("conformance", "explain", "report", "diff", "record", "replay", "scenario", "fuzz")


class Problem(Exception):
    """What is wrong and what to do about it, in one line for the user."""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="dittofs", description="Conformance suites, recordings and reports for NFS servers.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"dittofs.cli.{name}")
        sub = subparsers.add_parser(
            name, help=module.SUMMARY, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.arguments(sub)
        sub.set_defaults(run=module.run, pass_on=getattr(module, "PASSES_ON", False))
    options, rest = parser.parse_known_args(arguments)
    if rest and not options.pass_on:
        parser.error(f"{options.command} has no option {rest[0]}")
    options.rest = rest
    try:
        return options.run(options)
    except Problem as why:
        print(f"error: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # who read our output has gone; Python would complain of it at exit
        return 1
