"""Recovery from a restart of the server: RFC 7530 9.6.2, 9.6.3.4, 9.1.11. On a durable server of the test's own."""

import pytest

from conformance.restarts import NOT_YOURS, durable, previous, restarted  # noqa: F401
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, OPEN4_RESULT_CONFIRM, OPEN_DELEGATE_NONE, READ_LT, WRITE_LT, create, op
from dittofs.rpc import Sys
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


w = durable(0)


@pytest.mark.parametrize("how", ["crash", "stop"])
@covers("RFC7530 9.6.2", "after a restart there is a grace period, in which what was open is reclaimed")
@meets("7530-9.6.2-4")
def test_reclaim(w, how):
    old = w.client()
    opened = old.open(w.top, "f", create(mode=0o666), share_deny=2)
    w.restart(how)
    c = w.back(old)
    again = w.reclaim(c, opened, share_deny=2)
    c.write(again.fh, 0, b"x", again.stateid)
    w.srv.end_grace()
    other = w.client()
    assert w.taken(other, "f")
    c.close(again)
    assert not w.taken(other, "f")


@covers("RFC7530 9.1.11", "a reclaim is never asked to be confirmed")
@meets("7530-9.1.11-3")
def test_no_confirmation(w, restarted):
    c, opened = restarted
    again = w.reclaim(c, opened, share_deny=2)
    assert again.results.open.rflags & OPEN4_RESULT_CONFIRM == 0
    assert again.results.open.delegation.delegation_type == OPEN_DELEGATE_NONE


@covers("RFC7530 9.6.2", "locks are reclaimed with a new and with a known lock owner")
@meets("7530-9.6.2-4")
def test_locks(w, restarted):
    c, opened = restarted
    again = w.reclaim(c, opened, share_deny=2)
    lock = c.lock(again, WRITE_LT, 0, 10, reclaim=True)
    c.compound(op.putfh(opened.fh), op.lock(READ_LT, 20, 5, lock_stateid=lock, reclaim=True))
    w.srv.end_grace()
    other = w.client()
    assert w.locked(other, opened, 5, 1) and w.locked(other, opened, 22, 1) and not w.locked(other, opened, 12, 1)


@covers("RFC7530 9.6.2", "NFS4ERR_GRACE: what is no reclaim and could conflict with one")
@meets("7530-9.6.2-1", "7530-9.6.2-3")
def test_grace(w, restarted):
    c, opened = restarted
    assert w.grace
    other = w.client()
    for who in (c, other):
        who.compound(op.putfh(w.top), op.open("g", create(mode=0o666)).fails(NFS4ERR.GRACE))
        who.compound(op.putfh(opened.fh), op.read(count=1).fails(NFS4ERR.GRACE))
        who.compound(op.putfh(opened.fh), op.write(ANONYMOUS, 0, b"x").fails(NFS4ERR.GRACE))
        who.compound(op.putfh(opened.fh), op.setattr(size=0).fails(NFS4ERR.GRACE))
        who.compound(op.putfh(opened.fh), op.lockt(WRITE_LT, 0, 1).fails(NFS4ERR.GRACE))
        who.compound(op.putfh(w.top), op.remove("f").fails(NFS4ERR.GRACE))
        who.compound(op.putfh(w.top), op.savefh(), op.rename("f", "g").fails(NFS4ERR.GRACE))
    again = w.reclaim(c, opened, share_deny=2)
    c.compound(op.putfh(again.fh), op.lock(WRITE_LT, 0, 1, open_stateid=again).fails(NFS4ERR.GRACE))
    # What conflicts with nothing is served: names, attributes, and whoever has its open again.
    other.getattr(opened.fh, "size")
    c.mkdir(w.top, "d")
    c.write(again.fh, 0, b"x", again.stateid)
    assert c.read(again.fh, 0, 1, again.stateid) == b"x"


@covers("RFC7530 9.6.2", "the grace period ends, with the lease period at the latest; then nothing is reclaimed")
@meets("7530-9.6.2-2", "7530-9.6.2-5")
def test_end(w, restarted):
    c, opened = restarted
    w.wait(0.9, c)
    assert w.grace
    w.wait(0.2, c)
    assert not w.grace
    w.refused(c, opened, NFS4ERR.NO_GRACE, share_deny=2)
    fresh = c.open(w.top, "f")
    c.compound(op.putfh(opened.fh), op.lock(WRITE_LT, 0, 1, open_stateid=fresh, reclaim=True).fails(NFS4ERR.NO_GRACE))
    c.lock(fresh, WRITE_LT, 0, 1)


@covers("RFC7530 9.6.2", "without a client that had state there is nobody to wait for")
def test_nobody(w):
    c = w.client()
    c.mkdir(w.top, "d")
    w.restart()
    assert not w.grace
    w.client().open(w.top, "f", create())


@covers("RFC7530 9.6.3.4", "who had nothing has nothing to reclaim")
@meets("7530-9.6.3-2")
def test_stranger(w, restarted):
    c, opened = restarted
    w.refused(w.client(), opened, *NOT_YOURS)


