"""Users, objects and further clients, as NFSv4.1 makes them."""

import pytest

from conformance.objects4 import *  # noqa: F403


@pytest.fixture
def client(nfs41):
    return nfs41


@pytest.fixture
def other(clients4):
    """A session of another client of the server, as root."""
    return clients4.new(1)


@pytest.fixture
def c(clients4):
    """A client that has said nothing yet."""
    return clients4.bare(1)
