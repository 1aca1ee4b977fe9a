"""REMOVE: RFC 1813 3.3.12."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc, exists, names, unchanged
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", ["file", "symlink", "fifo"])
@covers("RFC1813 3.3.12", "the entry is gone, and the directory's attributes say so")
@meets("1813-3.3.12-1")
def test_remove(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    before = attributes(nfs3, home)
    r = nfs3.remove(home, kind)
    check_wcc(r.dir_wcc, before, attributes(nfs3, home))
    assert not exists(nfs3, home, kind)


@covers("RFC1813 3.3.12", "an object with other names stays")
@meets("1813-3.3.12-1")
def test_hard_link(nfs3, home, file):
    nfs3.write(file, 0, b"data")
    nfs3.link(file, home, "second")
    nfs3.remove(home, "file")
    assert bytes(nfs3.read(file).data) == b"data"
    nfs3.remove(home, "second")
    nfs3.getattr(file, fails=NFS3ERR.STALE)


@covers("RFC1813 3.3.12", "the link is removed, not what it points to")
def test_symbolic_link(nfs3, home, file):
    nfs3.symlink(home, "l", "file")
    nfs3.remove(home, "l")
    assert names(nfs3, home) == {"file"}


@covers("RFC1813 2.6", "NFS3ERR_NOENT: no such name")
@meets("1813-2.6-3")
def test_no_entry(nfs3, home):
    before = attributes(nfs3, home)
    unchanged(nfs3.remove(home, "absent", fails=NFS3ERR.NOENT).dir_wcc, before)


@covers("RFC1813 3.3.12", "a name is removed once")
def test_twice(nfs3, home, file):
    nfs3.remove(home, "file")
    nfs3.remove(home, "file", fails=NFS3ERR.NOENT)


@covers("RFC1813 3.3.12", "a directory is removed, or REMOVE refuses it: a full one never goes")
def test_directory(nfs3, home, subdir):
    nfs3.create(subdir, "f")
    nfs3.remove(home, "subdir", fails=...)
    assert exists(nfs3, subdir, "f")


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC1813 3.2", '"." and ".." are no entries to remove')
def test_dots(nfs3, home, subdir, name):
    nfs3.remove(subdir, name, fails=...)
    assert exists(nfs3, home, "subdir")


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.create(subdir, "f", uid=1000)
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.remove(subdir, "f", fails=NFS3ERR.ACCES).dir_wcc, before)
    assert exists(nfs3, subdir, "f")


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file):
    nfs3.remove(file, "f", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.remove(subdir, "f", fails=NFS3ERR.STALE)


@covers("POSIX unlink", "the permission of the directory decides, not that of the file")
def test_foreign_file(nfs3, alice, home):
    nfs3.create(home, "f", mode=0o000, uid=1001)
    alice.remove(home, "f")


STICKY = [
    ("file's owner", {"uid": 1000}, {"uid": 0}, True),
    ("directory's owner", {"uid": 1001}, {"uid": 1000}, True),
    ("neither", {"uid": 1001}, {"uid": 0}, False),
]


@pytest.mark.parametrize("who, file_owner, dir_owner, allowed", STICKY, ids=[s[0] for s in STICKY])
@covers("POSIX unlink", "in a sticky directory only owners of file or directory, and root, remove")
def test_sticky(nfs3, alice, subdir, who, file_owner, dir_owner, allowed):
    nfs3.create(subdir, "f", mode=0o777, **file_owner)
    nfs3.setattr(subdir, mode=0o1777, **dir_owner)
    if allowed:
        alice.remove(subdir, "f")
    else:
        alice.remove(subdir, "f", fails=(NFS3ERR.PERM, NFS3ERR.ACCES))
    assert exists(nfs3, subdir, "f") != allowed


@covers("RFC1813 3.3.12", "a name that was removed can be used again, for another object")
def test_name_again(nfs3, home, file):
    nfs3.write(file, 0, b"old")
    nfs3.remove(home, "file")
    new = nfs3.create(home, "file").obj
    assert attributes(nfs3, new).size == 0
    nfs3.getattr(file, fails=NFS3ERR.STALE)
