"""IO_ADVISE and WRITE_SAME: RFC 7862 15.5, 15.12, 8; LAYOUTERROR, LAYOUTSTATS where there are no layouts: 15.6, 15.7."""

import pytest

from conformance.nfs42.checks import READ, change, content, size
from dittofs.nfs4 import (
    ANONYMOUS, FILE_SYNC4, IO_ADVISE4_DONTNEED, IO_ADVISE4_NORMAL, IO_ADVISE4_RANDOM, IO_ADVISE4_SEQUENTIAL, IO_ADVISE4_WILLNEED,
    NFS4ERR, UNSTABLE4, app_data_block4, io_info4, numbers, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

HINTS = [
    (IO_ADVISE4_NORMAL,), (IO_ADVISE4_SEQUENTIAL,), (IO_ADVISE4_RANDOM, IO_ADVISE4_WILLNEED), (IO_ADVISE4_DONTNEED,),
    tuple(range(11)), (),
]  # fmt: skip


@pytest.fixture
def advised(nfs42, opened, offered):
    offered(op.io_advise(ANONYMOUS))

    def advise(hints, offset=0, count=0):
        r = nfs42.compound(op.putfh(opened.fh), op.io_advise(opened, offset, count, list(map(int, hints))))
        return set(numbers(r.io_advise.ior_hints))

    return advise


@pytest.mark.parametrize("hints", HINTS, ids=str)
@covers("RFC7862 15.5.3", "hints: the reply names those that the server follows, none but those given unless it would rather have another")
@meets("7862-15.5.3-1")
def test_hints(advised, hints):
    assert all(hint < 11 for hint in advised(hints))


@covers("RFC7862 15.5.3", "any range, also one behind the end; a count of zero is to the end; nothing changes")
@meets("7862-15.5.3-1")
def test_ranges(nfs42, opened, advised):
    before = change(nfs42, opened.fh)
    for offset, count in ((0, 0), (0, 100), (2**40, 5), (2**63, 0)):
        advised((IO_ADVISE4_WILLNEED,), offset, count)
    assert (size(nfs42, opened.fh), change(nfs42, opened.fh)) == (0, before)


@covers("RFC7862 15.5.3", "hints that nobody defined are not followed")
@meets("7862-15.5.3-1")
def test_unknown_hints(advised):
    assert not {40, 70} & advised((IO_ADVISE4_NORMAL, 40, 70))


# --- WRITE_SAME ----------------------------------------------------------------------------------------------------

NO_NUMBER = 2**64 - 1  # adb_reloff_blocknum of blocks without numbers (8.1)


@pytest.fixture
def same(nfs42, opened, offered):
    """same(block, ...): WRITE_SAME of an app_data_block4."""
    offered(op.write_same(ANONYMOUS, app_data_block4(0, 512, 1, 0, 0, 0, b"pattern")))

    def write(*block, stable=FILE_SYNC4, fails=None):
        attempt = op.write_same(opened, app_data_block4(*block), stable)
        return nfs42.compound(op.putfh(opened.fh), attempt.fails(*fails) if fails else attempt)

    return write


@covers("RFC7862 15.12.3", "blocks with a pattern at its place in each, zeros elsewhere")
@meets("7862-15.12.3-1")
def test_pattern(nfs42, opened, same):
    same(0, 16, 3, NO_NUMBER, 0, 4, b"abcd")
    assert content(nfs42, opened.fh) == (bytes(4) + b"abcd" + bytes(8)) * 3


@covers("RFC7862 15.12.3", "blocks with their numbers, counted up, and a pattern")
@meets("7862-15.12.3-1")
def test_numbers(nfs42, opened, same):
    same(32, 16, 3, 0, 7, 8, b"pattern!")
    data = content(nfs42, opened.fh)
    assert len(data) == 32 + 48 and data[:32] == bytes(32)
    for n in range(3):
        block = data[32 + n * 16 :][:16]
        assert block[8:] == b"pattern!"
        assert int.from_bytes(block[:4], "big") == 7 + n or int.from_bytes(block[:8], "big") == 7 + n


@pytest.mark.parametrize("stable", [UNSTABLE4, FILE_SYNC4], ids=lambda s: s.name)
@covers("RFC7862 15.12.3", "wr_committed is as stable as asked or more; wr_count says how much was written")
@meets("7862-15.12.3-3")
def test_stable(same, stable):
    r = same(0, 512, 4, NO_NUMBER, 0, 0, b"x", stable=stable).write_same
    assert r.wr_committed >= stable and r.wr_count == 2048


@pytest.mark.parametrize("block", [(0, 4, 1, NO_NUMBER, 0, 0, b"too long"), (0, 16, 1, 14, 0, 0, b""), (2**64 - 1, 512, 8, NO_NUMBER, 0, 0, b"x")], ids=str)
@covers("RFC7862 15.12.3", "NFS4ERR_INVAL or NFS4ERR_FBIG: what does not fit in a block, or in a file")
@meets("7862-15.12.3-2")
def test_does_not_fit(nfs42, opened, same, block):
    same(*block, fails=(NFS4ERR.INVAL, NFS4ERR.FBIG))
    assert size(nfs42, opened.fh) == 0


@covers("RFC7862 15.12.3", "NFS4ERR_OPENMODE: open for reading only")
def test_openmode(nfs42, home, file, offered):
    block = app_data_block4(0, 512, 1, NO_NUMBER, 0, 0, b"x")
    offered(op.write_same(ANONYMOUS, block))
    reader = nfs42.open(home, "file", share_access=READ)
    nfs42.compound(op.putfh(file), op.write_same(reader, block).fails(NFS4ERR.OPENMODE))


# --- without layouts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda s: op.layouterror(s), lambda s: op.layoutstats(s, lsa_read=io_info4(1, 2))], ids=["LAYOUTERROR", "LAYOUTSTATS"])
@covers("RFC7862 15.6.3", "of a file without a layout: NFS4ERR_NOTSUPP, NFS4ERR_BAD_STATEID or NFS4ERR_BADLAYOUT; the open is as it was")
@meets("7862-15.6.3-1")
def test_layouts(nfs42, opened, make):
    wanted = (NFS4ERR.NOTSUPP, NFS4ERR.BAD_STATEID, NFS4ERR.BADLAYOUT, NFS4ERR.UNKNOWN_LAYOUTTYPE, NFS4ERR.INVAL)
    nfs42.compound(op.putfh(opened.fh), make(opened).fails(*wanted))
    nfs42.close(opened)
