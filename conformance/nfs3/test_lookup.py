"""LOOKUP: RFC 1813 3.3.3."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.3", "the handle and attributes of what a name refers to, and those of the directory")
@meets("1813-2.5-11", "1813-3.3.3-1")
def test_found(nfs3, home, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.lookup(home, kind)
    assert r.object == handle
    agrees(r.obj_attributes, attributes(nfs3, handle))
    agrees(r.dir_attributes, attributes(nfs3, home), but=("atime",))


@covers("RFC1813 2.6", "NFS3ERR_NOENT: no such name")
@meets("1813-2.6-3")
def test_no_entry(nfs3, home):
    r = nfs3.lookup(home, "absent", fails=NFS3ERR.NOENT)
    agrees(r.dir_attributes, attributes(nfs3, home), but=("atime",))


@covers("RFC1813 3.3.3", "a name that was removed is not found any more")
@meets("1813-3.3.3-1")
def test_removed(nfs3, home, file):
    nfs3.lookup(home, "file")
    nfs3.remove(home, "file")
    nfs3.lookup(home, "file", fails=NFS3ERR.NOENT)


@covers("RFC1813 3.3.3", "a name that was not there is found once it is made")
def test_made_after_a_miss(nfs3, home):
    nfs3.lookup(home, "f", fails=NFS3ERR.NOENT)
    made = nfs3.create(home, "f").obj
    assert nfs3.lookup(home, "f").object == made.handle


@covers("RFC1813 3.3.3", '"." is the directory itself')
@meets("1813-3.2-2")
def test_dot(nfs3, home):
    assert attributes(nfs3, nfs3.lookup(home, ".").object).fileid == attributes(nfs3, home).fileid


@covers("RFC1813 3.3.3", '".." is the parent')
@meets("1813-3.2-2")
def test_dot_dot(nfs3, home, subdir):
    parent = nfs3.lookup(subdir, "..").object
    assert attributes(nfs3, parent).fileid == attributes(nfs3, home).fileid


@covers("RFC1813 3.3.3", '".." follows a directory that was moved')
def test_dot_dot_after_rename(nfs3, home, subdir):
    other = nfs3.mkdir(home, "other").obj
    nfs3.rename(home, "subdir", other, "moved")
    assert attributes(nfs3, nfs3.lookup(subdir, "..").object).fileid == attributes(nfs3, other).fileid


@covers("RFC1813 3.3.3", "symbolic links are not followed")
@meets("1813-3.3.3-2")
def test_symbolic_link_is_not_followed(nfs3, home, subdir):
    nfs3.create(subdir, "f")
    link = nfs3.symlink(home, "link", "subdir").obj
    assert nfs3.lookup(home, "link").object == link.handle
    nfs3.lookup(link, "f", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 3.3.3", "a name is looked up as it is: a path is not")
@meets("1813-3.3.3-1")
def test_path(nfs3, home, subdir):
    nfs3.create(subdir, "f")
    nfs3.lookup(home, "subdir/f", fails=(NFS3ERR.NOENT, NFS3ERR.ACCES, NFS3ERR.INVAL))


@covers("RFC1813 3.3.20", "case_insensitive tells whether case distinguishes names")
@meets("1813-3.3.20-3")
def test_case(nfs3, home, file):
    found = nfs3.lookup(home, "FILE", may_fail=NFS3ERR.NOENT).outcome == 0
    assert found == nfs3.pathconf(home).case_insensitive


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to search the directory")
def test_no_permission(nfs3, alice, home, subdir):
    nfs3.create(subdir, "f")
    nfs3.setattr(subdir, mode=0o666)
    alice.lookup(subdir, "f", fails=NFS3ERR.ACCES)
    alice.lookup(subdir, "absent", fails=NFS3ERR.ACCES)


@covers("RFC1813 4.4", "search permission alone is enough")
def test_execute_only(nfs3, alice, subdir):
    nfs3.create(subdir, "f")
    nfs3.setattr(subdir, mode=0o711)
    alice.lookup(subdir, "f")


@needs("export:ro")
@covers("RFC1813 3.3.3", "a read-only file system can be searched")
def test_read_only(nfs3, exported):
    ro = exported("ro")
    ro.admin.create(ro.twin, "f")
    nfs3.lookup(ro.handle, "f")
