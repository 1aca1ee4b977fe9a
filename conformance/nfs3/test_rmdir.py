"""RMDIR: RFC 1813 3.3.13."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc, exists, unchanged
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets


@covers("RFC1813 3.3.13", "an empty directory is gone, and its parent's attributes say so")
@meets("1813-3.3.13-1")
def test_rmdir(nfs3, home, subdir):
    before = attributes(nfs3, home)
    r = nfs3.rmdir(home, "subdir")
    check_wcc(r.dir_wcc, before, attributes(nfs3, home))
    assert not exists(nfs3, home, "subdir")
    nfs3.getattr(subdir, fails=NFS3ERR.STALE)


@pytest.mark.parametrize("what", ["file", "directory", "link"])
@covers("RFC1813 2.6", "NFS3ERR_NOTEMPTY: the directory has entries")
@meets("1813-2.6-6")
def test_not_empty(nfs3, home, subdir, what):
    if what == "file":
        nfs3.create(subdir, "x")
    elif what == "directory":
        nfs3.mkdir(subdir, "x")
    else:
        nfs3.symlink(subdir, "x", "text")
    before = attributes(nfs3, home)
    # POSIX lets a system say EEXIST here, and RFC 1813 lists both.
    r = nfs3.rmdir(home, "subdir", fails=(NFS3ERR.NOTEMPTY, NFS3ERR.EXIST))
    unchanged(r.dir_wcc, before)
    assert exists(nfs3, subdir, "x")


@covers("RFC1813 3.3.13", "a directory that was emptied can go")
def test_emptied(nfs3, home, subdir):
    nfs3.create(subdir, "f")
    nfs3.remove(subdir, "f")
    nfs3.rmdir(home, "subdir")


@covers("RFC1813 2.6", "NFS3ERR_NOENT: no such name")
@meets("1813-2.6-3")
def test_no_entry(nfs3, home):
    before = attributes(nfs3, home)
    unchanged(nfs3.rmdir(home, "absent", fails=NFS3ERR.NOENT).dir_wcc, before)


@pytest.mark.parametrize("kind", ["file", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the name belongs to no directory")
@meets("1813-3.3.13-1")
def test_other_kind(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    nfs3.rmdir(home, kind, fails=NFS3ERR.NOTDIR)
    assert exists(nfs3, home, kind)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: a link to a directory is none")
def test_link_to_directory(nfs3, home, subdir):
    nfs3.symlink(home, "l", "subdir")
    nfs3.rmdir(home, "l", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 3.3.13", '"." : NFS3ERR_INVAL where it is illegal')
def test_dot(nfs3, home, subdir):
    nfs3.rmdir(subdir, ".", fails=NFS3ERR.INVAL)
    assert exists(nfs3, home, "subdir")


@covers("RFC1813 3.3.13", '"..": NFS3ERR_EXIST where it is illegal')
def test_dot_dot(nfs3, home, subdir):
    # The parent is not empty, so a server that lets ".." through says NFS3ERR_NOTEMPTY.
    nfs3.rmdir(subdir, "..", fails=(NFS3ERR.EXIST, NFS3ERR.NOTEMPTY))
    assert exists(nfs3, home, "subdir")


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, home, subdir):
    nfs3.mkdir(subdir, "d", uid=1000)
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.rmdir(subdir, "d", fails=NFS3ERR.ACCES).dir_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_in_a_directory(nfs3, file):
    nfs3.rmdir(file, "d", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.rmdir(subdir, "d", fails=NFS3ERR.STALE)


@covers("POSIX rmdir", "in a sticky directory others' directories stay")
def test_sticky(nfs3, alice, subdir):
    nfs3.mkdir(subdir, "d", mode=0o777, uid=1001)
    nfs3.setattr(subdir, mode=0o1777)
    alice.rmdir(subdir, "d", fails=(NFS3ERR.PERM, NFS3ERR.ACCES))


@covers("POSIX rmdir", "the parent's link count goes back")
def test_parent_link_count(nfs3, home):
    before = attributes(nfs3, home).nlink
    nfs3.mkdir(home, "d")
    nfs3.rmdir(home, "d")
    assert attributes(nfs3, home).nlink == before
