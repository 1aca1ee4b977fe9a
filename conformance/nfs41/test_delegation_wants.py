"""Delegations that were promised: RFC 8881 18.16.3, 18.49.3, 20.5, 20.7, 20.10."""

import pytest

from conformance import callbacks
from conformance.delegations import BOTH, READ, WRITE, World, stateid_of, world
from dittofs.nfs4 import (
    NFS4_OK, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, OPEN4_SHARE_ACCESS_WANT_CANCEL,
    OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED, OPEN4_SHARE_ACCESS_WANT_READ_DELEG,
    OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE,
    WND4_CANCELLED, WND4_CONTENTION, WND4_RESOURCE, WRITE_LT, create, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4_cb

pytestmark = needs("own")
w = world(1)

PUSH, SIGNAL = OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED, OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL
READ_DELEG, WRITE_DELEG = OPEN4_SHARE_ACCESS_WANT_READ_DELEG, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG
WANTED = {
    "OPEN": lambda w, want: w.c.compound(op.putfh(w.top), op.open("f", share_access=BOTH | want)).open.delegation,
    "WANT_DELEGATION": lambda w, want: w.c.compound(op.putfh(w.fh), op.want_delegation(want)).want_delegation,
}


def contended(w, how, want=WRITE_DELEG | PUSH):
    """The holder is promised one of "f", which another client has open: that open."""
    theirs = w.other.open(w.top, "f", share_access=BOTH, owner=b"theirs")
    why = WANTED[how](w, want).od_whynone
    assert why.ond_why == WND4_CONTENTION and why.ond_server_will_push_deleg
    return theirs


def pushed(w, count=1):
    """The delegation of that CB_PUSH_DELEG; the server has handled the answer to it."""
    call = w.holder.called("CB_PUSH_DELEG", count)[-1]
    mark = 0
    for _ in range(count):
        mark = w.srv.trace.wait("nfs4.cb.reply", after=mark, op="CB_PUSH_DELEG")["seq"]
    w.c.compound(op.putrootfh())  # comes after what the server does with the answer
    assert bytes(call.args.cpda_fh) == w.fh
    return call.args.cpda_delegation


@pytest.mark.parametrize("how", WANTED)
@covers("RFC8881 20.5.3", "CB_PUSH_DELEG: what was wanted and contended for is given when it is not any more, and recalled as any other")
@meets("8881-18.16.3-11", "8881-20.5.3-1")
def test_pushed(w, how):
    theirs = contended(w, how)
    assert [each["push"] for each in w.srv.state.wants()] == [True]
    assert callbacks.none(w.c, "CB_PUSH_DELEG")
    w.other.close(theirs)
    found = pushed(w)
    assert found.delegation_type == OPEN_DELEGATE_WRITE and not found.write.recall
    w.c.write(w.fh, 0, b"mine", stateid_of(found))
    assert not w.srv.state.wants()
    w.resolve(w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4)), stateid_of(found))


@covers("RFC8881 20.5.3", "of the kind that was wanted: a read delegation as soon as nobody has the file open for writing")
def test_read(w):
    theirs = contended(w, "WANT_DELEGATION", READ_DELEG | PUSH)
    w.other.compound(op.putfh(w.fh), op.open_downgrade(theirs.stateid, READ).fails(NFS4ERR.INVAL))
    again = w.other.open(w.top, "f", share_access=READ, owner=b"theirs")
    w.other.compound(op.putfh(w.fh), op.open_downgrade(again.stateid, READ))
    assert pushed(w).delegation_type == OPEN_DELEGATE_READ


@covers("RFC8881 18.16.3", "without OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED there is no promise, and none is pushed")
@meets("8881-18.16.3-11")
def test_not_asked(w):
    theirs = w.other.open(w.top, "f", share_access=BOTH, owner=b"theirs")
    why = WANTED["WANT_DELEGATION"](w, WRITE_DELEG | SIGNAL).od_whynone
    assert why.ond_why == WND4_CONTENTION and not why.ond_server_will_push_deleg
    w.other.close(theirs)
    assert callbacks.none(w.c, "CB_PUSH_DELEG") and not w.srv.state.wants()


