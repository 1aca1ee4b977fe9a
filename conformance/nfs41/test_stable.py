"""What is on stable storage when a reply is sent, and so there after a crash: RFC 8881 18.3, 18.16, 18.32, 4.2.2."""

import pytest

from dittofs import nfs4
from dittofs.nfs4 import ANONYMOUS, DATA_SYNC4, EXCLUSIVE4_1, FILE_SYNC4, UNSTABLE4, create, op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


class World:
    """A server on LMDB that can crash, and a session of each time that it was started."""

    def __init__(self, srv):
        self.srv = srv
        self.begin()

    def begin(self):
        self.c = nfs4.Client(self.srv.host, self.srv.nfs_port, minorversion=1).session()
        self.c.compound(op.reclaim_complete())
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


@pytest.fixture
def file(world):
    opened = world.c.open(world.top, "f", create(mode=0o666))
    world.c.close(opened)
    return opened.fh


def write(world, file, data, stable):
    return world.c.compound(op.putfh(file), op.write(ANONYMOUS, 0, data, stable)).write


@covers("RFC8881 4.2.2", "a persistent filehandle is of use after a restart")
@meets("8881-4.2.2-1")
def test_handles_survive(world, file):
    before = world.c.getattr(file, "fh_expire_type", "fileid")
    world.again()
    if before.fh_expire_type == 0:
        assert world.c.getattr(file, "fileid").fileid == before.fileid
        assert world.c.lookup(world.top, "f") == file


@pytest.mark.parametrize("stable", [DATA_SYNC4, FILE_SYNC4], ids=lambda s: s.name)
@covers("RFC8881 18.32.3", "DATA_SYNC4 and FILE_SYNC4 data are there after a crash, and data that were committed")
@meets("8881-18.32.3-1")
def test_stable_data_survive(world, file, stable):
    write(world, file, b"stable", stable)
    world.again()
    assert world.c.read(file) == b"stable"
    write(world, file, b"commit", UNSTABLE4)
    world.c.compound(op.putfh(file), op.commit())
    world.again()
    assert world.c.read(file) == b"commit"


@covers("RFC8881 18.32.3", "the write verifier is another one after a crash, over which unstable data may be lost")
@meets("8881-18.3.3-1", "8881-18.32.3-2")
def test_verifier_changes(world, file):
    verifiers = []
    for _ in range(3):
        verifiers.append(bytes(write(world, file, b"data", UNSTABLE4).writeverf))
        assert verifiers[-1] == bytes(world.c.compound(op.putfh(file), op.commit()).commit.writeverf)
        world.again()
    assert len(set(verifiers)) == 3


@covers("RFC8881 18.16.4", "the verifier of an exclusive create is on stable storage: a retry after a crash finds its file")
@meets("8881-18.16.4-2")
def test_exclusive_survives(world):
    how = create(EXCLUSIVE4_1, verf=b"8 bytes!")
    made = world.c.open(world.top, "x", how).fh
    world.again()
    assert world.c.open(world.top, "x", how).fh == made
