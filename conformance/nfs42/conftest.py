"""Users, objects and further clients, as NFSv4.2 makes them; operations that a server need not have."""

import pytest

from conformance.nfs42.checks import new_file
from conformance.nfs42.ops import with_stateid
from conformance.objects4 import *  # noqa: F403
from dittofs.nfs4 import INVALID, NFS4ERR, op


@pytest.fixture
def client(nfs42):
    return nfs42


@pytest.fixture
def other(clients4):
    """A session of another client of the server, as root."""
    return clients4.new(2)


@pytest.fixture
def offered(nfs42, home):
    """offered(op.seek(...)): skips the test when the server does not have this OPTIONAL operation (RFC 7862 14).

    It is tried with a stateid that is none, on a file that the test does not see.
    """

    def check(*operations):
        probe = new_file(nfs42, home, "probe")
        for each in operations:
            r = nfs42.call(op.putfh(probe), op.savefh(), with_stateid(each, INVALID))
            if r.status == NFS4ERR.NOTSUPP:
                pytest.skip(f"the server does not support {each.name}")
        nfs42.remove(home, "probe")

    return check
