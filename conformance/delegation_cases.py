"""What holds of delegations in every minor version; a suite takes these with a fixture `w`, a delegations.World."""

import pytest

from conformance.delegations import BOTH, READ, WRITE, conflicts, stateid_of
from dittofs.nfs4 import NFS4ERR, OPEN_DELEGATE_NONE, OPEN_DELEGATE_NONE_EXT, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, create, op
from dittofs.testing.markers import covers, meets

NONE = (OPEN_DELEGATE_NONE, OPEN_DELEGATE_NONE_EXT)
CASES = (
    "OPEN for writing", "OPEN for reading", "OPEN that denies reading", "OPEN that truncates", "READ", "WRITE", "SETATTR of size",
    "SETATTR of mode", "REMOVE", "RENAME", "RENAME over it", "LINK",
)  # fmt: skip


@pytest.mark.parametrize("access, kind", [(READ, OPEN_DELEGATE_READ), (BOTH, OPEN_DELEGATE_WRITE)], ids=["read", "write"])
@covers("RFC8881 10.4", "a client that can be called back and is alone with a file is given a delegation")
@meets("7530-16.6-1")
def test_given(w, access, kind):
    _, found = w.open(access)
    assert found.delegation_type == kind
    (seen,) = w.srv.state.delegations()
    assert seen["write"] == (kind == OPEN_DELEGATE_WRITE) and not seen["recalled"]
    w.give_back(stateid_of(found))
    assert not w.srv.state.delegations()


@covers("RFC8881 10.2", "a client that cannot be called back is given none")
@meets("7530-10.2-2")
def test_not_without_callbacks(w):
    assert w.other.open(w.top, "f", share_access=READ, owner=b"maker").results.open.delegation.delegation_type in NONE


@pytest.mark.parametrize("theirs, mine, given", [
    (READ, READ, True), (READ, BOTH, False), (WRITE, READ, False), (WRITE, BOTH, False)
])  # fmt: skip
@covers("RFC8881 10.4", "no delegation that an open of another client contradicts")
@meets("7530-10.4-1", "7530-10.4-2", "8881-10.4-1", "8881-10.4.2-1")
def test_foreign_open(w, theirs, mine, given):
    w.other.open(w.top, "f", share_access=theirs, owner=b"maker")
    _, found = w.open(mine)
    assert (found.delegation_type not in NONE) == given


@pytest.mark.parametrize("what", CASES)
@pytest.mark.parametrize("access", [READ, BOTH], ids=["read", "write"])
@covers("RFC8881 10.4.5", "whatever conflicts recalls the delegation at once, waits for it, and then goes on")
@meets(
    "7530-10.2-1", "7530-10.4-1", "7530-10.4-2", "7530-10.4.4-1", "7530-18.2-1", "8881-10.2-1", "8881-10.4-1",
    "8881-10.4-3", "8881-10.4.1-1", "8881-10.4.2-1", "8881-18.9.4-1", "8881-18.16.4-5", "8881-18.25.4-2",
    "8881-18.26.4-1", "8881-18.30.4-1", "8881-18.32.4-1", "8881-20.2.3-1",
)
def test_recall(w, what, access):
    w.other.close(w.other.open(w.top, "spare", create(mode=0o666), owner=b"maker"))
    stateid = w.given(access)
    w.c.close(w.opened)
    conflict, least = conflicts(w)[what]
    if least == WRITE and access == READ:
        conflict().result()
        assert not w.callbacks.of("CB_RECALL")
        return
    w.resolve(conflict(), stateid)
    assert not w.srv.state.delegations()


@covers("RFC8881 10.4.5", "who waits too long for it is told NFS4ERR_DELAY, and comes again")
@meets("7530-10.2-1", "8881-10.2-1", "8881-10.4-3", "8881-18.16.4-5")
def test_delay(w):
    stateid = w.given(BOTH)
    w.c.close(w.opened)
    attempt = w.other.send(op.putfh(w.fh), op.read(op.ANONYMOUS, 0, 4).fails(NFS4ERR.DELAY))
    w.recalled()
    w.srv.clock.advance(2)
    attempt.result()
    w.give_back(stateid)
    assert w.other.read(w.fh) == b"data"
    assert len(w.callbacks.of("CB_RECALL")) == 1


