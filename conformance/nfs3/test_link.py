"""LINK: RFC 1813 3.3.15."""

import pytest

from conformance.nfs3.checks import agrees, attributes, check_wcc, names, unchanged
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs


@pytest.mark.parametrize("kind", ["file", "fifo"])
@covers("RFC1813 3.3.15", "another name for the object, nlink one greater, and the directory's attributes")
@meets("1813-3.3.15-1")
def test_link(nfs3, home, subdir, request, kind):
    handle = request.getfixturevalue(kind)
    before = attributes(nfs3, subdir)
    r = nfs3.link(handle, subdir, "new")
    check_wcc(r.linkdir_wcc, before, attributes(nfs3, subdir))
    a = attributes(nfs3, handle)
    agrees(r.file_attributes, a)
    assert a.nlink == 2
    assert attributes(nfs3, nfs3.lookup(subdir, "new").object).fileid == a.fileid


@covers("RFC1813 3.3.15", "a change through one name is seen through the other")
@meets("1813-3.3.15-2")
def test_one_object(nfs3, home, file):
    nfs3.link(file, home, "new")
    nfs3.write(nfs3.lookup(home, "new").object, 0, b"data")
    assert bytes(nfs3.read(file).data) == b"data"


@covers("RFC1813 3.3.15", "a link to a symbolic link is one to it, not to its target, or is refused")
def test_symbolic_link(nfs3, home, file):
    link = nfs3.symlink(home, "l", "file").obj
    r = nfs3.link(link, home, "new", may_fail=(NFS3ERR.INVAL, NFS3ERR.NOTSUPP))
    if r.outcome == 0:
        assert nfs3.readlink(nfs3.lookup(home, "new").object).data == "file"
    assert attributes(nfs3, file).nlink == 1


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_EXIST: the name is taken")
def test_exists(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    f = nfs3.create(home, "f").obj
    before = attributes(nfs3, home)
    unchanged(nfs3.link(f, home, kind, fails=NFS3ERR.EXIST).linkdir_wcc, before)
    assert attributes(nfs3, f).nlink == 1


@covers("POSIX link", "directories get no second name")
def test_directory(nfs3, home, subdir):
    nfs3.link(subdir, home, "new", fails=...)
    assert names(nfs3, home) == {"subdir"}


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file, fifo):
    nfs3.link(file, fifo, "new", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory, or the file, is gone")
def test_removed(nfs3, home, subdir, file):
    nfs3.rmdir(home, "subdir")
    nfs3.link(file, subdir, "new", fails=NFS3ERR.STALE)
    nfs3.remove(home, "file")
    nfs3.link(file, home, "new", fails=NFS3ERR.STALE)


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, file, subdir):
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.link(file, subdir, "new", fails=NFS3ERR.ACCES).linkdir_wcc, before)


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC1813 3.3.15", 'the comments on RENAME apply: "." and ".." are no new names')
def test_dots(nfs3, file, subdir, name):
    nfs3.link(file, subdir, name, fails=(NFS3ERR.EXIST, NFS3ERR.INVAL))


@covers("POSIX link", "a new link changes the ctime of the file")
def test_ctime(nfs3, home, file):
    before = attributes(nfs3, file)
    nfs3.link(file, home, "new")
    after = attributes(nfs3, file)
    assert (after.ctime.seconds, after.ctime.nseconds) >= (before.ctime.seconds, before.ctime.nseconds)
    assert after.mtime == before.mtime


@covers("RFC1813 3.3.20", "as many links as PATHCONF linkmax says, then NFS3ERR_MLINK; of a huge number the first thousand")
@meets("1813-2.6-11", "1813-3.3.20-1")
def test_maximum(nfs3, home, subdir, file):
    linkmax = nfs3.pathconf(file).linkmax
    wanted = min(linkmax, 1000)
    for call in [nfs3.link.send(file, subdir, f"l{n}") for n in range(1, wanted)]:
        call.result()
    assert attributes(nfs3, file).nlink == wanted
    if wanted == linkmax:
        nfs3.link(file, subdir, "more", fails=NFS3ERR.MLINK)


@needs("export:all_squash")
@covers("RFC1813 3.3.15", "NFS3ERR_XDEV: two file systems, by the fsid of their directories")
@meets("1813-3.3.15-3")
def test_other_file_system(nfs3, home, file, exported):
    there = exported("all_squash").handle
    apart = attributes(nfs3, home).fsid != attributes(nfs3, there).fsid
    r = nfs3.link(file, there, "new", may_fail=NFS3ERR.XDEV)
    assert r.outcome == NFS3ERR.XDEV or not apart
    assert names(nfs3, home) == {"file"}
