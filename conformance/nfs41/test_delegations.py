"""Delegations of files: RFC 8881 10.2 to 10.5, 18.6, 18.16, 18.38, 18.48, 18.49 and 20.2."""

import pytest

from conformance.delegation_cases import *  # noqa: F403
from conformance.delegation_cases import NONE
from conformance.delegations import BOTH, READ, World, stateid_of, world
from dittofs.nfs4 import (
    CLAIM_DELEG_CUR_FH, CLAIM_DELEGATE_CUR, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_NO_DELEG, OPEN4_SHARE_ACCESS_WANT_READ_DELEG,
    OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, OPEN_DELEGATE_NONE_EXT, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE,
    SEQ4_STATUS_RECALLABLE_STATE_REVOKED, WND4_CONTENTION, WND4_IS_DIR, WND4_NOT_SUPP_DOWNGRADE,
    WND4_NOT_WANTED, WND4_RESOURCE, BACK, channel, create, op, open_claim4, open_claim_delegate_cur4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4_cb

pytestmark = needs("own")
w = world(1)


@covers("RFC8881 18.16.3", "WND4_NOT_WANTED: who wants none is given none")
@meets("8881-18.16.3-11")
def test_want_none(w):
    _, found = w.open(READ, OPEN4_SHARE_ACCESS_WANT_NO_DELEG)
    assert found.delegation_type == OPEN_DELEGATE_NONE_EXT and found.od_whynone.ond_why == WND4_NOT_WANTED


@covers("RFC8881 18.16.3", "who wants a read delegation of a file open for writing is given one")
def test_want_read(w):
    assert w.open(BOTH, OPEN4_SHARE_ACCESS_WANT_READ_DELEG)[1].delegation_type == OPEN_DELEGATE_READ


@covers("RFC8881 18.16.3", "WND4_CONTENTION: somebody else has it open")
@meets("8881-18.16.3-11")
def test_contention(w):
    w.other.open(w.top, "f", share_access=BOTH)
    _, found = w.open(READ, OPEN4_SHARE_ACCESS_WANT_READ_DELEG)
    assert found.od_whynone.ond_why == WND4_CONTENTION


@covers("RFC8881 18.16.3", "WND4_RESOURCE: there is no way to call the client")
@meets("8881-18.16.3-11")
def test_resource(w):
    found = w.other.open(w.top, "f", share_access=READ | OPEN4_SHARE_ACCESS_WANT_READ_DELEG).results.open.delegation
    assert found.od_whynone.ond_why == WND4_RESOURCE


@covers("RFC8881 18.16.3", "WND4_NOT_SUPP_DOWNGRADE: a write delegation stays one")
@meets("8881-18.16.3-11")
def test_downgrade(w):
    w.given(BOTH)
    assert w.open(READ, OPEN4_SHARE_ACCESS_WANT_READ_DELEG, owner=b"another")[1].od_whynone.ond_why == WND4_NOT_SUPP_DOWNGRADE


@covers("RFC8881 10.4", "a read delegation becomes a write delegation when its holder opens the file for writing: the same stateid, one further")
def test_upgrade(w):
    stateid = w.given(READ)
    _, found = w.open(BOTH, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, owner=b"another")
    assert found.delegation_type == OPEN_DELEGATE_WRITE
    upgraded = stateid_of(found)
    assert upgraded.other == stateid.other and upgraded.seqid == stateid.seqid + 1
    w.c.write(w.fh, 0, b"mine", upgraded)
    w.c.compound(op.putfh(w.fh), op.write(stateid, 0, b"mine").fails(NFS4ERR.OLD_STATEID))
    assert [d["write"] for d in w.srv.state.delegations()] == [True]
    w.resolve(w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4)), upgraded)


@covers("RFC8881 10.4", "no upgrade while somebody else reads")
@meets("8881-18.16.3-11")
def test_no_upgrade(w):
    w.given(READ)
    w.other.open(w.top, "f", share_access=READ)
    _, found = w.open(BOTH, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, owner=b"another")
    assert found.od_whynone.ond_why == WND4_CONTENTION


@covers("RFC8881 18.49.3", "WANT_DELEGATION gives one without an open; of a directory WND4_IS_DIR")
@meets("8881-18.49.3-1")
def test_want_delegation(w):
    r = w.c.compound(op.putfh(w.fh), op.want_delegation(OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG))
    assert r.want_delegation.delegation_type == OPEN_DELEGATE_WRITE
    w.resolve(w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4)), stateid_of(r.want_delegation))
    r = w.c.compound(op.putfh(w.top), op.want_delegation())
    assert r.want_delegation.od_whynone.ond_why == WND4_IS_DIR


