"""A lease has ended and nobody wants what its client holds: RFC 7530 9.6.3.1. On servers of the test's own."""

import pytest

from conformance.restarts import durable
from dittofs.nfs4 import NFS4ERR, WRITE_LT, create, op
from dittofs.rpc import Sys
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


w = durable(0)


@pytest.fixture
def late(w):
    """A client whose lease has ended, its open with a lock, and another client."""
    c, other = w.client(), w.client()
    opened = c.open(w.top, "f", create(mode=0o666), share_deny=2)
    c.lock(opened, WRITE_LT, 0, 10)
    w.wait(5, other)
    return c, opened, other


@covers("RFC7530 9.6.3.1", "locks of a lease that has ended may be left to the client, until somebody wants what conflicts with them")
def test_back(w, late):
    c, opened, other = late
    assert w.srv.state.client(c.clientid)["courtesy"]
    c.write(opened.fh, 0, b"x", opened.stateid)
    assert w.taken(other, "f")
    c.close(opened)
    assert not w.taken(other, "f")


@pytest.mark.parametrize("what", ["OPEN", "LOCK"])
@covers("RFC7530 9.6.3.1", "then all of the client's state is gone: NFS4ERR_EXPIRED, for its stateids and its client id")
@meets("7530-9.6.3-1", "7530-9.6.3.1-1")
def test_conflict(w, late, what):
    c, opened, other = late
    theirs = other.open(w.top, "f", share_access=1 if what == "LOCK" else 3)
    if what == "LOCK":
        test = op.lockt(WRITE_LT, 0, 1)
        other.compound(op.putfh(theirs.fh), test)
    c.compound(op.putfh(opened.fh), op.read(opened, 0, 1).fails(NFS4ERR.EXPIRED))
    c.compound(op.renew().fails(NFS4ERR.EXPIRED))
    c.compound(op.putfh(w.top), op.open("f", seqid=0).fails(NFS4ERR.EXPIRED))
    assert not w.row(c)
    c.setclientid()
    c.write(opened.fh, 0, b"x", c.open(w.top, "f").stateid)


@covers("RFC7530 9.1.1", "the name of a client whose lease has ended may be another principal's")
@meets("7530-9.1.2-2")
def test_name(w, late):
    c, opened, other = late
    w.client(id=c.id, verifier=b"somebody", cred=Sys(uid=7, gid=7))
    c.compound(op.renew().fails(NFS4ERR.STALE_CLIENTID, NFS4ERR.EXPIRED))


@covers("RFC7530 9.6.3.1", "of a client without state nothing is left when its lease has ended")
def test_without_state(w):
    c = w.client()
    c.close(c.open(w.top, "f", create(mode=0o666)))
    w.wait(1.1)
    c.compound(op.renew().fails(NFS4ERR.EXPIRED))
