"""Linux with delegations: what a kernel keeps to itself until another one asks (RFC 8881 10.4)."""

from types import SimpleNamespace

import pytest

from dittofs.testing.targets import choose
from pjdfstest.kernel import PIPE, Guest
from pjdfstest.kernel.served import mounted
from pjdfstest.tests.conftest import read_line


@pytest.fixture
def server():
    target = choose(SimpleNamespace(server="dittofs", store="memory", loops=2), seed=0)
    yield target
    target.stop()


@pytest.mark.parametrize("vers", ["4.1", "4.2"])
def test_recall(server, vers):
    """A kernel that has written a file has a delegation of it; when another opens the file, it gives that back, and the data with it."""
    trace = server.server.trace.start()
    mounts = [mounted(server, vers=vers)]
    with Guest(mounts, ["/bin/sh"], stdin=PIPE, stdout=PIPE) as one, Guest(mounts, ["/bin/sh"], stdin=PIPE, stdout=PIPE) as two:
        for round in range(3):
            one.stdin.write(f"echo round {round} > f-{round}; echo done\n".encode())
            assert read_line(one.stdout) == b"done\n"
            assert server.server.state.delegations(recalled=False)
            two.stdin.write(f"cat f-{round}; echo more >> f-{round}; echo done\n".encode())
            said = b""
            while not said.endswith(b"done\n"):
                said += read_line(two.stdout)
            assert said == f"round {round}\ndone\n".encode()
            one.stdin.write(f"tail -n 1 f-{round}\n".encode())
            assert read_line(one.stdout) == b"more\n"
    assert len(trace.events("nfs4.cb.send", op="CB_RECALL")) >= 3
    assert not trace.events("nfs4.delegation.revoked")
