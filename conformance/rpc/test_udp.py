"""RPC over UDP: RFC 5531 5."""

import pytest

from dittofs import nfs3 as module
from dittofs.rpc import accept_stat, reject_stat
from dittofs.testing.markers import covers, needs

pytestmark = needs("udp")


@pytest.fixture
def udp(connect):
    return module.Client(connect(udp=True))


@covers("RFC5531 5", "a call a datagram, a reply a datagram, no record marks")
def test_call(udp, file):
    udp.null()
    udp.getattr(file)


@covers("RFC5531 9", "the same refusals as over TCP")
def test_errors(udp, file):
    udp.null(prog=1, fails=accept_stat.PROG_UNAVAIL)
    udp.null(vers=99, fails=accept_stat.PROG_MISMATCH)
    udp.null(proc=99, fails=accept_stat.PROC_UNAVAIL)
    udp.null(rpcvers=3, fails=reject_stat.RPC_MISMATCH)
    udp.getattr(raw=b"", fails=accept_stat.GARBAGE_ARGS)


@covers("RFC5531 5", "many calls under way: replies are told apart by xid")
def test_many(udp, file):
    for call in [udp.getattr.send(file) for _ in range(20)]:
        call.result()


@covers("RFC1813 4.5", "a datagram that comes twice is executed once")
def test_replay(udp, nfs3, home):
    first = udp.mkdir(home, "d")
    assert udp.replay(first).bytes == first.bytes


@pytest.mark.parametrize("data", [b"", b"\0", b"\0" * 20, b"\xff" * 60], ids=len)
@covers("RFC5531 9", "datagrams that are no calls are ignored")
def test_no_call(udp, data):
    udp.endpoint.send_bytes(data)
    udp.null()


@covers("RFC5531 5", "a WRITE and a READ that fill a datagram")
def test_large(udp, file):
    data = bytes(n % 251 for n in range(32768))
    udp.write(file, 0, data)
    assert bytes(udp.read(file, 0, 32768).data) == data


@covers("RFC5531 5", "a reply that a datagram cannot hold is cut to fit, by the program")
def test_read_beyond_datagram(udp, file):
    udp.setattr(file, size=1 << 20)
    assert 0 < udp.read(file, 0, 1 << 20).count < 65536


@covers("RFC5531 5", "what TCP wrote UDP reads, as another transport of the same server")
def test_same_files(udp, nfs3, file):
    nfs3.write(file, 0, b"over TCP")
    assert bytes(udp.read(file).data) == b"over TCP"
