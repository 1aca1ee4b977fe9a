"""Sends nearly right requests to a server until it fails, or the time is over.

  python3 -m dittofs fuzz --server nfs://host:2049/export --minutes 10 --vers 4.2
  python3 -m dittofs fuzz --server nfs://host:2049/export --corpus requests.jsonl
  python3 -m dittofs fuzz --dfs build-asan/bin/dfs

A server fails that dies, hangs, hangs up, or answers what is no answer. The requests it takes are made as few as they can be
(--restart "COMMAND" brings a server back that has died; without it a dead server is waited for, for a while), and written as
a pytest file. The same --seed sends the same requests. Work on an export that holds nothing you need.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import time
from pathlib import Path
from typing import Callable, Optional, Sequence

from dittofs.cli import Problem
from dittofs.dfs import Dfs
from dittofs.fuzz import Finding, Fuzzer, Step, minimised, run_steps
from dittofs.fuzz.corpus import Corpus
from dittofs.fuzz.pytest_file import source
from dittofs.fuzz.run import alive
from dittofs.locate import NotFound, parse
from dittofs.rpc import RpcError

SUMMARY = "send nearly right requests to a server until it fails"
VERSIONS = ("3", "4.0", "4.1", "4.2")
_ROOM = 1 << 28  # bytes of file data: 40 GiB of zeros, which ALLOCATE may be asked for, take longer than a client waits
_COMES_BACK = 15.0  # seconds a server that has died is waited for


def arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--server", help="nfs://HOST[:PORT]/EXPORT")
    which.add_argument("--dfs", metavar="PROGRAM", help="a dfs, which is started for this")
    parser.add_argument("--vers", choices=VERSIONS, default="4.1", help="of NFS (default: 4.1)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    length.add_argument("--requests", type=int, help="how many instead")
    parser.add_argument("--seed", type=int, help="of what is drawn (default: a new one, which is printed)")
    parser.add_argument("--corpus", type=Path, help="a file of requests to start from, and to keep new ones in")
    parser.add_argument("--restart", metavar="COMMAND", help="starts the server again, and returns")
    parser.add_argument("--out", type=Path, default=Path("test_finding.py"), help="where a finding is written (default: test_finding.py)")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds without an answer that are a failure (default: 10)")


def run(options: argparse.Namespace) -> int:
    if options.server:
        return _fuzz(options, lambda: _called(options.restart))
    program = Dfs(options.dfs, "--memory", "--portmap-port", "-1", "--set", f"store.memory_capacity={_ROOM}")
    try:
        try:
            program.start()
        except (OSError, RuntimeError) as why:
            raise Problem(str(why)) from why
        options.server = program.url
        status = _fuzz(options, program.start)
        if status:
            print(program.said())
        return status
    finally:
        program.stop()


def _called(restart: Optional[str]) -> None:
    if restart:
        subprocess.run(restart, shell=True, check=False)


def _fuzz(options: argparse.Namespace, restart: Callable[[], None]) -> int:
    try:
        host, port, export = parse(options.server)
        corpus = Corpus.load(options.corpus) if options.corpus and options.corpus.exists() else Corpus()
    except (ValueError, OSError) as why:
        raise Problem(str(why)) from why
    seed = options.seed if options.seed is not None else random.getrandbits(32)
    fuzzer = Fuzzer(host, port, export, options.vers, seed=seed, timeout=options.timeout, corpus=corpus)
    print(f"NFS {options.vers}, seed {seed}", flush=True)
    try:
        found = _shown(fuzzer, options)
    except (OSError, RpcError, NotFound) as why:
        raise Problem(f"{options.server}: {why}") from why
    finally:
        if options.corpus:
            corpus.save(options.corpus)
    if found is None:
        print(f"nothing found: {fuzzer.sent:,} requests, {len(corpus)} kinds of answers")
        return 0
    print(f"{found.trouble.value} (request {fuzzer.sent:,}): {found.says.splitlines()[0] if found.says else ''}")
    return _written(found, fuzzer, options, restart)


def _shown(fuzzer: Fuzzer, options: argparse.Namespace) -> Optional[Finding]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    seconds = None if options.requests else options.minutes * 60
    total = options.requests or seconds
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), transient=True) as progress:
        bar = progress.add_task("", total=total)
        began = time.monotonic()

        def told() -> None:
            done = fuzzer.sent if options.requests else time.monotonic() - began
            progress.update(bar, completed=done, description=f"{fuzzer.sent:,} requests, {len(fuzzer.corpus)} kinds of answers")

        return fuzzer.run(steps=options.requests, seconds=seconds, told=told)


def _written(found: Finding, fuzzer: Fuzzer, options: argparse.Namespace, restart: Callable[[], None]) -> int:
    place = fuzzer.place

    def attempt(steps: Sequence[Step]) -> Optional[Finding]:
        if not _well(fuzzer, restart):
            return None
        try:
            return run_steps(place.host, place.port, place.export, options.vers, steps, timeout=options.timeout)
        except (OSError, RpcError, NotFound):
            return None

    print(f"{len(found.steps)} requests lead to it; looking for fewer", flush=True)
    least = minimised(found, attempt)
    _well(fuzzer, restart)
    options.out.write_text(source(least, options.out.name, f"--vers {options.vers} --seed {fuzzer.seed}"))
    print(f"{options.out}: {len(least.steps)} requests; pytest {options.out} --server {options.server}")
    return 1


def _well(fuzzer: Fuzzer, restart: Callable[[], None]) -> bool:
    """The server takes connections, after a restart if need be."""
    if alive(fuzzer.place):
        return True
    restart()
    end = time.monotonic() + _COMES_BACK
    while time.monotonic() < end:
        if alive(fuzzer.place):
            return True
        time.sleep(0.2)
    return False
