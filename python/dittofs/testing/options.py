"""Which server a run is against, and its life: started when first needed, watched, stopped at the end."""

from __future__ import annotations

import os
import random
from typing import Any, Generator, Optional

import pytest

from dittofs.testing.targets.target import ROLES, Target

_SERVERS = pytest.StashKey["Servers"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("covers_strict", "a conformance suite: every test carries covers(section, what)", type="bool")
    group = parser.getgroup("dittofs", "the server under test")
    group.addoption(
        "--server",
        default="dittofs",
        metavar="WHICH",
        help="dittofs: in this process (default); dfs: the program; ganesha: a private NFS-Ganesha; "
        "nfs://HOST[:PORT]/EXPORT: a running one",
    )
    group.addoption("--store", default="memory", choices=("memory", "lmdb"), help="store of our own server")
    group.addoption("--loops", type=int, default=1, help="event loops of our own server")
    group.addoption(
        "--seed",
        type=int,
        help="seed of our own server and of random tests; default: CONFORMANCE_SEED of the environment, or a new one",
    )
    group.addoption("--mount-port", type=int, help="MOUNT of a running server (else asked of its port mapper)")
    group.addoption("--portmap-port", type=int, default=None, help="port mapper of a running server, which is tested then")
    group.addoption(
        "--export",
        action="append",
        default=[],
        metavar="ROLE=PATH[=TWIN]",
        help="another export of a running server; roles: " + ", ".join(ROLES) + "; TWIN is the name of the same "
        "directory below the first export",
    )
    group.addoption("--timeout", type=float, default=10.0, help="seconds to wait for a reply (default: 10)")
    group.addoption("--dfs", default=None, metavar="PROGRAM", help="the program for --server dfs")


def seed_of_run(given: Optional[int]) -> int:
    """--seed, or CONFORMANCE_SEED of the environment, with which several runs have the same, or another one each time."""
    if given is not None:
        return given
    inherited = os.environ.get("CONFORMANCE_SEED")
    return int(inherited) if inherited else random.SystemRandom().getrandbits(32)


class Servers:
    """The server of this run. A server that died is reported once, with the test it died in, and replaced."""

    def __init__(self, config: pytest.Config) -> None:
        self._options = config.option
        self._current: Optional[Target] = None
        self.seed = seed_of_run(config.option.seed)

    @property
    def current(self) -> Target:
        if self._current is None:
            try:
                self._current = self.start()
            except pytest.UsageError as why:
                pytest.exit(str(why), returncode=pytest.ExitCode.USAGE_ERROR)  # every test would say the same
        return self._current

    def start(self) -> Target:
        """Another server like the run's; the caller stops it."""
        from dittofs.testing.targets import choose

        return choose(self._options, self.seed)

    def missing(self, need: str) -> Optional[str]:
        return self.current.missing(need)

    @property
    def name(self) -> str:
        return self.current.name

    @property
    def rerun(self) -> str:
        return self.current.rerun

    def autopsy(self) -> Optional[str]:
        """What became of the server, if it is gone; the next test gets a new one."""
        if self._current is None:
            return None
        death = self._current.alive()
        if death:
            self._current.stop()
            self._current = None
        return death

    def stop(self) -> None:
        if self._current is not None:
            self._current.stop()
            self._current = None


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SERVERS] = Servers(config)


def servers(config: pytest.Config) -> Servers:
    return config.stash[_SERVERS]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVERS in config.stash:
        config.stash[_SERVERS].stop()


def is_suite(config: pytest.Config) -> bool:
    """Whether this run is of a conformance suite; the plugin is there in any other run too."""
    return bool(config.getini("covers_strict"))


def pytest_report_header(config: pytest.Config) -> Optional[str]:
    return f"server: {config.option.server}, seed: {servers(config).seed}" if is_suite(config) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, None]:
    yield
    death = servers(item.config).autopsy()
    if death:
        pytest.fail(f"the server is gone: {death}", pytrace=False)
