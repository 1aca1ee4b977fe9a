"""Recovery from a restart of the server: RFC 8881 8.4.2, 18.51. On a durable server of the test's own."""

import pytest

from conformance.restarts import NOT_YOURS, durable, previous, restarted  # noqa: F401
from dittofs import mount, nfs3, nfs4
from dittofs.nfs4 import (
    ANONYMOUS, NFS4ERR, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, SEQ4_STATUS_RESTART_RECLAIM_NEEDED, WRITE_LT, create, op,
)  # fmt: skip
from dittofs.rpc import Sys
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


w = durable(1)


def flags(c):
    return c.compound(op.sequence()).sequence.sr_status_flags


@pytest.mark.parametrize("how", ["crash", "stop"])
@covers("RFC8881 8.4.2", "after a restart the session is NFS4ERR_BADSESSION, the client id NFS4ERR_STALE_CLIENTID; then what was open is reclaimed")
def test_reclaim(w, how):
    old = w.client()
    opened = old.open(w.top, "f", create(mode=0o666), share_deny=2)
    w.restart(how)
    over = nfs4.Client(w.srv.host, w.srv.nfs_port, minorversion=1)
    old.over(over.endpoint).compound(op.sequence().fails(NFS4ERR.BADSESSION))
    old.client.over(over.endpoint).compound(op.create_session().fails(NFS4ERR.STALE_CLIENTID))
    over.endpoint.close()
    c = w.back(old)
    again = w.reclaim(c, opened, share_deny=2)
    c.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID))
    c.write(again.fh, 0, b"x", again.stateid)
    c.lock(again, WRITE_LT, 0, 10, reclaim=True)
    w.complete(c)
    other = w.client()
    assert w.taken(other, "f") and w.locked(other, opened, 0, 1)


@covers("RFC8881 18.46.3", "SEQ4_STATUS_RESTART_RECLAIM_NEEDED until RECLAIM_COMPLETE, for whoever had state before the restart")
@meets("8881-18.46.3-4")
def test_flag(w, restarted):
    c, opened = restarted
    assert flags(c) & SEQ4_STATUS_RESTART_RECLAIM_NEEDED
    w.reclaim(c, opened, share_deny=2)
    assert flags(c) & SEQ4_STATUS_RESTART_RECLAIM_NEEDED
    stranger = w.client(complete=False)
    assert flags(stranger) & SEQ4_STATUS_RESTART_RECLAIM_NEEDED == 0
    w.complete(c)
    assert flags(c) & SEQ4_STATUS_RESTART_RECLAIM_NEEDED == 0


@covers("RFC8881 18.51.3", "when all have said that they are complete nobody waits any longer")
@meets("8881-8.4.2.1-3")
def test_early_end(w):
    one, two = w.client(), w.client()
    for c, name in (one, "f"), (two, "g"):
        c.open(w.top, name, create(mode=0o666))
    w.restart()
    one, two = w.back(one), w.back(two)
    w.complete(one)
    assert w.grace
    one.compound(op.putfh(w.top), op.open("h", create()).fails(NFS4ERR.GRACE))
    w.complete(two)
    assert not w.grace
    one.open(w.top, "h", create())


@covers("RFC8881 18.51.3", "NFS4ERR_NO_GRACE: a reclaim after RECLAIM_COMPLETE, within the grace period of others too")
@meets("8881-8.4.2.1-6", "8881-18.51.3-2")
def test_after_complete(w):
    one, two = w.client(), w.client()
    opened = one.open(w.top, "f", create(mode=0o666))
    two.open(w.top, "g", create())
    w.restart()
    one = w.back(one)
    again = w.reclaim(one, opened)
    w.complete(one)
    assert w.grace
    w.refused(one, opened, NFS4ERR.NO_GRACE)
    attempt = op.lock(WRITE_LT, 0, 1, open_stateid=again, reclaim=True)
    one.compound(op.putfh(again.fh), attempt.fails(NFS4ERR.NO_GRACE))


