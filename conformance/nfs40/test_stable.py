"""What is on stable storage when a reply is sent, and so there after a crash: RFC 7530 14.3, 16.3, 16.16, 16.36, 4.2.2."""

import pytest

from dittofs import nfs4
from dittofs.nfs4 import ANONYMOUS, EXCLUSIVE4, FILE_SYNC4, UNSTABLE4, create, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.testing.tree import entries4

pytestmark = needs("own")


class World:
    """A server on LMDB that can crash, and a client id from each time that it was started."""

    def __init__(self, srv):
        self.srv = srv
        self.begin()

    def begin(self):
        self.c = nfs4.Client40(self.srv.host, self.srv.nfs_port)
        self.c.setclientid()
        self.top = self.c.path("/export")

    def again(self):
        lease = self.c.getattr(self.top, "lease_time").lease_time
        self.c.endpoint.close()
        self.srv.crash()
        self.srv.restart()
        self.srv.clock.advance(3 * lease)  # a grace period, where there is one, is over
        self.begin()


@pytest.fixture
def world(instance):
    w = World(instance(store="lmdb", clock="manual"))
    yield w
    w.c.endpoint.close()


def write(w, file, data, stable):
    return w.c.compound(op.putfh(file), op.write(ANONYMOUS, 0, data, stable)).write


@covers("RFC7530 14.3", "what was answered is there after a crash: directories, links, attributes")
@meets("7530-14.3-1")
def test_namespace_survives(world):
    d = world.c.mkdir(world.top, "d", mode=0o750)
    world.c.symlink(d, "l", "text")
    world.c.compound(op.putfh(d), op.savefh(), op.rename("l", "m"))
    world.again()
    assert {e.name for e in entries4(world.c, d)} == {"m"}
    assert world.c.getattr(d, "mode").mode == 0o750
    assert world.c.compound(op.putfh(world.c.lookup(d, "m")), op.readlink()).readlink.link == "text"


@covers("RFC7530 4.2.2", "a persistent filehandle is of use after a restart")
@meets("7530-4.2.2-2")
def test_handles_survive(world):
    d = world.c.mkdir(world.top, "d")
    before = world.c.getattr(d, "fh_expire_type", "fileid")
    world.again()
    if before.fh_expire_type == 0:
        assert world.c.getattr(d, "fileid").fileid == before.fileid
        assert world.c.lookup(world.top, "d") == d


@covers("RFC7530 16.3", "the write verifier is another one after a crash, over which unstable data may be lost")
@meets("7530-16.3-2")
def test_verifier_changes(world):
    opened = world.c.open(world.top, "f", create(mode=0o666))
    world.c.close(opened)
    verifiers = []
    for _ in range(3):
        verifiers.append(bytes(write(world, opened.fh, b"data", UNSTABLE4).writeverf))
        assert verifiers[-1] == bytes(world.c.compound(op.putfh(opened.fh), op.commit()).commit.writeverf)
        world.again()
    assert len(set(verifiers)) == 3


@covers("RFC7530 16.36", "FILE_SYNC4 data are there after a crash, and data that were committed")
@meets("7530-16.36-1")
def test_stable_data_survive(world):
    opened = world.c.open(world.top, "f", create(mode=0o666))
    world.c.close(opened)
    write(world, opened.fh, b"stable", FILE_SYNC4)
    world.again()
    assert world.c.read(opened.fh) == b"stable"
    write(world, opened.fh, b"commit", UNSTABLE4)
    world.c.compound(op.putfh(opened.fh), op.commit())
    world.again()
    assert world.c.read(opened.fh) == b"commit"


@covers("RFC7530 16.16", "the verifier of an exclusive create is on stable storage: a retry after a crash finds its file")
@meets("7530-16.16-6")
def test_exclusive_survives(world):
    made = world.c.open(world.top, "f", create(EXCLUSIVE4, verf=b"8 bytes!")).fh
    world.again()
    assert world.c.open(world.top, "f", create(EXCLUSIVE4, verf=b"8 bytes!")).fh == made