@covers("RFC8881 18.16.3", "CLAIM_DELEGATE_CUR and CLAIM_DELEG_CUR_FH: the holder opens what it is asked to give back")
@pytest.mark.parametrize("claim", ["CLAIM_DELEGATE_CUR", "CLAIM_DELEG_CUR_FH"])
def test_claim_current(w, claim):
    stateid = w.given(BOTH)
    w.c.close(w.opened)
    attempt = w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"theirs"))
    w.recalled()
    if claim == "CLAIM_DELEGATE_CUR":
        at, how = w.top, open_claim4(CLAIM_DELEGATE_CUR, delegate_cur_info=open_claim_delegate_cur4(stateid, b"f"))
    else:
        at, how = w.fh, open_claim4(CLAIM_DELEG_CUR_FH, oc_delegate_stateid=stateid)
    r = w.c.compound(op.putfh(at), op.open(claim=how, share_access=BOTH))
    assert r.open.delegation.delegation_type in NONE
    w.c.write(w.fh, 0, b"mine", r.open.stateid)
    w.give_back(stateid)
    attempt.result()
    assert w.c.read(w.fh, 0, 6, r.open.stateid) == b"theirs"


@covers("RFC8881 10.4.5", "a revoked one: SEQUENCE says so, TEST_STATEID names it, FREE_STATEID ends both")
@meets("8881-10.5-1", "8881-18.46.3-5")
def test_free_revoked(w):
    stateid = w.given(BOTH)
    w.c.close(w.opened)
    attempt = w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
    w.recalled()
    w.srv.clock.advance(2)
    attempt.result()
    w.pass_time(w.lease() + 1)
    r = w.c.compound(op.test_stateid(stateid))
    assert r.test_stateid.tsr_status_codes == [NFS4ERR.DELEG_REVOKED]
    assert r.sequence.sr_status_flags & SEQ4_STATUS_RECALLABLE_STATE_REVOKED
    w.c.compound(op.free_stateid(stateid))
    r = w.c.compound(op.test_stateid(stateid))
    assert r.test_stateid.tsr_status_codes == [NFS4ERR.BAD_STATEID]
    assert not r.sequence.sr_status_flags & SEQ4_STATUS_RECALLABLE_STATE_REVOKED


@covers("RFC8881 18.6.3", "DELEGRETURN: only the current file's, only once")
@meets("8881-18.6.3-1")
def test_return(w):
    stateid = w.given(READ)
    w.c.compound(op.putfh(w.top), op.delegreturn(stateid).fails(NFS4ERR.BAD_STATEID))
    w.give_back(stateid)
    w.c.compound(op.putfh(w.fh), op.delegreturn(stateid).fails(NFS4ERR.BAD_STATEID))


@covers("RFC8881 8.4.2", "a client that goes leaves no delegation")
def test_lease_ends(w):
    w.given(BOTH)
    w.srv.clock.advance(w.lease() * 2)
    assert w.srv.state.delegations()  # nobody wants the file
    w.srv.clock.advance(24 * 3600)
    assert not w.srv.state.delegations()


@covers("RFC8881 20.6", "CB_RECALL_ANY: a server that has given all it may asks for some back")
@meets("8881-20.6.3-1")
def test_recall_any(instance):
    w = World(instance(store="memory", clock="manual", settings={"nfs4.max_delegations": 2}), 1)
    try:
        given = [w.open(BOTH, how=create(), name=name, owner=b"%d" % n) for n, name in enumerate(("a", "b", "c"))]
        assert [d.delegation_type for _, d in given][:2] == [OPEN_DELEGATE_WRITE] * 2
        assert given[2][1].delegation_type in NONE
        (call,) = w.holder.called("CB_RECALL_ANY")
        assert call.args.craa_objects_to_keep == 1
        [types] = call.args.craa_type_mask
        delegations = ("RDATA", "WDATA", "DIR")
        assert types and not types & ~sum(1 << getattr(nfs4_cb, f"RCA4_TYPE_MASK_{each}_DLG") for each in delegations)
        w.c.compound(op.putfh(given[0][0].fh), op.delegreturn(stateid_of(given[0][1])))
        assert w.open(BOTH, how=create(), name="d", owner=b"d")[1].delegation_type == OPEN_DELEGATE_WRITE
    finally:
        w.close()


@pytest.mark.parametrize("cached", [0, 4096])
@covers("RFC8881 20.9.3", "csa_cachethis: only of a client that has room for replies in its cache")
def test_cachethis(w, cached):
    second = w.new_holder(csa_back_chan_attrs=channel(BACK, maxresponsesize_cached=cached))
    _, found = w.open(READ, c=second.c)
    attempt = w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x"))
    second.called("CB_RECALL")
    assert second.callbacks.of("CB_SEQUENCE")[-1].args.csa_cachethis == (cached > 0)
    w.give_back(stateid_of(found), second.c)
    attempt.result()
