"""What must hold of delegations of directories in every minor version that has them: the tests of nfs41 and nfs42."""

import pytest

from conformance.delegations import BOTH, READ
from conformance.callbacks import wait
from conformance.directory_delegations import (
    ADD, CHILD_ATTRS, COOKIE_VERIFIER, DELAY, DIR_ATTRS, ENTRIES, REMOVE, RENAME, DirectoryWorld, changes, changes_by_v3, notices,
)  # fmt: skip
from conformance.objects4 import ALICE
from dittofs import nfs4
from dittofs.faults import at, once, pause
from dittofs.nfs4 import (
    ANONYMOUS, CURRENT, GDD4_OK, GDD4_UNAVAIL, NFS4ERR, SEQ4_STATUS_RECALLABLE_STATE_REVOKED, WND4_CONTENTION, WND4_RESOURCE,
    attributes, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4 as w4
from dittofs.wire import nfs4_cb as cb

EVERYTHING = (*ENTRIES, DIR_ATTRS)
BY_V4 = ("CREATE", "OPEN", "LINK", "RENAME into it", "REMOVE", "REMOVE of a directory", "RENAME out of it", "RENAME", "SETATTR")
BY_V3 = ("CREATE", "MKDIR", "SYMLINK", "MKNOD", "LINK", "RENAME into it", "REMOVE", "RMDIR", "RENAME out of it", "RENAME", "SETATTR")


def started(instance, w, **settings):
    """Another world on a server with these settings, closed with this one."""
    made = DirectoryWorld(instance(store="memory", clock="manual", settings=settings), w.minorversion)
    w.closing.append(made.close)
    return made


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


# --- notifications -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", BY_V4)
@covers("RFC8881 10.9.2", "what was asked to be told of is told, and not recalled")
@meets("8881-10.9.2-1", "8881-18.4.3-4")
def test_told(w, how):
    change, type = changes(w)[how]
    stateid = w.get(type, own=("change", "mode") if type == DIR_ATTRS else ())
    assert change(w.other).result().status == 0
    (told,) = w.told()
    args = w.callbacks.of("CB_NOTIFY")[0].args
    assert bytes(args.cna_fh) == w.home and bytes(args.cna_stateid.other) == bytes(stateid.other)
    assert told.type == type
    assert told.name == {ADD: "new", RENAME: "new", REMOVE: "sub" if "directory" in how else "old", DIR_ATTRS: ""}[type]
    assert w.quiet()


@pytest.mark.parametrize("how", BY_V3)
@covers("RFC8881 10.9.2", "what NFSv3 does is told too")
@meets("8881-10.9.2-1")
def test_told_v3(w, how):
    change, type = changes_by_v3(w)[how]
    w.get(type, own=("change",) if type == DIR_ATTRS else ())
    assert change().result().status == 0
    assert [t.type for t in w.told()] == [type]
    assert w.quiet()


@pytest.mark.parametrize("how", [name for name in BY_V4 if name != "SETATTR"])
@covers("RFC8881 20.4.3", "the holder is told of what it adds and removes itself")
@meets("8881-10.9.2-2")
def test_own_told(w, how):
    change, type = changes(w)[how]
    w.get(type)
    assert change(w.c).result().status == 0
    assert [t.type for t in w.told()] == [type]
    assert w.quiet()


@covers("RFC8881 20.4.3", "one's own changes of attributes are not told")
def test_own_attributes(w):
    w.get(DIR_ATTRS, CHILD_ATTRS, own=("change", "mode"), child=("change", "mode", "size"))
    w.c.compound(op.putfh(w.home), op.setattr(mode=0o700))
    w.c.compound(op.putfh(w.old), op.setattr(mode=0o600), op.write(ANONYMOUS, 0, b"mine"))
    assert w.quiet("CB_NOTIFY") and w.quiet()


@covers("RFC8881 20.4.3", "NOTIFY4_ADD_ENTRY: cookie, attributes that were asked for, the entry before it, and that it is the last")
def test_add(w):
    w.get(ADD, CHILD_ATTRS, child=("type", "size", "fileid"))
    w.make("new")
    (told,) = w.told()
    new, entries = told.value, w.entries()
    assert [int(c) for c in new.nad_new_entry_cookie] == [int(entries["new"].cookie)]
    assert new.nad_last_entry and not new.nad_old_entry
    (previous,) = new.nad_prev_entry
    assert str(previous.pe_prev_entry.ne_file) == "old" and previous.pe_prev_entry_cookie == entries["old"].cookie
    found = attributes(new.nad_new_entry.ne_attrs)
    assert found == {"type": w4.NF4REG, "size": 0, "fileid": attributes(entries["new"].attrs).fileid}


@covers("RFC8881 20.4.3", "the first entry of a directory: no entry before it")
def test_add_first(w):
    w.other.compound(op.putfh(w.home), op.remove("old"))
    w.get(ADD)
    w.make("new")
    assert not w.told()[0].value.nad_prev_entry


@covers("RFC8881 20.4.3", "NOTIFY4_REMOVE_ENTRY: the cookie of the entry that was")
def test_remove(w):
    cookie = w.entries()["old"].cookie
    w.get(REMOVE)
    w.other.compound(op.putfh(w.home), op.remove("old"))
    (told,) = w.told()
    assert told.value.nrm_old_entry_cookie == cookie and not told.value.nrm_old_entry.ne_attrs.attrmask


@covers("RFC8881 20.4.3", "NOTIFY4_RENAME_ENTRY: the entry as it was and as it is, and the one it is renamed over")
def test_rename(w):
    w.make("victim")
    before = w.entries()
    w.get(RENAME)
    w.other.compound(op.putfh(w.home), op.savefh(), op.rename("old", "victim"))
    (told,) = w.told()
    after = w.entries()
    assert str(told.value.nrn_old_entry.nrm_old_entry.ne_file) == "old"
    assert told.value.nrn_old_entry.nrm_old_entry_cookie == before["old"].cookie
    new = told.value.nrn_new_entry
    assert [int(c) for c in new.nad_new_entry_cookie] == [int(after["victim"].cookie)]
    (old,) = new.nad_old_entry
    assert str(old.nrm_old_entry.ne_file) == "victim" and old.nrm_old_entry_cookie == before["victim"].cookie


@covers("RFC8881 20.4.3", "between directories: removed from the one, added to the other with the entry that was replaced")
def test_rename_across(w):
    w.make("old", fh=w.top)
    w.get(*ENTRIES), w.get(*ENTRIES, fh=w.top)
    w.other.compound(op.putfh(w.home), op.savefh(), op.putfh(w.top), op.rename("old", "old"))
    w.srv.clock.advance(DELAY)
    calls = w.holder.called("CB_NOTIFY", 2)
    by_fh = {bytes(call.args.cna_fh): notices(call.args) for call in calls}
    assert [(t.type, t.name) for t in by_fh[w.home]] == [(REMOVE, "old")]
    assert [(t.type, t.name) for t in by_fh[w.top]] == [(ADD, "old")]
    assert str(by_fh[w.top][0].value.nad_old_entry[0].nrm_old_entry.ne_file) == "old"


@covers("RFC8881 18.26.3", "two names of one object: RENAME does nothing, and nothing is told or recalled")
def test_rename_same(w):
    w.other.compound(op.putfh(w.old), op.savefh(), op.putfh(w.home), op.link("other"))
    w.get(*ENTRIES)
    w.other.compound(op.putfh(w.home), op.savefh(), op.rename("old", "other"))
    assert w.quiet("CB_NOTIFY") and w.quiet()


@covers("RFC8881 20.4.3", "NOTIFY4_CHANGE_DIR_ATTRS: the attributes that were asked for, as they now are")
def test_dir_attributes(w):
    w.get(DIR_ATTRS, own=("change", "mode"))
    w.other.compound(op.putfh(w.home), op.setattr(mode=0o700))
    (told,) = w.told()
    now = w.other.getattr(w.home, "change", "mode")
    assert told.type == DIR_ATTRS and attributes(told.value.na_changed_entry.ne_attrs) == now
    assert now.mode == 0o700
    assert w.quiet()


@covers("RFC8881 20.4.3", "what a change of entries does to the directory's attributes is told as well, once for all of them")
def test_dir_attributes_of_entries(w):
    w.get(ADD, DIR_ATTRS, own=("change", "size"))
    w.make("a"), w.make("b")
    told = w.told()
    assert [t.type for t in told] == [ADD, ADD, DIR_ATTRS]
    now = w.other.getattr(w.home, "change", "size")
    assert attributes(told[-1].value.na_changed_entry.ne_attrs) == now


@covers("RFC8881 10.9.4", "of attributes without `change` a client cannot know what else has changed: recalled")
def test_dir_attributes_not_covered(w):
    stateid = w.get(DIR_ATTRS, own=("size",))
    w.resolve_dir(w.other.send(op.putfh(w.home), op.setattr(mode=0o700)), stateid)


@pytest.mark.parametrize("how", ["SETATTR", "WRITE", "LINK", "NFSv3 WRITE"])
@covers("RFC8881 20.4.3", "NOTIFY4_CHANGE_CHILD_ATTRS: the entry's name, and the attributes that were asked for")
def test_child_attributes(w, how):
    w.get(CHILD_ATTRS, child=("change", "mode", "size", "numlinks"))
    if how == "SETATTR":
        w.other.compound(op.putfh(w.old), op.setattr(mode=0o600))
    elif how == "WRITE":
        w.other.compound(op.putfh(w.old), op.write(ANONYMOUS, 0, b"data"))
    elif how == "LINK":
        w.other.compound(op.putfh(w.old), op.savefh(), op.putfh(w.top), op.link("another"))
    else:
        w.v3.write(w.v3.lookup(w.v3_home, "old").object, 0, b"data")
    (told,) = w.told()
    assert (told.type, told.name) == (CHILD_ATTRS, "old")
    now = w.other.getattr(w.old, "change", "mode", "size", "numlinks")
    assert attributes(told.value.na_changed_entry.ne_attrs) == now


@covers("RFC8881 20.4.3", "changes of attributes that were not asked for are not told; of others once a batch")
def test_child_attributes_asked(w):
    w.get(CHILD_ATTRS, child=("mode",))
    w.other.compound(op.putfh(w.old), op.write(ANONYMOUS, 0, b"data"))
    assert w.quiet("CB_NOTIFY")
    w.other.compound(op.putfh(w.old), op.setattr(mode=0o600), op.setattr(mode=0o640))
    (told,) = w.told()
    assert attributes(told.value.na_changed_entry.ne_attrs) == {"mode": 0o640}


@covers("RFC8881 20.4.3", "an entry that comes is watched from then on, one that goes is not any more")
def test_child_attributes_of_new(w):
    w.get(*ENTRIES, CHILD_ATTRS, child=("mode",))
    fh = w.make("new")
    w.told()
    w.other.compound(op.putfh(fh), op.setattr(mode=0o600))
    assert [(t.type, t.name) for t in w.told(2)] == [(CHILD_ATTRS, "new")]
    w.other.compound(op.putfh(w.home), op.savefh(), op.putfh(w.top), op.rename("new", "elsewhere"))
    assert [t.type for t in w.told(3)] == [REMOVE]
    w.other.compound(op.putfh(fh), op.setattr(mode=0o640))
    w.srv.clock.advance(1)
    w.c.compound(op.putrootfh())
    assert len(w.callbacks.of("CB_NOTIFY")) == 3


# --- when, and in which order --------------------------------------------------------------------------------------


@covers("RFC8881 20.4.3", "additions, removals and renames are told in the order in which they happened, many together")
@meets("8881-20.4.3-1")
def test_order(w):
    w.get(*ENTRIES)
    home = op.putfh(w.home)
    for _ in range(3):
        w.other.compound(home, op.create(w4.NF4DIR, "a"))
        w.other.compound(home, op.savefh(), op.rename("a", "b"))
        w.other.compound(home, op.remove("b"))
    w.srv.clock.advance(DELAY * 0.9)
    w.c.compound(op.putrootfh())
    assert not w.callbacks.of("CB_NOTIFY")
    assert w.srv.state.notifications == {"directories": 1, "changes": 9, "unsent": 0}
    told = w.told(after=DELAY * 0.2)
    assert [(t.type, t.name) for t in told] == [(ADD, "a"), (RENAME, "b"), (REMOVE, "b")] * 3
    assert w.srv.state.notifications["changes"] == 0


@covers("RFC8881 20.4.3", "a full batch is told at once; more than fits are told one after the other")
@meets("8881-20.4.3-1")
def test_full_batch(w, instance):
    v = started(instance, w, **{"nfs4.dir_notify_batch": 5})
    v.get(ADD)
    for i in range(5):
        v.make(f"{i}")
    assert [t.name for t in v.told(after=0)] == [*"01234"]
    v.callbacks.silent = False
    for i in range(12):
        v.other.compound(op.putfh(v.home), op.create(w4.NF4DIR, f"d{i}"))
    v.srv.clock.advance(DELAY)
    names = []
    for count in range(2, 14):
        names += [t.name for t in notices(v.holder.called("CB_NOTIFY", count)[count - 1].args)]
        if len(names) == 12:
            break
    assert names == [f"d{i}" for i in range(12)]


@covers("RFC8881 20.4.3", "more than the back channel takes at once: several CB_COMPOUNDs, in order")
@meets("8881-20.4.3-1")
def test_small_back_channel(w, instance):
    v = started(instance, w)
    holder = v.new_holder(csa_back_chan_attrs=nfs4.channel(nfs4.BACK, ca_maxrequestsize=1024))
    v.get(ADD, c=holder.c)
    names = [f"{i:03}" * 20 for i in range(30)]
    for name in names:
        v.other.compound(op.putfh(v.home), op.create(w4.NF4DIR, name))
    v.srv.clock.advance(DELAY)
    told, count = [], 0
    while len(told) < len(names):
        count += 1
        told += [t.name for t in notices(holder.called("CB_NOTIFY", count)[count - 1].args)]
    assert told == names and count > 1


@covers("RFC8881 18.39.4", "a change of attributes is told as soon as the client wants it")
def test_at_once(w):
    w.get(CHILD_ATTRS, DIR_ATTRS, child=("mode",), own=("change", "mode"), child_delay=0, own_delay=0)
    w.other.compound(op.putfh(w.old), op.setattr(mode=0o600))
    assert [t.type for t in w.told(after=0)] == [CHILD_ATTRS]
    w.other.compound(op.putfh(w.home), op.setattr(mode=0o700))
    assert [t.type for t in w.told(2, after=0)] == [DIR_ATTRS]


@covers("RFC8881 20.4.3", "two clients are told, each of what it asked for")
def test_two_clients(w):
    second = w.new_holder()
    w.get(*ENTRIES), w.get(ADD, REMOVE, c=second.c)
    w.make("new")
    w.other.compound(op.putfh(w.home), op.remove("new"))
    assert [t.type for t in w.told()] == [ADD, REMOVE] == [t.type for t in w.told(after=0, holder=second)]


@covers("RFC8881 20.4.3", "a client that is busy is told again, the same and before everything else")
@meets("8881-20.4.3-1")
def test_busy(w):
    w.get(ADD)
    answers = iter([NFS4ERR.DELAY, NFS4ERR.DELAY])
    w.callbacks.on("CB_NOTIFY", lambda args: cb.CB_NOTIFY4res(next(answers, 0)))
    w.make("a")
    w.told()
    w.make("b")
    wait(w.c, "CB_NOTIFY", 3, clock=w.srv.clock)
    calls = [[t.name for t in notices(call.args)] for call in w.callbacks.of("CB_NOTIFY")]
    assert calls[0] == ["a"] and calls[1][0] == calls[2][0] == "a"


@pytest.mark.parametrize("status", [NFS4ERR.BADHANDLE, NFS4ERR.NOTSUPP, NFS4ERR.SERVERFAULT], ids=lambda s: s.name)
@covers("RFC8881 20.4.3", "a client that does not take a notification has not got it: its delegation is recalled")
def test_refused(w, status):
    stateid = w.get(ADD)
    w.callbacks.on("CB_NOTIFY", lambda args: cb.CB_NOTIFY4res(status))
    w.make("new")
    w.told()
    args = w.recalled()
    assert bytes(args.stateid.other) == bytes(stateid.other)
    w.give_back_dir(stateid)


@covers("RFC8881 10.9.4", "too many notifications: the delegation is recalled instead")
def test_overflow(w, instance):
    v = started(instance, w, **{"nfs4.dir_notify_backlog": 5})
    stateid = v.get(ADD)
    for i in range(6):
        v.make(f"{i}")
    v.recalled()
    assert v.quiet("CB_NOTIFY")
    v.give_back_dir(stateid)


@covers("RFC8881 10.9.4", "a client that does not answer in time: the delegation is recalled")
def test_silent(w, instance):
    v = started(instance, w, **{"nfs4.dir_notify_backlog": 20, "nfs4.dir_notify_batch": 5})
    stateid = v.get(ADD)
    v.callbacks.on("CB_NOTIFY", lambda args: cb.CB_NOTIFY4res(NFS4ERR.DELAY))
    for i in range(30):
        v.make(f"{i}")
    v.recalled()
    v.give_back_dir(stateid)


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
