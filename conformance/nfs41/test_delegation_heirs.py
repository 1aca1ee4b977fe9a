"""Delegations over a restart of their client: RFC 8881 10.2.1, 18.5, 18.16, 18.49, 18.50, 18.51."""

from conformance.delegation_heirs import *  # noqa: F403
from conformance.delegation_heirs import by_name, restarted
from conformance.delegations import stateid_of, world
from dittofs.nfs4 import (
    CLAIM_DELEG_PREV_FH, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, OPEN_DELEGATE_WRITE, deleg_claim4, op, open_claim4,
)  # fmt: skip
from dittofs.testing.markers import covers, needs

pytestmark = needs("own")
w = world(1)


@covers("RFC8881 18.16.3", "CLAIM_DELEG_PREV_FH: the same by the filehandle")
def test_by_filehandle(w):
    restarted(w)
    found = w.c.compound(op.putfh(w.fh), op.open(claim=open_claim4(CLAIM_DELEG_PREV_FH), share_access=1)).open.delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE
    w.give_back(stateid_of(found))


@covers("RFC8881 18.49.3", "WANT_DELEGATION with CLAIM_DELEG_PREV_FH: without an open; NFS4ERR_RECLAIM_BAD where there is none")
def test_want(w):
    restarted(w)
    wanted = op.want_delegation(OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, deleg_claim4(CLAIM_DELEG_PREV_FH))
    found = w.c.compound(op.putfh(w.fh), wanted).want_delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE
    w.c.compound(op.putfh(w.fh), wanted.fails(NFS4ERR.RECLAIM_BAD))
    w.give_back(stateid_of(found))


@covers("RFC8881 18.51.3", "RECLAIM_COMPLETE: nothing is claimed any more, and nothing kept; NFS4ERR_NO_GRACE")
def test_complete(w):
    restarted(w)
    w.complete()
    assert not w.srv.state.delegations()
    where, attempt = by_name(w)
    w.c.compound(where, attempt.fails(NFS4ERR.NO_GRACE))


@covers("RFC8881 18.50.3", "DESTROY_CLIENTID: what the client does not know of does not keep it")
def test_destroy(w):
    restarted(w)
    w.c.compound(op.destroy_session(w.c.sessionid))
    w.holder.client.compound(op.destroy_clientid(w.holder.client.clientid))
    assert not w.srv.state.delegations()
