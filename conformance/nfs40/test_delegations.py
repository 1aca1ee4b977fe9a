"""Delegations of files in minor version 0: RFC 7530 10.2 to 10.5, 16.5, 16.6, 16.16, 16.28."""

from conformance.delegation_cases import *  # noqa: F403
from conformance.delegations import BOTH, READ, world
from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")
w = world(0)


@covers("RFC7530 16.28.4", "NFS4ERR_CB_PATH_DOWN: RENEW of a client with delegations that cannot be called back")
@meets("7530-16.28-1")
def test_path_down(w):
    stateid = w.given(BOTH)
    w.c.close(w.opened)
    w.c.compound(op.renew())
    w.holder.listener.close()
    attempt = w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
    w.srv.trace.wait("nfs4.cb.path", clientid=w.c.clientid, path="down")
    w.c.compound(op.renew().fails(NFS4ERR.CB_PATH_DOWN))
    w.srv.clock.advance(2)
    attempt.result()
    w.give_back(stateid)
    w.c.compound(op.renew())


@covers("RFC7530 16.33", "another callback address counts from its confirmation on")
@meets("7530-17.2-1")
def test_moved(w):
    stateid = w.given(READ)
    moved = type(w.holder)(w.srv)  # a listener of its own
    w.closing.append(moved.close)
    mark = w.srv.trace.last
    w.c.setclientid(cb_program=0x40000001, cb_location=moved.listener.location, callback_ident=7)
    w.srv.trace.wait("nfs4.cb.path", after=mark, clientid=w.c.clientid, path="up")
    attempt = w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x"))
    (call,) = moved.called("CB_RECALL")
    assert call.compound.callback_ident == 7
    w.give_back(stateid)
    attempt.result()
