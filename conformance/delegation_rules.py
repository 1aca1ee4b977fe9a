"""What a delegation is beside the open that it came with, in every minor version; a suite takes these with a fixture `w`."""

from conformance.delegations import BOTH, GIVEN, READ, WRITE, stateid_of
from dittofs.nfs4 import NFS4_OK, NFS4ERR, NFS_LIMIT_SIZE, OPEN_DELEGATE_READ, names, op
from dittofs.nfs4.attributes import fattr
from dittofs.testing.markers import covers, meets
from dittofs.wire import nfs4_cb


def kind_of(delegation):
    return getattr(delegation, GIVEN[delegation.delegation_type])


@covers("RFC8881 10.4", "a stateid of its own; the open's stays good when it is gone, and its own is of no use then")
@meets("7530-10.4-3", "7530-10.4-4", "7530-16.6-1", "8881-10.4-2")
def test_two_stateids(w):
    stateid = w.given(BOTH)
    assert bytes(stateid.other) != bytes(w.opened.stateid.other)
    w.give_back(stateid)
    w.c.write(w.fh, 0, b"still", w.opened.stateid)
    for attempt in (op.read(stateid, 0, 1), op.write(stateid, 0, b"x"), op.delegreturn(stateid)):
        w.c.compound(op.putfh(w.fh), attempt.fails(NFS4ERR.BAD_STATEID))


@covers("RFC8881 18.16.3", "one that is not reclaimed is given without being asked back at once")
@meets("7530-16.16-10")
def test_not_asked_back(w):
    for access in (READ, BOTH):
        opened, found = w.open(access)
        assert not kind_of(found).recall
        w.give_back(stateid_of(found))
        w.c.close(opened)


@covers("RFC8881 10.4.1", "what a write delegation says may be written there is room for, or it says nothing may be")
@meets("7530-10.4.1-1", "8881-10.4.1-2")
def test_space_limit(w):
    _, found = w.open(BOTH)
    limit, room = found.write.space_limit, w.c.getattr(w.top, "space_avail").space_avail
    allowed = limit.filesize if limit.limitby == NFS_LIMIT_SIZE else limit.mod_blocks.num_blocks * limit.mod_blocks.bytes_per_block
    assert allowed <= len(b"data") + room


@covers("RFC8881 10.4", "those for reading stand beside each other; one for writing is nobody else's")
@meets("7530-10.4-1", "8881-10.4-1")
def test_side_by_side(w):
    second = w.new_holder()
    if w.minorversion == 0:
        second.c.close(second.c.open(w.top, "other file", share_access=READ))
    w.given(READ)
    opened, found = w.open(READ, c=second.c)
    assert found.delegation_type == OPEN_DELEGATE_READ
    assert not w.callbacks.of("CB_RECALL") and not second.callbacks.of("CB_RECALL")
    assert sorted(seen["write"] for seen in w.srv.state.delegations()) == [False, False]
    sent = w.other.send(op.putfh(w.top), op.open("f", share_access=WRITE, owner=b"maker"))
    first_stateid = w.recalled().stateid
    second_stateid = second.called("CB_RECALL")[-1].args.stateid
    w.give_back(first_stateid)
    w.give_back(second_stateid, second.c)
    sent.result()


@covers("RFC8881 8.4.3", "of a client whose lease has ended it is in nobody's way for long: what conflicts is done, at once or after NFS4ERR_DELAY")
@meets("7530-9.6.3.1-2")
def test_holder_gone(w):
    w.given(BOTH)
    for _ in range(6):
        w.srv.clock.advance(w.lease() / 4)  # which the other client keeps, and the holder does not
        w.other.compound(op.renew() if w.minorversion == 0 else op.sequence())
    w.callbacks.silent = True
    while True:
        attempt = w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"more").may_fail(NFS4ERR.DELAY))
        while not attempt.done:
            w.other.endpoint.poll(0.02)
            w.srv.clock.advance(1)
        if attempt.result().status == 0:
            break
    assert w.other.read(w.fh) == b"more"


@covers("RFC8881 20.1.3", "the holder is asked for its size and change attribute, and for no other")
@meets("7530-18.1-1", "8881-20.1.3-1")
def test_asks_size_and_change(w):
    w.given(BOTH)
    before = w.other.getattr(w.top, "change").change
    ok = nfs4_cb.CB_GETATTR4resok(fattr(change=before, size=4))
    w.callbacks.on("CB_GETATTR", lambda args: nfs4_cb.CB_GETATTR4res(NFS4_OK, resok4=ok))
    sent = w.other.send(op.putfh(w.fh), op.getattr("type", "size", "change", "mode", "time_modify"))
    (call,) = w.holder.called("CB_GETATTR")
    sent.result()
    assert names(call.args.attr_request) <= {"size", "change"} and bytes(call.args.fh) == w.fh


@covers("RFC8881 10.4.3", "once the holder has changed the file each GETATTR tells a change attribute that is greater than the one before")
@meets("7530-10.4.3-2", "8881-10.4.3-2")
def test_getattr_grows(w):
    w.given(BOTH)
    told = [w.other.getattr(w.top, "change").change + 1000]
    ok = nfs4_cb.CB_GETATTR4resok(fattr(change=told[0], size=100))
    w.callbacks.on("CB_GETATTR", lambda args: nfs4_cb.CB_GETATTR4res(NFS4_OK, resok4=ok))
    found = []
    for n in range(3):
        sent = w.other.send(op.putfh(w.fh), op.getattr("change"))
        w.holder.called("CB_GETATTR", n + 1)
        found.append(sent.result().getattr.attributes.change)
    assert found[0] < found[1] < found[2]
