"""Objects of every type in a test's directory, for the suites of every minor version; `client` is who makes them.

A suite says which client that is in a fixture of that name, and takes these with
`from conformance.objects4 import *`.
"""

import pytest

from conformance.nfs40.checks import OBJECTS, new_file
from dittofs.rpc import NONE
from dittofs.testing.fixtures import ALICE, BOB, CAROL


@pytest.fixture
def alice(client):
    return client.as_(ALICE)


@pytest.fixture
def bob(client):
    return client.as_(BOB)


@pytest.fixture
def carol(client):
    return client.as_(CAROL)


@pytest.fixture
def nobody(client):
    return client.as_(NONE)


@pytest.fixture
def home(home4) -> bytes:
    return home4


@pytest.fixture
def file(client, home) -> bytes:
    """An empty regular file, mode 0666, named "file"; nobody has it open."""
    return new_file(client, home, "file")


@pytest.fixture
def subdir(client, home) -> bytes:
    """An empty directory, mode 0777, named "subdir"."""
    return client.mkdir(home, "subdir")


@pytest.fixture
def symlink(client, home) -> bytes:
    """A symbolic link named "symlink" to "target"."""
    return client.symlink(home, "symlink", "target")


@pytest.fixture
def fifo(client, home) -> bytes:
    return client.create(home, OBJECTS["fifo"], "fifo", mode=0o666)


@pytest.fixture
def socket(client, home) -> bytes:
    return client.create(home, OBJECTS["socket"], "socket", mode=0o666)


@pytest.fixture
def block(client, home) -> bytes:
    return client.create(home, OBJECTS["block"], "block", devdata=(1, 2), mode=0o666)


@pytest.fixture
def character(client, home) -> bytes:
    return client.create(home, OBJECTS["character"], "character", devdata=(3, 4), mode=0o666)


@pytest.fixture
def opened(client, home, file):
    """The file "file", open for reading and writing."""
    found = client.open(home, "file")
    assert found.fh == file
    return found
