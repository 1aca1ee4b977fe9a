"""Datagrams: one message each."""

import socket
import threading

import pytest

from dittofs.rpc import Datagram, TimedOut

from .responder import Got, accepted


@pytest.fixture
def echo():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                data, peer = server.recvfrom(65536)
            except OSError:
                return
            got = Got(data)
            if got.args != b"hush":
                server.sendto(accepted(got, got.args), peer)

    threading.Thread(target=serve, daemon=True).start()
    with Datagram("127.0.0.1", server.getsockname()[1], timeout=0.2) as d:
        yield d
    server.close()


def test_call(echo):
    assert echo.call(1, 1, 1, b"1234").body == b"1234"


def test_lost(echo):
    with pytest.raises(TimedOut):
        echo.call(1, 1, 1, b"hush")
    assert echo.call(1, 1, 1, b"1234").body == b"1234"


def test_no_fragments(echo):
    from dittofs.rpc import Call

    with pytest.raises(ValueError):
        echo.send(Call(xid=1, prog=1, vers=1, proc=1), fragments=1)