@pytest.mark.parametrize("how", WANTED)
@covers("RFC8881 18.49.3", "OPEN4_SHARE_ACCESS_WANT_CANCEL: WND4_CANCELLED, and nothing is pushed")
def test_cancel(w, how):
    theirs = contended(w, "WANT_DELEGATION")
    assert WANTED[how](w, OPEN4_SHARE_ACCESS_WANT_CANCEL).od_whynone.ond_why == WND4_CANCELLED
    assert not w.srv.state.wants()
    w.other.close(theirs)
    assert callbacks.none(w.c, "CB_PUSH_DELEG") and not w.srv.state.delegations()


@covers("RFC8881 20.5.3", "NFS4ERR_REJECT_DELEG: the client wants it no more, and nobody has it")
@meets("8881-20.5.3-1")
def test_rejected(w):
    w.callbacks.on("CB_PUSH_DELEG", lambda args: nfs4_cb.CB_PUSH_DELEG4res(NFS4ERR.REJECT_DELEG))
    theirs = contended(w, "WANT_DELEGATION")
    w.other.close(theirs)
    stateid = stateid_of(pushed(w))
    w.c.compound(op.putfh(w.fh), op.delegreturn(stateid).fails(NFS4ERR.BAD_STATEID))
    assert not w.srv.state.delegations() and not w.srv.state.wants()
    assert w.other.read(w.fh) == b"data" and not w.callbacks.of("CB_RECALL")


@covers("RFC8881 20.5.3", "NFS4ERR_DELAY: it is offered again later")
def test_delayed(w):
    answers = [NFS4ERR.DELAY, NFS4_OK]
    w.callbacks.on("CB_PUSH_DELEG", lambda args: nfs4_cb.CB_PUSH_DELEG4res(answers.pop(0)))
    theirs = contended(w, "WANT_DELEGATION")
    w.other.close(theirs)
    pushed(w)
    w.pass_time(31)
    w.c.compound(op.putfh(w.fh), op.delegreturn(stateid_of(pushed(w, 2))))


@covers("RFC8881 20.5.3", "a client that says nothing may have it: it is asked for it")
def test_unanswered(w):
    theirs = contended(w, "WANT_DELEGATION")
    w.callbacks.silent = True
    w.other.close(theirs)
    w.srv.trace.wait("nfs4.cb.send", op="CB_PUSH_DELEG")
    w.srv.clock.advance(11)
    w.srv.trace.wait("nfs4.cb.reply", op="CB_PUSH_DELEG")
    w.srv.trace.wait("nfs4.cb.send", op="CB_RECALL")
    (seen,) = w.srv.state.delegations()
    assert seen["recalled"]


@covers("RFC8881 20.5.3", "of two that want it to themselves the first gets it, the other when that one is back")
def test_two(w):
    second = w.new_holder()
    theirs = contended(w, "WANT_DELEGATION")
    why = second.c.compound(op.putfh(w.fh), op.want_delegation(WRITE_DELEG | PUSH)).want_delegation.od_whynone
    assert why.ond_server_will_push_deleg
    w.other.close(theirs)
    first = stateid_of(pushed(w))
    assert callbacks.none(second.c, "CB_PUSH_DELEG")
    w.give_back(first)
    given = second.called("CB_PUSH_DELEG")[-1].args.cpda_delegation
    assert given.delegation_type == OPEN_DELEGATE_WRITE
    w.give_back(stateid_of(given), second.c)


@covers("RFC8881 20.5.3", "after a recall the file is left alone for a while, and then given to who was promised it")
def test_after_recall(w):
    stateid = w.given(READ)
    w.c.close(w.opened)
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid)
    why = WANTED["WANT_DELEGATION"](w, READ_DELEG | PUSH).od_whynone
    assert why.ond_why == WND4_CONTENTION and why.ond_server_will_push_deleg
    assert callbacks.none(w.c, "CB_PUSH_DELEG")
    w.pass_time(61)
    assert pushed(w).delegation_type == OPEN_DELEGATE_READ


