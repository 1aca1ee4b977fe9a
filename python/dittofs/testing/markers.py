"""covers() says which sentence of a specification a test holds a server to; needs() what it cannot do without.

meets() cites rows of the requirements table: requirements/plugin.py.
"""

from __future__ import annotations

import re

import pytest

from dittofs.testing.options import is_suite, servers

# A specification and a place in it. POSIX stands for behaviour the RFC leaves open: a page of its system interfaces,
# or a section of its base definitions.
_SECTION = re.compile(r"(RFC\d+ [A-Z]?\d*(\.\d+)*|POSIX ([a-z_.]+|\d+(\.\d+)*))")

covers = pytest.mark.covers
meets = pytest.mark.meets
needs = pytest.mark.needs


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "covers(section, what): the section this test checks, and what must hold")
    config.addinivalue_line("markers", "needs(*capabilities): faults, trace, own, udp, root, mount, portmap, export:ROLE")


def covered(item: pytest.Item) -> list[tuple]:
    """(section, what) of a test, its own marks first."""
    return [mark.args for mark in item.iter_markers("covers")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    problems = [p for item in items for p in _problems(item, is_suite(config))]
    if problems:
        raise pytest.UsageError("\n".join(problems))


def _problems(item: pytest.Item, strict: bool) -> list[str]:
    marks = covered(item)
    if strict and not marks:
        return [f"{item.nodeid}: no covers(section, what)"]
    found = []
    for args in marks:
        if len(args) != 2 or not all(isinstance(a, str) and a for a in args):
            found.append(f"{item.nodeid}: covers{args!r}: a section and what must hold there")
        elif not _SECTION.fullmatch(args[0]):
            found.append(f"{item.nodeid}: covers: {args[0]!r} is no section like 'RFC1813 3.3.8'")
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.user_properties += [("covers", " ".join(args)) for args in covered(item)]
    wanted = [need for mark in item.iter_markers("needs") for need in mark.args]
    for need in wanted:
        reason = servers(item.config).missing(need)
        if reason:
            pytest.skip(reason)