@covers("RFC7530 9.6.3.4", "nor has the next incarnation of a client: its verifier says so")
@meets("7530-9.6.3-2")
def test_other_verifier(w, restarted):
    c, opened = restarted
    born = w.client(like=c, verifier=b"rebooted")
    w.refused(born, opened, *NOT_YOURS, share_deny=2)
    assert not w.grace  # and nobody else may come
    born.open(w.top, "f")


@covers("RFC7530 9.6.3.4", "nor has another principal with the client's name")
def test_other_principal(w):
    old = w.client(cred=Sys(uid=0, gid=0))
    opened = old.open(w.top, "f", create(mode=0o666))
    w.restart()
    thief = w.back(old, cred=Sys(uid=1000, gid=1000))
    w.refused(thief, opened, *NOT_YOURS)
    assert w.grace
    w.reclaim(w.back(old), opened)


@covers("RFC7530 16.16.6", "NFS4ERR_RECLAIM_CONFLICT: what is reclaimed conflicts with what was reclaimed")
def test_conflict(w):
    one, two = w.client(), w.client()
    first = one.open(w.top, "f", create(mode=0o666))
    second = two.open(w.top, "f")
    one.lock(first, WRITE_LT, 0, 10)
    w.restart()
    one, two = w.back(one), w.back(two)
    first = w.reclaim(one, first)
    one.lock(first, WRITE_LT, 0, 10, reclaim=True)
    w.refused(two, second, NFS4ERR.RECLAIM_CONFLICT, share_deny=2)
    second = w.reclaim(two, second)
    attempt = op.lock(WRITE_LT, 5, 1, open_stateid=second, lock_owner=b"two", reclaim=True)
    two.compound(op.putfh(second.fh), attempt.fails(NFS4ERR.RECLAIM_CONFLICT))


@covers("RFC7530 16.16.5", "a reclaim makes no file")
def test_no_create(w, restarted):
    c, opened = restarted
    wrong = op.open(None, create(mode=0o666), claim=previous(), owner=opened.owner)
    c.compound(op.putfh(opened.fh), wrong.fails(NFS4ERR.INVAL))


@covers("RFC7530 9.6.3.4", "first edge condition: whoever lost its lease to somebody's lock does not reclaim after a restart")
@meets("7530-9.6.3-2")
def test_first_edge(w):
    a, b = w.client(), w.client()
    mine = a.open(w.top, "f", create(mode=0o666), share_deny=2)
    w.wait(1.5, b)
    theirs = b.open(w.top, "f")  # a conflict: the state of the first goes
    b.close(theirs)
    w.restart()
    w.refused(w.back(a), mine, *NOT_YOURS, share_deny=2)


@covers("RFC7530 9.6.3.4", "second edge condition: whoever missed a grace period does not reclaim in the next")
@meets("7530-9.6.3-2")
def test_second_edge(w):
    a, b = w.client(), w.client()
    mine, theirs = a.open(w.top, "f", create(mode=0o666), share_deny=2), b.open(w.top, "g", create(mode=0o666))
    w.restart()
    b = w.back(b)
    w.reclaim(b, theirs)
    w.wait(1.1, b)
    b.close(b.open(w.top, "f"))
    w.restart()
    assert w.grace
    w.refused(w.back(a), mine, *NOT_YOURS, share_deny=2)
    w.reclaim(w.back(b), theirs)


@covers("RFC7530 9.6.3.4", "a restart within the grace period takes nothing from those who have not come yet, nor from those who have")
@meets("7530-9.6.2-4")
def test_twice(w):
    a, b = w.client(), w.client()
    mine, theirs = a.open(w.top, "f", create(mode=0o666), share_deny=2), b.open(w.top, "g", create(mode=0o666))
    w.restart()
    w.reclaim(w.back(b), theirs)
    w.restart()
    w.reclaim(w.back(a), mine, share_deny=2)
    w.reclaim(w.back(b), theirs)


@covers("RFC7530 9.6.3.4", "a client whose lease ended without state, or that ended it, is not waited for")
def test_not_waited_for(w):
    a = w.client()
    a.close(a.open(w.top, "f", create(mode=0o666)))
    assert w.row(a)
    w.wait(3)
    assert not w.row(a)
    w.restart("stop")
    assert not w.grace


@covers("RFC7530 9.6.3.4", "a client is written down before it has its first open, and once")
@meets("8881-8.4.2.1-3")
def test_written_first(w):
    c = w.client()
    assert w.row(c) is None
    c.open(w.top, "f", create(mode=0o666))
    assert w.row(c)["verifier"] == c.verifier.hex()
    w.srv.trace.start()
    mark = w.srv.trace.last
    c.open(w.top, "f", owner=b"another")
    assert not w.srv.trace.events("store.durable", after=mark)


@covers("RFC7530 9.6.2", "the grace period is as long as the lease that the clients were told before, whatever it is now")
@meets("7530-9.6.2-2")
def test_as_long_as_before(w):
    old = w.client()
    opened = old.open(w.top, "f", create(mode=0o666))
    w.srv.crash()
    w.srv.configure("nfs4.lease_time", 10)
    w.srv.restart()
    w.srv.clock.advance(89)
    w.reclaim(w.back(old), opened)
    w.srv.clock.advance(1)
    assert not w.grace
