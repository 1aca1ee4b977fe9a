"""WRITE: RFC 1813 3.3.7."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc, unchanged
from dittofs.nfs3 import DATA_SYNC, FILE_SYNC, NFS3ERR, UNSTABLE
from dittofs.testing.markers import covers, meets

LEVELS = [UNSTABLE, DATA_SYNC, FILE_SYNC]
MAXIMUM = 2**64 - 1


def content(client, handle, size=100_000) -> bytes:
    return bytes(client.read(handle, 0, size).data)


@pytest.mark.parametrize("stable", LEVELS, ids=lambda s: s.name)
@covers("RFC1813 3.3.7", "data is written, and committed no less than asked")
@meets("1813-2.5-12", "1813-3.3.7-1", "1813-3.3.7-3")
def test_level(nfs3, file, stable):
    before = attributes(nfs3, file)
    r = nfs3.write(file, 0, b"hello", stable)
    assert r.count == 5
    assert r.committed >= stable
    check_wcc(r.file_wcc, before, attributes(nfs3, file))
    assert content(nfs3, file) == b"hello"


@covers("RFC1813 3.3.7", "the verifier stays the same during one instance of the server, in COMMIT too")
@meets("1813-3.3.7-5", "1813-3.3.21-3")
def test_verifier(nfs3, home, file):
    other = nfs3.create(home, "other").obj
    writes = [nfs3.write(f, 0, b"x", stable).verf for f in (file, other) for stable in LEVELS]
    assert set(writes) == {nfs3.commit(file).verf}


@pytest.mark.parametrize("offset", [0, 1, 2, 3, 4095, 4096, 4097, 99_999], ids=str)
@covers("RFC1813 3.3.7", "writing begins at offset; a gap before it reads as zeros")
@meets("1813-3.3.7-8")
def test_offset(nfs3, file, offset):
    nfs3.write(file, offset, b"abc")
    assert content(nfs3, file, offset + 10) == bytes(offset) + b"abc"


@pytest.mark.parametrize("at, text", [(0, b"XX"), (4, b"XX"), (8, b"XX"), (9, b"XX"), (10, b"XX"), (5, b"")])
@covers("RFC1813 3.3.7", "only what is written changes")
@meets("1813-3.3.7-8")
def test_overwrite(nfs3, file, at, text):
    nfs3.write(file, 0, b"0123456789")
    nfs3.write(file, at, text)
    assert content(nfs3, file) == b"0123456789"[:at] + text + b"0123456789"[at + len(text) :]


@covers("RFC1813 3.3.7", "a count of 0 succeeds, returns 0, and leaves size and mtime alone")
@meets("1813-3.3.7-7")
def test_count_zero(nfs3, file):
    nfs3.write(file, 0, b"data")
    before = attributes(nfs3, file)
    assert nfs3.write(file, 1000, b"").count == 0
    after = attributes(nfs3, file)
    assert (after.size, after.mtime) == (before.size, before.mtime)


@covers("RFC1813 3.3.7", "mtime follows the contents")
@meets("1813-2.5-9")
def test_mtime(nfs3, file):
    nfs3.setattr(file, mtime=(1000, 0))
    nfs3.write(file, 0, b"x")
    assert attributes(nfs3, file).mtime.seconds > 1000


@covers("RFC1813 3.3.19", "a write of wtmax bytes is whole or short, and what was counted is there")
@meets("1813-3.3.7-8")
def test_wtmax(nfs3, home, file):
    wtmax = min(nfs3.fsinfo(home).wtmax, 8 << 20)
    data = bytes(n % 251 for n in range(wtmax))
    r = nfs3.write(file, 0, data)
    assert 0 < r.count <= wtmax
    assert attributes(nfs3, file).size == r.count
    assert bytes(nfs3.read(file, r.count - 100, 100).data) == data[r.count - 100 : r.count]


@covers("RFC1813 3.3.7", "data of fewer bytes than count: no more is written than there is")
def test_count_above_data(nfs3, file):
    from dittofs.rpc import accept_stat

    r = nfs3.write(file, 0, b"1234", count=8, may_fail=(NFS3ERR.INVAL, accept_stat.GARBAGE_ARGS))
    assert attributes(nfs3, file).size <= (4 if r.outcome == 0 else 0)


@covers("RFC1813 3.3.7", "count says how many bytes are to be written, even if the data holds more")
def test_count_below_data(nfs3, file):
    from dittofs.rpc import accept_stat

    r = nfs3.write(file, 0, b"12345678", count=4, may_fail=(NFS3ERR.INVAL, accept_stat.GARBAGE_ARGS))
    assert content(nfs3, file) == (b"1234" if r.outcome == 0 else b"")


@pytest.mark.parametrize("offset", [2**31 - 1, 2**32 - 2, 2**32], ids=hex)
@covers("RFC1813 4.13", "offsets and sizes are 64 bits wide")
@meets("1813-4.13-1")
def test_above_32_bits(nfs3, home, file, offset):
    if nfs3.fsinfo(home).maxfilesize > offset + 4:
        nfs3.write(file, offset, b"data")
        assert attributes(nfs3, file).size == offset + 4
        assert bytes(nfs3.read(file, offset - 2, 10).data) == b"\0\0data"


@pytest.mark.parametrize("offset", [2**63 - 2, 2**63, MAXIMUM - 3, MAXIMUM], ids=hex)
@covers("RFC1813 2.6", "NFS3ERR_FBIG: a write past the largest file; nothing is written")
@meets("1813-2.6-7", "1813-4.13-1")
def test_beyond_maxfilesize(nfs3, home, file, offset):
    if nfs3.fsinfo(home).maxfilesize < offset + 4:
        before = attributes(nfs3, file)
        r = nfs3.write(file, offset, b"data", fails=(NFS3ERR.FBIG, NFS3ERR.INVAL))
        unchanged(r.file_wcc, before)
        assert attributes(nfs3, file).size == 0


@pytest.mark.parametrize("kind", ["subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.7", "NFS3ERR_INVAL, not NFS3ERR_ISDIR, for what is no regular file")
@meets("1813-3.3.7-9")
def test_not_a_file(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    before = attributes(nfs3, handle)
    r = nfs3.write(handle, 0, b"x", fails=NFS3ERR.INVAL)
    unchanged(r.file_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write; nothing is written, even of no bytes")
def test_no_permission(nfs3, bob, file):
    nfs3.setattr(file, mode=0o644)
    before = attributes(nfs3, file)
    r = bob.write(file, 0, b"x", fails=NFS3ERR.ACCES)
    unchanged(r.file_wcc, before)
    bob.write(file, 0, b"", fails=NFS3ERR.ACCES)
    assert content(nfs3, file) == b""


@covers("RFC1813 4.4", "the owner may write whatever the mode says: the client checked when the file was opened")
@meets("1813-4.4-1")
def test_owner(alice, home):
    f = alice.create(home, "f", mode=0o444).obj
    alice.write(f, 0, b"data")


@covers("RFC1813 4.4", "root writes everywhere")
def test_root(nfs3, file):
    nfs3.setattr(file, mode=0, uid=1000)
    nfs3.write(file, 0, b"data")


@pytest.mark.parametrize("mode, left", [(0o4777, 0o777), (0o2777, 0o777), (0o6777, 0o777)], ids=oct)
@covers("POSIX write", "a write by anybody but root takes the set-id bits off a program")
def test_setid_bits(nfs3, bob, file, mode, left):
    nfs3.setattr(file, mode=mode)
    bob.write(file, 0, b"x")
    assert attributes(nfs3, file).mode & 0o7777 == left


@covers("RFC1813 3.3.7", "many writes under way at once, in any order, each in its place")
def test_pipelined(nfs3, file):
    data = bytes(n % 251 for n in range(64 * 1024))
    places = list(range(0, len(data), 1024))
    calls = [nfs3.write.send(file, at, data[at : at + 1024], UNSTABLE) for at in places[1::2] + places[::2]]
    for call in calls:
        call.result()
    nfs3.commit(file)
    assert content(nfs3, file) == data


@covers("RFC1813 3.3.7", "a file removed by name is written by none")
def test_removed(nfs3, home, file):
    nfs3.remove(home, "file")
    nfs3.write(file, 0, b"x", fails=NFS3ERR.STALE)
