"""READ, WRITE and COMMIT: RFC 7530 16.23, 16.36, 16.3. Stateids are test_stateids.py's."""

import pytest

from conformance.nfs40.checks import END, new_file
from dittofs.nfs4 import ANONYMOUS, DATA_SYNC4, FILE_SYNC4, NFS4ERR, READ_BYPASS, UNSTABLE4, op
from dittofs.testing.markers import covers, meets

DATA = bytes(n % 251 for n in range(100_000))


@pytest.fixture
def full(nfs40, opened):
    """The open file with DATA in it."""
    at = 0
    while at < len(DATA):
        at += nfs40.write(opened.fh, at, DATA[at : at + 32768], opened.stateid).write.count
    return opened


def read(c, opened, offset, count):
    return c.compound(op.putfh(opened.fh), op.read(opened.stateid, offset, count)).read


@pytest.mark.parametrize("offset, count", [(0, 1), (0, 100), (1, 1), (4095, 2), (99_999, 1), (50_000, 4096), (0, 32768)])
@covers("RFC7530 16.23", "the bytes that are there; not less than asked for without reason, eof only at the end")
@meets("7530-16.23-3")
def test_read(nfs40, full, offset, count):
    r = read(nfs40, full, offset, count)
    data = bytes(r.data)
    assert 0 < len(data) <= count and data == DATA[offset : offset + len(data)]
    assert r.eof == (offset + len(data) == len(DATA))


@covers("RFC7530 16.23", "a READ that goes beyond the end: what there is, and eof")
@meets("7530-16.23-3")
def test_beyond(nfs40, full):
    r = read(nfs40, full, 99_990, 100)
    assert bytes(r.data) == DATA[99_990:] and r.eof


@pytest.mark.parametrize("offset", [100_000, 100_001, 2**31, 2**32, 2**63 - 1])
@covers("RFC7530 16.23", "a READ at or behind the end: nothing, and eof")
@meets("7530-16.23-1")
def test_behind(nfs40, full, offset):
    r = read(nfs40, full, offset, 100)
    assert bytes(r.data) == b"" and r.eof


@pytest.mark.parametrize("offset", [0, 10, 100_000, 200_000])
@covers("RFC7530 16.23", "a count of zero: success without data")
@meets("7530-16.23-2")
def test_nothing(nfs40, full, offset):
    assert bytes(read(nfs40, full, offset, 0).data) == b""


@covers("RFC7530 16.23", "an empty file is at its end from the start")
@meets("7530-16.23-1")
def test_empty_file(nfs40, opened):
    r = read(nfs40, opened, 0, 10)
    assert bytes(r.data) == b"" and r.eof


