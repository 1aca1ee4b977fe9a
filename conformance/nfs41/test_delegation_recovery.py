"""Delegations that are reclaimed after a restart of the server: RFC 8881 10.2.1, 18.16. On a durable server of the test's own."""

from conformance.delegation_recovery import *  # noqa: F403
from conformance.delegations import BOTH, READ, stateid_of, world
from dittofs.nfs4 import (
    CLAIM_PREVIOUS, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, OPEN_DELEGATE_NONE, OPEN_DELEGATE_WRITE, deleg_claim4, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")
w = world(1, store="lmdb")


def wanted(kind):
    return op.want_delegation(OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, deleg_claim4(CLAIM_PREVIOUS, dc_delegate_type=kind))


@covers("RFC8881 18.49.3", "WANT_DELEGATION with CLAIM_PREVIOUS: the delegation without the open")
@meets("8881-18.49.3-1")
def test_want_previous(w):
    w.given(BOTH)
    w.restart()
    w.c.compound(op.putfh(w.fh), wanted(OPEN_DELEGATE_NONE).fails(NFS4ERR.INVAL))
    found = w.c.compound(op.putfh(w.fh), wanted(OPEN_DELEGATE_WRITE)).want_delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE
    w.complete()
    w.srv.end_grace()
    w.resolve(w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4)), stateid_of(found))


@covers("RFC8881 18.51.3", "NFS4ERR_NO_GRACE: WANT_DELEGATION with CLAIM_PREVIOUS after RECLAIM_COMPLETE")
@meets("8881-18.51.3-1")
def test_want_previous_late(w):
    w.given(READ)
    w.restart()
    w.complete()
    w.c.compound(op.putfh(w.fh), wanted(OPEN_DELEGATE_WRITE).fails(NFS4ERR.NO_GRACE))
