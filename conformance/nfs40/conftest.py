"""Users, objects and further clients, as NFSv4.0 makes them."""

import pytest

from conformance.objects4 import *  # noqa: F403


@pytest.fixture
def client(nfs40):
    return nfs40


@pytest.fixture
def other(clients4):
    """Another client of the server, as root."""
    return clients4.new(0)
