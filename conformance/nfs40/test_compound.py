"""COMPOUND and NULL: RFC 7530 15.1, 15.2."""

import pytest

from dittofs import wire
from dittofs.nfs4 import NFS4_OK, NFS4ERR, Client40, op
from dittofs.nfs4.operation import ROWS
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets, needs

# What decodes the whole request first may say so as RPC does (RFC 7530 13.1.3.3, 16.38.5).
ILLEGAL = (NFS4ERR.OP_ILLEGAL, accept_stat.GARBAGE_ARGS)
REFUSED_TAG = (NFS4ERR.INVAL, NFS4ERR.BADXDR, NFS4ERR.BADCHAR)


@covers("RFC7530 15.1", "NULL does nothing, for any credential")
@meets("7530-15.1-1")
def test_null(nfs40, nobody):
    assert nfs40.null().accept_stat == nobody.null().accept_stat == accept_stat.SUCCESS


@covers("RFC7530 15.2", "no operations: success, no results")
@meets("7530-15.2-4")
def test_empty(nfs40):
    r = nfs40.compound()
    assert (r.status, len(r)) == (NFS4_OK, 0)


@pytest.mark.parametrize("tag", ["", "x", "a tag of some length", "caf\u00e9", "\u65e5\u672c\u8a9e"])
@covers("RFC7530 15.2", "the tag comes back as it was sent")
@meets("7530-15.2-2")
def test_tag(nfs40, tag):
    assert nfs40.compound(op.putrootfh(), tag=tag).tag == tag
    assert nfs40.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE), tag=tag).tag == tag


@pytest.mark.parametrize("size", [128, 255, 1000, 10_000])
@covers("RFC7530 15.2", "a long tag comes back too, unless the server refuses it")
@meets("7530-15.2-2")
def test_long_tag(nfs40, size):
    r = nfs40.compound(op.putrootfh(), tag="t" * size, may_fail=(*REFUSED_TAG, NFS4ERR.RESOURCE, accept_stat.GARBAGE_ARGS))
    assert r.status != NFS4_OK or r.tag == "t" * size


@covers("RFC7530 15.2", "a tag that is no UTF-8: refused, or returned as it is")
def test_tag_is_not_utf8(nfs40):
    r = nfs40.compound(op.putrootfh(), tag=b"\xff\xfe", may_fail=REFUSED_TAG)
    if r.status == NFS4_OK:
        assert nfs40.replay(r, same_xid=False).body == r.body


@pytest.mark.parametrize("minorversion", [3, 4, 255, 2**31, 2**32 - 1])
@covers("RFC7530 15.2", "NFS4ERR_MINOR_VERS_MISMATCH: no results at all, the tag returned")
@meets("7530-15.2-3")
def test_minor_version(nfs40, minorversion):
    r = nfs40.compound(op.putrootfh(), minorversion=minorversion, tag="t", fails=NFS4ERR.MINOR_VERS_MISMATCH)
    assert (len(r), r.tag) == (0, "t")


@covers("RFC7530 15.2", "a minor version that is not there is refused before any operation is looked at")
@meets("7530-15.2-3")
def test_minor_version_before_operations(nfs40):
    for operations in ((), (op.illegal(),), (op.raw(4711, bytes(4)),)):
        r = nfs40.compound(*operations, minorversion=77, fails=NFS4ERR.MINOR_VERS_MISMATCH)
        assert len(r) == 0


@covers("RFC7530 15.2", "execution stops at the first failure, whose status is the compound's")
@meets("7530-14.2-1", "7530-15.2-1")
def test_stops(nfs40, home):
    r = nfs40.compound(op.putfh(home), op.lookup("gone").fails(NFS4ERR.NOENT), op.create(2, "made"))
    assert (r.status, len(r)) == (NFS4ERR.NOENT, 2)
    nfs40.compound(op.putfh(home), op.lookup("made").fails(NFS4ERR.NOENT))


@covers("RFC7530 15.2", "what came before a failure stays done")
@meets("7530-14.2-1")
def test_no_rollback(nfs40, home):
    nfs40.compound(op.putfh(home), op.create(2, "made"), op.lookup("gone").fails(NFS4ERR.NOTDIR, NFS4ERR.NOENT))
    nfs40.compound(op.putfh(home), op.lookup("made"))


