"""Every point, with every action that it accepts: armed, met by a client, and seen to do what it says."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from fault_effects import Met, check_effect, check_end, check_fired

from dittofs import Server, mount, nfs3, nfs4, portmap
from dittofs.faults import Faults, call, check, expire, from_data, once, reply, revoke
from dittofs.nfs4 import BACK, NFS4ERR, create, op
from dittofs.wire import mount as xm
from dittofs.wire import nfs3 as x3
from dittofs.wire import nfs4 as x4

BACK_CHANNEL = nfs4.CREATE_SESSION4_FLAG_CONN_BACK_CHAN


def hang_up(endpoint):
    """Whoever waits for a reply is told that there is none."""
    with contextlib.suppress(OSError):
        endpoint.socket.shutdown(socket.SHUT_RDWR)
    endpoint.close()


class World:
    """A server, and clients that are closed with it."""

    def __init__(self, store="memory"):
        # One loop: who is served after a request that waits is served when it waits.
        self.srv = Server(store=store, clock="manual", seed=5, settings={"nfs4.lease_time": 90, "server.loops": 1}).start()
        self.stack = contextlib.ExitStack()

    def nfs3(self):
        c, root = nfs3.connect(self.srv.url, timeout=60)
        self.stack.callback(hang_up, c.endpoint)
        return c, root

    def session(self, **options):
        client = nfs4.Client(self.srv.host, self.srv.nfs_port, timeout=60, minorversion=1)
        self.stack.callback(hang_up, client.endpoint)
        s = client.session(csa_flags=BACK_CHANNEL, csa_back_chan_attrs=BACK)
        s.compound(op.reclaim_complete())
        return s, s.path("/export")

    def epoch(self):
        """RFC 1813 3.3.7: another one when the server has started again."""
        c, root = self.nfs3()
        return bytes(c.commit(c.create(root, "epoch").obj.handle, 0, 0).verf)

    def close(self):
        self.stack.close()
        self.srv.close()


# --- what makes a request pass a point: prepare(world) returns what is to run while the rule is armed ----------------------


def nfs3_call(w):
    c, root = w.nfs3()
    return lambda: c.access(root, 1)


def nfs3_write(w):
    c, root = w.nfs3()
    f = c.create(root, "f").obj.handle
    return lambda: c.write(f, 0, b"x" * 4096, stable=nfs3.FILE_SYNC)


def new_connection(w):
    return w.nfs3


def client40(w):
    return lambda: nfs4.connect(w.srv.url, minorversion=0, timeout=5)


def mkdir(w):
    c, root = w.nfs3()
    return lambda: c.mkdir(root, "d")


def mnt(w):
    c = mount.Client(w.srv.host, w.srv.nfs_port, timeout=60)
    w.stack.callback(hang_up, c.endpoint)
    return lambda: c.mnt("/export")


def getport(w):
    c = portmap.Client(w.srv.host, w.srv.portmap_port, timeout=60)
    w.stack.callback(hang_up, c.endpoint)
    return lambda: c.null()


def compound(w):
    s, export = w.session()
    return lambda: s.compound(op.putfh(export), op.getfh())


def null4(w):
    s, _ = w.session()
    return s.null


def delegated(w):
    """Somebody opens what another has a write delegation of."""
    holder, export = w.session()
    f = holder.open(export, "f", create(mode=0o666), share_access=nfs4.OPEN4_SHARE_ACCESS_BOTH)
    assert nfs4_delegation(f)
    other, _ = w.session()
    serving = threading.Thread(target=serve, args=(holder.endpoint,), daemon=True)
    serving.start()
    return lambda: while_time_passes(w, lambda: other.call(op.putfh(export), op.open("f")))


def while_time_passes(w, run):
    done = threading.Event()

    def tick():
        while not done.wait(0.01):
            w.srv.clock.advance(3)

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        return run()
    finally:
        done.set()
        ticking.join()


def serve(endpoint):
    with contextlib.suppress(Exception):
        while True:
            endpoint.poll(0.05)


def nfs4_delegation(f):
    return f.results.open.delegation.delegation_type == nfs4.OPEN_DELEGATE_WRITE


def offered(w):
    s, export = w.session()
    return lambda: s.open(export, "f", create(mode=0o666), share_access=nfs4.OPEN4_SHARE_ACCESS_BOTH)


def never_given_back(w):
    run = delegated(w)

    def again():
        run()
        w.srv.clock.advance(200)

    return again


UNDELEGATED = nfs4.OPEN4_SHARE_ACCESS_BOTH | nfs4.OPEN4_SHARE_ACCESS_WANT_NO_DELEG


def lock(w):
    s, export = w.session()
    f = s.open(export, "f", create(mode=0o666), share_access=UNDELEGATED)
    return lambda: s.lock(f, nfs4.WRITE_LT, 0, 10)


def lock_wait(w):
    a, export = w.session()
    f = a.open(export, "f", create(mode=0o666), share_access=UNDELEGATED)
    a.lock(f, nfs4.WRITE_LT, 0, 10)
    b, _ = w.session()
    g = b.open(export, "f", share_access=UNDELEGATED)
    return lambda: b.call(op.putfh(g.fh), op.lock(nfs4.WRITEW_LT, 0, 10, open_stateid=g.stateid))


def lapse(w):
    s, export = w.session()
    s.open(export, "f", create(mode=0o666))
    return lambda: w.srv.clock.advance(200)


def first_open(w):
    s, export = w.session()
    return lambda: s.call(op.putfh(export), op.open("f", create(mode=0o644)))


def graced(w):
    s, export = w.session()
    s.open(export, "f", create(mode=0o644))
    w.srv.restart()
    return lambda: w.srv.end_grace()


DRIVERS = {
    "net.accept": new_connection,
    "net.read": nfs3_call,
    "net.write": nfs3_call,
    "rpc.record.rx": nfs3_call,
    "rpc.call.decoded": nfs3_call,
    "rpc.drc.lookup": mkdir,
    "rpc.reply.before_encode": nfs3_call,
    "rpc.reply.tx": nfs3_call,
    "nfs3.proc.@.enter": nfs3_call,
    "nfs3.proc.@.leave": nfs3_call,
    "nfs4.proc.@.enter": null4,
    "nfs4.compound.begin": compound,
    "nfs4.compound.end": compound,
    "nfs4.op.@.enter": compound,
    "nfs4.op.@.leave": compound,
    "nfs4.slot.lookup": compound,
    "nfs4.slot.store": compound,
    "nfs4.cb.@.send": delegated,
    "nfs4.cb.@.reply": delegated,
    "mount.proc.@.enter": mnt,
    "portmap.proc.@.enter": getport,
    "state.lease.expire": lapse,
    "state.grace.end": graced,
    "state.grant.offer": offered,
    "state.grant.recall": delegated,
    "state.grant.revoke": never_given_back,
    "state.lock.wait": lock_wait,
    "state.lock.grant": lock,
    "recovery.put.before": first_open,
    "recovery.put.after": first_open,
    "store.@.before": nfs3_write,
    "store.@.after": nfs3_write,
    "store.txn.commit.before": nfs3_write,
    "store.txn.commit.after": nfs3_write,
    "clock.tick": lapse,
    "random.draw": client40,
}
DETAILS = {"nfs3": "ACCESS", "nfs4.op": "GETFH", "nfs4.cb": "CB_RECALL", "mount": "MNT", "portmap": "NULL", "store": "write", "nfs4.proc": "NULL"}
RESULTS = {
    "nfs3": reply(x3.ACCESS3res(nfs3.NFS3ERR.IO)),
    "nfs4.op": reply(x4.GETFH4res(NFS4ERR.IO)),
    "mount": reply(xm.mountres3(xm.MNT3ERR_IO)),
}
ARGUMENTS = {
    "fail": {"status": 10008}, "error": {"name": "io"}, "reorder": {"n": 1}, "delay": {"seconds": 1}, "slow_close": {"seconds": 1},
    "throttle": {"bytes_per_second": 1 << 20}, "slice": {"n": 7}, "set": {"path": "*", "value": 3}, "patch": {"path": "*", "value": 3},
    "flip": {"bits": 3}, "truncate": {"n": 4}, "pad": {"n": 4}, "draw": {"number": 1}, "cut": {"n": 9}, "full": {"store": "all"},
}  # fmt: skip

# await is an order's (test_fault_order.py); state.grace.begin comes before anybody can arm (test_fault_actions.py).
PAIRS = [
    (point, action)
    for point, actions in Faults.points()
    for action in actions
    if action != "await" and point != "state.grace.begin"
]


# What the server does when time passes: nobody waits for a reply.
BY_ITSELF = (lapse, graced, never_given_back)


def family_of(point):
    return next((d for d in sorted(DETAILS, key=len, reverse=True) if point.startswith(d + ".") and "@" in point), None)


def named(point):
    return point.replace("@", DETAILS[family_of(point)]) if family_of(point) else point


@pytest.mark.parametrize("point, action", PAIRS)
def test_each_pair(point, action):
    told = []
    durable = action in ("crash", "restart") or "commit" in point or "grace" in point
    w = World("lmdb" if durable else "memory")
    try:
        run = DRIVERS[point](w)
        epoch = w.epoch()
        mark = w.srv.trace.start().last
        where = named(point)
        if action in ("check", "call"):
            what = {"check": check, "call": call}[action](told.append)
        elif action == "reply":
            family = family_of(point)
            if family not in RESULTS:
                with pytest.raises(ValueError, match="is nothing; this is none"):
                    w.srv.faults.arm(where, RESULTS["nfs3"])
                return w.close()
            what = RESULTS[family]
        else:
            do = {action: ARGUMENTS[action]} if action in ARGUMENTS else action
            what = from_data({"point": where, "do": do})[2]
        try:
            rule = arm(w.srv, where, what)
        except ValueError as e:
            assert action == "recall" and "no filehandle is known there" in str(e)
            return w.close()
        outcome = []

        def drive():
            try:
                outcome.append(run())
            except Exception as e:  # as many ways to fail as there are faults
                outcome.append(e)

        thread = threading.Thread(target=drive, daemon=True)
        thread.start()
        rule.wait(limit=20)
        assert rule.fired == 1
        met = Met(w.srv, point, DETAILS.get(family_of(point)), action, rule, mark, run, thread, outcome)
        judge(w, met, told)
        if w.srv.running:
            w.srv.faults.heal()
            if DRIVERS[point] in (delegated, never_given_back):
                thread.join(20)  # it waits for somebody, and time passes
            w.srv.clock.advance(30)
    finally:
        w.stack.close()
    thread.join(20)
    try:
        check_end(met)
        if not w.srv.running:
            w.srv.start()
        elif (point, action) == ("store.txn.commit.before", "error"):
            w.srv.crash()  # durability.md: a store that could not commit takes no more until the next start
            w.srv.start()
        healthy(w)
        assert (w.epoch() != epoch) == (action in ("crash", "restart") or (point, action) == ("store.txn.commit.before", "error"))
    finally:
        w.close()


def arm(srv, where, what):
    """What the request does not say has to be said."""
    try:
        return srv.faults.arm(where, once, what)
    except ValueError as e:
        if what.kind not in ("expire", "revoke"):
            raise
        assert "needs a" in str(e)
        return srv.faults.arm(where, once, {"expire": expire(1), "revoke": revoke(bytes(12))}[what.kind])


def judge(w, met, told):
    if met.action in ("crash", "restart"):
        assert w.srv.running == (met.action == "restart")
        if DRIVERS[met.point] in BY_ITSELF:
            return
    else:
        check_fired(met)
    check_effect(met)
    if met.action in ("check", "call"):
        met.comes()  # it has been called when the request goes on
        w.srv._native().settle_hooks()
        assert len(told) == 1


def healthy(w):
    c, root = w.nfs3()
    c.create(root, "after all")
    s, export = w.session()
    w.srv.end_grace()
    s.compound(op.putfh(export), op.lookup("after all"))
    assert w.srv.check_state() == []
