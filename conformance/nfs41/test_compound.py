"""COMPOUND: RFC 8881 16.2; which operations there are, 17; order and stopping. Sessions' rules are test_in_session.py's."""

import pytest

from dittofs import wire
from dittofs.nfs4 import NF4DIR, NFS4ERR, NFS4_OK, Client40, op
from dittofs.nfs4.operation import ROWS
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets, needs

GARBAGE = (accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR)
REFUSED_TAG = (NFS4ERR.INVAL, NFS4ERR.BADXDR, NFS4ERR.BADCHAR)
# RFC 8881 17: what minor version 1 must not implement.
ONLY_IN_40 = (
    op.open_confirm(op.ANONYMOUS, seqid=0), op.release_lockowner(), op.renew(0), op.setclientid(b"verifier", b"id"),
    op.setclientid_confirm(1, b"verifier"),
)  # fmt: skip


@covers("RFC8881 16.1", "NULL does nothing, for any credential")
@meets("8881-16.1-1")
def test_null(nfs41, nobody):
    assert nfs41.null().accept_stat == nobody.null().accept_stat == accept_stat.SUCCESS


@covers("RFC8881 16.2", "no operations, no SEQUENCE either: success, no results")
def test_empty(nfs41):
    r = nfs41.compound(sequence=False)
    assert (r.status, len(r.all)) == (NFS4_OK, 0)


@pytest.mark.parametrize("tag", ["", "x", "a tag of some length", "café", "日本語"])
@covers("RFC8881 16.2", "the tag comes back as it was sent")
@meets("8881-16.2.3-2")
def test_tag(nfs41, tag):
    assert nfs41.compound(op.putrootfh(), tag=tag).tag == tag
    assert nfs41.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE), tag=tag).tag == tag
    assert nfs41.compound(op.putrootfh(), sequence=False, fails=NFS4ERR.OP_NOT_IN_SESSION, tag=tag).tag == tag


@covers("RFC8881 16.2", "a tag that is no UTF-8: refused, or returned as it is")
def test_tag_is_not_utf8(nfs41):
    nfs41.compound(op.putrootfh(), tag=b"\xff\xfe", may_fail=REFUSED_TAG)


@pytest.mark.parametrize("minorversion", [3, 4, 255, 2**31, 2**32 - 1])
@covers("RFC8881 15.1.3.2", "NFS4ERR_MINOR_VERS_MISMATCH: no results at all, the tag returned")
@meets("8881-2.7-2")
def test_minor_version(nfs41, minorversion):
    r = nfs41.call(op.putrootfh(), minorversion=minorversion, tag="t")
    assert (r.status, len(r.all), r.tag) == (NFS4ERR.MINOR_VERS_MISMATCH, 0, "t")


@covers("RFC8881 16.2", "execution stops at the first failure, whose status is the compound's; what came before stays done")
@meets("8881-16.2.3-1")
def test_stops(nfs41, home):
    r = nfs41.compound(
        op.putfh(home), op.create(NF4DIR, "before"), op.putfh(home), op.lookup("gone").fails(NFS4ERR.NOENT),
        op.create(NF4DIR, "after"),
    )  # fmt: skip
    assert (r.status, len(r)) == (NFS4ERR.NOENT, 4)
    nfs41.lookup(home, "before")
    nfs41.compound(op.putfh(home), op.lookup("after").fails(NFS4ERR.NOENT))


@pytest.mark.parametrize("number", [0, 1, 2, 76, 1000, 10043, 10045, 2**31 - 1, 2**32 - 1])
@covers("RFC8881 18.52", "a number that no operation has: NFS4ERR_OP_ILLEGAL, as the result of OP_ILLEGAL; nothing after it")
@meets("8881-16.2.3-1", "8881-18.52.3-1")
def test_illegal_number(nfs41, home, number):
    r = nfs41.compound(op.putfh(home), op.raw(number).fails(NFS4ERR.OP_ILLEGAL), op.create(NF4DIR, "made"))
    assert (r[1].name, len(r)) == ("ILLEGAL", 2)
    nfs41.compound(op.putfh(home), op.lookup("made").fails(NFS4ERR.NOENT))


