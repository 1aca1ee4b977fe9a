"""What rules do besides failing: typed results, power cuts, leases, state, space."""

import pytest

from dittofs import Server, nfs3, nfs4
from dittofs.faults import (at, crash, delay, draw, error, expire, fail, full, note, once, reply, restart, revoke,
                            skip, when)
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc.errors import RpcError
from dittofs.wire import nfs3 as x3
from dittofs.wire import nfs4 as x4


def test_reply_with_a_typed_result(srv, c, root):
    said = x3.ACCESS3res(nfs3.NFS3_OK, resok=x3.ACCESS3resok(None, 0x3F))
    for moment in ("enter", "leave"):
        with srv.faults.arm(f"nfs3.proc.ACCESS.{moment}", once, reply(said)):
            assert c.access(root, 1).access == 0x3F
    s, export = nfs4.connect(srv.url)
    fh = x4.GETFH4res(nfs4.NFS4_OK, resok4=x4.GETFH4resok(b"not a handle"))
    with srv.faults.arm(at.nfs4("GETFH").enter, once, reply(fh)):
        assert bytes(s.compound(op.putfh(export), op.getfh()).getfh.object) == b"not a handle"


def test_a_result_of_another_type_is_refused(srv):
    with pytest.raises(ValueError, match="the result at nfs4.op.GETFH.enter is GETFH4res; this is none"):
        srv.faults.arm(at.nfs4("GETFH").enter, reply(x4.LOOKUP4res(NFS4ERR.NOENT)))
    with pytest.raises(ValueError, match="reply needs one operation, not nfs4.op.*.enter"):
        srv.faults.arm(at.nfs4("*").enter, reply(x4.LOOKUP4res(NFS4ERR.NOENT)))
    with pytest.raises(ValueError, match="the result at nfs3.proc.NULL.enter is nothing"):
        srv.faults.arm(at.nfs3("NULL").enter, reply(x3.ACCESS3res(NFS3ERR.IO)))


@pytest.mark.parametrize("point", ["store.txn.commit.before", "nfs3.proc.WRITE.leave", "store.write.before"])
def test_crash_at_the_very_point(mounted, point):
    with Server(store="lmdb", clock="manual", seed=3) as srv:
        m = mounted(srv)
        f = m.c.create(m.root, "f").obj.handle
        with srv.faults.arm(point, once, crash()) as rule:
            with pytest.raises(RpcError):
                m.c.write(f, 0, b"after", stable=nfs3.FILE_SYNC)
            rule.wait()
            assert not srv.running and rule.fired == 1
        srv.start()
        again = mounted(srv)
        kept = again.c.read(f, 0, 100).data
        assert bytes(kept) == (b"after" if point == "nfs3.proc.WRITE.leave" else b"")


def test_restart(mounted):
    with Server(store="lmdb", clock="manual", seed=3) as srv:
        m = mounted(srv)
        m.c.create(m.root, "f")
        port = srv.nfs_port
        with srv.faults.arm("nfs3.proc.GETATTR.enter", once, restart()) as rule:
            with pytest.raises(RpcError):
                m.c.getattr(m.root)
            rule.wait()
        assert srv.running and srv.nfs_port == port
        mounted(srv).c.lookup(m.root, "f")


def test_no_space_until_healed(srv, c, root):
    f = c.create(root, "f").obj.handle
    with srv.faults.arm(at.store("write").after, once, full("data")) as rule:
        c.write(f, 0, b"x")
        c.write(f, 1, b"x", fails=NFS3ERR.NOSPC)
        assert rule.fired == 1
        c.create(root, "metadata is not data")
    c.write(f, 1, b"x")
    srv.faults.arm("store.view.before", once, full("metadata"))
    c.getattr(root)
    c.create(root, "g", fails=NFS3ERR.NOSPC)
    srv.faults.heal()
    c.create(root, "g")


def opened(srv, minor=1):
    s, export = nfs4.connect(srv.url, minorversion=minor)
    r = s.compound(op.putfh(export), op.open("f", nfs4.create(mode=0o644)), op.getfh())
    return s, export, r


@pytest.mark.parametrize("named", [False, True])
def test_a_lease_ends(srv, named):
    s, _, r = opened(srv)
    victim = s.client if named else None
    with srv.faults.arm(at.nfs4("READ").enter, once, expire(victim)):
        s.compound(op.putfh(r.getfh.object), op.read(r.open.stateid, 0, 1).fails(NFS4ERR.EXPIRED))
    assert srv.check_state() == []


@pytest.mark.parametrize("named", [False, True])
def test_state_is_revoked(srv, named):
    """RFC 8881 8.5, 18.46.3: ADMIN_REVOKED, and SEQUENCE says so."""
    s, _, r = opened(srv)
    stateid = r.open.stateid
    with srv.faults.arm(at.nfs4("READ").enter, once, revoke(stateid if named else None)):
        s.compound(op.putfh(r.getfh.object), op.read(stateid, 0, 1).fails(NFS4ERR.ADMIN_REVOKED))
    flags = s.compound(op.putrootfh()).all[0].sr_resok4.sr_status_flags
    assert flags & nfs4.SEQ4_STATUS_ADMIN_STATE_REVOKED
    s.compound(op.free_stateid(stateid))
    assert s.compound(op.putrootfh()).all[0].sr_resok4.sr_status_flags & nfs4.SEQ4_STATUS_ADMIN_STATE_REVOKED == 0
    assert srv.check_state() == []


