"""Delegations over sessions: beside the open, and against clients of other minor versions."""

import pytest

from conformance.delegation_rules import *  # noqa: F403
from conformance.delegations import BOTH, READ, world
from dittofs import nfs4
from dittofs.nfs4 import op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")
w = world(1)


@pytest.mark.parametrize("minorversion", [0, 2])
@pytest.mark.parametrize("access", [READ, BOTH], ids=["read", "write"])
@covers("RFC8881 10.2", "clients of other minor versions are other clients: what they do recalls it")
@meets("8881-10.2-2")
def test_other_minors(w, minorversion, access):
    stateid = w.given(access)
    w.c.close(w.opened)
    if minorversion == 0:
        other = nfs4.Client40(w.srv.host, w.srv.nfs_port)
        other.setclientid()
    else:
        other = nfs4.Client(w.srv.host, w.srv.nfs_port, minorversion=minorversion).session()
        other.compound(op.reclaim_complete())
    w.closing.append(other.endpoint.close)
    w.resolve(other.send(op.putfh(w.top), op.open("f", share_access=BOTH, owner=b"theirs")), stateid)
    assert not w.srv.state.delegations()
