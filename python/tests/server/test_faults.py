"""Fault rules, seen by a client."""

import pytest

from dittofs import Server
from dittofs.faults import (after, at, chance, close, delay, drop_reply, duplicate, error, every, fail, first, note, nth,
                            once, pause, reorder, reset, when)
from dittofs.nfs3 import NFS3ERR
from dittofs.rpc.errors import RpcError


def test_a_status_in_the_place_of_a_procedure(srv, c, root):
    with srv.faults.arm(at.nfs3("GETATTR").enter, once, fail(NFS3ERR.STALE)) as rule:
        c.getattr(root, fails=NFS3ERR.STALE)
        c.getattr(root)
        assert (rule.hits, rule.fired) == (2, 1)
    assert srv.faults.armed == []


def test_after_means_applied(srv, c, root):
    with srv.faults.arm(at.nfs3("CREATE").leave, once, fail(NFS3ERR.IO)):
        c.create(root, "f", fails=NFS3ERR.IO)
    c.lookup(root, "f")


def test_a_lost_reply_is_answered_from_the_first_execution(srv, c, root):
    c.create(root, "f")
    with srv.faults.arm(at.nfs3("REMOVE").leave, once, drop_reply()) as rule:
        lost = c.remove.send(root, "f")
        assert rule.wait().fired == 1
        c.endpoint.send(lost.call)
        assert lost.result().status == 0


@pytest.mark.parametrize("name, status", [("io", "IO"), ("no_space", "NOSPC"), ("quota", "DQUOT"), ("busy", "JUKEBOX"), ("corrupt", "IO")])
def test_errors_of_the_store(srv, c, root, name, status):
    f = c.create(root, "f").obj.handle
    with srv.faults.arm(at.store("write").before, error(name)) as rule:
        c.write(f, 0, b"x", fails=getattr(NFS3ERR, status))
        assert rule.fired == 1
    c.write(f, 0, b"x")


def test_triggers_count(srv, c, root):
    def failures(n, trigger):
        with srv.faults.arm(at.nfs3("GETATTR").enter, trigger, fail(NFS3ERR.IO)):
            return [i for i in range(1, n + 1) if c.getattr.call(root).status != 0]

    assert failures(5, nth(3)) == [3]
    assert failures(5, first(2)) == [1, 2]
    assert failures(6, every(3)) == [3, 6]
    assert failures(5, after(3)) == [4, 5]
    assert failures(5, after(1) & once) == [2]
    assert failures(3, when(uid=0)) == [1, 2, 3]
    assert failures(3, when(uid=1)) == []


def test_chance_repeats_with_the_seed(mounted):
    def run(seed):
        with Server(clock="manual", seed=seed) as srv:
            m = mounted(srv)
            with srv.faults.arm(at.nfs3("GETATTR").enter, chance(0.5), fail(NFS3ERR.IO)):
                return [m.c.getattr.call(m.root).status for _ in range(40)]

    assert run(1) == run(1) != run(2)


def test_a_delay_ends_when_the_clock_says_so(srv, c, root):
    srv.trace.start()
    with srv.faults.arm(at.nfs3("GETATTR").enter, once, delay(30)) as rule:
        slow = c.getattr.send(root)
        rule.wait()
        c.fsinfo(root)  # overtakes it
        srv.clock.advance(30)
        assert slow.result().status == 0


def test_a_pause_ends_when_it_is_released(srv, c, root):
    srv.trace.start()
    with srv.faults.arm(at.nfs3("GETATTR").enter, once, pause()) as rule:
        held = c.getattr.send(root)
        rule.wait()
        rule.release()
        assert held.result().status == 0


def test_replies_twice_and_out_of_order(srv, c, root):
    with srv.faults.arm("rpc.reply.tx", once, duplicate()):
        c.getattr(root)
        c.fsinfo(root)
    with srv.faults.arm("rpc.reply.tx", once, reorder(2)):
        late, a, b = c.getattr.send(root), c.fsinfo.send(root), c.fsstat.send(root)
        assert [p.result().status for p in (a, b, late)] == [0, 0, 0]


@pytest.mark.parametrize("action", [reset(), close()])
def test_links_break(srv, c, root, action):
    with srv.faults.arm("net.read", once, action), pytest.raises(RpcError):
        c.getattr(root)


def test_what_can_never_work_is_refused(srv):
    with pytest.raises(ValueError, match="fail cannot happen at net.read; possible there: note, check, delay"):
        srv.faults.arm("net.read", fail(1))
    with pytest.raises(ValueError, match="there is no point nfs3.READ"):
        srv.faults.arm("nfs3.READ", note())
    with pytest.raises(ValueError, match="has no REED"):
        srv.faults.arm(at.nfs3("REED").enter, note())
    with pytest.raises(ValueError, match="exactly one action"):
        srv.faults.arm("net.read", once)
    with pytest.raises(ValueError, match="limit given twice"):
        srv.faults.arm("net.read", once & once, note())
    with pytest.raises(ValueError, match="there is no error eio"):
        error("eio")


def test_heal_removes_everything(srv, c, root):
    srv.faults.arm(at.nfs3("GETATTR").enter, fail(NFS3ERR.IO))
    srv.faults.arm(at.nfs3("*").leave, drop_reply())
    srv.faults.heal()
    c.getattr(root)


def test_the_points_there_are(srv):
    points = dict(srv.faults.points())
    assert "delay" in points["net.read"]
    assert points["store.txn.commit.before"] == ["note", "check", "error", "crash", "restart", "full"]
