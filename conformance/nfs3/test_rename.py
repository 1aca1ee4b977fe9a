"""RENAME: RFC 1813 3.3.14."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc, exists, names, unchanged
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs


@pytest.fixture
def other(nfs3, home):
    return nfs3.mkdir(home, "other", mode=0o777).obj.handle


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.14", "another name in the same directory, for the same object")
def test_same_directory(nfs3, home, request, kind):
    handle = request.getfixturevalue(kind)
    before, fileid = attributes(nfs3, home), attributes(nfs3, handle).fileid
    r = nfs3.rename(home, kind, home, "new")
    after = attributes(nfs3, home)
    check_wcc(r.fromdir_wcc, before, after)
    check_wcc(r.todir_wcc, before, after)
    assert names(nfs3, home) == {"new"}
    assert attributes(nfs3, nfs3.lookup(home, "new").object).fileid == fileid


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.14", "another directory, and both directories' attributes")
def test_other_directory(nfs3, home, other, request, kind):
    request.getfixturevalue(kind)
    before_from, before_to = attributes(nfs3, home), attributes(nfs3, other)
    r = nfs3.rename(home, kind, other, "new")
    check_wcc(r.fromdir_wcc, before_from, attributes(nfs3, home))
    check_wcc(r.todir_wcc, before_to, attributes(nfs3, other))
    assert names(nfs3, other) == {"new"} and not exists(nfs3, home, kind)


@covers("RFC1813 3.3.14", "file handles should not become stale")
def test_handle_survives(nfs3, home, other, file):
    nfs3.write(file, 0, b"data")
    nfs3.rename(home, "file", other, "new")
    assert bytes(nfs3.read(file).data) == b"data"


@pytest.mark.parametrize("source, target", [("file", "fifo"), ("symlink", "file"), ("fifo", "symlink")])
@covers("RFC1813 3.3.14", "a target that is no directory either is replaced")
@meets("1813-3.3.14-2")
def test_replace(nfs3, home, request, source, target):
    moved, lost = request.getfixturevalue(source), request.getfixturevalue(target)
    fileid = attributes(nfs3, moved).fileid
    nfs3.rename(home, source, home, target)
    assert attributes(nfs3, nfs3.lookup(home, target).object).fileid == fileid
    assert names(nfs3, home) == {target}
    nfs3.getattr(lost, fails=NFS3ERR.STALE)


@covers("RFC1813 3.3.14", "an empty directory is replaced by a directory")
@meets("1813-3.3.14-2")
def test_replace_directory(nfs3, home, subdir, other):
    nfs3.create(subdir, "f")
    nfs3.rename(home, "subdir", home, "other")
    assert names(nfs3, home) == {"other"} and exists(nfs3, subdir, "f")
    nfs3.getattr(other, fails=NFS3ERR.STALE)


@covers("RFC1813 3.3.14", "a target directory that is not empty: NFS3ERR_EXIST, by the error table NFS3ERR_NOTEMPTY")
@meets("1813-3.3.14-3")
def test_full_target(nfs3, home, subdir, other):
    nfs3.create(other, "f")
    before = attributes(nfs3, home)
    r = nfs3.rename(home, "subdir", home, "other", fails=(NFS3ERR.EXIST, NFS3ERR.NOTEMPTY))
    unchanged(r.fromdir_wcc, before)
    assert names(nfs3, home) == {"subdir", "other"}


@pytest.mark.parametrize("source, target", [("file", "subdir"), ("subdir", "file"), ("subdir", "symlink")])
@covers("RFC1813 3.3.14", "not compatible: NFS3ERR_EXIST, by the error table NFS3ERR_ISDIR or NFS3ERR_NOTDIR")
@meets("1813-3.3.14-3")
def test_incompatible(nfs3, home, request, source, target):
    request.getfixturevalue(source), request.getfixturevalue(target)
    nfs3.rename(home, source, home, target, fails=(NFS3ERR.EXIST, NFS3ERR.ISDIR, NFS3ERR.NOTDIR))
    assert names(nfs3, home) == {source, target}


@covers("RFC1813 3.3.14", "two names of one file: nothing happens, NFS3_OK")
@meets("1813-3.3.14-5")
def test_hard_links(nfs3, home, file):
    nfs3.link(file, home, "second")
    nfs3.rename(home, "file", home, "second")
    assert names(nfs3, home) == {"file", "second"}
    assert attributes(nfs3, file).nlink == 2


@pytest.mark.parametrize("kind", ["file", "subdir"])
@covers("RFC1813 3.3.14", "onto itself: nothing happens, NFS3_OK")
@meets("1813-3.3.14-5")
def test_onto_itself(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    nfs3.rename(home, kind, home, kind)
    assert names(nfs3, home) == {kind}


@covers("RFC1813 2.6", "NFS3ERR_NOENT: no such name, and no target either")
@meets("1813-2.6-3")
def test_no_entry(nfs3, home, file):
    before = attributes(nfs3, home)
    r = nfs3.rename(home, "absent", home, "file", fails=NFS3ERR.NOENT)
    unchanged(r.fromdir_wcc, before)
    unchanged(r.todir_wcc, before)
    assert names(nfs3, home) == {"file"}


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC1813 3.3.14", 'NFS3ERR_INVAL: "." or ".." as the source')
def test_dots_as_source(nfs3, home, subdir, name):
    nfs3.rename(subdir, name, home, "new", fails=NFS3ERR.INVAL)


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC1813 3.3.14", 'NFS3ERR_INVAL: "." or ".." as the target')
def test_dots_as_target(nfs3, home, subdir, file, name):
    nfs3.rename(home, "file", subdir, name, fails=NFS3ERR.INVAL)
    assert exists(nfs3, home, "file")


@pytest.mark.parametrize("depth", [0, 1, 3])
@covers("POSIX rename", "NFS3ERR_INVAL: a directory cannot move into itself or below")
def test_into_itself(nfs3, home, subdir, depth):
    inside = subdir
    for level in range(depth):
        inside = nfs3.mkdir(inside, f"d{level}").obj.handle
    nfs3.rename(home, "subdir", inside, "new", fails=NFS3ERR.INVAL)
    assert exists(nfs3, home, "subdir")


@covers("POSIX rename", "an ancestor as the target is not empty")
def test_onto_ancestor(nfs3, home, subdir):
    nfs3.mkdir(subdir, "inner")
    nfs3.rename(subdir, "inner", home, "subdir", fails=(NFS3ERR.EXIST, NFS3ERR.NOTEMPTY))


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: a place that is no directory")
def test_not_a_directory(nfs3, home, file, fifo):
    nfs3.rename(file, "x", home, "new", fails=NFS3ERR.NOTDIR)
    nfs3.rename(home, "fifo", file, "new", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: a directory that is gone")
def test_removed_directory(nfs3, home, subdir, file):
    nfs3.rmdir(home, "subdir")
    nfs3.rename(subdir, "x", home, "new", fails=NFS3ERR.STALE)
    nfs3.rename(home, "file", subdir, "new", fails=NFS3ERR.STALE)
    assert names(nfs3, home) == {"file"}


@pytest.mark.parametrize("closed", ["from", "to"])
@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in one of the directories")
def test_no_permission(nfs3, alice, subdir, other, closed):
    nfs3.create(subdir, "f")
    nfs3.setattr({"from": subdir, "to": other}[closed], mode=0o755)
    before_from, before_to = attributes(nfs3, subdir), attributes(nfs3, other)
    r = alice.rename(subdir, "f", other, "new", fails=NFS3ERR.ACCES)
    unchanged(r.fromdir_wcc, before_from)
    unchanged(r.todir_wcc, before_to)
    assert exists(nfs3, subdir, "f")


@covers("POSIX rename", "in a sticky directory others' files are neither moved nor replaced")
def test_sticky(nfs3, alice, subdir, other):
    nfs3.create(subdir, "foreign", mode=0o777, uid=1001)
    alice.create(other, "mine")
    nfs3.setattr(subdir, mode=0o1777)
    refused = (NFS3ERR.PERM, NFS3ERR.ACCES)
    alice.rename(subdir, "foreign", other, "new", fails=refused)
    alice.rename(other, "mine", subdir, "foreign", fails=refused)
    alice.rename(other, "mine", subdir, "new")


@covers("RFC1813 3.3.14", "the operation is atomic to the client: the target name is there all the time")
@meets("1813-3.3.14-1")
def test_atomic(nfs3, connect, home, file):
    from dittofs import nfs3 as module

    reader = module.Client(connect())
    nfs3.create(home, "a")
    nfs3.create(home, "b")
    calls = []
    for n in range(200):
        source = "ab"[n % 2]
        calls.append(nfs3.rename.send(home, source, home, "file"))
        calls.append(nfs3.create.send(home, source))
        calls.append(reader.lookup.send(home, "file"))
    for call in calls:
        # The calls may run in any order, so a source may be gone; what is looked up never is.
        call.result(may_fail=NFS3ERR.NOENT if call.call.name == "RENAME" else ())


@covers("POSIX rename", 'link counts and ".." follow a directory that moves')
def test_directory_between_parents(nfs3, home, subdir, other):
    before_home, before_other = attributes(nfs3, home).nlink, attributes(nfs3, other).nlink
    nfs3.rename(home, "subdir", other, "moved")
    if before_other > 1:
        counts = attributes(nfs3, home).nlink, attributes(nfs3, other).nlink
        assert counts == (before_home - 1, before_other + 1)


@needs("export:all_squash")
@covers("RFC1813 3.3.14", "NFS3ERR_XDEV: two file systems, by the fsid of their directories")
@meets("1813-3.3.14-4")
def test_other_file_system(nfs3, home, file, exported):
    there = exported("all_squash").handle
    apart = attributes(nfs3, home).fsid != attributes(nfs3, there).fsid
    r = nfs3.rename(home, "file", there, "new", may_fail=NFS3ERR.XDEV)
    assert r.outcome == NFS3ERR.XDEV or not apart
    assert names(nfs3, home) == ({"file"} if r.outcome != 0 else set())
