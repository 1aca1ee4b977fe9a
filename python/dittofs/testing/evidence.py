"""What a failing test shows: what went over its connections, the server's trace, the seed, how to run it again."""

from __future__ import annotations

from typing import Any, Generator

import os
import shlex

import pytest

from dittofs.rpc import Endpoint
from dittofs.rpc.annotate import annotated_call, annotated_reply
from dittofs.testing.options import servers

SHOWN = 40  # messages of a connection, events of the server

_ENDPOINTS = pytest.StashKey[list[tuple[str, Endpoint]]]()


def watched(item: pytest.Item) -> list[tuple[str, Endpoint]]:
    """The connections of a test, by name, in the order they were made."""
    if _ENDPOINTS not in item.stash:
        none_yet: list[tuple[str, Endpoint]] = []
        item.stash[_ENDPOINTS] = none_yet
    return item.stash[_ENDPOINTS]


def transcript(item: pytest.Item) -> str:
    said = [f"{n}: {name}\n{end.log.tail(SHOWN)}" for n, (name, end) in enumerate(watched(item), 1) if len(end.log)]
    return "\n\n".join(said)


def byte_by_byte(item: pytest.Item) -> list[tuple[str, str]]:
    """The last call of each connection, and its reply, with the field that each byte belongs to."""
    found = []
    for n, (_, end) in enumerate(watched(item), 1):
        exchange = end.log.last_exchange()
        if exchange is None:
            continue
        call, reply = exchange
        found.append((f"{n}: last request, byte by byte", annotated_call(call)))
        found.append((f"{n}: its reply", annotated_reply(reply) if reply is not None else "none came"))
    return found


def rerun(item: pytest.Item) -> str:
    """The command that runs this test again, with the same seed. CONFORMANCE_COMMAND: how the suites were started."""
    run = servers(item.config)
    how = os.environ.get("CONFORMANCE_COMMAND") or f"cd {item.config.rootpath}; /usr/bin/python3 -m pytest -c pytest.ini"
    return f"{how} {run.rerun} --seed {run.seed} {shlex.quote(item.nodeid)}"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    report = (yield).get_result()
    if not report.failed or "srv" not in getattr(item, "fixturenames", ()):
        return
    said = transcript(item)
    if said:
        report.sections.append(("transcript", said))
    server = servers(item.config).current.server
    if server is not None and server.trace.on:
        events = "\n".join(map(str, server.trace.events()[-SHOWN:]))
        report.sections.append(("trace of the server", events))
    report.dittofs_bytes = byte_by_byte(item)  # for the page; on a terminal nobody reads that much
    report.sections.append(("run it again", rerun(item)))
