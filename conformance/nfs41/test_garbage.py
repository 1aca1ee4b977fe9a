"""Arguments that do not decode, of each operation: RFC 8881 15.1.1.1 NFS4ERR_BADXDR, RFC 5531 9 GARBAGE_ARGS."""

import struct

import pytest

from conformance.nfs41.checks import alive
from conformance.nfs41.ops import USAGES, each
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, UNCHECKED4, create, op
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

GARBAGE = (accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR)
WITH_ARGUMENTS = [u for u in USAGES if u.operation.args is not None]
NO_SESSION = [op.exchange_id(), op.create_session(), op.destroy_session(), op.bind_conn_to_session(), op.destroy_clientid()]


@pytest.mark.parametrize("use", each("cut off at any length: NFS4ERR_BADXDR or GARBAGE_ARGS; slot and connection go on", WITH_ARGUMENTS))
@meets("8881-16.2.3-3")
def test_truncated(nfs41, file, use):
    allowed = (*GARBAGE, *([NFS4ERR.NOTSUPP] if use.optional else []))
    before = (op.putfh(file), op.savefh())
    head, whole = (len(nfs41.encode(before, *more)) for more in ((), (use.operation,)))
    for size in range(head + 4, whole):
        # With the next sequence id each time: one that did not decode may have used its slot.
        nfs41.compound(raw=nfs41.encode(before, use.operation)[:size], fails=allowed)
    alive(nfs41)


@pytest.mark.parametrize("operation", NO_SESSION, ids=lambda o: o.name)
@covers("RFC8881 15.1.1.1", "operations outside of a session, cut off at any length")
def test_truncated_outside(nfs41, operation):
    c = nfs41.client
    sessionid = {"dsa_sessionid": nfs41.sessionid, "bctsa_sessid": nfs41.sessionid}
    whole = c.encode(c.completed(operation.but(**{k: v for k, v in sessionid.items() if hasattr(operation.args, k)})))
    for size in range(16, len(whole)):
        c.compound(raw=whole[:size], fails=GARBAGE)
    alive(nfs41)


SIZES = pytest.mark.parametrize("size", [5, 1000, 2**20, 2**31 - 1, 2**32 - 4, 2**32 - 1], ids=hex)


@SIZES
@covers("RFC4506 4.10", "lengths that reach past the end of the message")
def test_lengths(nfs41, file, size):
    for lie in (
        op.lookup("name").patch({"len(objname)": size}),
        op.write(ANONYMOUS, 0, b"data").patch({"len(data)": size}),
        op.getattr("size").patch({"len(attr_request)": size}),
        op.setattr(mode=1).patch({"len(obj_attributes.attr_vals)": size}),
        op.test_stateid(ANONYMOUS).patch({"len(ts_stateids)": size}),
    ):
        nfs41.compound(op.putfh(file), lie, fails=GARBAGE)
    alive(nfs41)


@pytest.mark.parametrize("count", [3, 1000, 2**31 - 1, 2**32 - 1], ids=hex)
@covers("RFC4506 4.13", "more operations announced than there are")
def test_count(nfs41, count):
    raw = nfs41.encode(op.putrootfh())
    nfs41.compound(raw=raw[:8] + struct.pack(">I", count) + raw[12:], fails=(*GARBAGE, NFS4ERR.TOO_MANY_OPS))
    alive(nfs41)


@pytest.mark.parametrize("value", [4, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.15", "a union has no arm for a discriminant it does not name: createmode4, open_claim_type4")
def test_unions(nfs41, home, value):
    for path, number in (("openhow.how.mode", value), ("claim.claim", max(value, 7))):
        bad = op.open("f", create(UNCHECKED4)).patch({path: number})
        nfs41.compound(op.putfh(home), bad, fails=(*GARBAGE, NFS4ERR.INVAL, NFS4ERR.NOTSUPP))
    nfs41.compound(op.putfh(home), op.lookup("f").fails(NFS4ERR.NOENT))


@pytest.mark.parametrize("value", [0, 5, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an enumeration has no other values than those it names: nfs_lock_type4")
def test_lock_type(nfs41, file, value):
    nfs41.compound(op.putfh(file), op.lockt(1, 0, 1).patch({"locktype": value}), fails=(*GARBAGE, NFS4ERR.INVAL))


@covers("RFC5531 9", "bytes after the last operation are ignored or refused")
def test_trailing(nfs41):
    nfs41.compound(raw=nfs41.encode(op.putrootfh()) + bytes(8), may_fail=GARBAGE)
    alive(nfs41)
