"""Arguments that do not decode: RFC 7530 13.1.1.1 NFS4ERR_BADXDR, RFC 5531 9 GARBAGE_ARGS."""

import struct

import pytest

from conformance.nfs40.ops import USAGES
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, UNCHECKED4, create, op
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

GARBAGE = (accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR)

WITH_ARGUMENTS = [u for u in USAGES if len(u.operation.args.__slots__ if u.operation.args is not None else ())]
once_each = pytest.mark.parametrize("use", [pytest.param(u, id=str(u)) for u in WITH_ARGUMENTS])


@once_each
@covers("RFC7530 13.1.1.1", "an operation cut off at any length: NFS4ERR_BADXDR or GARBAGE_ARGS; the connection goes on")
@meets("7530-15.2-7")
def test_truncated(nfs40, file, use):
    before = (op.putfh(file), op.savefh(), op.putfh(file))
    head, whole = nfs40.encode(before), nfs40.encode(before, use.operation)
    start = len(head) + 4
    for sent in [nfs40.send(raw=whole[:size]) for size in range(start, len(whole))]:
        sent.result(fails=GARBAGE)
    nfs40.null()


@covers("RFC7530 13.1.1.1", "a compound cut off at any length")
def test_truncated_compound(nfs40):
    whole = nfs40.encode(op.putrootfh(), op.lookup("name"), tag="a tag")
    for sent in [nfs40.send(raw=whole[:size]) for size in range(len(whole))]:
        sent.result(fails=GARBAGE)
    nfs40.null()


@covers("RFC7530 15.2", "operations before one that does not decode may be executed, and then have results")
@meets("7530-15.2-7")
def test_the_ones_before(nfs40):
    whole = nfs40.encode(op.putrootfh(), op.getfh(), op.lookup("name"))
    r = nfs40.call(raw=whole[:-6])
    if r.accept_stat == accept_stat.SUCCESS:
        assert r.status == NFS4ERR.BADXDR
        assert all(each.status == 0 for each in r.all[:2])


@pytest.mark.parametrize("size", [5, 1000, 2**20, 2**31 - 1, 2**32 - 4, 2**32 - 1], ids=hex)
@covers("RFC4506 4.10", "lengths that reach past the end of the message")
def test_lengths(nfs40, file, size):
    for lie in (
        op.lookup("name").patch({"len(objname)": size}),
        op.putfh(file).patch({"len(object)": size}),
        op.write(ANONYMOUS, 0, b"data").patch({"len(data)": size}),
        op.getattr("size").patch({"len(attr_request)": size}),
        op.setattr(mode=1).patch({"len(obj_attributes.attr_vals)": size}),
    ):
        nfs40.compound(op.putfh(file), lie, fails=(*GARBAGE, NFS4ERR.BADHANDLE))
    nfs40.null()


@pytest.mark.parametrize("count", [2, 1000, 2**31 - 1, 2**32 - 1], ids=hex)
@covers("RFC4506 4.13", "more operations announced than there are")
def test_count(nfs40, count):
    raw = nfs40.encode(op.putrootfh())
    nfs40.compound(raw=raw[:8] + struct.pack(">I", count) + raw[12:], fails=(*GARBAGE, NFS4ERR.RESOURCE))
    nfs40.null()


@pytest.mark.parametrize("size", [129, 200, 1000])
@covers("RFC7530 2.1", "a filehandle has at most NFS4_FHSIZE bytes")
@meets("7530-2.1-1")
def test_long_handle(nfs40, size):
    nfs40.compound(op.putfh(bytes(size)), fails=(*GARBAGE, NFS4ERR.BADHANDLE))


@pytest.mark.parametrize("value", [4, 255, 2**31, 2**32 - 1], ids=hex)
@covers("RFC4506 4.15", "a union has no arm for a discriminant it does not name: createmode4")
def test_createmode(nfs40, home, value):
    bad = op.open("f", create(UNCHECKED4)).patch({"openhow.how.mode": value})
    nfs40.compound(op.putfh(home), bad, fails=(*GARBAGE, NFS4ERR.INVAL))
    nfs40.compound(op.putfh(home), op.lookup("f").fails(NFS4ERR.NOENT))


@pytest.mark.parametrize("value", [7, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.15", "a claim that open_claim_type4 does not name")
def test_claim(nfs40, home, value):
    bad = op.open("f", create()).patch({"claim.claim": value})
    nfs40.compound(op.putfh(home), bad, fails=(*GARBAGE, NFS4ERR.INVAL, NFS4ERR.NOTSUPP))


@pytest.mark.parametrize("value", [0, 5, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an enumeration has no other values than those it names: nfs_lock_type4")
def test_lock_type(nfs40, file, value):
    bad = op.lockt(1, 0, 1).patch({"locktype": value})
    nfs40.compound(op.putfh(file), bad, fails=(*GARBAGE, NFS4ERR.INVAL))


@pytest.mark.parametrize("value", [3, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an enumeration has no other values than those it names: stable_how4")
def test_stable_how(nfs40, file, value):
    bad = op.write(ANONYMOUS, 0, b"data").patch({"stable": value})
    nfs40.compound(op.putfh(file), bad, fails=(*GARBAGE, NFS4ERR.INVAL))
    assert nfs40.getattr(file, "size").size == 0


@covers("RFC4506 4.10", "bytes that pad a name are zero; others are refused or ignored")
def test_padding(nfs40, home, subdir):
    raw = nfs40.encode(op.putfh(home), op.lookup("subdi"))
    nfs40.compound(raw=raw[:-1] + b"\x55", fails=(*GARBAGE, NFS4ERR.NOENT))


@covers("RFC5531 9", "bytes after the last operation are ignored or refused")
def test_trailing(nfs40):
    nfs40.compound(raw=nfs40.encode(op.putrootfh()) + bytes(8), may_fail=GARBAGE)


@covers("RFC7530 13.1.3.3", "an unknown operation's arguments cannot be skipped: nothing after it is looked at")
def test_after_unknown(nfs40):
    r = nfs40.compound(op.raw(4711, b"\xff" * 64), fails=(NFS4ERR.OP_ILLEGAL, accept_stat.GARBAGE_ARGS))
    assert r.accept_stat == accept_stat.GARBAGE_ARGS or len(r) == 1