def test_a_slot_that_is_none(srv):
    """RFC 8881 15.1.11: what a client is told of its slot."""
    s, _ = nfs4.connect(srv.url)
    with srv.faults.arm("nfs4.slot.lookup", when(session=s.sessionid) & once, fail(NFS4ERR.BADSLOT)):
        assert s.call(op.putrootfh()).status == NFS4ERR.BADSLOT


def test_a_reply_that_is_not_kept(srv):
    """RFC 8881 2.10.6.1.3: RETRY_UNCACHED_REP where there is none any more."""
    s, export = nfs4.connect(srv.url)
    with srv.faults.arm("nfs4.slot.store", once, skip()):
        r = s.compound(op.putfh(export), op.getfh(), sa_cachethis=True)
    assert s.replay(r).status == NFS4ERR.RETRY_UNCACHED_REP


def test_a_lease_that_does_not_end(srv):
    opened(srv)
    with srv.faults.arm("state.lease.expire", skip()) as rule:
        srv.clock.advance(300)
        assert rule.fired >= 1
        assert srv.state.clients
    assert srv.check_state() == []


def test_a_number_that_is_drawn(srv):
    with srv.faults.arm("random.draw", once, draw(0x0102030405060708)) as rule:
        nfs4.connect(srv.url, minorversion=0)  # SETCLIENTID's verifier
        assert rule.fired == 1


def test_a_reply_is_changed_before_it_is_kept(srv, c, root):
    """The duplicate request cache has what the client was told."""
    with srv.faults.arm("rpc.reply.before_encode", once & when(proc="MKDIR"), fail("NFS3ERR_IO")):
        made = c.mkdir.call(root, "d")
        assert made.status == NFS3ERR.IO
    assert c.replay(made).status == NFS3ERR.IO
    c.lookup(root, "d")


def test_a_record_that_is_not_put_down(srv):
    """Nobody is given state before it is known on stable storage who has it (RFC 8881 8.4.2.1)."""
    with srv.faults.arm("recovery.put.before", once, error("io")) as rule:
        s, export = nfs4.connect(srv.url)
        status = s.call(op.putfh(export), op.open("f", nfs4.create(mode=0o644))).status
        assert rule.fired == 1 and status == NFS4ERR.IO
    s.compound(op.putfh(export), op.open("f", nfs4.create(mode=0o644)))


@pytest.mark.parametrize("in_queue", [True, False])
def test_a_place_in_the_queue_for_a_lock(srv, in_queue):
    """RFC 8881 9.6: whoever would wait for a lock is not passed by others, unless it was given no place."""
    both = nfs4.OPEN4_SHARE_ACCESS_BOTH | nfs4.OPEN4_SHARE_ACCESS_WANT_NO_DELEG
    sessions = [nfs4.connect(srv.url) for _ in range(3)]
    (first, f), (second, g), (third, h) = [
        (s, s.open(export, "f", nfs4.create(mode=0o666), share_access=both)) for s, export in sessions
    ]  # fmt: skip
    held = first.lock(f, nfs4.WRITE_LT, 0, 10)
    what = note() if in_queue else skip()
    with srv.faults.arm("state.lock.wait", once, what):
        second.compound(op.putfh(g.fh), op.lock(nfs4.WRITEW_LT, 0, 10, open_stateid=g.stateid).fails(NFS4ERR.DENIED))
    first.compound(op.putfh(f.fh), op.locku(held, 0, 10))
    taken = third.call(op.putfh(h.fh), op.lock(nfs4.WRITE_LT, 0, 10, open_stateid=h.stateid))
    assert taken.status == (NFS4ERR.DENIED if in_queue else nfs4.NFS4_OK)


def graces(mounted, **options):
    """What an OPEN of somebody new is told after a restart that left a client with state."""
    with Server(store="lmdb", clock="manual", seed=3, **options) as srv:
        opened(srv)
        srv.restart()
        s, export = nfs4.connect(srv.url)
        status = s.call(op.putfh(export), op.open("g", nfs4.create(mode=0o644))).status
        return srv, status


def test_no_grace_period(mounted):
    """state.grace.begin comes before anybody could arm a rule: it is one of the server's own."""
    assert graces(mounted)[1] == NFS4ERR.GRACE
    assert graces(mounted, faults=[{"point": "state.grace.begin", "do": "skip"}])[1] == 0


def test_grace_for_ever(mounted):
    with Server(store="lmdb", clock="manual", seed=3) as srv:
        opened(srv)
        srv.restart()
        s, export = nfs4.connect(srv.url)
        with srv.faults.arm("state.grace.end", skip()) as rule:
            srv.clock.advance(200)
            srv.clock.advance(200)
            assert rule.fired >= 2
            s, export = nfs4.connect(srv.url)
            s.compound(op.putfh(export), op.open("g", nfs4.create(mode=0o644)).fails(NFS4ERR.GRACE))
        srv.clock.advance(100)
        s, export = nfs4.connect(srv.url)
        s.compound(op.putfh(export), op.open("g", nfs4.create(mode=0o644)))


def test_timers_run_late(srv, c, root):
    with srv.faults.arm(at.nfs3("GETATTR").enter, once, delay(10)) as held, srv.faults.arm("clock.tick", once, delay(5)) as late:
        slow = c.getattr.send(root)
        held.wait()
        c.fsinfo(root)  # of the same connection: the other waits by now
        srv.clock.advance(10)
        assert late.wait().fired == 1
        c.fsinfo(root)
        srv.clock.advance(5)
        assert slow.result().status == 0
