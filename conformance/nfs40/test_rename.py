"""RENAME and LINK: RFC 7530 16.27, 16.9."""

import pytest

from conformance.nfs40.checks import OBJECTS, change, check_cinfo, exists, names, new_file
from dittofs.nfs4 import NF4FIFO, NFS4ERR, op
from dittofs.testing.markers import covers, meets

NOT_DIRECTORIES = [k for k in OBJECTS if k != "subdir"]


def rename(c, source, oldname, target, newname, *fails):
    last = op.rename(oldname, newname)
    return c.compound(op.putfh(source), op.savefh(), op.putfh(target), last.fails(*fails) if fails else last)


def link(c, object, dir, name, *fails):
    last = op.link(name)
    return c.compound(op.putfh(object), op.savefh(), op.putfh(dir), last.fails(*fails) if fails else last)


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.27", "another name in the same directory: one change, the same object")
def test_same_directory(nfs40, home, request, kind):
    handle = request.getfixturevalue(kind)
    before = change(nfs40, home)
    r = rename(nfs40, home, kind, home, "new")
    after = change(nfs40, home)
    check_cinfo(r.rename.target_cinfo, before, after)
    assert r.rename.source_cinfo.after == after
    assert names(nfs40, home) == {"new"} and nfs40.lookup(home, "new") == handle


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.27", "into another directory: both change")
def test_other_directory(nfs40, home, request, kind):
    target = nfs40.mkdir(home, "target directory")
    handle = request.getfixturevalue(kind)
    before = change(nfs40, home), change(nfs40, target)
    r = rename(nfs40, home, kind, target, "new")
    check_cinfo(r.rename.source_cinfo, before[0], change(nfs40, home))
    check_cinfo(r.rename.target_cinfo, before[1], change(nfs40, target))
    assert nfs40.lookup(target, "new") == handle and not exists(nfs40, home, kind)


@pytest.mark.parametrize("kind", NOT_DIRECTORIES)
@pytest.mark.parametrize("other", NOT_DIRECTORIES)
@covers("RFC7530 16.27", "what has the new name is replaced when neither is a directory")
@meets("7530-16.27-2")
def test_replace(nfs40, home, request, kind, other):
    if kind == other:
        pytest.skip("one object of a kind here; see test_replace_same_kind")
    handle = request.getfixturevalue(kind)
    replaced = request.getfixturevalue(other)
    rename(nfs40, home, kind, home, other)
    assert names(nfs40, home) == {other} and nfs40.lookup(home, other) == handle
    nfs40.compound(op.putfh(replaced), op.getattr("type"), fails=NFS4ERR.STALE)


@covers("RFC7530 16.27", "a file replaces a file, an empty directory an empty directory")
def test_replace_same_kind(nfs40, home, file, subdir):
    new_file(nfs40, home, "f")
    nfs40.mkdir(home, "d")
    rename(nfs40, home, "file", home, "f")
    rename(nfs40, home, "subdir", home, "d")
    assert names(nfs40, home) == {"f", "d"}
    assert (nfs40.lookup(home, "f"), nfs40.lookup(home, "d")) == (file, subdir)


@covers("RFC7530 16.27", "NFS4ERR_EXIST or NFS4ERR_NOTEMPTY: the target is a directory with entries")
@meets("7530-16.27-2")
def test_target_not_empty(nfs40, home, subdir):
    d = nfs40.mkdir(home, "d")
    new_file(nfs40, d, "f")
    rename(nfs40, home, "subdir", home, "d", NFS4ERR.EXIST, NFS4ERR.NOTEMPTY)
    assert names(nfs40, home) == {"subdir", "d"}


@pytest.mark.parametrize("kind", NOT_DIRECTORIES)
@covers("RFC7530 16.27", "NFS4ERR_EXIST: one is a directory and the other is not")
@meets("7530-16.27-2")
def test_incompatible(nfs40, home, subdir, request, kind):
    request.getfixturevalue(kind)
    rename(nfs40, home, kind, home, "subdir", NFS4ERR.EXIST, NFS4ERR.ISDIR)
    rename(nfs40, home, "subdir", home, kind, NFS4ERR.EXIST, NFS4ERR.NOTDIR)
    assert names(nfs40, home) == {"subdir", kind}


@covers("RFC7530 16.27", "onto itself: success, and nothing happens")
@meets("7530-16.27-3")
def test_onto_itself(nfs40, home, file):
    before = change(nfs40, home)
    r = rename(nfs40, home, "file", home, "file")
    assert change(nfs40, home) == before == r.rename.target_cinfo.after
    assert nfs40.lookup(home, "file") == file


@covers("RFC7530 16.27", "onto another name of the same file: success, and both names stay")
@meets("7530-16.27-3")
def test_onto_own_link(nfs40, home, file):
    link(nfs40, file, home, "other")
    rename(nfs40, home, "file", home, "other")
    assert names(nfs40, home) == {"file", "other"}


@covers("RFC7530 16.27", "NFS4ERR_NOENT: nothing has the old name")
def test_noent(nfs40, home):
    rename(nfs40, home, "gone", home, "new", NFS4ERR.NOENT)