@covers("RFC8881 10.4", "what the holder itself does is no conflict")
@meets("7530-9.1.4.6-1", "8881-8.2.6-1")
def test_own(w):
    stateid = w.given(BOTH)
    w.c.write(w.fh, 0, b"mine", stateid)
    assert w.c.read(w.fh, 0, 4, stateid) == b"mine"
    w.c.write(w.fh, 0, b"also", w.opened.stateid)
    w.c.compound(op.putfh(w.fh), op.setattr(stateid=stateid, size=2))
    w.c.close(w.opened)
    w.c.write(w.fh, 2, b"last", stateid)  # the delegation is enough
    assert not w.callbacks.of("CB_RECALL")
    w.give_back(stateid)
    assert w.other.read(w.fh) == b"allast"


@covers("RFC8881 9.1.2", "with a read delegation there is no writing")
def test_openmode(w):
    stateid = w.given(READ)
    w.c.compound(op.putfh(w.fh), op.write(stateid, 0, b"x").fails(NFS4ERR.OPENMODE))


@covers("RFC8881 10.4.3", "no new delegation of a file right after one was recalled")
def test_no_thrashing(w):
    stateid = w.given(READ)
    w.c.close(w.opened)
    w.resolve(w.other.send(op.putfh(w.fh), op.write(op.ANONYMOUS, 0, b"x")), stateid)
    opened, found = w.open(READ)
    assert found.delegation_type in NONE
    w.c.close(opened)
    w.pass_time(60)
    assert w.open(READ)[1].delegation_type == OPEN_DELEGATE_READ


@covers("RFC8881 10.4.2", "NFSv3 is as much a conflict: NFS3ERR_JUKEBOX until it is back")
@meets("8881-10.2-2")
@pytest.mark.parametrize("what", ["READ", "WRITE", "SETATTR", "REMOVE", "RENAME", "LINK", "CREATE"])
def test_nfs3(w, what):
    from dittofs import nfs3

    stateid = w.given(BOTH)
    w.c.close(w.opened)
    fh = w.v3.lookup(w.v3_top, "f").object
    how = {
        "READ": lambda **k: w.v3.read.send(fh, 0, 4),
        "WRITE": lambda **k: w.v3.write.send(fh, 0, b"more"),
        "SETATTR": lambda **k: w.v3.setattr.send(fh, mode=0o600),
        "REMOVE": lambda **k: w.v3.remove.send(w.v3_top, "f"),
        "RENAME": lambda **k: w.v3.rename.send(w.v3_top, "f", w.v3_top, "g"),
        "LINK": lambda **k: w.v3.link.send(fh, w.v3_top, "g"),
        "CREATE": lambda **k: w.v3.create.send(w.v3_top, "f", size=0),
    }[what]  # fmt: skip
    first = how()
    w.recalled()
    w.srv.clock.advance(2)
    assert first.result(may_fail=nfs3.NFS3ERR.JUKEBOX).status == nfs3.NFS3ERR.JUKEBOX
    w.give_back(stateid)
    how().result()


@covers("RFC8881 10.4.5", "what is not given back within a lease period is revoked, and no longer in the way")
@meets("7530-10.4.6-1", "8881-10.4.6-1")
def test_revoked(w):
    stateid = w.given(BOTH)
    w.let_lapse()
    assert w.other.read(w.fh) == b"data"
    gone = (NFS4ERR.DELEG_REVOKED, NFS4ERR.EXPIRED, NFS4ERR.BAD_STATEID, NFS4ERR.ADMIN_REVOKED)
    w.c.compound(op.putfh(w.fh), op.read(stateid, 0, 4).fails(*gone))


@covers("RFC8881 8.4.3", "a delegation of a client whose lease has ended is in nobody's way: nothing is recalled, and all it had is gone")
@meets("7530-9.6.3.1-2", "8881-8.4.3-1")
def test_lease_ended(w):
    stateid = w.given(BOTH)
    for _ in range(5):
        w.srv.clock.advance(w.lease() / 3)
        w.other.compound(op.renew() if w.minorversion == 0 else op.sequence())
    assert w.other.read(w.fh) == b"data"
    assert not w.callbacks.of("CB_RECALL") and not w.srv.state.delegations()
    w.c.compound(op.putfh(w.fh), op.read(stateid, 0, 4).fails(NFS4ERR.EXPIRED))


