"""Delegations after a restart of the server, in every minor version; a suite takes these with a fixture `w` of a durable store."""

import pytest

from conformance.delegation_cases import NONE
from conformance.delegations import BOTH, GIVEN, READ, stateid_of
from dittofs.nfs4 import (
    CLAIM_DELEGATE_CUR, CLAIM_PREVIOUS, NFS4ERR, OPEN_DELEGATE_NONE, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, create, op,
    open_claim4, open_claim_delegate_cur4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets


def reclaim(w, kind, access=READ):
    """OPEN with CLAIM_PREVIOUS by the holder: its stateid, and what it says of a delegation."""
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=kind)
    r = w.c.compound(op.putfh(w.fh), op.open(claim=claim, share_access=access, owner=w.opened.owner))
    return r.open.stateid, r.open.delegation


def pre_recalled(found):
    return getattr(found, GIVEN[found.delegation_type]).recall


@pytest.mark.parametrize("access, kind", [(READ, OPEN_DELEGATE_READ), (BOTH, OPEN_DELEGATE_WRITE)], ids=["read", "write"])
@covers("RFC8881 18.16.3", "CLAIM_PREVIOUS with a type: the delegation is there again, and is recalled as any other")
@meets("7530-16.16-10", "7530-16.16-12")
def test_reclaimed(w, access, kind):
    w.given(access)
    w.restart()
    opened, found = reclaim(w, kind, access)
    assert found.delegation_type == kind and not pre_recalled(found)
    w.complete()
    w.srv.end_grace()
    w.c.compound(op.putfh(w.fh), op.close(opened))
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid_of(found))


@covers("RFC8881 18.16.3", "CLAIM_PREVIOUS without a type brings the open alone")
@meets("7530-16.16-12")
def test_none_claimed(w):
    w.given(BOTH)
    w.restart()
    assert reclaim(w, OPEN_DELEGATE_NONE, BOTH)[1].delegation_type == OPEN_DELEGATE_NONE
    assert not w.srv.state.delegations()


@covers("RFC8881 10.2.1", "what a reclaimed delegation let its holder open is opened in the grace period")
@meets("7530-10.2.1-2", "8881-10.2.1-2")
def test_opens_of_delegation(w):
    w.given(BOTH)
    w.restart()
    stateid = stateid_of(reclaim(w, OPEN_DELEGATE_WRITE, BOTH)[1])
    claim = open_claim4(CLAIM_DELEGATE_CUR, delegate_cur_info=open_claim_delegate_cur4(stateid, b"f"))
    attempt = op.open("f", share_access=READ, owner=b"local")
    w.c.compound(op.putfh(w.top), attempt.fails(NFS4ERR.GRACE))
    w.c.compound(op.putfh(w.top), op.open(claim=claim, share_access=READ, owner=b"local"))


@covers("RFC8881 10.2.1", "one that was revoked is not reclaimed, by a client that may not know: the open is; after the grace period it is given one as ever")
@meets("7530-10.2.1-3")
def test_revoked(w):
    w.given(BOTH)
    w.let_lapse()
    w.other.read(w.fh)
    for _ in range(2):  # nor after another restart, in whose grace period nothing was lost
        w.restart()
        assert reclaim(w, OPEN_DELEGATE_WRITE, BOTH)[1].delegation_type in NONE
        assert not w.srv.state.delegations()
    w.complete()
    w.srv.end_grace()
    w.other.open(w.top, "other file", create(mode=0o666))  # which is told when all before it is durable
    w.restart()
    assert reclaim(w, OPEN_DELEGATE_WRITE, BOTH)[1].delegation_type == OPEN_DELEGATE_WRITE


@pytest.mark.parametrize("how", ["the grace period is over", "the client is new"])
@covers("RFC8881 8.4.2", "no delegation is reclaimed by who may reclaim nothing")
def test_not_admitted(w, how):
    w.given(BOTH)
    w.restart()
    if how == "the client is new":
        w.back(verifier=b"restarts")
    else:
        w.srv.end_grace()
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=OPEN_DELEGATE_WRITE)
    w.c.compound(op.putfh(w.fh), op.open(claim=claim, share_access=BOTH).fails(NFS4ERR.NO_GRACE, NFS4ERR.RECLAIM_BAD))
    assert not w.srv.state.delegations()


@covers("RFC8881 18.16.3", "what cannot stay is given with `recall` set, and asked back")
@meets("7530-16.16-10", "7530-16.16-12")
def test_asked_back(w):
    w.given(BOTH)
    w.srv.configure("nfs4.max_delegations", 0)
    w.restart()
    _, found = reclaim(w, OPEN_DELEGATE_WRITE, BOTH)
    assert found.delegation_type == OPEN_DELEGATE_WRITE and pre_recalled(found)
    assert bytes(w.recalled().stateid.other) == bytes(stateid_of(found).other)
    w.give_back(stateid_of(found))
    assert not w.srv.state.delegations()


@covers("RFC8881 10.2.1", "what another client has reclaimed against it leaves the open alone")
def test_contradicted(w):
    w.given(READ)
    second = w.new_holder()
    if w.minorversion == 0:
        second.c.close(second.c.open(w.top, "other file", share_access=READ))
    theirs = second.c.open(w.top, "f", share_access=READ)
    w.restart()
    back = type(second)(*(w.srv,) if w.minorversion == 0 else (w.srv, w.minorversion), who=second.who, complete=False)
    w.closing.append(back.close)
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=OPEN_DELEGATE_NONE)
    back.c.compound(op.putfh(w.fh), op.open(claim=claim, share_access=BOTH, owner=theirs.owner))
    assert reclaim(w, OPEN_DELEGATE_READ)[1].delegation_type in NONE
