"""Inheritance of ACEs: RFC 8881 6.2.1.4, 6.4.3."""

import pytest

from conformance.nfs41.acls import BASIC, EVERYONE, EXECUTE, FILE_ACCESS, OWNER, READ, WRITE, acl, allow, deny, granted, need_acls
from dittofs.nfs4 import (
    ACE4_DIRECTORY_INHERIT_ACE, ACE4_FILE_INHERIT_ACE, ACE4_INHERIT_ONLY_ACE, ACE4_NO_PROPAGATE_INHERIT_ACE, NF4DIR, create, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

F, D, N, I = ACE4_FILE_INHERIT_ACE, ACE4_DIRECTORY_INHERIT_ACE, ACE4_NO_PROPAGATE_INHERIT_ACE, ACE4_INHERIT_ONLY_ACE  # noqa: E741
FLAGS = F | D | N | I
ALL = READ | WRITE | EXECUTE | BASIC


@pytest.fixture
def parent(nfs41, subdir):
    """parent(flag): a directory with an ACE for bob that has this flag, who may do all there himself."""
    need_acls(nfs41, subdir)
    bobs = "1001"

    def make(flag, type_=allow):
        nfs41.setattr(subdir, acl=[type_(bobs, READ | EXECUTE, flag), allow(EVERYONE, ALL)])
        return subdir

    return make


def about_bob(c, object):
    """Flags of inheritance of the ACEs for bob."""
    return [a.flag & FLAGS for a in acl(c, object) if a.who.split("@")[0] == "1001"]


def new_file(c, parent, name="f"):
    """A file made without a mode."""
    opened = c.open(parent, name, create())
    c.close(opened)
    return opened.fh


def new_dir(c, parent, name="d"):
    return c.create(parent, NF4DIR, name)


# Flags of an ACE of a directory; those of what a new file and a new directory inherit of it, None where they do not.
INHERITED = {
    "none": (0, None, None),
    "FILE": (F, 0, F | I),
    "DIRECTORY": (D, None, D),
    "FILE and DIRECTORY": (F | D, 0, F | D),
    "FILE, INHERIT_ONLY": (F | I, 0, F | I),
    "DIRECTORY, INHERIT_ONLY": (D | I, None, D),
    "both, INHERIT_ONLY": (F | D | I, 0, F | D),
    "DIRECTORY, NO_PROPAGATE": (D | N, None, 0),
    "FILE, NO_PROPAGATE": (F | N, 0, None),
    "both, NO_PROPAGATE": (F | D | N, 0, 0),
    "both, NO_PROPAGATE, INHERIT_ONLY": (F | D | N | I, 0, 0),
}


@pytest.mark.parametrize("case", INHERITED)
@covers("RFC8881 6.2.1.4.1", "a new file inherits ACEs with FILE_INHERIT, without the flags of inheritance")
@meets("7530-6.4.3-1", "8881-6.2.1.4.1-1")
def test_file(nfs41, parent, case):
    flag, inherited, _ = INHERITED[case]
    found = about_bob(nfs41, new_file(nfs41, parent(flag)))
    assert found == ([] if inherited is None else [inherited])


@pytest.mark.parametrize("case", INHERITED)
@covers("RFC8881 6.2.1.4.1", "a new directory inherits ACEs with DIRECTORY_INHERIT, and keeps those with FILE_INHERIT for what is made in it")
@meets("7530-6.4.3-1", "7530-6.4.3.1-1", "8881-6.2.1.4.1-1", "8881-6.4.3.1-1")
def test_directory(nfs41, parent, case):
    flag, _, inherited = INHERITED[case]
    found = about_bob(nfs41, new_dir(nfs41, parent(flag)))
    merged = set(found)
    # An ACE that is effective and inherited on may be given as two: one of each (6.2.1.4.1).
    if inherited is not None and len(found) == 2:
        assert merged == {0, inherited | I}
    else:
        assert found == ([] if inherited is None else [inherited])


@covers("RFC8881 6.2.1.4.1", "through a chain of directories a file in the last one inherits; with NO_PROPAGATE it does not")
@meets("8881-6.2.1.4.1-1")
def test_chain(nfs41, parent):
    top = parent(F | D)
    assert about_bob(nfs41, new_file(nfs41, new_dir(nfs41, new_dir(nfs41, top, "a"), "b"))) == [0]
    assert about_bob(nfs41, new_file(nfs41, new_dir(nfs41, parent(F | D | N), "c"))) == []


@covers("RFC8881 6.2.1.4.1", "what is inherited counts: denied on the directory's account, denied on the file")
def test_counts(nfs41, bob, parent):
    made = new_file(nfs41, parent(F, deny))
    assert granted(bob, made, FILE_ACCESS) & READ == 0
    made = new_file(nfs41, parent(F | I), "g")
    assert granted(bob, made, FILE_ACCESS) & READ == READ


@covers("RFC8881 6.2.1.4.1", "FILE_INHERIT is not for directories that are there, DIRECTORY_INHERIT not for files: what exists stays")
@meets("8881-6.2.1.4.1-1")
def test_existing(nfs41, parent, subdir):
    before = new_file(nfs41, subdir, "before")
    parent(F | D)
    assert about_bob(nfs41, before) == []


@covers("RFC8881 6.4.3", "a mode given with the creation holds: the owner, the group and others get no more than it gives")
@meets("7530-6.4.3-1", "8881-6.4.3-1")
def test_mode_given(nfs41, carol, parent):
    opened = nfs41.open(parent(F), "f", create(mode=0o600))
    assert nfs41.getattr(opened.fh, "mode").mode & 0o777 == 0o600
    assert granted(carol, opened.fh, FILE_ACCESS) == 0


@covers("RFC8881 6.4.3", "an ACL given with the creation is the file's, whatever the directory would hand down")
def test_acl_given(nfs41, parent):
    opened = nfs41.open(parent(F), "f", create(acl=[allow(OWNER, ALL)]))
    assert about_bob(nfs41, opened.fh) == []


@covers("RFC8881 6.2.1.4.1", "symbolic links and other objects inherit as files do")
def test_others(nfs41, parent):
    made = nfs41.create(parent(F), 7, "fifo")
    assert about_bob(nfs41, made) == [0]


@covers("RFC8881 6.4.3", "a directory without ACEs that are inherited hands nothing down")
def test_nothing(nfs41, home):
    need_acls(nfs41, home)
    opened = nfs41.open(home, "f", create(mode=0o640))
    assert nfs41.getattr(opened.fh, "mode").mode == 0o640
    nfs41.compound(op.putfh(opened.fh), op.getattr("acl"))


@covers("RFC8881 6.4.3", "made without mode and ACL: the mode is that of the ACL that was inherited, without set-id and sticky bits")
@meets("7530-6.4.3-2", "8881-6.4.3-2")
def test_mode_of_inherited(nfs41, home, subdir):
    need_acls(nfs41, subdir)
    nfs41.setattr(subdir, acl=[allow(OWNER, ALL, F | D), allow("GROUP@", READ, F | D), allow(EVERYONE, EXECUTE, F | D)])
    for made in (new_file(nfs41, subdir), new_dir(nfs41, subdir)):
        assert nfs41.getattr(made, "mode").mode == 0o751