@covers("RFC7530 16.27", "NFS4ERR_INVAL: a directory into itself or below")
def test_into_itself(nfs40, home, subdir):
    below = nfs40.mkdir(subdir, "below")
    rename(nfs40, home, "subdir", subdir, "x", NFS4ERR.INVAL)
    rename(nfs40, home, "subdir", below, "x", NFS4ERR.INVAL)
    assert names(nfs40, home) == {"subdir"}


@covers("RFC7530 16.27", "NFS4ERR_ACCESS: no permission to write in either directory")
def test_no_permission(nfs40, alice, home, subdir):
    closed = nfs40.mkdir(home, "closed")
    new_file(nfs40, closed, "f")
    new_file(nfs40, subdir, "g")
    nfs40.setattr(closed, mode=0o755)
    rename(alice, closed, "f", subdir, "x", NFS4ERR.ACCESS)
    rename(alice, subdir, "g", closed, "x", NFS4ERR.ACCESS)
    rename(alice, closed, "f", closed, "x", NFS4ERR.ACCESS)


@covers("RFC7530 16.27", "NFS4ERR_XDEV: another file system")
@meets("7530-16.27-4")
def test_xdev(nfs40, home, file):
    root = bytes(nfs40.compound(op.putrootfh(), op.getfh()).getfh.object)
    rename(nfs40, home, "file", root, "x", NFS4ERR.XDEV, NFS4ERR.ROFS, NFS4ERR.ACCESS, NFS4ERR.PERM)
    assert exists(nfs40, home, "file")


@pytest.mark.parametrize("kind", NOT_DIRECTORIES)
@covers("RFC7530 16.9", "LINK: one more name of the same object, one more in numlinks")
@meets("7530-16.9-1")
def test_link(nfs40, home, subdir, request, kind):
    handle = request.getfixturevalue(kind)
    before, links = change(nfs40, subdir), nfs40.getattr(handle, "numlinks").numlinks
    r = link(nfs40, handle, subdir, "again")
    check_cinfo(r.link.cinfo, before, change(nfs40, subdir))
    assert nfs40.lookup(subdir, "again") == handle
    assert nfs40.getattr(handle, "numlinks").numlinks == links + 1


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.9", "NFS4ERR_EXIST: the name is taken, even by the same object")
@meets("7530-16.9-2")
def test_link_exists(nfs40, home, request, kind):
    request.getfixturevalue(kind)
    link(nfs40, new_file(nfs40, home, "f"), home, kind, NFS4ERR.EXIST)
    link(nfs40, nfs40.lookup(home, "f"), home, "f", NFS4ERR.EXIST)


@covers("RFC7530 16.9", "the current filehandle stays the directory, the saved one the object")
@meets("7530-16.9-2")
def test_link_filehandles(nfs40, home, file):
    r = nfs40.compound(
        op.putfh(file), op.savefh(), op.putfh(home), op.link("again"), op.getfh(), op.restorefh(), op.getfh()
    )
    assert [bytes(x.object) for x in r.of(op.getfh)] == [home, file]


@covers("RFC7530 16.9", "NFS4ERR_ACCESS: no permission to write in the directory")
def test_link_no_permission(nfs40, alice, home, subdir):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, owner="1000")
    nfs40.setattr(subdir, mode=0o755)
    link(alice, f, subdir, "x", NFS4ERR.ACCESS)


@covers("RFC7530 16.9", "NFS4ERR_STALE: the object is gone")
def test_link_gone(nfs40, home, file):
    nfs40.remove(home, "file")
    nfs40.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("x"), fails=(NFS4ERR.STALE, NFS4ERR.NOENT))


@covers("RFC7530 16.9", "NFS4ERR_XDEV: a name in another file system")
@meets("7530-16.9-1")
def test_link_xdev(nfs40, home, file):
    root = bytes(nfs40.compound(op.putrootfh(), op.getfh()).getfh.object)
    link(nfs40, file, root, "x", NFS4ERR.XDEV, NFS4ERR.ROFS, NFS4ERR.ACCESS, NFS4ERR.PERM, NFS4ERR.NOTSUPP)


@covers("RFC7530 5.8.2.14", "maxlink: as many names as it says, at least those that are tried here")
@meets("7530-5.8.2-1")
def test_many_links(nfs40, home, file):
    count = min(nfs40.getattr(home, "maxlink").get("maxlink", 100), 100)
    for n in range(1, count):
        link(nfs40, file, home, f"l{n}")
    assert nfs40.getattr(file, "numlinks").numlinks == count


@covers("RFC7530 16.27", "it is atomic to the client: the target name is there all the time")
@meets("7530-16.27-1")
def test_atomic(nfs40, other, home, file):
    looked, moved = [], []
    for n in range(200):
        spare = f"spare-{n % 2}"
        # These may run in any order, and so fail; what is looked up is always there.
        moved.append(other.send(op.putfh(home), op.create(NF4FIFO, spare)))
        moved.append(other.send(op.putfh(home), op.savefh(), op.rename(spare, "file")))
        looked.append(nfs40.send(op.putfh(home), op.lookup("file")))
    for each in looked:
        each.result()
    for each in moved:
        each.results()
