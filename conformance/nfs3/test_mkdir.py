"""MKDIR: RFC 1813 3.3.9."""

import pytest

from conformance.nfs3.checks import agrees, attributes, check_wcc, names, unchanged
from dittofs.nfs3 import GUARDED, NF3DIR, NFS3ERR
from dittofs.testing.markers import covers, meets


@covers("RFC1813 3.3.9", "a new empty directory, its handle, its attributes, and the parent's")
@meets("1813-3.3.9-1")
def test_mkdir(nfs3, home):
    before = attributes(nfs3, home)
    r = nfs3.mkdir(home, "d", mode=0o750)
    check_wcc(r.dir_wcc, before, attributes(nfs3, home))
    made = nfs3.lookup(home, "d").object
    a = attributes(nfs3, made)
    agrees(r.obj_attributes, a)
    assert (a.type, a.mode & 0o7777) == (NF3DIR, 0o750)
    assert not r.obj.handle_follows or r.obj.handle == made
    assert names(nfs3, made) == set()


@pytest.mark.parametrize("mode", [0o000, 0o777, 0o1777, 0o700], ids=oct)
@covers("RFC1813 3.3.9", "the initial mode is the one given")
@meets("1813-3.3.9-1")
def test_mode(nfs3, home, mode):
    assert attributes(nfs3, nfs3.mkdir(home, "d", mode=mode).obj).mode & 0o7777 == mode


@covers("RFC1813 3.3.9", "initial owner and times")
@meets("1813-3.3.9-1")
def test_initial_attributes(nfs3, home):
    a = attributes(nfs3, nfs3.mkdir(home, "d", mode=0o700, uid=5, gid=6, mtime=(1000, 0)).obj)
    assert (a.uid, a.gid, a.mtime.seconds) == (5, 6, 1000)


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_EXIST: the name is taken")
def test_exists(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    before = attributes(nfs3, home)
    r = nfs3.mkdir(home, kind, fails=NFS3ERR.EXIST)
    unchanged(r.dir_wcc, before)


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC1813 3.3.9", 'NFS3ERR_EXIST for "." and ".."')
@meets("1813-3.3.9-2")
def test_dots(nfs3, subdir, name):
    nfs3.mkdir(subdir, name, fails=NFS3ERR.EXIST)


@covers("RFC1813 3.3.9", "a tree of directories")
def test_deep(nfs3, home):
    d, path = home, []
    for depth in range(50):
        path.append(d)
        d = nfs3.mkdir(d, f"level{depth}", mode=0o777).obj.handle
    nfs3.create(d, "leaf", GUARDED)
    for parent in reversed(path):
        d = nfs3.lookup(d, "..").object
        assert attributes(nfs3, d).fileid == attributes(nfs3, parent).fileid


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.mkdir(subdir, "d", fails=NFS3ERR.ACCES).dir_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file):
    nfs3.mkdir(file, "d", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.mkdir(subdir, "d", fails=NFS3ERR.STALE)


@covers("POSIX mkdir", "in a set-group-id directory a new directory gets its group")
def test_setgid_directory(nfs3, carol, home):
    d = nfs3.mkdir(home, "d", gid=1000).obj
    nfs3.setattr(d, mode=0o2777)
    assert attributes(nfs3, carol.mkdir(d, "sub").obj).gid == 1000
