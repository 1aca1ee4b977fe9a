"""A server that dies and comes back under Linux clients: what they had open and locked is theirs still (RFC 7530 9.6.2, RFC
8881 8.4.2)."""

from types import SimpleNamespace

import pytest

from dittofs import Server
from dittofs.testing.targets.target import Address
from pjdfstest.tests.test_locks import Locker

# Seconds. The kernels renew after two thirds of the lease, but not sooner than after five: with a shorter one than this they
# are late each time, and whoever wants their locks just then gets them. To connect again takes them three more.
SETTINGS = {"nfs4.lease_time": 8, "nfs4.grace_time": 16}


@pytest.fixture
def srv():
    with Server(store="lmdb", settings=SETTINGS) as server:
        yield server
        assert server.check_state() == []


@pytest.fixture(params=["4.0", "4.1", "4.2"])
def lockers(srv, request):
    where = SimpleNamespace(nfs=Address(srv.host, srv.nfs_port), mount=None, exports={"rw": "/export"})
    with Locker(where, request.param) as one, Locker(where, request.param) as two:
        yield one, two


def test_locks(srv, lockers):
    """Locks are reclaimed; meanwhile nobody else gets them, and what is free is to be had after it."""
    one, two = lockers
    assert one("F_SETLK", "F_WRLCK", 0, 100) == []
    assert two("F_SETLK", "F_RDLCK", 200, 100) == []
    srv.crash()
    srv.restart()
    assert two("F_SETLK", "F_WRLCK", 99, 1) == "EAGAIN"
    assert one("F_SETLK", "F_WRLCK", 200, 1) == "EAGAIN"
    assert two("F_SETLK", "F_WRLCK", 100, 100) == []
    assert two("F_SETLK", "F_UNLCK", 100, 100) == []
    assert len(srv.state.opens()) == 2
    assert one("F_SETLK", "F_UNLCK", 0, 100) == []
    assert two("F_SETLK", "F_WRLCK", 0, 100) == []