@covers("RFC8881 18.51.3", "RECLAIM_COMPLETE of one file system is not that of all")
def test_one_fs(w, restarted):
    c, opened = restarted
    c.compound(op.putfh(w.top), op.reclaim_complete(rca_one_fs=True))
    w.reclaim(c, opened, share_deny=2)
    w.complete(c)
    c.compound(op.reclaim_complete().fails(NFS4ERR.COMPLETE_ALREADY))


@covers("RFC8881 8.4.2", "NFS4ERR_GRACE: what is no reclaim and could conflict with one")
@meets("8881-8.4.2.1-1", "8881-8.4.2.1-5")
def test_grace(w, restarted):
    c, opened = restarted
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
    c.write(again.fh, 0, b"x", again.stateid)
    other.getattr(opened.fh, "size")
    other.mkdir(w.top, "d")


@covers("RFC8881 8.4.2", "the grace period ends by itself when somebody does not come")
@meets("8881-8.4.2.1-2", "8881-8.4.2.1-6")
def test_end(w, restarted):
    c, opened = restarted
    w.wait(1.1, c)
    assert not w.grace
    w.refused(c, opened, NFS4ERR.NO_GRACE, share_deny=2)
    c.compound(op.putfh(w.top), op.open("f").fails(NFS4ERR.GRACE))  # before RECLAIM_COMPLETE
    w.complete(c)
    c.open(w.top, "f")


@covers("RFC8881 8.4.2.1", "who had nothing, and the next incarnation of who had something, has nothing to reclaim")
@meets("8881-8.4.3-3")
def test_not_yours(w, restarted):
    c, opened = restarted
    w.refused(w.client(complete=False), opened, *NOT_YOURS)
    born = w.client(like=c, complete=False, verifier=b"rebooted")
    w.refused(born, opened, *NOT_YOURS, share_deny=2)


@covers("RFC8881 8.4.2.1.1", "a reclaim grants no more than permission does: another user of the client, of a file that is not his")
@meets("8881-8.4.2.1.1-1")
def test_permission(w):
    old = w.client()
    opened = old.open(w.top, "f", create(mode=0o600))
    w.restart()
    c = w.back(old)
    w.refused(c.as_(Sys(uid=1000, gid=1000)), opened, NFS4ERR.ACCESS)
    w.reclaim(c, opened)


@covers("RFC8881 18.16.4", "NFS4ERR_RECLAIM_CONFLICT: what is reclaimed conflicts with what was reclaimed")
@meets("8881-8.4.2.1.1-1")
def test_conflict(w):
    one, two = w.client(), w.client()
    first, second = one.open(w.top, "f", create(mode=0o666)), two.open(w.top, "f")
    w.restart()
    one, two = w.back(one), w.back(two)
    first = w.reclaim(one, first)
    one.lock(first, WRITE_LT, 0, 10, reclaim=True)
    w.refused(two, second, NFS4ERR.RECLAIM_CONFLICT, share_deny=2)
    second = w.reclaim(two, second)
    attempt = op.lock(WRITE_LT, 5, 1, open_stateid=second, lock_owner=b"two", reclaim=True)
    two.compound(op.putfh(second.fh), attempt.fails(NFS4ERR.RECLAIM_CONFLICT))


@pytest.mark.parametrize("kind", [OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE], ids=lambda k: k.name)
@covers("RFC8881 10.2.1", "an open is reclaimed with a delegation that the client had: it gets it, or goes without")
def test_delegation(w, restarted, kind):
    c, opened = restarted
    attempt = op.open(claim=previous(kind), owner=opened.owner, share_deny=2)
    c.compound(op.putfh(opened.fh), attempt)