@pytest.mark.parametrize("how", ["locks", "file", "client"])
@covers("RFC8881 18.49.3", "a want ends with its file and its client, and is met as well when locks were in the way")
def test_ends(w, how):
    theirs = contended(w, "WANT_DELEGATION")
    if how == "locks":
        locked = w.other.lock(theirs, WRITE_LT, 0, 10)
        w.other.compound(op.putfh(w.fh), op.locku(locked, 0, 10))
        w.other.close(theirs)
        pushed(w)
    elif how == "file":
        w.other.compound(op.putfh(w.top), op.remove("f"))
        w.other.close(theirs)
        w.pass_time(61)
        assert callbacks.none(w.c, "CB_PUSH_DELEG")
    else:
        w.c.compound(op.destroy_session(w.c.sessionid))
        w.holder.client.compound(op.destroy_clientid(w.holder.client.clientid))
        w.other.close(theirs)
    assert not w.srv.state.wants()


# --- room ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(instance):
    """A world in which there is room for two delegations, and the holder has them: `given`."""
    w = World(instance(store="memory", clock="manual", settings={"nfs4.max_delegations": 2}), 1)
    w.full = [w.open(BOTH, how=create(), name=name, owner=name.encode()) for name in ("a", "b")]
    yield w
    w.close()


@covers("RFC8881 20.7.3", "CB_RECALLABLE_OBJ_AVAIL: there is room again, and how much of it, what the client has with it")
@meets("8881-18.16.3-11")
def test_signalled(full):
    w = full
    second = w.new_holder()
    why = second.c.compound(op.putfh(w.fh), op.want_delegation(WRITE_DELEG | SIGNAL)).want_delegation.od_whynone
    assert why.ond_why == WND4_RESOURCE and why.ond_server_will_signal_avail
    assert callbacks.none(second.c, "CB_RECALLABLE_OBJ_AVAIL")
    opened, found = w.full[0]
    w.c.compound(op.putfh(opened.fh), op.delegreturn(stateid_of(found)))
    (call,) = second.called("CB_RECALLABLE_OBJ_AVAIL")
    assert call.args.craa_objects_to_keep == 1 and not w.srv.state.wants()
    found = second.c.compound(op.putfh(w.fh), op.want_delegation(WRITE_DELEG)).want_delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE


@covers("RFC8881 18.16.3", "without OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL there is no promise")
@meets("8881-18.16.3-11")
def test_no_signal(full):
    why = full.c.compound(op.putfh(full.fh), op.want_delegation(WRITE_DELEG | PUSH)).want_delegation.od_whynone
    assert why.ond_why == WND4_RESOURCE and not why.ond_server_will_signal_avail


# --- bounds --------------------------------------------------------------------------------------------------------


@covers("RFC8881 20.10.3", "CB_WANTS_CANCELLED: where more is wanted than can be kept, whoever waits longest is told that it waits no more")
def test_cancelled(instance):
    w = World(instance(store="memory", clock="manual", settings={"nfs4.max_wants": 2}), 1)
    try:
        names = ("a", "b", "c")
        made = {name: w.other.open(w.top, name, create(mode=0o666), share_access=BOTH, owner=name.encode()) for name in names}
        second = w.new_holder()

        def promised(c, name):
            attempt = op.want_delegation(WRITE_DELEG | PUSH)
            return c.compound(op.putfh(made[name].fh), attempt).want_delegation.od_whynone.ond_server_will_push_deleg

        assert promised(w.c, "a") and promised(w.c, "b")
        assert not promised(w.c, "c")  # its own are the oldest
        assert promised(second.c, "c")
        (call,) = w.holder.called("CB_WANTS_CANCELLED")
        assert call.args.cwca_contended_wants_cancelled and not call.args.cwca_resourced_wants_cancelled
        assert len(w.srv.state.wants()) == 1
        for each in made.values():
            w.other.close(each)
        second.called("CB_PUSH_DELEG")
        assert callbacks.none(w.c, "CB_PUSH_DELEG")
    finally:
        w.close()


@covers("RFC8881 18.16.3", "a server that keeps no wants promises nothing")
@meets("8881-18.16.3-11", "8881-18.49.3-3")
def test_no_wants(instance):
    w = World(instance(store="memory", clock="manual", settings={"nfs4.max_wants": 0}), 1)
    try:
        w.other.open(w.top, "f", share_access=WRITE, owner=b"theirs")
        why = w.c.compound(op.putfh(w.fh), op.want_delegation(OPEN4_SHARE_ACCESS_WANT_ANY_DELEG | PUSH)).want_delegation.od_whynone
        assert why.ond_why == WND4_CONTENTION and not why.ond_server_will_push_deleg
    finally:
        w.close()
