"""READ: RFC 1813 3.3.6."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs

FAR = [2**31 - 1, 2**31, 2**32, 2**62, 2**63 - 4096, 2**63 - 1, 2**63, 2**64 - 4096, 2**64 - 1]
ENOUGH = 8 << 20  # bytes
DATA = bytes(n % 251 for n in range(10000))


@pytest.fixture
def filled(nfs3, file):
    nfs3.write(file, 0, DATA)
    return file


def slices(size: int):
    """(offset, count, the data, end of file) around the edges of a file of `size` bytes."""
    yield from [(0, size, True), (0, size - 1, False), (1, size - 1, True), (size - 1, 1, True)]
    yield from [(size - 1, 100, True), (0, 1, False), (4095, 2, False), (4096, 4096, False), (size, 1, True)]
    yield from [(size + 1, 1, True), (size * 2, 4096, True), (0, size * 2, True)]


@pytest.mark.parametrize("offset, count, eof", slices(len(DATA)))
@covers("RFC1813 3.3.6", "the data from offset on, and eof exactly when the read ended at the end of the file")
@meets("1813-3.3.6-3")
def test_slice(nfs3, filled, offset, count, eof):
    r = nfs3.read(filled, offset, count)
    assert bytes(r.data) == DATA[offset : offset + count]
    assert (r.count, r.eof) == (len(r.data), eof)
    agrees(r.file_attributes, attributes(nfs3, filled), but=("atime",))


@covers("RFC1813 3.3.6", "an empty file always returns eof")
@meets("1813-3.3.6-3")
def test_empty_file(nfs3, file):
    r = nfs3.read(file, 0, 4096)
    assert (r.count, r.eof, bytes(r.data)) == (0, True, b"")


@pytest.mark.parametrize("offset", [0, 5, 9999])
@covers("RFC1813 3.3.6", "a count of 0 succeeds and returns nothing")
@meets("1813-3.3.6-2")
def test_count_zero(nfs3, filled, offset):
    r = nfs3.read(filled, offset, 0)
    assert (r.count, bytes(r.data)) == (0, b"")


@pytest.mark.parametrize("offset", FAR, ids=hex)
@covers("RFC1813 3.3.6", "an offset at or past the end: count 0, eof TRUE")
@meets("1813-3.3.6-1")
def test_far_offset(nfs3, filled, offset):
    r = nfs3.read(filled, offset, 4096)
    assert (r.count, r.eof) == (0, True)


@covers("RFC1813 3.3.19", "a count above rtmax is a short read of rtmax bytes or less")
@meets("1813-3.3.19-2")
def test_above_rtmax(nfs3, home, file):
    rtmax = nfs3.fsinfo(home).rtmax
    if rtmax > ENOUGH:
        pytest.skip(f"rtmax is {rtmax}: more than a test reads")
    nfs3.setattr(file, size=rtmax + 100)
    r = nfs3.read(file, 0, rtmax + 100)
    assert 0 < r.count <= rtmax and not r.eof


@pytest.mark.parametrize("count", [2**31, 2**32 - 1], ids=hex)
@covers("RFC1813 3.3.19", "however large the count")
@meets("1813-3.3.19-2")
def test_huge_count(nfs3, filled, count):
    r = nfs3.read(filled, 0, count)
    assert bytes(r.data) == DATA[: r.count] and r.count


@covers("RFC1813 3.3.6", "what was never written reads as zeros")
def test_hole(nfs3, file):
    nfs3.write(file, 100_000, b"end")
    r = nfs3.read(file, 50_000, 1000)
    assert bytes(r.data) == bytes(r.count) and r.count


@covers("RFC1813 3.3.6", "a file is read in pieces of any size")
def test_in_pieces(nfs3, filled):
    for size in (1, 7, 511, 4096):
        whole = b"".join(bytes(nfs3.read(filled, at, size).data) for at in range(0, 500 * size, size)[:500])
        assert whole == DATA[: len(whole)]


@pytest.mark.parametrize("kind", ["subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.6", "NFS3ERR_INVAL, not NFS3ERR_ISDIR, for what is no regular file")
@meets("1813-3.3.6-4")
def test_not_a_file(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.read(handle, 0, 10, fails=NFS3ERR.INVAL)
    agrees(r.file_attributes, attributes(nfs3, handle), but=("atime",))


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to read")
@meets("1813-2.6-2")
def test_no_permission(nfs3, bob, filled):
    nfs3.setattr(filled, mode=0o660)
    bob.read(filled, 0, 10, fails=NFS3ERR.ACCES)
    bob.read(filled, 0, 0, fails=NFS3ERR.ACCES)
    bob.read(filled, len(DATA), 10, fails=NFS3ERR.ACCES)


@covers("RFC1813 4.4", "the owner may read whatever the mode says: the client checked when the file was opened")
@meets("1813-4.4-1")
def test_owner(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o000, uid=1000).obj
    nfs3.write(f, 0, b"data")
    assert bytes(alice.read(f).data) == b"data"


@covers("RFC1813 4.4", "execute permission is enough: the server cannot tell paging in a program from reading")
@meets("1813-4.4-2")
def test_execute_permission(nfs3, bob, filled):
    nfs3.setattr(filled, mode=0o711)
    assert bytes(bob.read(filled, 0, 10).data) == DATA[:10]


@covers("RFC1813 4.4", "root reads everything")
def test_root(nfs3, filled):
    nfs3.setattr(filled, mode=0, uid=1000)
    nfs3.read(filled, 0, 10)


@covers("RFC1813 3.3.6", "all the reads under way at once see their own part")
def test_pipelined(nfs3, filled):
    calls = [(at, nfs3.read.send(filled, at, 100)) for at in range(0, 10000, 100)]
    for at, call in reversed(calls):
        assert bytes(call.result().data) == DATA[at : at + 100]


@needs("udp")
@covers("RFC1813 2.1", "NFS answers over UDP as over TCP")
@meets("1813-2.1-1")
def test_over_udp(connect, filled):
    from dittofs import nfs3

    udp = nfs3.Client(connect(udp=True))
    assert bytes(udp.read(filled, 0, 4096).data) == DATA[:4096]
