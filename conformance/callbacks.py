"""Clients with a way back: a session of 4.1 or 4.2 whose connection takes callbacks, and waiting for them."""

from __future__ import annotations

import time
from typing import Any

from dittofs.nfs4 import CREATE_SESSION4_FLAG_CONN_BACK_CHAN, Client, Session, op

LIMIT = 10.0  # seconds of real time; nothing waits so long but to fail


def session(srv: Any, minorversion: int = 1, **fields: Any) -> Session:
    """A new client with a session that takes callbacks, ready to open files."""
    made = Client(srv.host, srv.nfs_port, minorversion=minorversion).session(csa_flags=CREATE_SESSION4_FLAG_CONN_BACK_CHAN, **fields)
    made.compound(op.reclaim_complete())
    return made


def wait(s: Session, name: str, count: int = 1, *, clock: Any = None) -> Any:
    """The arguments of the callback of that name that came as number `count`; answers what comes meanwhile.

    With a manual clock that is given here a second passes whenever nothing comes.
    """
    end = time.monotonic() + LIMIT
    while len(came := s.client.callbacks.of(name)) < count:
        assert time.monotonic() < end, f"no {name} came, but {[c.name for c in s.client.callbacks.calls]}"
        s.endpoint.poll(0.02 if clock else 0.1)
        if clock:
            clock.advance(1)
    return came[count - 1].args


def none(s: Session, name: str) -> bool:
    """Whether none came: a call that the server answers later would have come before its answer."""
    s.compound(op.putrootfh())
    return not s.client.callbacks.of(name)
