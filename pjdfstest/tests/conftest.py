"""What tests with real clients share."""

from types import SimpleNamespace

import pytest

from dittofs.testing.targets import choose


@pytest.fixture
def server():
    """Our program on memory, with two loops."""
    target = choose(SimpleNamespace(server="dfs", store="memory", loops=2, dfs=None), seed=0)
    yield target
    target.stop()


def read_line(stream) -> bytes:
    """The next line that a command in a guest says."""
    line = b""
    while not line.endswith(b"\n"):
        piece = stream.read(65536)
        assert piece, "the guest ended"
        line += piece
    return line