@covers("RFC8881 18.16.3", "OPEN4_RESULT_PRESERVE_UNLINKED: a removed file that was open is there to be reclaimed, until the grace period ends")
@meets("8881-18.16.3-19")
def test_unlinked(w):
    c = w.client()
    kept, lost = (c.open(w.top, name, create(mode=0o666)) for name in ("kept", "lost"))
    for opened in kept, lost:
        c.write(opened.fh, 0, b"data", opened.stateid)
        assert opened.results.open.rflags & nfs4.OPEN4_RESULT_PRESERVE_UNLINKED
    c.remove(w.top, "kept")
    c.remove(w.top, "lost")
    w.restart()
    c = w.back(c)
    kept = w.reclaim(c, kept)
    assert c.read(kept.fh, 0, 4, kept.stateid) == b"data"
    w.complete(c)
    assert c.read(kept.fh, 0, 4, kept.stateid) == b"data"
    c.compound(op.putfh(lost.fh).may_fail(NFS4ERR.STALE), op.getattr("size").fails(NFS4ERR.STALE))
    c.close(kept)
    c.compound(op.putfh(kept.fh).may_fail(NFS4ERR.STALE), op.getattr("size").fails(NFS4ERR.STALE))


@covers("RFC8881 8.4.2", "what a client of NFSv3 does in the grace period takes nothing away that is to be reclaimed")
def test_nfs3(w, restarted):
    c, opened = restarted
    top = nfs3.fh(mount.Client(w.srv.host, w.srv.nfs_port).mnt("/export").fhandle)
    with nfs3.Client(w.srv.host, w.srv.nfs_port) as v3:
        v3.write(v3.lookup(top, "f").object.data, 0, b"data")
        v3.remove(top, "f")
    again = w.reclaim(c, opened, share_deny=2)
    w.complete(c)
    assert c.read(again.fh, 0, 4, again.stateid) == b"data"
    c.close(again)
    c.compound(op.putfh(again.fh).may_fail(NFS4ERR.STALE), op.getattr("size").fails(NFS4ERR.STALE))


@covers("RFC8881 8.4.3", "first edge condition: whoever lost its lease to somebody's lock does not reclaim after a restart")
@meets("8881-8.4.3-3")
def test_first_edge(w):
    a, b = w.client(), w.client()
    mine = a.open(w.top, "f", create(mode=0o666), share_deny=2)
    w.wait(1.5, b)
    b.close(b.open(w.top, "f"))
    w.restart()
    w.refused(w.back(a), mine, *NOT_YOURS, share_deny=2)


@covers("RFC8881 8.4.3", "second edge condition: whoever missed a grace period does not reclaim in the next")
@meets("8881-8.4.3-3")
def test_second_edge(w):
    a, b = w.client(), w.client()
    mine, theirs = a.open(w.top, "f", create(mode=0o666), share_deny=2), b.open(w.top, "g", create(mode=0o666))
    w.restart()
    b = w.back(b)
    w.reclaim(b, theirs)
    w.complete(b)
    w.wait(1.1, b)
    b.close(b.open(w.top, "f"))
    w.restart()
    assert w.grace
    w.refused(w.back(a), mine, *NOT_YOURS, share_deny=2)
    w.reclaim(w.back(b), theirs)


@covers("RFC8881 8.4.2.1", "a restart within the grace period takes nothing from those who have not come yet, nor from those who have")
@meets("8881-8.4.2.1-3")
def test_twice(w):
    a, b = w.client(), w.client()
    mine, theirs = a.open(w.top, "f", create(mode=0o666), share_deny=2), b.open(w.top, "g", create(mode=0o666))
    w.restart()
    b = w.back(b)
    w.reclaim(b, theirs)
    w.complete(b)
    w.restart()
    a, b = w.back(a), w.back(b)
    w.reclaim(a, mine, share_deny=2)
    w.reclaim(b, theirs)


@covers("RFC8881 8.4.2.1", "whoever destroyed its client id is not waited for")
def test_destroyed(w):
    c = w.client()
    c.close(c.open(w.top, "f", create(mode=0o666)))
    c.destroy()
    c.client.destroy()
    w.restart("stop")
    assert not w.grace


@covers("RFC8881 8.4.2.1", "the grace period is as long as the lease that the clients were told before, whatever it is now")
@meets("8881-8.4.2.1-2")
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
