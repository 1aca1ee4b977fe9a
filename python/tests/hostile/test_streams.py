"""Streams no honest client would send (RFC 5531 section 11 has the record marking)."""

import contextlib
import random
import socket
import struct

import pytest

from dittofs import Server, nfs3, portmap
from dittofs.faults import at, once, pause
from hostile.attack import connect, ended, finished, reply, request

LAST = 0x80000000
LIMIT = (1 << 20) + (64 << 10)  # limits.io_size and what comes with it


@pytest.fixture
def srv():
    with Server(clock="manual", seed=7) as server:
        yield server
        # Whatever was done to it, it serves.
        with nfs3.Client(server.host, server.nfs_port) as c:
            c.null()


def null(xid: int = 1) -> bytes:
    return request("NULL", None, xid)


@pytest.mark.parametrize("size", [LIMIT + 1, 0x7FFFFFFF])
@pytest.mark.parametrize("last", [0, LAST])
def test_a_record_beyond_the_limit_ends_the_connection(srv, size, last):
    with connect(srv.nfs_port) as s:
        s.sendall(struct.pack(">I", last | size))
        assert ended(s)


def test_a_record_of_the_limit_is_taken(srv):
    with connect(srv.nfs_port) as s:
        s.sendall(struct.pack(">I", LAST | LIMIT) + null()[4:] + bytes(LIMIT - len(null()) + 4))
        assert reply(s)[:4] == struct.pack(">I", 1)


def test_fragments_without_end(srv):
    with connect(srv.nfs_port) as s:
        # The server ends it somewhere behind the limit; how much of this the kernels have taken by then is their affair.
        with contextlib.suppress(ConnectionError):
            for _ in range(LIMIT // 1000 + 2000):
                s.sendall(struct.pack(">I", 1000) + bytes(1000))
        assert ended(s)


def test_empty_fragments_in_a_row(srv):
    with connect(srv.nfs_port) as s:
        s.sendall(bytes(4) * 64 + null())
        assert reply(s)
        s.sendall(bytes(4) * 65)
        assert ended(s)


def test_empty_records_are_no_calls(srv):
    with connect(srv.nfs_port) as s:
        s.sendall(struct.pack(">I", LAST) * 50_000 + null(9))
        assert reply(s)[:4] == struct.pack(">I", 9)


def test_a_byte_at_a_time_is_served(srv):
    with connect(srv.nfs_port) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in null(3):
            s.send(bytes([byte]))
        assert reply(s)[:4] == struct.pack(">I", 3)


def test_half_a_record_for_ever_is_not(srv):
    srv.trace.start()
    with connect(srv.nfs_port) as s:
        for byte in null()[:10]:
            s.send(bytes([byte]))
            with nfs3.Client(srv.host, srv.nfs_port) as c:
                for _ in range(2):
                    c.null()  # by then the byte has been seen
            srv.clock.advance(6.5)
        assert ended(s)


def test_a_half_closed_client_gets_its_answers(srv):
    with connect(srv.nfs_port) as s:
        s.sendall(b"".join(null(n) for n in range(500)))
        s.shutdown(socket.SHUT_WR)
        assert len(finished(s)) == 500 * 28


def test_a_half_closed_client_whose_calls_wait(srv):
    rule = srv.faults.arm(at.nfs3("NULL").enter, once, pause())
    with connect(srv.nfs_port) as s:
        s.sendall(null())
        s.shutdown(socket.SHUT_WR)
        rule.wait()
        rule.release()
        assert len(finished(s)) == 28


def test_connections_that_never_speak_end_after_the_idle_timeout():
    with Server(clock="manual", settings={"limits.idle_timeout": 30}) as srv:
        silent = [connect(srv.nfs_port) for _ in range(20)]
        with nfs3.Client(srv.host, srv.nfs_port) as c:
            c.null()
        srv.clock.advance(31)
        for s in silent:
            assert ended(s)
            s.close()


def test_connections_of_one_address():
    with Server(settings={"limits.max_connections_per_address": 2}) as srv:
        a, b, c = (connect(srv.nfs_port) for _ in range(3))
        assert ended(c)
        a.sendall(null())
        assert reply(a)
        for s in (a, b, c):
            s.close()
        while srv.connections:
            pass
        with connect(srv.nfs_port) as again:
            again.sendall(null())
            assert reply(again)


def test_garbage_for_portmap_over_udp(srv):
    numbers = random.Random(7)
    getport = struct.pack(">10I", 5, 0, 2, portmap.PMAP_PROG, 2, 3, 0, 0, 0, 0) + struct.pack(">4I", 100003, 3, 6, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for size in [*range(64), *(numbers.randrange(2000) for _ in range(400)), 65507]:
            s.sendto(numbers.randbytes(size), (srv.host, srv.portmap_port))
        for at in range(len(getport)):
            s.sendto(getport[:at] + bytes([getport[at] ^ 0xFF]) + getport[at + 1 :], (srv.host, srv.portmap_port))
            s.sendto(getport[:at], (srv.host, srv.portmap_port))
    with portmap.Client(srv.host, srv.portmap_port) as c:
        assert c.getport(nfs3.NFS_PROGRAM, 3, socket.IPPROTO_TCP).result == srv.nfs_port