@pytest.mark.parametrize("number", [0, 1, 2, 76, 1000, 10043, 10045, 2**31 - 1, 2**32 - 1])
@covers("RFC7530 16.38", "a number that no operation has: NFS4ERR_OP_ILLEGAL, as the result of OP_ILLEGAL")
@meets("7530-15.2-1", "7530-16.38-1")
def test_illegal_number(nfs40, number):
    r = nfs40.compound(op.putrootfh(), op.raw(number), op.getfh(), fails=ILLEGAL)
    assert r.accept_stat == accept_stat.GARBAGE_ARGS or (r[1].name, len(r)) == ("ILLEGAL", 2)


@pytest.mark.parametrize("row", [row for row in ROWS.values() if 40 <= row.op <= 75], ids=lambda row: row.name)
@covers("RFC7530 15.2", "an operation of a later minor version is illegal in this one")
@meets("7530-16.38-1")
def test_later_minor_versions(nfs40, row):
    zeros = b"" if row.args is None else wire.encode(_zero(row.args), row.args)
    r = nfs40.compound(op.putrootfh(), op.raw(row.op, zeros), fails=ILLEGAL)
    assert r.accept_stat == accept_stat.GARBAGE_ARGS or r[1].name == "ILLEGAL"


@covers("RFC7530 16.38", "OP_ILLEGAL itself fails with NFS4ERR_OP_ILLEGAL")
@meets("7530-16.38-1")
def test_illegal(nfs40):
    r = nfs40.compound(op.illegal().fails(NFS4ERR.OP_ILLEGAL))
    assert r.illegal.status == NFS4ERR.OP_ILLEGAL


@covers("RFC7530 16.38", "after an illegal operation nothing is executed")
def test_nothing_after_illegal(nfs40, home):
    nfs40.compound(op.putfh(home), op.raw(2), op.create(2, "made"), fails=ILLEGAL)
    nfs40.compound(op.putfh(home), op.lookup("made").fails(NFS4ERR.NOENT))


@pytest.mark.parametrize("count", [10, 50])
@covers("RFC7530 15.2", "many operations: all executed, or NFS4ERR_RESOURCE where the server has enough of them")
def test_many(nfs40, count):
    r = nfs40.compound([op.putrootfh()] * count, may_fail=NFS4ERR.RESOURCE)
    assert len(r) == count or r.status == NFS4ERR.RESOURCE


@covers("RFC7530 15.2", "thousands of operations: NFS4ERR_RESOURCE or success, and the server goes on")
def test_very_many(nfs40):
    nfs40.compound([op.putrootfh()] * 5000, may_fail=(NFS4ERR.RESOURCE, accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR))
    nfs40.compound(op.putrootfh())


@covers("RFC7530 15.2", "the current filehandle of one compound is not that of the next")
@meets("7530-15.2-5")
def test_no_memory(nfs40):
    nfs40.compound(op.putrootfh(), op.savefh())
    nfs40.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE))
    nfs40.compound(op.restorefh().fails(NFS4ERR.RESTOREFH))


@covers("RFC7530 15.2", "many compounds on the way at once: each has its own filehandles")
@meets("7530-3.1.1-1", "7530-15.2-5")
def test_interleaved(nfs40, home):
    dirs = [nfs40.mkdir(home, f"d{n}") for n in range(20)]
    sent = [nfs40.send(op.putfh(d), op.savefh(), op.lookupp(), op.restorefh(), op.getfh()) for d in dirs for _ in range(5)]
    found = [bytes(each.result().getfh.object) for each in sent]
    assert found == [d for d in dirs for _ in range(5)]


@covers("RFC5531 9", "a procedure that there is not: PROC_UNAVAIL")
def test_procedure(nfs40):
    nfs40.compound(proc=2, raw=b"", fails=accept_stat.PROC_UNAVAIL)


@covers("RFC5531 9", "versions of the program: PROG_MISMATCH names 4 among those there are")
def test_version(nfs40):
    r = nfs40.call(vers=5, raw=b"")
    assert r.reply.outcome == accept_stat.PROG_MISMATCH and r.reply.low <= 4 <= r.reply.high


def _zero(kind):
    """A value of an operation's arguments; SECINFO_NO_NAME's are a number."""
    return 0 if isinstance(kind, wire.Type) else kind()


@needs("udp")
@covers("RFC7530 3.1", "not over UDP, which has no congestion control: the version is none there")
@meets("7530-3.1-1")
def test_no_udp(connect):
    r = Client40(connect(udp=True)).call(op.putrootfh())
    assert r.accept_stat in (accept_stat.PROG_MISMATCH, accept_stat.PROG_UNAVAIL)
