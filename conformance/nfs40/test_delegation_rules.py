"""Delegations in minor version 0: confirmation, callbacks as the client asked for them, callbacks that do not arrive."""

from conformance.delegation_rules import *  # noqa: F403
from conformance.delegations import BOTH, READ, stateid_of, world
from dittofs.nfs4 import NFS4ERR, OPEN4_RESULT_CONFIRM, OPEN_DELEGATE_NONE, create, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import rpc

pytestmark = needs("own")
w = world(0)


@covers("RFC7530 9.1.11", "an open that is to be confirmed brings none")
@meets("7530-9.1.11-2")
def test_not_before_confirmation(w):
    opened, found = w.open(READ, owner=b"never seen before")
    assert opened.results.open.rflags & OPEN4_RESULT_CONFIRM and found.delegation_type == OPEN_DELEGATE_NONE
    w.c.close(opened)
    assert not w.open(READ, owner=b"never seen before")[0].results.open.rflags & OPEN4_RESULT_CONFIRM


@covers("RFC7530 3.3.3", "a callback has the flavor of the SETCLIENTID that asked for it")
@meets("7530-3.3.3-1")
def test_flavor(w):
    stateid = w.given(READ)
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid)
    (call,) = w.callbacks.of("CB_RECALL")
    assert call.header.body.cbody.cred.flavor == rpc.AUTH_SYS


@covers("RFC7530 10.4.6", "where a recall does not arrive: not revoked within a lease, and RENEW renews the opens although it fails")
@meets("7530-10.4.6-2", "7530-16.28-4")
def test_patience(w):
    stateid = w.given(BOTH)
    w.c.close(w.opened)
    kept = w.c.open(w.top, "kept", create(mode=0o666))
    if kept.results.open.delegation.delegation_type != OPEN_DELEGATE_NONE:
        w.c.compound(op.putfh(kept.fh), op.delegreturn(stateid_of(kept.results.open.delegation)))
    mark = w.srv.trace.last
    w.holder.listener.close()
    attempt = w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
    w.srv.trace.wait("nfs4.cb.path", after=mark, clientid=w.c.clientid, path="down")
    w.srv.clock.advance(2)
    attempt.result()
    for part in range(3):
        if part == 2:
            assert w.c.read(w.fh, 0, 4, stateid) == b"data"
            w.give_back(stateid)
        w.srv.clock.advance(w.lease() * 0.45)
        w.c.compound(op.renew().fails(NFS4ERR.CB_PATH_DOWN) if part < 2 else op.renew())
        w.other.compound(op.renew())
    w.c.write(kept.fh, 0, b"x", kept.stateid)
