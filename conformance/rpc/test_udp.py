"""RPC over UDP: RFC 5531 5."""

import pytest

from conformance.nfs3.checks import fill, retransmit
from dittofs import nfs3 as module
from dittofs.rpc import accept_stat, reject_stat
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("udp")


@pytest.fixture
def udp(connect):
    return module.Client(connect(udp=True))


@covers("RFC5531 5", "a call a datagram, a reply a datagram, no record marks")
@meets("5531-5-1")
def test_call(udp, file):
    udp.null()
    udp.getattr(file)


REFUSALS = {
    "program": ({"prog": 1}, accept_stat.PROG_UNAVAIL),
    "version": ({"vers": 99}, accept_stat.PROG_MISMATCH),
    "procedure": ({"proc": 99}, accept_stat.PROC_UNAVAIL),
    "RPC version": ({"rpcvers": 3}, reject_stat.RPC_MISMATCH),
}


@pytest.mark.parametrize("header, refusal", REFUSALS.values(), ids=REFUSALS)
@covers("RFC5531 9", "the same refusals as over TCP")
def test_errors(udp, header, refusal):
    udp.null(fails=refusal, **header)


@pytest.mark.parametrize("size", [0, 4, 8])
@covers("RFC5531 9", "GARBAGE_ARGS for arguments cut off: what an earlier datagram held is no argument")
@meets("5531-9-7")
def test_garbage(udp, file, size):
    udp.getattr(file)
    udp.getattr(raw=udp.getattr.encode(file)[:size], fails=accept_stat.GARBAGE_ARGS)


@covers("RFC5531 5", "many calls under way: replies are told apart by xid")
@meets("5531-9-1")
def test_many(udp, file):
    for call in [udp.getattr.send(file) for _ in range(20)]:
        call.result()


@covers("RFC1813 4.5", "a datagram that comes twice is executed once")
def test_replay(udp, nfs3, home):
    first = udp.mkdir(home, "d")
    assert retransmit(udp, first).bytes == first.bytes


@pytest.mark.parametrize("data", [b"", b"\0", b"\0" * 20, b"\xff" * 60], ids=len)
@covers("RFC5531 9", "datagrams that are no calls are ignored")
@meets("5531-9-10")
def test_no_call(udp, data):
    udp.endpoint.send_bytes(data)
    udp.null()


@covers("RFC5531 5", "a WRITE and a READ that fill a datagram")
def test_large(udp, file):
    data = bytes(n % 251 for n in range(32768))
    udp.write(file, 0, data)
    assert bytes(udp.read(file, 0, 32768).data) == data


@covers("RFC1813 3.3.19", "a READ of more than a datagram holds is a short read, not silence")
def test_read_beyond_datagram(udp, file):
    udp.setattr(file, size=1 << 20)
    assert 0 < udp.read(file, 0, 1 << 20).count < 65536


@covers("RFC1813 3.3.19", "the sizes of FSINFO are those of the transport it was asked over")
def test_sizes(udp, file):
    r = udp.fsinfo(file)
    size = min(r.rtmax, 1 << 20)
    udp.setattr(file, size=size)
    assert udp.read(file, 0, size).count > 0


@covers("RFC1813 3.3.19", "a listing of dtpref bytes, as FSINFO gives it over UDP, is answered over UDP")
def test_listing(udp, nfs3, home):
    fill(nfs3, home, [f"a-rather-long-name-to-fill-the-reply-sooner-{n:04}" for n in range(1000)])
    size = udp.fsinfo(home).dtpref
    assert udp.readdir(home, count=size).reply.entries
    assert udp.readdirplus(home, dircount=size, maxcount=size).reply.entries


@covers("RFC5531 5", "what TCP wrote UDP reads, as another transport of the same server")
@meets("1813-2.1-1", "5531-5-1")
def test_same_files(udp, nfs3, file):
    nfs3.write(file, 0, b"over TCP")
    assert bytes(udp.read(file).data) == b"over TCP"
