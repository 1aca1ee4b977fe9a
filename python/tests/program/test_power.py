"""Fault rules that cut the power of a running dfs: it ends, or begins again on the same stores and ports."""

import pytest

from dittofs import nfs3
from dittofs.rpc import RpcError

CRASH = "faults:\n  - {point: nfs3.proc.WRITE.leave, nth: 2, do: crash}\n"


def connected(server):
    return nfs3.connect(f"nfs://127.0.0.1:{server.nfs}/export")


def ready_again(server):
    """The line that it prints at its second start."""
    for line in server.process.stdout:
        if line.startswith("ready "):
            return line
    raise AssertionError("it has not started again")


def test_a_scenario_restarts_it(start):
    """The 6th WRITE of scenario `restart`: applied and durable, its answer lost with the power."""
    server = start("--data-dir", "data", "--scenario", "restart")
    c, root = connected(server)
    f = c.create(root, "f").obj.handle
    for n in range(5):
        c.write(f, n, b"x", stable=nfs3.FILE_SYNC)
    with pytest.raises(RpcError):
        c.write(f, 5, b"y", stable=nfs3.FILE_SYNC)
    assert ready_again(server) == server.first_line
    c, root = connected(server)
    assert bytes(c.read(f, 0, 100).data) == b"xxxxxy"
    for n in range(10):  # the rule has had its turn: it does not begin anew with the server
        c.write(f, n, b"z", stable=nfs3.FILE_SYNC)
    assert server.stop() == 0


def test_a_rule_of_the_configuration_ends_it(start, tmp_path):
    (tmp_path / "dittofs.yaml").write_text(CRASH)
    server = start("--memory")
    c, root = connected(server)
    f = c.create(root, "f").obj.handle
    c.write(f, 0, b"x")
    with pytest.raises(RpcError):
        c.write(f, 1, b"x")
    assert server.process.wait(20) == 1
    assert "a fault rule has cut the power" in server.process.stderr.read()


def test_a_signal_ends_one_that_has_started_again(start):
    server = start("--data-dir", "data", "--scenario", "restart-without-state")
    c, root = connected(server)
    assert server.stop() == 0
