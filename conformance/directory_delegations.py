"""Delegations of directories: a holder, a directory of another client, and what CB_NOTIFY says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.delegations import World
from dittofs import wire
from dittofs.nfs4 import GDD4_OK, create, op
from dittofs.wire import nfs4 as w4
from dittofs.wire import nfs4_cb as cb

ADD, REMOVE, RENAME = cb.NOTIFY4_ADD_ENTRY, cb.NOTIFY4_REMOVE_ENTRY, cb.NOTIFY4_RENAME_ENTRY
CHILD_ATTRS, DIR_ATTRS = cb.NOTIFY4_CHANGE_CHILD_ATTRS, cb.NOTIFY4_CHANGE_DIR_ATTRS
COOKIE_VERIFIER = cb.NOTIFY4_CHANGE_COOKIE_VERIFIER
ENTRIES = (ADD, REMOVE, RENAME)
TYPES = {
    ADD: cb.notify_add4, REMOVE: cb.notify_remove4, RENAME: cb.notify_rename4,
    CHILD_ATTRS: cb.notify_attr4, DIR_ATTRS: cb.notify_attr4,
}  # fmt: skip
DELAY = 0.05  # nfs4.dir_notify_delay

# Ways to change a directory.
BY_V4 = ("CREATE", "OPEN", "LINK", "RENAME into it", "REMOVE", "REMOVE of a directory", "RENAME out of it", "RENAME", "SETATTR")
BY_V3 = ("CREATE", "MKDIR", "SYMLINK", "MKNOD", "LINK", "RENAME into it", "REMOVE", "RMDIR", "RENAME out of it", "RENAME", "SETATTR")


@dataclass(frozen=True)
class Told:
    """One notification."""

    type: int
    value: Any = field(repr=False)

    @property
    def name(self) -> str:
        """Of the entry: a new one's where there are two."""
        entry = {
            ADD: lambda v: v.nad_new_entry, REMOVE: lambda v: v.nrm_old_entry, RENAME: lambda v: v.nrn_new_entry.nad_new_entry,
            CHILD_ATTRS: lambda v: v.na_changed_entry, DIR_ATTRS: lambda v: v.na_changed_entry,
        }[self.type](self.value)  # fmt: skip
        return str(entry.ne_file)


def notices(args: Any) -> list[Told]:
    """The notifications of one CB_NOTIFY."""
    out = []
    for each in args.cna_changes:
        (word,) = each.notify_mask
        type = word.bit_length() - 1
        assert word == 1 << type, "one type a notification, so that their order is known"
        out.append(Told(type, wire.decode(TYPES[type], bytes(each.notify_vals))))
    return out


class DirectoryWorld(World):
    """`home`: a directory with the file "old"; the holder's delegation of it is asked for with get()."""

    def __init__(self, srv, minorversion: int, **options):
        super().__init__(srv, minorversion, **options)
        self.home = self.other.create(self.top, w4.NF4DIR, "home")
        self.old = self.make("old")
        self.v3_home = self.v3.lookup(self.v3_top, "home").object

    def make(self, name: str, c: Any = None, fh: Any = None) -> Any:
        """An empty file, made and closed."""
        opened = (c or self.other).open(fh or self.home, name, create(mode=0o666), owner=b"maker")
        (c or self.other).close(opened)
        return opened.fh

    def ask(self, *types: int, c: Any = None, fh: Any = None, child=(), own=(), child_delay=60, own_delay=60) -> Any:
        r = (c or self.c).compound(
            op.putfh(fh or self.home),
            op.get_dir_delegation(
                gdda_notification_types=types, gdda_child_attr_delay=(child_delay, 0), gdda_dir_attr_delay=(own_delay, 0),
                gdda_child_attributes=child, gdda_dir_attributes=own,
            ),
        )  # fmt: skip
        return r.get_dir_delegation

    def get(self, *types: int, **more: Any) -> Any:
        """The stateid of the delegation, which is told of all these."""
        found = self.ask(*types, **more)
        assert found.gddrnf_status == GDD4_OK
        ok = found.gddrnf_resok4
        assert list(ok.gddr_notification) == ([sum(1 << t for t in types)] if types else [])
        return ok.gddr_stateid

    def give_back_dir(self, stateid: Any, c: Any = None, fh: Any = None) -> None:
        (c or self.c).compound(op.putfh(fh or self.home), op.delegreturn(stateid))

    def resolve_dir(self, sent: Any, stateid: Any, fh: Any = None) -> Any:
        """The holder gives it back when it is asked; what the request that waits for it is answered."""
        args = self.recalled()
        assert bytes(args.fh) == (fh or self.home) and bytes(args.stateid.other) == bytes(stateid.other)
        assert self.srv.state.delegations(type="directory")
        self.give_back_dir(stateid, fh=fh)
        return sent.result()

    def told(self, count: int = 1, after: float = DELAY, holder: Any = None) -> list[Told]:
        """What the last CB_NOTIFY said, once `count` have come; so much time passes first."""
        if after:
            self.srv.clock.advance(after)
        calls = (holder or self.holder).called("CB_NOTIFY", count)
        assert len(calls) == count
        return notices(calls[-1].args)

    def quiet(self, name: str = "CB_RECALL", holder: Any = None) -> bool:
        """No such callback has come, or comes within a second."""
        self.srv.clock.advance(1)
        holder = holder or self.holder
        holder.c.compound(op.putrootfh())
        return not holder.callbacks.of(name)

    def entries(self, fh: Any = None) -> dict[str, Any]:
        """By name, as READDIR lists them."""
        r = self.other.compound(op.putfh(fh or self.home), op.readdir("fileid", "change"))
        listed, out = r.readdir.reply.entries, {}
        for each in listed:
            out[str(each.name)] = each
        return out


