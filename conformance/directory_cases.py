"""What must hold of delegations of directories in every minor version that has them: who gets one, how it is asked back,
and what is granted while a change is under way. What is told of them: directory_notify_cases.py."""

import pytest

from conformance.delegations import BOTH, READ
from conformance.directory_delegations import (
    ADD, BY_V3, BY_V4, CHILD_ATTRS, COOKIE_VERIFIER, DELAY, DIR_ATTRS, ENTRIES, REMOVE, changes, changes_by_v3, started,
)  # fmt: skip
from conformance.objects4 import ALICE
from dittofs import nfs4
from dittofs.faults import at, once, pause
from dittofs.nfs4 import (
    ANONYMOUS, CURRENT, GDD4_OK, GDD4_UNAVAIL, NFS4ERR, SEQ4_STATUS_RECALLABLE_STATE_REVOKED, WND4_CONTENTION, WND4_RESOURCE, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets
from dittofs.wire import nfs4 as w4

EVERYTHING = (*ENTRIES, DIR_ATTRS)


# --- getting one ---------------------------------------------------------------------------------------------------


@covers("RFC8881 18.39.3", "GET_DIR_DELEGATION: a stateid and READDIR's verifier; DELEGRETURN ends it")
@meets("8881-18.6.3-1")
def test_given(w):
    found = w.ask().gddrnf_resok4
    r = w.c.compound(op.putfh(w.home), op.readdir("fileid"), op.test_stateid(found.gddr_stateid))
    assert bytes(found.gddr_cookieverf) == bytes(r.readdir.cookieverf)
    assert list(r.test_stateid.tsr_status_codes) == [0]
    assert [d["other"] for d in w.srv.state.delegations(type="directory")] == [bytes(found.gddr_stateid.other).hex()]
    w.give_back_dir(found.gddr_stateid)
    assert not w.srv.state.delegations()
    w.c.compound(op.putfh(w.home), op.delegreturn(found.gddr_stateid).fails(NFS4ERR.BAD_STATEID))


@covers("RFC8881 16.2.3.1.2", "the stateid that GET_DIR_DELEGATION gives is the current one afterwards")
def test_current_stateid(w):
    w.c.compound(op.putfh(w.home), op.get_dir_delegation(), op.delegreturn(CURRENT))
    assert not w.srv.state.delegations()


@covers("RFC8881 18.39.3", "a second one for its holder: GDD4_UNAVAIL without a promise, and the first stays; recalled or not")
@meets("8881-18.39.3-3")
def test_second(w):
    stateid = w.get()
    for signal in (False, True):
        ask = op.get_dir_delegation(gdda_signal_deleg_avail=signal)
        r = w.c.compound(op.putfh(w.home), ask)
        assert r.get_dir_delegation.gddrnf_status == GDD4_UNAVAIL
        assert not r.get_dir_delegation.gddrnf_will_signal_deleg_avail
    w.c.compound(op.test_stateid(stateid))
    sent = w.other.send(op.putfh(w.home), op.remove("old"))
    w.recalled()
    assert w.ask().gddrnf_status == GDD4_UNAVAIL
    w.give_back_dir(stateid)
    assert sent.result().status == 0


@covers("RFC8881 18.39.3", "what cannot be told, and what was not asked for, is not in gddr_notification nor in the attributes")
@meets("8881-18.39.3-2")
def test_supported(w):
    ok = w.ask(ADD, COOKIE_VERIFIER, 31, child=("mode",), own=("mode",)).gddrnf_resok4
    assert list(ok.gddr_notification) == [1 << ADD]
    w.give_back_dir(ok.gddr_stateid)
    asked = ("size", "mode", "time_access", "lease_time")
    ok = w.ask(CHILD_ATTRS, DIR_ATTRS, child=asked, own=asked).gddrnf_resok4
    assert list(ok.gddr_notification) == [1 << CHILD_ATTRS | 1 << DIR_ATTRS]
    for mask in (ok.gddr_child_attributes, ok.gddr_dir_attributes):
        assert nfs4.names(mask) == {"size", "mode"}


@covers("RFC8881 18.39.3", "attributes without any that can be told: no notification of them")
@meets("8881-18.39.3-2")
def test_no_attributes(w):
    assert list(w.ask(CHILD_ATTRS, DIR_ATTRS, own=("lease_time",)).gddrnf_resok4.gddr_notification) == []


@covers("RFC8881 18.39.3", "of what is no directory: NFS4ERR_NOTDIR; of a directory above the exports there is none")
@meets("8881-18.39.3-1")
def test_no_directory(w):
    link = w.other.create(w.top, w4.NF4LNK, "link", linkdata="home")
    for fh in (w.old, link):
        w.c.compound(op.putfh(fh), op.get_dir_delegation().fails(NFS4ERR.NOTDIR))
    r = w.c.compound(op.putrootfh(), op.get_dir_delegation())
    assert r.get_dir_delegation.gddrnf_status == GDD4_UNAVAIL


@covers("RFC8881 18.39.3", "who may not list it is not told of its entries: NFS4ERR_ACCESS")
def test_access(w):
    w.other.compound(op.putfh(w.home), op.setattr(mode=0o711))
    w.c.as_(ALICE).compound(op.putfh(w.home), op.get_dir_delegation().fails(NFS4ERR.ACCESS))


@covers("RFC8881 10.2", "no back channel, no delegation")
@meets("8881-10.2-3")
def test_no_back_channel(w):
    assert w.ask(c=w.other).gddrnf_status == GDD4_UNAVAIL


@covers("RFC8881 10.9.2", "several clients have one at a time")
def test_several(w):
    second = w.new_holder()
    w.get(), w.get(c=second.c)
    assert len(w.srv.state.delegations(type="directory")) == 2


# --- recalls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", BY_V4)
@covers("RFC8881 10.9.4", "another client's change of the directory waits for the recall")
@meets("8881-10.9.2-1", "8881-18.4.3-4", "8881-20.2.3-1")
def test_recall(w, how):
    change, _ = changes(w)[how]
    stateid = w.get()
    assert w.resolve_dir(change(w.other), stateid).status == 0
    assert not w.srv.state.delegations()
    assert w.srv.state.delegation_counts["directory"] == {
        "outstanding": 0, "granted": 1, "recalled": 1, "returned": 1, "revoked": 0}  # fmt: skip


@pytest.mark.parametrize("how", BY_V3)
@covers("RFC8881 10.9.4", "so does NFSv3's")
@meets("8881-10.9.2-1", "8881-10.2-2")
def test_recall_v3(w, how):
    change, _ = changes_by_v3(w)[how]
    stateid = w.get()
    assert w.resolve_dir(change(), stateid).status == 0


@pytest.mark.parametrize("how", [name for name in BY_V4 if name not in ("OPEN", "LINK")])
@covers("RFC8881 10.9.4", "and that of a client of minor version 0")
@meets("8881-10.9.2-1", "8881-10.2-2")
def test_recall_40(w, how):
    change, _ = changes(w)[how]
    stateid = w.get()
    other = nfs4.Client40(w.srv.host, w.srv.nfs_port)
    w.closing.append(other.endpoint.close)
    assert w.resolve_dir(change(other), stateid).status == 0


@covers("RFC8881 10.9.4", "OPEN of minor version 0 that makes a file waits too, and its owner's seqid goes on")
@meets("8881-10.9.2-1")
def test_recall_open_40(w):
    stateid = w.get()
    other = nfs4.Client40(w.srv.host, w.srv.nfs_port)
    other.setclientid()
    w.closing.append(other.endpoint.close)
    ask = op.open("new", nfs4.create(mode=0o666), owner=b"theirs")
    sent = other.send(op.putfh(w.home), ask.fails(NFS4ERR.DELAY))
    w.recalled()
    w.srv.clock.advance(1.1)
    sent.result()
    w.give_back_dir(stateid)
    other.open(w.home, "new", nfs4.create(mode=0o666), owner=b"theirs")


@covers("RFC8881 10.9.2", "what does not change the directory recalls nothing: looking, opening, changes of entries' attributes")
def test_no_recall(w):
    w.get()
    home = op.putfh(w.home)
    w.other.compound(home, op.readdir("fileid"), op.lookup("old"), op.getattr("size"))
    w.other.compound(home, op.open("old", share_access=BOTH, owner=b"maker"))
    w.other.compound(op.putfh(w.old), op.setattr(mode=0o600), op.write(ANONYMOUS, 0, b"data"))
    w.other.compound(home, op.create(w4.NF4DIR, "old").fails(NFS4ERR.EXIST))
    w.other.compound(home, op.remove("nobody").fails(NFS4ERR.NOENT))
    w.other.compound(op.putfh(w.top), op.create(w4.NF4DIR, "elsewhere"))
    assert w.quiet()


@pytest.mark.parametrize("how", BY_V4)
@covers("RFC8881 10.9.2", "the holder's own change recalls nothing of its own, and what others have")
@meets("8881-10.9.2-2", "8881-10.9.2-3")
def test_own(w, how):
    change, _ = changes(w)[how]
    second = w.new_holder()
    mine, theirs = w.get(), w.get(c=second.c)
    sent = change(w.c)
    args = second.called("CB_RECALL")[0].args
    assert bytes(args.stateid.other) == bytes(theirs.other)
    w.give_back_dir(theirs, c=second.c)
    assert sent.result().status == 0
    assert w.quiet()
    assert [d["other"] for d in w.srv.state.delegations(type="directory")] == [bytes(mine.other).hex()]


@covers("RFC8881 10.9.4", "who does not give it back in a lease loses it; until then whoever is in the way hears NFS4ERR_DELAY")
@meets("8881-10.4.6-1", "8881-10.5-1")
def test_revoked(w):
    stateid = w.get()
    sent = w.other.send(op.putfh(w.home), op.remove("old").fails(NFS4ERR.DELAY))
    w.recalled()
    w.srv.clock.advance(1.1)
    sent.result()
    w.pass_time(w.lease())
    w.srv.trace.wait("nfs4.delegation.revoked")
    w.other.compound(op.putfh(w.home), op.remove("old"))
    r = w.c.compound(op.test_stateid(stateid))
    assert list(r.test_stateid.tsr_status_codes) == [NFS4ERR.DELEG_REVOKED]
    assert r.sequence.sr_status_flags & SEQ4_STATUS_RECALLABLE_STATE_REVOKED
    w.c.compound(op.free_stateid(stateid))
    assert w.srv.state.delegation_counts["directory"]["revoked"] == 1


@covers("RFC8881 10.9.4", "the directory is removed: its delegations are recalled first, whatever their clients are told of")
@meets("8881-10.9.4-1")
def test_removed(w):
    w.other.compound(op.putfh(w.home), op.remove("old"))
    stateid = w.get(*EVERYTHING, own=("change",))
    assert w.resolve_dir(w.other.send(op.putfh(w.top), op.remove("home")), stateid).status == 0


@pytest.mark.parametrize("how", ["REMOVE", "RENAME over it"])
@covers("RFC8881 10.9.4", "by its own holder: it is revoked at once, and the client is told so")
@meets("8881-10.9.4-1")
def test_removed_by_holder(w, how):
    w.other.compound(op.putfh(w.home), op.remove("old"))
    w.other.create(w.top, w4.NF4DIR, "spare")
    stateid = w.get()
    if how == "REMOVE":
        w.c.compound(op.putfh(w.top), op.remove("home"))
    else:
        w.c.compound(op.putfh(w.top), op.savefh(), op.rename("spare", "home"))
    assert not w.srv.state.delegations()
    r = w.c.compound(op.test_stateid(stateid))
    assert r.sequence.sr_status_flags & SEQ4_STATUS_RECALLABLE_STATE_REVOKED
    assert list(r.test_stateid.tsr_status_codes) == [NFS4ERR.DELEG_REVOKED]
    w.c.compound(op.free_stateid(stateid))
    assert not w.c.compound(op.sequence()).sequence.sr_status_flags & SEQ4_STATUS_RECALLABLE_STATE_REVOKED


@covers("RFC8881 10.9.4", "after a recall there is none for a while")
def test_calm(w):
    stateid = w.get()
    w.resolve_dir(w.other.send(op.putfh(w.home), op.remove("old")), stateid)
    assert w.ask().gddrnf_status == GDD4_UNAVAIL
    w.srv.clock.advance(31)
    assert w.ask().gddrnf_status == GDD4_OK


# --- limits --------------------------------------------------------------------------------------------------------


@covers("RFC8881 18.39.3", "of a large directory the client is not told of entries: their notifications are left out")
@meets("8881-18.39.3-2")
def test_large(w, instance):
    v = started(instance, w, **{"nfs4.dir_notify_entries": 2})
    v.make("1"), v.make("2")
    ok = v.ask(*ENTRIES, CHILD_ATTRS, DIR_ATTRS, child=("mode",), own=("change",)).gddrnf_resok4
    assert list(ok.gddr_notification) == [1 << DIR_ATTRS]
    assert not list(ok.gddr_child_attributes)
    v.resolve_dir(v.other.send(op.putfh(v.home), op.remove("1")), ok.gddr_stateid)


@covers("RFC8881 10.9.4", "a directory that has become too large: recalled")
def test_grown(w, instance):
    v = started(instance, w, **{"nfs4.dir_notify_entries": 2})
    stateid = v.get(ADD)
    v.make("1"), v.make("2")
    v.srv.clock.advance(DELAY)
    v.recalled()
    v.give_back_dir(stateid)


@covers("RFC8881 18.39.3", "as many as the server has room for, of each type")
def test_limits(w, instance):
    v = started(instance, w, **{"nfs4.max_dir_delegations": 1, "nfs4.max_read_delegations": 1, "nfs4.max_write_delegations": 0})
    v.get()
    assert v.ask(fh=v.top).gddrnf_status == GDD4_UNAVAIL
    second = v.new_holder()
    assert v.ask(c=second.c).gddrnf_status == GDD4_UNAVAIL
    v.given(READ)
    want = nfs4.OPEN4_SHARE_ACCESS_WANT_READ_DELEG
    r = second.c.compound(op.putfh(v.fh), op.want_delegation(want))
    assert r.want_delegation.od_whynone.ond_why == WND4_RESOURCE
    r = v.c.compound(op.putfh(v.old), op.want_delegation(nfs4.OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG))
    assert r.want_delegation.od_whynone.ond_why == WND4_RESOURCE
    assert {t: n["outstanding"] for t, n in v.srv.state.delegation_counts.items()} == {"read": 1, "write": 0, "directory": 1}


# --- what is granted while somebody's change is under way ----------------------------------------------------------


@covers("RFC8881 10.9.4", "while a change of another client is under way there is none to be had")
def test_under_way(w):
    w.given(READ)  # of another file: changes look at delegations at all
    with w.srv.faults.arm(at.store("update").before, once, pause()) as rule:
        sent = w.other.send(op.putfh(w.home), op.create(w4.NF4DIR, "new"))
        rule.wait()
        assert w.ask().gddrnf_status == GDD4_UNAVAIL
        rule.release()
        assert sent.result().status == 0
    assert w.ask().gddrnf_status == GDD4_OK


@pytest.mark.parametrize("how", ["REMOVE", "RENAME", "RENAME over it", "LINK", "SETATTR", "NFSv3 REMOVE", "NFSv3 SETATTR", "NFSv3 RENAME"])
@covers("RFC8881 10.4", "nor a delegation of a file that is being removed, renamed, linked or has its attributes set")
def test_file_under_way(w, how):
    w.get()
    top, old = op.putfh(w.top), w.v3.lookup(w.v3_top, "f").object
    w.make("spare", fh=w.top)
    change = {
        "REMOVE": lambda: w.other.send(top, op.remove("f")),
        "RENAME": lambda: w.other.send(top, op.savefh(), op.rename("f", "g")),
        "RENAME over it": lambda: w.other.send(top, op.savefh(), op.rename("spare", "f")),
        "LINK": lambda: w.other.send(op.putfh(w.fh), op.savefh(), top, op.link("g")),
        "SETATTR": lambda: w.other.send(op.putfh(w.fh), op.setattr(mode=0o600)),
        "NFSv3 REMOVE": lambda: w.v3.remove.send(w.v3_top, "f"),
        "NFSv3 SETATTR": lambda: w.v3.setattr.send(old, mode=0o600),
        "NFSv3 RENAME": lambda: w.v3.rename.send(w.v3_top, "f", w.v3_top, "g"),
    }[how]
    with w.srv.faults.arm(at.store("update").before, once, pause()) as rule:
        sent = change()
        rule.wait()
        r = w.c.compound(op.putfh(w.fh), op.want_delegation(nfs4.OPEN4_SHARE_ACCESS_WANT_READ_DELEG))
        assert r.want_delegation.od_whynone.ond_why == WND4_CONTENTION
        rule.release()
        assert sent.result().status == 0


@pytest.mark.parametrize("types", [(), (ADD,)], ids=["recalled", "told"])
@covers("RFC8881 10.9.4", "the very first delegation, given while a change is under way: told of it, or recalled after it")
def test_first(w, types):
    with w.srv.faults.arm(at.store("update").before, once, pause()) as rule:
        sent = w.other.send(op.putfh(w.home), op.create(w4.NF4DIR, "new"))
        rule.wait()
        stateid = w.get(*types)
        rule.release()
        assert sent.result().status == 0
    if types:
        assert [t.name for t in w.told()] == ["new"]
    else:
        w.recalled()
        w.give_back_dir(stateid)


@covers("RFC8881 20.4.3", "a change that is told while an earlier one is under way waits for it")
@meets("8881-20.4.3-1")
def test_order_under_way(w):
    w.get(*ENTRIES)
    with w.srv.faults.arm(at.store("update").after, once, pause()) as rule:
        sent = w.other.send(op.putfh(w.home), op.create(w4.NF4DIR, "new"))
        rule.wait()
        w.v3.rmdir(w.v3_home, "new")
        w.srv.clock.advance(1)
        w.c.compound(op.putrootfh())
        assert not w.callbacks.of("CB_NOTIFY")
        rule.release()
        assert sent.result().status == 0
    assert [(t.type, t.name) for t in w.told()] == [(ADD, "new"), (REMOVE, "new")]
