"""dittofs.Server: start, stop, crash, restart; clock and trace."""

import contextlib
import os
import socket

import pytest

from dittofs import Clock, Server, nfs4
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import create, op
from dittofs.wire import nfs4 as w


def test_it_serves_within_with(mounted):
    with Server() as srv:
        m = mounted(srv)
        m.c.create(m.root, "f")
        assert srv.connections >= 1
        assert srv.url == f"nfs://127.0.0.1:{srv.nfs_port}/export"
    assert not srv.running
    with pytest.raises(RuntimeError, match="not running"):
        srv.nfs_port


def test_two_servers_side_by_side(mounted):
    with Server() as a, Server() as b:
        ma, mb = mounted(a), mounted(b)
        ma.c.create(ma.root, "only-here")
        mb.c.lookup(mb.root, "only-here", fails=NFS3ERR.NOENT)


def test_mistakes_are_said_in_words():
    with pytest.raises(ValueError, match='clock is "real", "manual" or a Clock'):
        Server(clock="fast")
    with pytest.raises(ValueError, match="there is no setting limits.io_sise"):
        Server(settings={"limits.io_sise": 1}).start()
    with pytest.raises(ValueError, match="is no export option"):
        Server(exports=["/export=wr"]).start()
    with Server() as srv:
        with pytest.raises(RuntimeError, match="in use"):
            Server(settings={"listen.nfs_port": srv.nfs_port}).start()


def taken_for_udp() -> socket.socket:
    """A datagram socket whose port is free for TCP, and none of those that connections are given."""
    for port in range(20_000 + os.getpid() % 5_000, 32_000):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                taken.bind(("127.0.0.1", port))
                return taken
            except OSError:
                taken.close()
                raise
    raise AssertionError("no port is free")


def test_a_port_that_is_taken_for_udp_only():
    with taken_for_udp() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"127.0.0.1:{port} is in use by another program for UDP"):
            Server(settings={"listen.nfs_port": port}).start()
        with Server(settings={"listen.nfs_port": port, "listen.udp": False}) as srv:
            assert srv.nfs_port == port


def test_settings_reach_the_server(mounted):
    with Server(settings={"limits.io_size": 8192}) as srv:
        m = mounted(srv)
        info = m.c.fsinfo(m.root)
        assert info.rtmax == info.wtmax == 8192


def test_a_manual_clock_stands_still_until_advanced(srv, c, root):
    first = c.create(root, "a").obj_attributes.attributes
    second = c.create(root, "b").obj_attributes.attributes
    assert (first.ctime.seconds, first.ctime.nseconds) == (second.ctime.seconds, second.ctime.nseconds)
    srv.clock.advance(90)
    third = c.create(root, "c").obj_attributes.attributes
    assert third.ctime.seconds == first.ctime.seconds + 90


def test_timers_run_on_the_clock(mounted):
    with Server(clock="manual", settings={"limits.idle_timeout": 300}) as srv:
        m = mounted(srv)
        m.c.getattr(m.root)
        srv.clock.advance(299)
        assert srv.connections == 2
        srv.clock.advance(302)
        assert srv.connections == 0


def test_a_clock_shared_by_two_servers(mounted):
    clock = Clock()
    with Server(clock=clock) as a, Server(clock=clock) as b:
        clock.advance(10)
        ma, mb = mounted(a), mounted(b)
        assert ma.c.getattr(ma.root).obj_attributes.ctime == mb.c.getattr(mb.root).obj_attributes.ctime


def test_real_time_cannot_be_advanced():
    with Server() as srv, pytest.raises(RuntimeError, match='clock="manual"'):
        srv.clock.advance(1)


def test_a_crash_of_a_memory_server_forgets_everything(srv, mounted):
    m = mounted(srv)
    m.c.create(m.root, "f")
    old = m.root
    srv.crash()
    srv.restart()
    again = mounted(srv)
    again.c.lookup(again.root, "f", fails=NFS3ERR.NOENT)
    again.c.getattr(old, fails=(NFS3ERR.STALE, NFS3ERR.BADHANDLE))


def test_a_crash_of_a_durable_server_keeps_what_was_answered(mounted):
    with Server(store="lmdb") as srv:
        m = mounted(srv)
        f = m.c.create(m.root, "f").obj.handle
        m.c.write(f, 0, b"kept", stable=2)
        srv.crash()
        srv.restart()
        again = mounted(srv)
        assert bytes(again.c.read(f).data) == b"kept"
        assert again.c.lookup(again.root, "f").object == f


def test_ports_stay_over_a_restart(srv):
    port = srv.nfs_port
    srv.restart()
    assert srv.nfs_port == port
    with socket.create_connection((srv.host, port)):
        pass


def test_trace(srv, c, root):
    srv.trace.start()
    mark = srv.trace.last
    c.getattr(root)
    event = srv.trace.wait("rpc.call", after=mark, procedure=1)
    assert event["program"] == 100003
    assert srv.trace.events("rpc.call", after=mark, procedure=1)[0]["seq"] == event["seq"]
    with pytest.raises(TimeoutError):
        srv.trace.wait("rpc.call", after=srv.trace.last, limit=0.01)
    srv.trace.stop()
    mark = srv.trace.last
    c.getattr(root)
    assert srv.trace.last == mark


def test_waiting_without_a_trace_is_a_mistake(srv):
    with pytest.raises(RuntimeError, match="the trace is off"):
        srv.trace.wait("rpc.call")


def test_a_stop_does_not_wait_for_an_allocation_without_end():
    """Many GiB of zeros are on their way when the server is stopped: they end where they are, and the client is told."""
    with Server(settings={"server.shutdown_timeout": 0.2}) as srv:
        session = nfs4.Client(srv.host, srv.nfs_port, minorversion=2).session()
        session.compound(op.reclaim_complete())
        opened = session.open(session.path("/export"), "f", create(mode=0o666), share_access=3)
        sent = session.send(op.putfh(opened.fh), op.allocate(opened.stateid, 0, 60 << 30))
        size = 0
        while not size:  # it has begun
            size = nfs4.Client40(srv.host, srv.nfs_port).getattr(opened.fh, w.FATTR4_SIZE).size
        srv.stop()
    assert sent.results().status == w.NFS4ERR_DELAY