def directory_world(minorversion: int) -> Any:
    """The fixture `w` of a suite: w = directory_world(1)."""

    @pytest.fixture
    def w(instance):
        made = DirectoryWorld(instance(store="memory", clock="manual"), minorversion)
        yield made
        made.close()

    return w


def changes(w: DirectoryWorld) -> dict[str, tuple[Any, Any]]:
    """What changes "home": how another client (or the one that is given) does it, and what tells of it; None: nothing may."""
    home, top = op.putfh(w.home), op.putfh(w.top)
    w.make("movable", fh=w.top)
    w.other.compound(home, op.create(w4.NF4DIR, "sub"))
    return {
        "CREATE": (lambda c: c.send(home, op.create(w4.NF4DIR, "new")), ADD),
        "OPEN": (lambda c: c.send(home, op.open("new", create(mode=0o666), owner=b"maker")), ADD),
        "LINK": (lambda c: c.send(op.putfh(w.old), op.savefh(), home, op.link("new")), ADD),
        "RENAME into it": (lambda c: c.send(top, op.savefh(), home, op.rename("movable", "new")), ADD),
        "REMOVE": (lambda c: c.send(home, op.remove("old")), REMOVE),
        "REMOVE of a directory": (lambda c: c.send(home, op.remove("sub")), REMOVE),
        "RENAME out of it": (lambda c: c.send(home, op.savefh(), top, op.rename("old", "gone")), REMOVE),
        "RENAME": (lambda c: c.send(home, op.savefh(), op.rename("old", "new")), RENAME),
        "SETATTR": (lambda c: c.send(home, op.setattr(mode=0o700)), DIR_ATTRS),
    }


def changes_by_v3(w: DirectoryWorld) -> dict[str, tuple[Any, Any]]:
    """The same by NFSv3."""
    home, top, v3 = w.v3_home, w.v3_top, w.v3
    old = v3.lookup(home, "old").object
    v3.create(top, "movable")
    v3.mkdir(home, "sub")
    return {
        "CREATE": (lambda: v3.create.send(home, "new"), ADD),
        "MKDIR": (lambda: v3.mkdir.send(home, "new"), ADD),
        "SYMLINK": (lambda: v3.symlink.send(home, "new", "target"), ADD),
        "MKNOD": (lambda: v3.mknod.send(home, "new", 7), ADD),
        "LINK": (lambda: v3.link.send(old, home, "new"), ADD),
        "RENAME into it": (lambda: v3.rename.send(top, "movable", home, "new"), ADD),
        "REMOVE": (lambda: v3.remove.send(home, "old"), REMOVE),
        "RMDIR": (lambda: v3.rmdir.send(home, "sub"), REMOVE),
        "RENAME out of it": (lambda: v3.rename.send(home, "old", top, "gone"), REMOVE),
        "RENAME": (lambda: v3.rename.send(home, "old", home, "new"), RENAME),
        "SETATTR": (lambda: v3.setattr.send(home, mode=0o700), DIR_ATTRS),
    }


def started(instance, w, **settings):
    """Another world on a server with these settings, closed with this one."""
    made = DirectoryWorld(instance(store="memory", clock="manual", settings=settings), w.minorversion)
    w.closing.append(made.close)
    return made
