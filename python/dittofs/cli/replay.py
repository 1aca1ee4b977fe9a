"""Sends a recording to a server, and says where its replies differ from those that were recorded.

  python3 -m dittofs replay session.jsonl --server nfs://host:2049/export

Handles, stateids, client and session ids and cookies of the recorded server are replaced by those of this one. What
servers choose for themselves may differ (times, verifiers, ...): --compare GROUP compares it all the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dittofs.cli import Problem
from dittofs.locate import parse
from dittofs.replay import GROUPS, Replay, Rules, load, replay

SUMMARY = "send a recording to another server and compare its replies"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a recording, or a capture of packets (pcapng, pcap)")
    parser.add_argument("--server", required=True, help="nfs://HOST[:PORT]/EXPORT")
    rules(parser)
    parser.add_argument("--first", action="store_true", help="stop at the first reply that differs")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for a reply (default: 10)")


def rules(parser: argparse.ArgumentParser) -> None:
    """The options that say what may differ."""
    parser.add_argument("--compare", action="append", default=[], choices=sorted(GROUPS), metavar="GROUP", help=f"compare these too: {', '.join(GROUPS)}")
    parser.add_argument("--ignore", action="append", default=[], metavar="PATTERN", help="fields that may differ, such as 'resok.obj_attributes.*'; may be given more than once")


def chosen(options: argparse.Namespace) -> Rules:
    return Rules().but(*options.compare).allow(*options.ignore)


def run(options: argparse.Namespace) -> int:
    try:
        recording = load(options.file)
        host, port, _ = parse(options.server)
    except (ValueError, OSError) as why:
        raise Problem(str(why)) from why
    count, differing = 0, 0
    try:
        for one in replay(recording, host, port, chosen(options), timeout=options.timeout):
            count += 1
            if one.differences:
                differing += 1
                print(told(one))
                if options.first:
                    break
    except OSError as why:
        raise Problem(f"{host}:{port}: {why}") from why
    print(f"{count} calls, {differing} answered otherwise")
    return 1 if differing else 0


def told(one: Replay) -> str:
    """A reply that differs: where, then the call and both replies."""
    return "\n".join([*(f"call {one.number}, {one.call.name}: {d}" for d in one.differences), one.transcript, ""])
