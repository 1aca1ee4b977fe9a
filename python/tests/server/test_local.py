"""A server without ports, and clients without sockets (Server.local)."""

import threading

import pytest

from dittofs import Server, mount, nfs3, nfs4
from dittofs.faults import at, close, drop_reply, once
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc import Closed, TimedOut


@pytest.fixture(params=[1, 4], ids="loops={}".format)
def srv(request):
    with Server(listen=False, clock="manual", loops=request.param) as srv:
        yield srv


def connected(srv):
    root = mount.Client(srv.local()).mnt("/export").fhandle
    return nfs3.Client(srv.local()), root


def test_there_is_no_port(srv):
    assert (srv.nfs_port, srv.portmap_port, srv.connections) == (0, 0, 0)


def test_nfs3_and_mount(srv):
    c, root = connected(srv)
    f = c.create(root, "f", mode=0o644).obj
    c.write(f, 0, b"x" * 100_000)
    assert bytes(c.read(f, 0, 100_000).data) == b"x" * 100_000
    c.lookup(root, "gone", fails=NFS3ERR.NOENT)
    r = c.remove(root, "f")
    assert c.replay(r).bytes == r.bytes
    calls = [c.getattr.send(root) for _ in range(500)]
    assert all(call.result().outcome == 0 for call in calls)


@pytest.mark.parametrize("minor", [1, 2])
def test_nfs4(srv, minor):
    s = nfs4.Client(srv.local(), minorversion=minor).session()
    s.compound(op.reclaim_complete())
    root = s.path("/export")
    f = s.open(root, "f", nfs4.create())
    s.write(f.fh, 0, b"data", f.stateid)
    assert s.read(f.fh, 0, 10) == b"data"
    s.compound(op.putfh(root), op.lookup("gone").fails(NFS4ERR.NOENT))
    assert len(srv.state.opens()) == 1
    s.close(f)
    assert srv.check_state() == []


def test_minor_version_0(srv):
    c = nfs4.Client40(srv.local())
    c.setclientid()
    c.getattr(c.path("/export"), "size")


def test_faults_and_handlers_are_on_the_way(srv):
    c, root = connected(srv)
    with srv.nfs3.proc("GETATTR")(lambda call: call.fail(NFS3ERR.JUKEBOX)):
        c.getattr(root, fails=NFS3ERR.JUKEBOX)
    c.endpoint.timeout = 0.05
    with srv.faults.arm(at.nfs3("GETATTR").leave, once, drop_reply()):
        with pytest.raises(TimedOut):
            c.getattr(root)
    with srv.faults.arm(at.nfs3("GETATTR").enter, once, close()):
        with pytest.raises(Closed):
            c.getattr(root)
    with pytest.raises(Closed):
        c.getattr(root)


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_a_server_that_is_gone(how):
    srv = Server(listen=False).start()
    c, root = connected(srv)
    getattr(srv, how)()
    with pytest.raises(Closed):
        c.getattr(root)
    srv.restart()
    nfs3.Client(srv.local()).null()
    srv.close()


def test_many_threads(srv):
    c, root = connected(srv)

    def work():
        mine = nfs3.Client(srv.local())
        for call in [mine.getattr.send(root) for _ in range(200)]:
            assert call.result().outcome == 0

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
        assert not each.is_alive()


def test_beside_ports():
    with Server() as srv:
        c, root = nfs3.connect(srv.url)
        c.mkdir(root, "d")
        nfs3.Client(srv.local()).lookup(root, "d")
