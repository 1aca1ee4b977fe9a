"""What Linux asked a server for that was killed before it answered happens once: its sessions are persistent on a durable
store, and it asks again (RFC 8881 2.10.6.5)."""

import json
from types import SimpleNamespace

import pytest

from dittofs import Server
from dittofs.faults import drop_reply
from dittofs.testing.targets.target import Address
from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted
from pjdfstest.tests.conftest import read_line

# Carries out one call of os a line, [name, arguments]; answers with an errno's name, or nothing.
CALLER = """
import errno, json, os, sys
def make(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640))
print('""', flush=True)
for line in sys.stdin:
    name, *arguments = json.loads(line)
    try:
        globals().get(name, getattr(os, name, None))(*arguments)
        answer = ""
    except OSError as why:
        answer = errno.errorcode[why.errno]
    print(json.dumps(answer), flush=True)
"""

# A call that fails when it happens twice, and the operation that it becomes.
CALLS = [
    (["mkdir", "d"], "CREATE"),
    (["make", "d/f"], "OPEN"),
    (["rename", "d/f", "d/g"], "RENAME"),
    (["link", "d/g", "h"], "LINK"),
    (["symlink", "h", "s"], "CREATE"),
    (["truncate", "h", 3], "SETATTR"),
    (["unlink", "h"], "REMOVE"),
    (["unlink", "d/g"], "REMOVE"),
    (["rmdir", "d"], "REMOVE"),
]  # fmt: skip


# Seconds. Linux renews after two thirds of the lease, but not sooner than after five: a shorter one than this is over before.
SETTINGS = {"nfs4.lease_time": 8, "nfs4.grace_time": 16}


@pytest.fixture
def srv():
    with Server(store="lmdb", settings=SETTINGS) as server:
        yield server
        assert server.check_state() == []


@pytest.mark.parametrize("vers", ["4.1", "4.2"])
def test_every_change(srv, vers):
    """The server is lost between a change and its answer."""
    where = SimpleNamespace(nfs=Address(srv.host, srv.nfs_port), mount=None, exports={"rw": "/export"})
    with Guest([mounted(where, vers=vers)], [PYTHON, "-c", CALLER], stdin=PIPE, stdout=PIPE) as guest:

        def answer():
            return json.loads(read_line(guest.stdout))

        assert answer() == ""
        assert all(session["persistent"] for client in srv.state.clients for session in client["sessions"])
        for call, operation in CALLS:
            rule = srv.faults.arm(f"nfs4.op.{operation}.leave", drop_reply())
            guest.stdin.write(f"{json.dumps(call)}\n".encode())
            rule.wait()
            srv.crash()
            srv.restart()
            assert answer() == "", call
        guest.stdin.write(f"{json.dumps(['rmdir', 'd'])}\n".encode())
        assert answer() == "ENOENT"
