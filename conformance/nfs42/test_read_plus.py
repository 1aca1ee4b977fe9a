"""READ_PLUS: RFC 7862 15.10."""

import pytest

from conformance.nfs42.checks import BIG, BLOCK, WRITE, filled, new_file, plus
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, op
from dittofs.testing.markers import covers, meets


@pytest.fixture(autouse=True)
def read_plus_is_there(offered):
    offered(op.read_plus())


@pytest.fixture
def sparse(nfs42, home):
    return filled(nfs42, home, "sparse", (0, b"a" * BLOCK), (4 * BLOCK, b"b" * BLOCK), (8 * BLOCK, b"c" * 10))


WHOLE = b"a" * BLOCK + bytes(3 * BLOCK) + b"b" * BLOCK + bytes(3 * BLOCK) + b"c" * 10


@covers("RFC7862 15.10.3", "the whole of a file with holes, in as many replies as it takes: what READ says")
@meets("7862-6-1", "7862-15.10.3-1", "7862-15.10.3-2")
def test_whole(nfs42, sparse):
    found = b""
    while True:
        r = nfs42.compound(op.putfh(sparse.fh), op.read_plus(sparse, len(found), 2**20))
        part = plus(r, len(found))
        found += part
        if r.read_plus.rpr_eof:
            break
        assert part, "a reply that is not the last says something"
    assert found == WHOLE


RANGES = [(0, 10), (0, BLOCK), (5, BLOCK), (BLOCK - 1, 2), (2 * BLOCK, 100), (3 * BLOCK, 2 * BLOCK), (8 * BLOCK, 10), (8 * BLOCK, 5)]


@pytest.mark.parametrize("offset, count", RANGES, ids=str)
@covers("RFC7862 15.10.3", "a range: its beginning, or all of it; data and holes in their order; the end only where it is")
@meets("7862-15.10.3-1")
def test_range(nfs42, sparse, offset, count):
    r = nfs42.compound(op.putfh(sparse.fh), op.read_plus(sparse, offset, count))
    found = plus(r, offset)
    want = WHOLE[offset : offset + count]
    # A hole may be told whole, though it is longer than what was asked for.
    assert found and (want.startswith(found) or WHOLE[offset:].startswith(found))
    assert not r.read_plus.rpr_eof or offset + len(found) >= len(WHOLE)


@covers("RFC7862 15.10.3", "a file that is one hole")
@meets("7862-6-1")
def test_only_a_hole(nfs42, home):
    file = new_file(nfs42, home, "hole", size=4 * BLOCK)
    r = nfs42.compound(op.putfh(file), op.read_plus(ANONYMOUS, 0, BLOCK))
    assert set(plus(r, 0)) == {0}


@pytest.mark.parametrize("offset", [10, 11, 2**32, BIG - 1, 2**64 - 1], ids=hex)
@covers("RFC7862 15.10.3", "at and behind the end: success, rpr_eof, nothing")
@meets("7862-15.10.3-3")
def test_behind(nfs42, home, offset):
    opened = filled(nfs42, home, "small", (0, b"0123456789"))
    r = nfs42.compound(op.putfh(opened.fh), op.read_plus(opened, offset, 100))
    assert r.read_plus.rpr_eof and plus(r, offset) == b""


@covers("RFC7862 15.10.3", "nothing asked for, nothing given")
@meets("7862-15.10.3-4")
def test_nothing(nfs42, sparse):
    r = nfs42.compound(op.putfh(sparse.fh), op.read_plus(sparse, 0, 0))
    assert plus(r, 0) == b""


@covers("RFC7862 15.10.3", "an empty file: rpr_eof, nothing")
@meets("7862-15.10.3-3")
def test_empty(nfs42, opened):
    r = nfs42.compound(op.putfh(opened.fh), op.read_plus(opened, 0, 100))
    assert r.read_plus.rpr_eof and plus(r, 0) == b""


@covers("RFC7862 15.10.3", "NFS4ERR_ACCESS: who may not read; NFS4ERR_OPENMODE: open for writing only, where the server holds it to that")
@meets("7862-15.10.3-5")
def test_refused(nfs42, bob, home):
    opened = filled(nfs42, home, "f", (0, b"x"), share_access=WRITE)
    nfs42.compound(op.putfh(opened.fh), op.read_plus(opened, 0, 1).may_fail(NFS4ERR.OPENMODE))
    nfs42.setattr(opened.fh, mode=0o600)
    bob.compound(op.putfh(opened.fh), op.read_plus(ANONYMOUS, 0, 1).fails(NFS4ERR.ACCESS))


@covers("RFC7862 15.10.3", "what was written shows at once, what was punched reads as zeros")
@meets("7862-15.10.3-2")
def test_after_writes(nfs42, opened):
    for n in range(10):
        nfs42.write(opened.fh, n * 1000, b"%d" % n, opened.stateid)
        r = nfs42.compound(op.putfh(opened.fh), op.read_plus(opened, n * 1000, 1))
        assert plus(r, n * 1000)[:1] == b"%d" % n
