"""SEEK: RFC 7862 15.11."""

import pytest

from conformance.nfs42.checks import BIG, BLOCK, READ, WRITE, filled
from dittofs.nfs4 import ANONYMOUS, NFS4_CONTENT_DATA, NFS4_CONTENT_HOLE, NFS4_OK, NFS4ERR, op
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

DATA, HOLE = NFS4_CONTENT_DATA, NFS4_CONTENT_HOLE
KINDS = pytest.mark.parametrize("what", [DATA, HOLE], ids=lambda w: w.name)


@pytest.fixture(autouse=True)
def seek_is_there(offered):
    offered(op.seek(ANONYMOUS, 0, DATA))


@pytest.fixture
def sparse(nfs42, home):
    """Data, a hole, data, a hole, and data at the end: each of BLOCK bytes and more."""
    return filled(nfs42, home, "sparse", (0, b"a" * BLOCK), (4 * BLOCK, b"b" * BLOCK), (8 * BLOCK, b"c" * 10))


def seek(c, opened, offset, what):
    return c.compound(op.putfh(opened.fh), op.seek(opened, offset, what)).seek


@covers("RFC7862 15.11.3", "data at or after an offset; every answer is inside of the file and not before what was asked")
@meets("7862-15.11.3-1")
def test_data(nfs42, sparse):
    for offset in (0, 1, BLOCK - 1, BLOCK, 3 * BLOCK, 4 * BLOCK, 5 * BLOCK, 8 * BLOCK, 8 * BLOCK + 9):
        r = seek(nfs42, sparse, offset, DATA)
        assert not r.sr_eof and offset <= r.sr_offset < 8 * BLOCK + 10
        # The next data at the latest; a file system may know of fewer holes.
        latest = next((d for d in (0, 4 * BLOCK, 8 * BLOCK) if offset <= d), offset)
        assert r.sr_offset <= latest


@covers("RFC7862 15.11.3", "inside of data the answer is the offset itself")
@meets("7862-15.11.3-1")
def test_inside_data(nfs42, sparse):
    for offset in (0, 5, BLOCK - 1, 4 * BLOCK + 7, 8 * BLOCK, 8 * BLOCK + 9):
        assert seek(nfs42, sparse, offset, DATA).sr_offset == offset


@covers("RFC7862 15.11.3", "a hole at or after an offset: never inside of data")
@meets("7862-15.11.3-1")
def test_hole(nfs42, sparse):
    for offset in (0, BLOCK, 4 * BLOCK, 5 * BLOCK, 8 * BLOCK + 3):
        found = seek(nfs42, sparse, offset, HOLE).sr_offset
        assert found >= offset
        assert BLOCK <= found <= 4 * BLOCK or 5 * BLOCK <= found <= 8 * BLOCK or found == 8 * BLOCK + 10


@covers("RFC7862 15.11.3", "every file has a hole at its end")
@meets("7862-15.11.3-3")
def test_hole_at_the_end(nfs42, home):
    full = filled(nfs42, home, "full", (0, b"x" * 100))
    r = seek(nfs42, full, 0, HOLE)
    assert r.sr_offset == 100 or r.sr_eof


@covers("RFC7862 15.11.3", "no data up to the end: sr_eof, or NFS4ERR_NXIO where the file system knows no more than that; never an offset")
@meets("7862-15.11.3-3")
def test_no_more_data(nfs42, home):
    opened = filled(nfs42, home, "hole", (0, b"x"))
    nfs42.setattr(opened.fh, size=16 * BLOCK)
    r = nfs42.call(op.putfh(opened.fh), op.seek(opened, 8 * BLOCK, DATA))
    if r.status == NFS4_OK:
        assert r.seek.sr_eof or 8 * BLOCK <= r.seek.sr_offset < 16 * BLOCK
    else:
        assert r.status == NFS4ERR.NXIO


@KINDS
@pytest.mark.parametrize("offset", [11, 12, 2**32, BIG - 1, BIG, 2**64 - 1], ids=hex)
@covers("RFC7862 15.11.3", "NFS4ERR_NXIO: behind the end of the file")
@meets("7862-15.11.3-2")
def test_behind(nfs42, home, what, offset):
    opened = filled(nfs42, home, "small", (0, b"0123456789"))
    nfs42.compound(op.putfh(opened.fh), op.seek(opened, offset, what).fails(NFS4ERR.NXIO))


@KINDS
@covers("RFC7862 15.11.3", "an empty file: NFS4ERR_NXIO or sr_eof")
def test_empty(nfs42, opened, what):
    r = nfs42.call(op.putfh(opened.fh), op.seek(opened, 0, what))
    assert r.status == NFS4ERR.NXIO or r.status == NFS4_OK and (r.seek.sr_eof or r.seek.sr_offset == 0)


@pytest.mark.parametrize("what", [2, 3, 255, 2**32 - 1])
@covers("RFC7862 15.11.3", "NFS4ERR_UNION_NOTSUPP: a kind of content that the server does not know, or that there is not")
@meets("7862-11.1.1-1")
def test_unknown_content(nfs42, home, what):
    opened = filled(nfs42, home, "f", (0, b"data"))
    refused = (NFS4ERR.UNION_NOTSUPP, NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS)
    bad = op.seek(opened, 0, DATA).patch({"sa_what": what})
    nfs42.compound(op.putfh(opened.fh), bad, fails=refused)


@covers("RFC7862 15.11.3", "NFS4ERR_OPENMODE: open for writing only, where the server holds it to that")
def test_openmode(nfs42, home):
    opened = filled(nfs42, home, "f", (0, b"x"), share_access=WRITE)
    nfs42.compound(op.putfh(opened.fh), op.seek(opened, 0, DATA).may_fail(NFS4ERR.OPENMODE))


@covers("RFC7862 15.11.3", "open for reading is enough")
def test_reading(nfs42, home):
    filled(nfs42, home, "f", (0, b"x"))
    opened = nfs42.open(home, "f", share_access=READ, owner=b"reader")
    assert seek(nfs42, opened, 0, DATA).sr_offset == 0
