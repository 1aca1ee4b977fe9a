"""Users, and objects of every type, as NFSv4.0 makes them."""

import pytest

from conformance.nfs40.checks import OBJECTS, new_file
from dittofs.rpc import NONE
from dittofs.testing.fixtures import ALICE, BOB, CAROL


@pytest.fixture
def alice(nfs40):
    return nfs40.as_(ALICE)


@pytest.fixture
def bob(nfs40):
    return nfs40.as_(BOB)


@pytest.fixture
def carol(nfs40):
    return nfs40.as_(CAROL)


@pytest.fixture
def nobody(nfs40):
    return nfs40.as_(NONE)


@pytest.fixture
def other(clients4):
    """Another client of the server, as root."""
    return clients4.new(0)


@pytest.fixture
def home(home4) -> bytes:
    return home4


@pytest.fixture
def file(nfs40, home) -> bytes:
    """An empty regular file, mode 0666, named "file"; nobody has it open."""
    return new_file(nfs40, home, "file")


@pytest.fixture
def subdir(nfs40, home) -> bytes:
    """An empty directory, mode 0777, named "subdir"."""
    return nfs40.mkdir(home, "subdir")


@pytest.fixture
def symlink(nfs40, home) -> bytes:
    """A symbolic link named "symlink" to "target"."""
    return nfs40.symlink(home, "symlink", "target")


@pytest.fixture
def fifo(nfs40, home) -> bytes:
    return nfs40.create(home, OBJECTS["fifo"], "fifo", mode=0o666)


@pytest.fixture
def socket(nfs40, home) -> bytes:
    return nfs40.create(home, OBJECTS["socket"], "socket", mode=0o666)


@pytest.fixture
def block(nfs40, home) -> bytes:
    return nfs40.create(home, OBJECTS["block"], "block", devdata=(1, 2), mode=0o666)


@pytest.fixture
def character(nfs40, home) -> bytes:
    return nfs40.create(home, OBJECTS["character"], "character", devdata=(3, 4), mode=0o666)


@pytest.fixture
def opened(nfs40, home):
    """An empty regular file, mode 0666, named "file", open for reading and writing."""
    file = new_file(nfs40, home, "file")
    found = nfs40.open(home, "file")
    assert found.fh == file
    return found
