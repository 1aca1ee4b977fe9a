"""A server in this process, and clients of it."""

from __future__ import annotations

import contextlib
from typing import Iterator

import pytest

from dittofs import Server, Sys, mount, nfs3


class Mounted:
    """A client with the root directory of the first export; closes what it opened."""

    def __init__(self, srv: Server) -> None:
        self._stack = contextlib.ExitStack()
        m = self._stack.enter_context(mount.Client(srv.host, srv.nfs_port, cred=Sys()))
        self.root = m.mnt(srv.exports[0]).fhandle
        self.c = self._stack.enter_context(nfs3.Client(srv.host, srv.nfs_port, cred=Sys()))

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def mounted() -> Iterator:
    with contextlib.ExitStack() as stack:

        def open_(srv: Server) -> Mounted:
            m = Mounted(srv)
            stack.callback(m.close)
            return m

        yield open_


@pytest.fixture
def srv() -> Iterator[Server]:
    with Server(clock="manual", seed=7) as server:
        yield server
        server.faults.heal()


@pytest.fixture
def c(srv, mounted):
    return mounted(srv).c


@pytest.fixture
def root(srv, mounted):
    return mounted(srv).root
