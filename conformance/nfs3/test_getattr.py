"""GETATTR: RFC 1813 3.3.1, and the attributes themselves, 2.5 fattr3."""

import pytest

from conformance.nfs3.checks import attributes, names
from dittofs.nfs3 import NF3BLK, NF3CHR, NF3DIR, NF3FIFO, NF3LNK, NF3REG, NF3SOCK, specdata3
from dittofs.testing.markers import covers, meets


@covers("RFC1813 3.3.1", "the attributes of a regular file")
@meets("1813-2.5-2", "1813-3.3.1-1")
def test_regular_file(nfs3, home):
    f = nfs3.create(home, "f", mode=0o640, uid=1000, gid=1001).obj
    nfs3.write(f, 0, b"12345")
    a = attributes(nfs3, f)
    assert (a.type, a.mode & 0o7777, a.nlink, a.uid, a.gid, a.size) == (NF3REG, 0o640, 1, 1000, 1001, 5)


@covers("RFC1813 3.3.1", "the attributes of a directory")
@meets("1813-2.5-2")
def test_directory(nfs3, home):
    d = nfs3.mkdir(home, "d", mode=0o750, uid=1000, gid=1001).obj
    a = attributes(nfs3, d)
    assert (a.type, a.mode & 0o7777, a.uid, a.gid) == (NF3DIR, 0o750, 1000, 1001)


@covers("RFC1813 3.3.1", "a symbolic link has attributes of its own, whatever it points to")
@meets("1813-2.5-2", "1813-3.3.1-1")
def test_symbolic_link(nfs3, home):
    nfs3.create(home, "target")
    link = nfs3.symlink(home, "link", "target").obj
    assert attributes(nfs3, link).type == NF3LNK


@pytest.mark.parametrize("kind", [NF3FIFO, NF3SOCK, NF3CHR, NF3BLK], ids=lambda k: k.name)
@covers("RFC1813 2.5", "ftype3 names every kind of special file")
@meets("1813-2.5-2")
def test_special_file(nfs3, home, kind):
    made = nfs3.mknod(home, "special", kind, (12, 34), mode=0o600).obj
    assert attributes(nfs3, made).type == kind


@pytest.mark.parametrize("spec", [(0, 0), (1, 3), (4095, 255)], ids=str)
@pytest.mark.parametrize("kind", [NF3CHR, NF3BLK], ids=lambda k: k.name)
@covers("RFC1813 2.5", "rdev holds a device's major and minor number")
@meets("1813-2.5-3")
def test_device_numbers(nfs3, home, kind, spec):
    made = nfs3.mknod(home, "device", kind, spec).obj
    assert attributes(nfs3, made).rdev == specdata3(specdata1=spec[0], specdata2=spec[1])


@covers("RFC1813 2.5", "all objects of a file system have one fsid, and each a fileid of its own")
@meets("1813-2.5-6")
def test_fsid_and_fileid(nfs3, home, file, subdir, symlink, fifo):
    found = [attributes(nfs3, handle) for handle in (home, file, subdir, symlink, fifo)]
    assert len({a.fsid for a in found}) == 1
    assert len({a.fileid for a in found}) == 5


@covers("RFC1813 2.5", "a fileid stays with its object when the name changes")
@meets("1813-2.5-6")
def test_fileid_survives_rename(nfs3, home, file):
    before = attributes(nfs3, file).fileid
    nfs3.rename(home, "file", home, "renamed")
    assert attributes(nfs3, nfs3.lookup(home, "renamed").object).fileid == before


@covers("RFC1813 2.5", "nlink counts the names of an object")
@meets("1813-2.5-7")
def test_link_count(nfs3, home, file):
    nfs3.link(file, home, "second")
    assert attributes(nfs3, file).nlink == 2
    nfs3.remove(home, "file")
    assert attributes(nfs3, file).nlink == 1


@covers("RFC1813 2.5", "size is the number of bytes, and grows with a write past the end")
@meets("1813-2.5-8")
def test_size(nfs3, file):
    assert attributes(nfs3, file).size == 0
    nfs3.write(file, 1000, b"x")
    assert attributes(nfs3, file).size == 1001


@covers("RFC1813 2.5", "used is the disk space of the file: some for data, and no more for it by being asked")
@meets("1813-2.5-8")
def test_used(nfs3, file):
    nfs3.write(file, 0, bytes(range(256)) * 256)
    used = attributes(nfs3, file).used
    assert used > 0 and used == attributes(nfs3, file).used


@covers("RFC1813 2.5", "times are seconds and nanoseconds, less than a second of the latter")
@meets("1813-2.5-10")
def test_nanoseconds(nfs3, file):
    a = attributes(nfs3, file)
    assert all(t.nseconds < 1_000_000_000 for t in (a.atime, a.mtime, a.ctime))


@covers("RFC1813 2.5", "mtime is when the data last changed")
def test_mtime_follows_write(nfs3, file):
    nfs3.setattr(file, mtime=(1000, 0))
    nfs3.write(file, 0, b"x")
    assert attributes(nfs3, file).mtime.seconds > 1000


@covers("RFC1813 2.5", "a write changes ctime as well")
@meets("1813-2.5-9")
def test_ctime_follows_write(nfs3, file):
    before = attributes(nfs3, file).ctime
    # As often as it takes a coarse clock to go on.
    assert any(nfs3.write(file, 0, b"x") and attributes(nfs3, file).ctime != before for _ in range(10_000))


@covers("RFC1813 2.5", "mtime of a directory is when its entries last changed")
def test_directory_mtime_follows_entries(nfs3, home, subdir):
    nfs3.setattr(subdir, mtime=(1000, 0))
    nfs3.create(subdir, "f")
    assert attributes(nfs3, subdir).mtime.seconds > 1000
    nfs3.setattr(subdir, mtime=(1000, 0))
    nfs3.remove(subdir, "f")
    assert attributes(nfs3, subdir).mtime.seconds > 1000


@covers("RFC1813 3.3.1", "no permission on the object is needed")
@meets("1813-3.3.1-1")
def test_without_permission(nfs3, bob, file):
    nfs3.setattr(file, mode=0o000)
    assert attributes(bob, file).type == NF3REG


@covers("RFC1813 2.5", "the fileid of GETATTR is that of READDIR")
@meets("1813-2.5-6")
def test_fileid_agrees_with_readdir(nfs3, home, file, subdir, symlink):
    listed = {entry.name: entry.fileid for entry in nfs3.readdir(home).reply.entries}
    for name in names(nfs3, home):
        assert listed[name] == attributes(nfs3, nfs3.lookup(home, name).object).fileid


@covers("POSIX stat", "the size of a symbolic link is the length of its text")
def test_size_of_symbolic_link(nfs3, home):
    assert attributes(nfs3, nfs3.symlink(home, "link", "12345").obj).size == 5


@covers("POSIX mkdir", "nlink of a directory counts its own and its sub-directories' entries for it, or is one")
def test_link_count_of_directory(nfs3, subdir):
    before = attributes(nfs3, subdir).nlink
    nfs3.mkdir(subdir, "a")
    assert attributes(nfs3, subdir).nlink == (1 if before == 1 else before + 1)


