"""Delegations that are given with their file's times: RFC 9754 section 5."""

import pytest

from conformance.delegations import BOTH, READ, WRITE, world
from dittofs.nfs4 import (
    NFS4_OK, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG,
    OPEN_DELEGATE_READ_ATTRS_DELEG, OPEN_DELEGATE_WRITE_ATTRS_DELEG, names, op,
)  # fmt: skip
from dittofs.nfs4.attributes import fattr
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4 as wire, nfs4_cb

pytestmark = needs("own")
w = world(2)

TIMES = OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS


def given(w, access):
    """The stateid of a delegation with times."""
    w.opened, found = w.open(access, TIMES)
    assert found.delegation_type == (OPEN_DELEGATE_WRITE_ATTRS_DELEG if access & WRITE else OPEN_DELEGATE_READ_ATTRS_DELEG)
    assert [each["times"] for each in w.srv.state.delegations()] == [True]
    return (found.write if access & WRITE else found.read).stateid


def later(w, attr, seconds):
    """The file's time of that name, and so many seconds after it."""
    time = w.c.getattr(w.fh, attr)[attr]
    return wire.nfstime4(time.seconds + seconds, time.nseconds)


def set_times(w, stateid, **times):
    return op.putfh(w.fh), op.setattr(times, stateid=stateid)


@covers("RFC9754 5", "OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS: a delegation with times, in OPEN and WANT_DELEGATION; without it one as ever")
@meets("9754-5-1")
def test_given(w):
    for access in (READ, BOTH):
        w.give_back(given(w, access))
        w.c.close(w.opened)
    found = w.c.compound(op.putfh(w.fh), op.want_delegation(OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG | TIMES)).want_delegation
    assert found.delegation_type == OPEN_DELEGATE_WRITE_ATTRS_DELEG
    w.give_back(found.write.stateid)
    w.given(BOTH)
    assert [each["times"] for each in w.srv.state.delegations()] == [False]


@covers("RFC9754 5", "its holder sets both times, and they are what everybody sees afterwards")
@meets("9754-5-1")
def test_set(w):
    stateid = given(w, BOTH)
    w.srv.clock.advance(60)
    accessed, modified = later(w, "time_access", 20), later(w, "time_modify", 10)
    r = w.c.compound(*set_times(w, stateid, time_deleg_access=accessed, time_deleg_modify=modified))
    assert names(r.setattr.attrsset) == {"time_deleg_access", "time_deleg_modify"}
    w.give_back(stateid)
    seen = w.other.getattr(w.fh, "time_access", "time_modify")
    assert seen.time_access == accessed and seen.time_modify == modified


@covers("RFC9754 5", "what is earlier than the file's was when the delegation was given is not set, the future is the present")
@meets("9754-5-1")
def test_range(w):
    stateid = given(w, BOTH)
    w.srv.clock.advance(60)
    before = w.c.getattr(w.fh, "time_access", "time_modify")
    early = later(w, "time_modify", -1)
    r = w.c.compound(*set_times(w, stateid, time_deleg_modify=early, time_deleg_access=later(w, "time_access", 1000)))
    assert names(r.setattr.attrsset) == {"time_deleg_access"}
    seen = w.c.getattr(w.fh, "time_access", "time_modify")
    assert seen.time_modify == before.time_modify
    assert seen.time_access.seconds - before.time_access.seconds in (60, 61)


@covers("RFC9754 5", "with a read delegation: the time of access alone")
@meets("9754-5-1")
def test_read(w):
    stateid = given(w, READ)
    w.srv.clock.advance(60)
    w.c.compound(*set_times(w, stateid, time_deleg_access=later(w, "time_access", 20)))
    where, attempt = set_times(w, stateid, time_deleg_modify=later(w, "time_modify", 20))
    w.c.compound(where, attempt.fails(NFS4ERR.OPENMODE))


@pytest.mark.parametrize("by", ["anonymous", "the open", "a delegation without times", "another client"])
@covers("RFC9754 5", "nobody else sets them: NFS4ERR_BAD_STATEID")
@meets("9754-5-1")
def test_others(w, by):
    stateid = w.given(BOTH) if by == "a delegation without times" else given(w, BOTH)
    named = {"anonymous": op.ANONYMOUS, "the open": w.opened.stateid}.get(by, stateid)
    time = later(w, "time_access", 20)
    where, attempt = set_times(w, named, time_deleg_access=time)
    if by != "another client":
        w.c.compound(where, attempt.fails(NFS4ERR.BAD_STATEID))
        return
    sent = w.other.send(where, attempt.fails(NFS4ERR.BAD_STATEID, NFS4ERR.DELAY))
    w.recalled()
    w.give_back(stateid)
    sent.result()


@covers("RFC9754 5", "NFS4ERR_INVAL: together with other attributes of the same time, or read")
def test_invalid(w):
    stateid = given(w, BOTH)
    time = later(w, "time_access", 20)
    where, attempt = set_times(w, stateid, time_deleg_access=time, time_access_set=wire.settime4(wire.SET_TO_SERVER_TIME4))
    w.c.compound(where, attempt.fails(NFS4ERR.INVAL))
    w.c.compound(op.putfh(w.fh), op.getattr("time_deleg_access").fails(NFS4ERR.INVAL))


def says(w, **attributes):
    """The holder answers CB_GETATTR with these, as far as it is asked."""
    ok = nfs4_cb.CB_GETATTR4resok(fattr(**attributes))
    w.callbacks.on("CB_GETATTR", lambda args: nfs4_cb.CB_GETATTR4res(NFS4_OK, resok4=ok))


def looks(w):
    sent = w.other.send(op.putfh(w.fh), op.getattr("change", "size", "time_access", "time_modify"))
    (call,) = w.holder.called("CB_GETATTR")
    assert names(call.args.attr_request) == {"change", "size", "time_deleg_access", "time_deleg_modify"}
    return sent.result().getattr.attributes


@covers("RFC9754 5", "CB_GETATTR asks its holder for the times; who has modified the file says when")
@meets("9754-5-2")
def test_asked(w):
    before = w.c.getattr(w.fh, "change", "size")
    given(w, BOTH)
    w.srv.clock.advance(60)
    accessed, modified = later(w, "time_access", 20), later(w, "time_modify", 10)
    says(w, change=before.change + 1, size=100, time_deleg_access=accessed, time_deleg_modify=modified)
    seen = looks(w)
    assert seen.size == 100 and seen.change > before.change
    assert seen.time_access == accessed and seen.time_modify == modified


@covers("RFC9754 5", "who has only read the file says when, and nothing else changes")
@meets("9754-5-2")
def test_asked_unmodified(w):
    before = w.c.getattr(w.fh, "change", "size", "time_modify")
    given(w, BOTH)
    w.srv.clock.advance(60)
    accessed = later(w, "time_access", 20)
    says(w, change=before.change, size=before.size, time_deleg_access=accessed, time_deleg_modify=before.time_modify)
    seen = looks(w)
    assert seen.time_access == accessed
    assert (seen.change, seen.size, seen.time_modify) == (before.change, before.size, before.time_modify)