def says(w, change, size):
    """The holder answers CB_GETATTR with these."""
    from dittofs.nfs4.attributes import fattr
    from dittofs.wire import nfs4 as wire, nfs4_cb

    ok = nfs4_cb.CB_GETATTR4resok(fattr(change=change, size=size))
    w.callbacks.on("CB_GETATTR", lambda args: nfs4_cb.CB_GETATTR4res(wire.NFS4_OK, resok4=ok))


def looks(w):
    """Another client's GETATTR, while the holder answers callbacks."""
    before = len(w.callbacks.of("CB_GETATTR"))
    sent = w.other.send(op.putfh(w.fh), op.getattr("change", "size"))
    w.holder.called("CB_GETATTR", before + 1)
    return sent.result().getattr.attributes


@covers("RFC8881 10.4.3", "GETATTR under a write delegation: the holder is asked; who has changed nothing changes nothing")
@meets("7530-10.4.3-1", "8881-10.4.3-1")
def test_getattr_unchanged(w):
    before = w.other.getattr(w.fh, "change", "size")
    w.given(BOTH)
    says(w, before.change, before.size)
    assert looks(w) == before
    assert not w.callbacks.of("CB_RECALL")


@covers("RFC8881 10.4.3", "GETATTR under a write delegation: the size is the holder's, the change attribute a new one each time once he has changed the file")
@meets("7530-10.4.3-1", "7530-10.4.3-2", "7530-16.7-3", "8881-10.4.3-1", "8881-10.4.3-2", "8881-18.7.4-1")
def test_getattr_changed(w):
    before = w.other.getattr(w.fh, "change", "size")
    stateid = w.given(BOTH)
    says(w, before.change + 1, 100)
    first = looks(w)
    assert first.size == 100 and first.change > before.change
    again = looks(w)
    assert again.size == 100 and again.change > first.change
    says(w, before.change + 2, 200)
    second = looks(w)
    assert second.size == 200 and second.change > again.change
    w.c.write(w.fh, 0, b"more" * 50, stateid)
    w.give_back(stateid)
    w.c.close(w.opened)
    last = w.other.getattr(w.fh, "size", "change")
    assert last.size == 200 and last.change > second.change


@covers("RFC8881 10.4.3", "a holder that cannot say what he has is asked to give the delegation back")
@meets("7530-16.7-3", "8881-18.7.4-1")
def test_getattr_recalls(w):
    from dittofs.wire import nfs4_cb

    stateid = w.given(BOTH)
    w.callbacks.on("CB_GETATTR", lambda args: nfs4_cb.CB_GETATTR4res(NFS4ERR.SERVERFAULT))
    w.resolve(w.other.send(op.putfh(w.fh), op.getattr("size")), stateid)


@covers("RFC8881 10.4.3", "GETATTR of what no holder has an idea of his own of: nobody is asked")
def test_getattr_mode(w):
    w.given(BOTH)
    w.other.getattr(w.fh, "mode", "numlinks")
    w.c.getattr(w.fh, "size") if w.minorversion else None
    assert not w.callbacks.of("CB_GETATTR") and not w.callbacks.of("CB_RECALL")


@pytest.mark.parametrize("what", ["GETATTR", "SETATTR", "LINK", "RENAME", "REMOVE"])
@covers("RFC8881 10.4", "the holder is not asked back for what it does itself, where nothing but the connection says that it is")
def test_own_names(w, what):
    w.given(BOTH)
    home = op.putfh(w.top)
    w.c.compound({
        "GETATTR": (op.putfh(w.fh), op.getattr("size", "change")),
        "SETATTR": (op.putfh(w.fh), op.setattr(mode=0o600)),
        "LINK": (op.putfh(w.fh), op.savefh(), home, op.link("g")),
        "RENAME": (home, op.savefh(), op.rename("f", "g")),
        "REMOVE": (home, op.remove("f")),
    }[what])  # fmt: skip
    assert not w.callbacks.of("CB_RECALL") and not w.callbacks.of("CB_GETATTR")