@covers("RFC8881 18.52", "OP_ILLEGAL itself fails with NFS4ERR_OP_ILLEGAL")
@meets("8881-18.52.3-1")
def test_illegal(nfs41):
    assert nfs41.compound(op.illegal().fails(NFS4ERR.OP_ILLEGAL))[0].name == "ILLEGAL"


@pytest.mark.parametrize("number", [0, 76, 2**32 - 1])
@covers("RFC8881 18.52", "an unknown number as the first operation is illegal as well, or is in no session")
def test_illegal_first(nfs41, number):
    nfs41.compound(op.raw(number), sequence=False, fails=(NFS4ERR.OP_ILLEGAL, NFS4ERR.OP_NOT_IN_SESSION))


@pytest.mark.parametrize("row", [row for row in ROWS.values() if 59 <= row.op <= 75], ids=lambda row: row.name)
@covers("RFC8881 15.1.3.4", "an operation of minor version 2: NFS4ERR_OP_ILLEGAL, or an error of decoding where all is decoded first")
@meets("8881-2.7-1")
def test_later_minor_version(nfs41, row):
    zeros = b"" if row.args is None else wire.encode(row.args(), row.args)
    r = nfs41.compound(op.putrootfh(), op.raw(row.op, zeros), fails=(NFS4ERR.OP_ILLEGAL, *GARBAGE))
    assert r.status in GARBAGE or r[1].name == "ILLEGAL"


@pytest.mark.parametrize("operation", ONLY_IN_40, ids=lambda o: o.name)
@covers("RFC8881 15.1.1.5", "NFS4ERR_NOTSUPP: an operation that this minor version must not have")
@meets("8881-8.8-1")
def test_only_in_40(nfs41, file, operation):
    nfs41.compound(op.putfh(file), operation.fails(NFS4ERR.NOTSUPP))


@covers("RFC8881 16.2.3.1.1", "the filehandles of one compound are not those of the next")
@meets("8881-16.2.3.1.1-1")
def test_no_memory(nfs41):
    nfs41.compound(op.putrootfh(), op.savefh())
    nfs41.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE))
    nfs41.compound(op.restorefh().fails(NFS4ERR.NOFILEHANDLE))


@covers("RFC8881 16.2", "many compounds under way at once, one on each slot: each has its own filehandles")
@meets("8881-16.2.3.1.1-1")
def test_interleaved(nfs41, home):
    dirs = [nfs41.mkdir(home, f"d{n}") for n in range(20)]
    sent = [nfs41.send(op.putfh(d), op.savefh(), op.lookupp(), op.restorefh(), op.getfh()) for d in dirs * 3]
    assert [bytes(each.result().getfh.object) for each in sent] == dirs * 3


@covers("RFC8881 15.1.1.1", "a compound cut off at any length: NFS4ERR_BADXDR or GARBAGE_ARGS; the connection goes on")
@meets("8881-16.2.3-3")
def test_truncated(nfs41):
    size = len(nfs41.encode(op.putrootfh(), op.lookup("name"), tag="a tag"))
    for short in range(size):
        whole = nfs41.encode(op.putrootfh(), op.lookup("name"), tag="a tag")  # with the next sequence id
        nfs41.compound(raw=whole[:short], fails=GARBAGE)
    nfs41.compound(op.putrootfh())


@needs("udp")
@covers("RFC8881 2.9.1", "not over UDP, which has no congestion control: the version is none there")
@meets("8881-2.9.1-1")
def test_no_udp(connect):
    r = Client40(connect(udp=True)).call(op.putrootfh(), minorversion=1)
    assert r.accept_stat in (accept_stat.PROG_MISMATCH, accept_stat.PROG_UNAVAIL)
