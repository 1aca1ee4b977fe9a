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


@pytest.mark.parametrize("access", [1, 2, 3], ids=["READ", "WRITE", "BOTH"])
@covers("RFC8881 18.49.3", "OPEN4_SHARE_ACCESS_READ and OPEN4_SHARE_ACCESS_WRITE in WANT_DELEGATION's wda_want are ignored")
@meets("8881-18.49.3-4")
def test_want_access_ignored(w, access):
    r = w.c.compound(op.putfh(w.fh), op.want_delegation(nfs4.OPEN4_SHARE_ACCESS_WANT_READ_DELEG | access))
    assert r.want_delegation.delegation_type == nfs4.OPEN_DELEGATE_READ


@pytest.mark.parametrize("kind", [nfs4.NF4LNK, nfs4.NF4FIFO, nfs4.NF4SOCK], ids=lambda k: k.name)
@covers("RFC8881 18.49.3", "WND4_WRITE_DELEG_NOT_SUPP_FTYPE: a write delegation of what is never written")
@meets("8881-18.49.3-5")
def test_want_write_of_others(w, kind):
    made = w.c.create(w.top, kind, "special", **({"linkdata": "target"} if kind == nfs4.NF4LNK else {}))
    r = w.c.compound(op.putfh(made), op.want_delegation(nfs4.OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG))
    assert r.want_delegation.od_whynone.ond_why == nfs4.WND4_WRITE_DELEG_NOT_SUPP_FTYPE


@covers("RFC8881 2.10.6.3", "a recall names the request that gave the delegation, whose reply the client may not have seen")
@meets("8881-2.10.6.3-1")
def test_referring_call(w):
    stateid = w.given(READ)
    given = w.opened.results.sequence
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid)
    lists = w.callbacks.of("CB_SEQUENCE")[-1].args.csa_referring_call_lists
    called = {(bytes(each.rcl_sessionid), c.rc_slotid, c.rc_sequenceid) for each in lists for c in each.rcl_referring_calls}
    assert (bytes(given.sr_sessionid), given.sr_slotid, given.sr_sequenceid) in called
