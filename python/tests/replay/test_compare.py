"""Fields side by side, and the rules for what may differ."""

import pytest

from dittofs import wire
from dittofs.nfs4 import fattr
from dittofs.replay import Rules
from dittofs.replay.compare import EXACT
from dittofs.replay.fields import pairs
from dittofs.wire import nfs3 as w3
from dittofs.wire import nfs4 as w4


def differing(a, b, rules=EXACT):
    return [(p.path, p.a, p.b) for p in pairs(a, b) if p.a != p.b and not rules.allows(p)]


def test_every_leaf_has_its_path():
    attributes = w3.wcc_attr(size=1, mtime=w3.nfstime3(2, 3))
    other = wire.replace(attributes, size=9, mtime=w3.nfstime3(2, 4))
    assert differing(attributes, other) == [("size", 1, 9), ("mtime.nseconds", 3, 4)]
    assert differing(attributes, other, Rules()) == [("size", 1, 9)]


def test_arms_that_differ_are_not_looked_into():
    ok = w3.GETATTR3res(w3.NFS3_OK)
    bad = w3.GETATTR3res(w3.NFS3ERR_STALE)
    assert differing(ok, bad, Rules()) == [("status", w3.NFS3_OK, w3.NFS3ERR_STALE)]


def test_attributes_are_compared_by_name():
    a, b = fattr(size=1, mode=0o644), fattr(size=2, mode=0o644)
    assert differing(a, b) == [(".size", 1, 2)]
    assert differing(fattr(size=1), fattr(size=1, mode=0o600)) == [(".mode", None, 0o600)]


def test_the_size_of_a_directory_is_the_servers():
    a, b = fattr(type=w4.NF4DIR, size=40), fattr(type=w4.NF4DIR, size=4096)
    assert differing(a, b, Rules()) == []
    assert differing(a, b, Rules().but("space")) == [(".size", 40, 4096)]
    assert differing(fattr(type=w4.NF4REG, size=1), fattr(type=w4.NF4REG, size=2), Rules()) == [(".size", 1, 2)]


def test_entries_of_a_directory_come_in_any_order():
    def listing(*names):
        return w4.dirlist4([w4.entry4(cookie=n, name=name) for n, name in enumerate(names)], True)

    assert differing(listing("a", "b"), listing("b", "a"), Rules()) == []
    assert differing(listing("a", "b"), listing("a", "c"), Rules()) == [("entries", ["b"], ["c"])]


def test_lists_of_another_length():
    a, b = w4.COMPOUND4res(resarray=[]), w4.COMPOUND4res(resarray=[w4.nfs_resop4(w4.OP_PUTROOTFH)])
    assert differing(a, b) == [("len(resarray)", 0, 1)]


def test_paths_can_be_allowed():
    a, b = w3.wcc_attr(size=1), w3.wcc_attr(size=2)
    assert differing(a, b, Rules().allow("si*")) == []
    assert differing(a, b, Rules().allow("mtime.*")) == [("size", 1, 2)]


def test_a_group_that_there_is_not():
    with pytest.raises(ValueError, match="no group moons; there are handles, "):
        Rules().but("moons")
    with pytest.raises(ValueError, match="no group moons"):
        Rules(frozenset({"moons"}))