@covers("RFC7530 5.8.2.16", "maxread in one READ, maxwrite in one WRITE: carried out, if only in part")
@meets("7530-5.8.2-1")
def test_largest(nfs40, opened):
    a = nfs40.getattr(opened.fh, "maxread", "maxwrite")
    size = min(a.get("maxread", 8192), a.get("maxwrite", 8192), 1 << 20)
    data = DATA * (size // len(DATA) + 1)
    written = nfs40.write(opened.fh, 0, data[:size], opened.stateid).write.count
    assert 0 < written <= size
    found = bytes(read(nfs40, opened, 0, size).data)
    assert found and data[:written].startswith(found)


@pytest.mark.parametrize("count", [2**24, 2**31, 2**32 - 1])
@covers("RFC7530 16.23", "a count that no server gives: fewer bytes, from the start of what was asked for")
def test_huge_count(nfs40, full, count):
    data = bytes(read(nfs40, full, 0, count).data)
    assert data and DATA.startswith(data)


@covers("RFC7530 16.23", "a hole reads as zeros")
def test_hole(nfs40, opened):
    nfs40.write(opened.fh, 1 << 20, b"end", opened.stateid)
    assert bytes(read(nfs40, opened, 1 << 19, 100).data) == bytes(100)
    assert nfs40.getattr(opened.fh, "size").size == (1 << 20) + 3


@pytest.mark.parametrize("stable", [UNSTABLE4, DATA_SYNC4, FILE_SYNC4])
@covers("RFC7530 16.36", "committed is at least what was asked for, count what was written")
@meets("7530-16.36-1", "7530-16.36-3")
def test_stable(nfs40, opened, stable):
    r = nfs40.compound(op.putfh(opened.fh), op.write(opened, 0, b"data", stable), op.read(opened, 0, 10))
    assert r.write.committed >= stable and r.write.count == 4 and bytes(r.read.data) == b"data"


@covers("RFC7530 16.36", "a WRITE of nothing: success, and nothing changes")
@meets("7530-16.36-2")
def test_write_nothing(nfs40, opened):
    before = nfs40.getattr(opened.fh, "size", "time_modify", "change")
    assert nfs40.write(opened.fh, 1000, b"", opened.stateid).write.count == 0
    assert nfs40.getattr(opened.fh, "size", "time_modify", "change") == before


@covers("RFC7530 16.36", "data written over others, in the middle and behind the end")
@meets("7530-16.36-3")
def test_overwrite(nfs40, full):
    nfs40.write(full.fh, 10, b"0123456789", full.stateid)
    nfs40.write(full.fh, len(DATA) + 5, b"x", full.stateid)
    assert bytes(read(nfs40, full, 0, 30).data) == DATA[:10] + b"0123456789" + DATA[20:30]
    assert bytes(read(nfs40, full, len(DATA) - 2, 10).data) == DATA[-2:] + bytes(5) + b"x"


@covers("RFC7530 5.8.2.13", "NFS4ERR_FBIG or NFS4ERR_INVAL: beyond maxfilesize")
@meets("7530-5.8.2-1")
def test_too_big(nfs40, opened):
    limit = nfs40.getattr(opened.fh, "maxfilesize").get("maxfilesize", END)
    if limit < END - 1:
        last = op.write(opened, limit, b"x").fails(NFS4ERR.FBIG, NFS4ERR.INVAL)
        nfs40.compound(op.putfh(opened.fh), last)
        assert nfs40.getattr(opened.fh, "size").size == 0


@covers("RFC7530 16.36", "an offset and data that go past the last offset there is: NFS4ERR_FBIG or NFS4ERR_INVAL")
def test_past_the_last_offset(nfs40, opened):
    nfs40.compound(op.putfh(opened.fh), op.write(opened, END, b"xx").fails(NFS4ERR.FBIG, NFS4ERR.INVAL))
    nfs40.compound(op.putfh(opened.fh), op.write(opened, END - 1, b"xxx").fails(NFS4ERR.FBIG, NFS4ERR.INVAL))


@covers("RFC7530 16.36", "many at once, in any order")
def test_many(nfs40, opened):
    sent = [nfs40.send(op.putfh(opened.fh), op.write(opened, n * 1000, DATA[n * 1000 : n * 1000 + 1000])) for n in range(100)]
    for each in sent:
        each.result()
    assert b"".join(bytes(read(nfs40, opened, at, 10_000).data) for at in range(0, 100_000, 10_000)) == DATA


@covers("RFC7530 16.3", "COMMIT: the verifier of the WRITEs while the server runs")
@meets("7530-16.3-1", "7530-16.36-4")
def test_commit(nfs40, opened):
    verf = nfs40.compound(op.putfh(opened.fh), op.write(opened, 0, b"data", UNSTABLE4)).write.writeverf
    for offset, count in ((0, 0), (0, 4), (2, 1), (1000, 1000), (END - 1, 0)):
        r = nfs40.compound(op.putfh(opened.fh), op.commit(offset, count))
        assert bytes(r.commit.writeverf) == bytes(verf)


@covers("RFC7530 16.3", "offset and count that go past the last offset: NFS4ERR_INVAL, or all that is there")
def test_commit_overflow(nfs40, opened):
    nfs40.compound(op.putfh(opened.fh), op.commit(END, 10).may_fail(NFS4ERR.INVAL))


@covers("RFC7530 16.3", "a file that nobody has open can be committed")
def test_commit_closed(nfs40, file):
    nfs40.compound(op.putfh(file), op.commit())


@covers("RFC7530 16.23", "permissions are checked where the stateid is special: NFS4ERR_ACCESS")
@meets("7530-16.23-5")
def test_permissions(nfs40, alice, home):
    f = new_file(nfs40, home, "f", mode=0o600)
    alice.compound(op.putfh(f), op.read(ANONYMOUS).fails(NFS4ERR.ACCESS))
    alice.compound(op.putfh(f), op.read(READ_BYPASS).fails(NFS4ERR.ACCESS))
    alice.compound(op.putfh(f), op.write(ANONYMOUS, 0, b"x").fails(NFS4ERR.ACCESS))


@covers("RFC7530 6.2.1.3.1", "who may execute a file may read it, as a client must to run it")
def test_execute_only(nfs40, alice, home):
    f = new_file(nfs40, home, "f", mode=0o711)
    alice.compound(op.putfh(f), op.read(ANONYMOUS).may_fail(NFS4ERR.ACCESS))


@covers("POSIX write", "a WRITE by a user takes set-user-id and set-group-id away")
def test_setuid(nfs40, alice, home):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, owner="1001", mode=0o6777)
    alice.write(f, 0, b"x")
    assert nfs40.getattr(f, "mode").mode == 0o777


@covers("RFC7530 5.8.2.33", "a READ moves time_access at most, a WRITE time_modify and time_metadata")
def test_times(nfs40, opened):
    nfs40.setattr(opened.fh, time_access_set=(1, 0), time_modify_set=(1, 0))
    nfs40.write(opened.fh, 0, b"x", opened.stateid)
    a = nfs40.getattr(opened.fh, "time_modify", "time_metadata", "time_access")
    assert a.time_modify.seconds > 1 and a.time_metadata.seconds > 1 and a.time_access.seconds == 1
    before = a.time_modify
    read(nfs40, opened, 0, 1)
    assert nfs40.getattr(opened.fh, "time_modify").time_modify == before
