"""MKNOD: RFC 1813 3.3.11."""

import pytest

from conformance.nfs3.checks import agrees, attributes, check_wcc, names, unchanged
from dittofs.nfs3 import NF3BLK, NF3CHR, NF3DIR, NF3FIFO, NF3LNK, NF3REG, NF3SOCK, NFS3ERR, specdata3
from dittofs.testing.markers import covers, meets

KINDS = [NF3CHR, NF3BLK, NF3SOCK, NF3FIFO]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
@covers("RFC1813 3.3.11", "a new special file, its handle, its attributes, and the directory's")
@meets("1813-3.3.11-1")
def test_mknod(nfs3, home, kind):
    before = attributes(nfs3, home)
    r = nfs3.mknod(home, "s", kind, (7, 8), mode=0o640)
    check_wcc(r.dir_wcc, before, attributes(nfs3, home))
    made = nfs3.lookup(home, "s").object
    a = attributes(nfs3, made)
    agrees(r.obj_attributes, a)
    assert (a.type, a.mode & 0o7777, a.nlink) == (kind, 0o640, 1)
    assert not r.obj.handle_follows or r.obj.handle == made
    if kind in (NF3CHR, NF3BLK):
        assert a.rdev == specdata3(specdata1=7, specdata2=8)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
@covers("RFC1813 3.3.11", "initial owner and times")
@meets("1813-3.3.11-1")
def test_initial_attributes(nfs3, home, kind):
    a = attributes(nfs3, nfs3.mknod(home, "s", kind, uid=5, gid=6, mtime=(1000, 0)).obj)
    assert (a.uid, a.gid, a.mtime.seconds) == (5, 6, 1000)


@pytest.mark.parametrize("kind", [NF3REG, NF3DIR, NF3LNK], ids=lambda k: k.name)
@covers("RFC1813 3.3.11", "NFS3ERR_BADTYPE: CREATE, MKDIR and SYMLINK make these")
@meets("1813-3.3.11-2")
def test_illegal_type(nfs3, home, kind):
    before = attributes(nfs3, home)
    r = nfs3.mknod(home, "s", kind, fails=NFS3ERR.BADTYPE)
    unchanged(r.dir_wcc, before)
    assert names(nfs3, home) == set()


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_EXIST: the name is taken")
def test_exists(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    before = attributes(nfs3, home)
    unchanged(nfs3.mknod(home, kind, NF3FIFO, fails=NFS3ERR.EXIST).dir_wcc, before)


@pytest.mark.parametrize("kind", [NF3SOCK, NF3FIFO], ids=lambda k: k.name)
@covers("POSIX mkfifo", "anybody makes named pipes and sockets")
def test_by_user(nfs3, alice, home, kind):
    assert attributes(nfs3, alice.mknod(home, "s", kind).obj).uid == 1000


@pytest.mark.parametrize("kind", [NF3CHR, NF3BLK], ids=lambda k: k.name)
@covers("POSIX mknod", "only root makes devices")
def test_device_by_user(alice, home, kind):
    alice.mknod(home, "s", kind, (1, 3), fails=(NFS3ERR.PERM, NFS3ERR.ACCES))


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.mknod(subdir, "s", NF3FIFO, fails=NFS3ERR.ACCES).dir_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file):
    nfs3.mknod(file, "s", NF3FIFO, fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.mknod(subdir, "s", NF3FIFO, fails=NFS3ERR.STALE)
