import pytest

from dittofs.rpc import Connection

from .responder import Responder, success


@pytest.fixture
def responder():
    """responder(answer): a running Responder and a connection to it."""
    opened = []

    def start(answer=success, **options):
        server = Responder(answer)
        connection = Connection("127.0.0.1", server.port, **{"timeout": 5, **options})
        opened.extend((server, connection))
        return server, connection

    yield start
    for thing in reversed(opened):
        thing.close()
