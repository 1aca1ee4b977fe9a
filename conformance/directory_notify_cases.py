"""What must be told of delegated directories in every minor version that has them: CB_NOTIFY (RFC 8881 20.4)."""

import pytest

from conformance.callbacks import wait
from conformance.directory_delegations import (
    ADD, BY_V3, BY_V4, CHILD_ATTRS, DELAY, DIR_ATTRS, ENTRIES, REMOVE, RENAME, changes, changes_by_v3, notices, started,
)  # fmt: skip
from dittofs import nfs4
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, attributes, op
from dittofs.testing.markers import covers, meets
from dittofs.wire import nfs4 as w4
from dittofs.wire import nfs4_cb as cb


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


@covers("RFC8881 5.11.1", "dir_notif_delay: how long a change of the directory's attributes waits for others")
@covers("RFC8881 5.11.2", "dirent_notif_delay: how long one of its entries does")
def test_delay_attributes(w, instance):
    for object in (w.home, w.top):
        found = w.c.getattr(object, "dir_notif_delay", "dirent_notif_delay")
        assert [(t.seconds, t.nseconds) for t in found.values()] == [(0, int(DELAY * 1e9))] * 2
    other = started(instance, w, **{"nfs4.dir_notify_delay": 2.5})
    found = other.c.getattr(other.home, "dir_notif_delay").dir_notif_delay
    assert (found.seconds, found.nseconds) == (2, 500_000_000)
