"""Delegations over a restart of their client, in every minor version; a suite takes these with a fixture `w`."""

import pytest

from conformance.delegation_cases import NONE
from conformance.delegations import BOTH, READ, stateid_of
from dittofs.nfs4 import (
    CLAIM_DELEGATE_PREV, NFS4ERR, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, op, open_claim4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets


def by_name(w):
    return op.putfh(w.top), op.open(claim=open_claim4(CLAIM_DELEGATE_PREV, file_delegate_prev=b"f"), share_access=READ)


def restarted(w, access=BOTH):
    """The holder, which had a delegation and forgot it."""
    before = w.given(access)
    w.back(verifier=b"restarts")
    return before


def purge(w):
    return op.delegpurge(w.c.clientid) if w.minorversion == 0 else op.delegpurge()


@pytest.mark.parametrize("access, kind", [(READ, OPEN_DELEGATE_READ), (BOTH, OPEN_DELEGATE_WRITE)], ids=["read", "write"])
@covers("RFC8881 10.2.1", "CLAIM_DELEGATE_PREV: the delegation of the earlier incarnation, under a stateid of its own; recalled as any other")
@meets("7530-10.2.1-1", "8881-10.2.1-1")
def test_claimed(w, access, kind):
    before = restarted(w, access)
    (kept,) = w.srv.state.delegations()
    assert kept["previous"] and not w.srv.state.opens()
    w.c.compound(op.putfh(w.fh), op.delegreturn(before).fails(NFS4ERR.BAD_STATEID, NFS4ERR.EXPIRED))
    r = w.c.compound(*by_name(w))
    found = r.open.delegation
    assert found.delegation_type == kind and bytes(stateid_of(found).other) != bytes(before.other)
    (kept,) = w.srv.state.delegations()
    assert not kept["previous"] and kept["write"] == (kind == OPEN_DELEGATE_WRITE)
    w.complete()
    w.c.read(w.fh, 0, 4, stateid_of(found))
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid_of(found))


@covers("RFC8881 10.2.1", "until it is claimed nobody is let in: NFS4ERR_DELAY, and no recall of what the client does not know; after the claim it is recalled")
@meets("7530-10.2.1-1", "8881-10.2.1-1")
def test_in_the_way(w):
    restarted(w)
    attempt = w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
    while not attempt.done:
        w.other.endpoint.poll(0.02)
        w.srv.clock.advance(1)
    attempt.result()
    assert not w.callbacks.of("CB_RECALL")
    found = w.c.compound(*by_name(w)).open.delegation
    w.resolve(w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4)), stateid_of(found))


@covers("RFC8881 10.2.1", "what is not claimed within a lease period goes")
@meets("7530-10.2.1-1", "8881-10.2.1-1")
def test_lease_period(w):
    restarted(w)
    w.pass_time(w.lease() * 0.9)
    assert w.srv.state.delegations()
    w.pass_time(w.lease() * 0.2)
    assert not w.srv.state.delegations()
    w.c.compound(*(by_name(w)[0], by_name(w)[1].fails(NFS4ERR.RECLAIM_BAD)))
    assert w.other.read(w.fh) == b"data"


@covers("RFC8881 18.5.3", "DELEGPURGE: what was not claimed goes at once, what was stays")
@meets("7530-10.2.1-1", "8881-18.5.3-1")
def test_purge(w):
    restarted(w)
    w.c.compound(purge(w))
    assert not w.srv.state.delegations()
    w.c.compound(*(by_name(w)[0], by_name(w)[1].fails(NFS4ERR.RECLAIM_BAD)))
    assert w.other.read(w.fh) == b"data"


@covers("RFC8881 18.5.3", "DELEGPURGE leaves alone what the client has claimed")
def test_purge_claimed(w):
    restarted(w)
    found = w.c.compound(*by_name(w)).open.delegation
    w.c.compound(purge(w))
    w.c.read(w.fh, 0, 4, stateid_of(found))
    w.give_back(stateid_of(found))


@covers("RFC8881 10.2.1", "twice: the second claim finds nothing")
def test_twice(w):
    restarted(w)
    w.c.compound(*by_name(w))
    w.c.compound(*(by_name(w)[0], by_name(w)[1].fails(NFS4ERR.RECLAIM_BAD)))


@covers("RFC8881 10.2.1", "another client has nothing of it")
def test_anothers(w):
    restarted(w)
    where, attempt = by_name(w)
    w.other.compound(where, attempt.fails(NFS4ERR.RECLAIM_BAD, NFS4ERR.NO_GRACE))


@covers("RFC8881 18.35.5", "the same incarnation that comes again has lost nothing")
def test_same_verifier(w):
    stateid = w.given(BOTH)
    w.back()
    (kept,) = w.srv.state.delegations()
    assert not kept["previous"]
    w.c.compound(op.putfh(w.fh), op.delegreturn(stateid))


@covers("RFC8881 10.2.1", "a restart after a restart: what was not claimed is kept for the next")
def test_two_restarts(w):
    restarted(w)
    w.back(verifier=b"and more")
    found = w.c.compound(*by_name(w)).open.delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE
    w.give_back(stateid_of(found))
    assert not w.srv.state.delegations()


@covers("RFC8881 10.2.1", "to the client itself it is no obstacle; it is given no second one")
def test_own(w):
    restarted(w)
    w.complete()
    opened, found = w.open(BOTH)
    assert w.minorversion > 0 or found.delegation_type in NONE
    w.c.write(w.fh, 0, b"mine", opened.stateid)
