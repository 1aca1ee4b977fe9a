"""Sessions that outlive the server (RFC 8881 2.10.6.5): what the tests of every minor version have in common."""

from __future__ import annotations

from typing import Any

import pytest

from dittofs import nfs4
from dittofs.nfs4 import CREATE_SESSION4_FLAG_PERSIST, NFS4ERR, op

from conformance.restarts import World


def session(w: World, complete: bool = True, flags: int = CREATE_SESSION4_FLAG_PERSIST, **who: Any) -> Any:
    """A client's session that was granted as persistent."""
    client = nfs4.Client(w.srv.host, w.srv.nfs_port, minorversion=w.minor, **who)
    s = client.session(csa_flags=flags)
    w.clients.append(s)
    assert s.created.csr_flags & CREATE_SESSION4_FLAG_PERSIST
    if complete:
        s.compound(op.reclaim_complete())
    return s


@pytest.fixture
def s(w: World) -> Any:
    return session(w)


def left(w: World, s: Any) -> Any:
    """The session over another connection: a restart of the server has closed its own."""
    over = nfs4.Client(w.srv.host, w.srv.nfs_port, minorversion=w.minor)
    w.clients.append(over)
    return s.over(over.endpoint)


def back(w: World, s: Any) -> Any:
    """The client of that session, in a new one."""
    old = s.client
    return session(w, ownerid=old.ownerid, verifier=old.verifier, cred=old.cred)


def is_dead(s: Any, slot: int = 0) -> bool:
    """It is known, and takes no new request; otherwise nobody knows it."""
    request = op.sequence(sa_slotid=slot).fails(NFS4ERR.DEADSESSION, NFS4ERR.BADSESSION)
    return s.compound(request).status == NFS4ERR.DEADSESSION


def statuses(r: Any) -> list[tuple[str, Any]]:
    return [(each.name, each.status) for each in r.all]


def dead(w: World) -> list[dict[str, Any]]:
    """What the server says of the sessions that its last run left."""
    return list(w.srv.state.dead_sessions)
