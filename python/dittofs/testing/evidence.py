"""What a failing test shows: what went over its connections, the server's trace, the seed, how to run it again."""

from __future__ import annotations

import os
import shlex

import pytest

from dittofs.rpc import Endpoint
from dittofs.testing.options import servers

SHOWN = 40  # messages of a connection

_ENDPOINTS = pytest.StashKey[list]()


def watch(item: pytest.Item, name: str, endpoint: Endpoint) -> None:
    """Adds a connection to the evidence of a test."""
    item.stash.setdefault(_ENDPOINTS, []).append((name, endpoint))


def transcript(item: pytest.Item) -> str:
    parts = []
    for number, (name, endpoint) in enumerate(item.stash.get(_ENDPOINTS, []), 1):
        if len(endpoint.log):
            parts.append(f"{number}: {name}\n{endpoint.log.tail(SHOWN)}")
    return "\n\n".join(parts)


def rerun(item: pytest.Item) -> str:
    """The command that runs this test again, with the same seed. CONFORMANCE_COMMAND: how the suites were started."""
    run = servers(item.config)
    how = os.environ.get("CONFORMANCE_COMMAND") or f"cd {item.config.rootpath}; /usr/bin/python3 -m pytest -c pytest.ini"
    return f"{how} {run.rerun} --seed {run.seed} {shlex.quote(item.nodeid)}"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = (yield).get_result()
    if not report.failed or _ENDPOINTS not in item.stash:
        return
    report.sections.append(("transcript", transcript(item)))
    server = servers(item.config).current.server
    if server is not None and hasattr(server, "trace"):
        report.sections.append(("trace of the server", str(server.trace)))
    report.sections.append(("run it again", rerun(item)))
