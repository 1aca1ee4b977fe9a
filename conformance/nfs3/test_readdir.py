"""READDIR: RFC 1813 3.3.16. What READDIRPLUS shares with it is in test_paging.py."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs


def listed(page) -> dict[str, int]:
    return {entry.name: entry.fileid for entry in page.reply.entries}


@covers("RFC1813 3.3.16", "every entry's name and fileid, the directory's attributes, and eof")
@meets("1813-3.3.16-1")
def test_readdir(nfs3, home, file, subdir, symlink, fifo):
    page = nfs3.readdir(home)
    agrees(page.dir_attributes, attributes(nfs3, home), but=("atime",))
    found = listed(page)
    for name, handle in (("file", file), ("subdir", subdir), ("symlink", symlink), ("fifo", fifo)):
        assert found[name] == attributes(nfs3, handle).fileid
    assert page.reply.eof
    assert found.keys() - {".", ".."} == {"file", "subdir", "symlink", "fifo"}


@covers("RFC1813 3.3.16", "an empty directory: nothing but perhaps the dots, and eof")
@meets("1813-3.3.16-3")
def test_empty(nfs3, subdir):
    page = nfs3.readdir(subdir)
    assert listed(page).keys() <= {".", ".."} and page.reply.eof


@covers("RFC1813 3.3.16", '"." and "..", where they are listed, have the right fileids')
def test_dots(nfs3, home, subdir):
    found = listed(nfs3.readdir(subdir))
    assert found.get(".") in (None, attributes(nfs3, subdir).fileid)
    assert found.get("..") in (None, attributes(nfs3, home).fileid)


@covers("RFC1813 3.3.16", "no fileid is zero: UNIX clients give that a meaning")
def test_fileids(nfs3, home, file, subdir):
    assert all(entry.fileid for entry in nfs3.readdir(home).reply.entries)


@covers("RFC1813 3.3.16", "what changed before the call is listed as it is now")
def test_after_changes(nfs3, home, file):
    nfs3.rename(home, "file", home, "renamed")
    nfs3.create(home, "new")
    nfs3.remove(home, "new")
    assert listed(nfs3.readdir(home)).keys() - {".", ".."} == {"renamed"}


@pytest.mark.parametrize("count", [512, 600, 1024, 4096, 65536])
@covers("RFC1813 3.3.16", "the READDIR3resok is at most count bytes long, all XDR overhead included")
@meets("1813-3.3.16-2")
def test_count(nfs3, crowded, count):
    page = nfs3.readdir(crowded, count=count)
    assert page.reply.entries
    assert len(page.body) - 4 <= count  # without the status, which is no part of READDIR3resok


@pytest.mark.parametrize("count", [0, 1, 16, 100])
@covers("RFC1813 2.6", "NFS3ERR_TOOSMALL: not even one entry fits")
@meets("1813-3.3.16-5")
def test_too_small(nfs3, crowded, count):
    nfs3.readdir(crowded, count=count, fails=NFS3ERR.TOOSMALL)


@pytest.mark.parametrize("count", [2**20, 2**31, 2**32 - 1], ids=hex)
@covers("RFC1813 3.3.16", "count is a maximum: a huge one is no error")
def test_huge_count(nfs3, home, file, count):
    assert "file" in listed(nfs3.readdir(home, count=count))


@covers("RFC1813 3.3.19", "dtpref is a size with which READDIR works")
def test_preferred_size(nfs3, home, crowded):
    dtpref = nfs3.fsinfo(home).dtpref
    assert nfs3.readdir(crowded, count=dtpref).reply.entries


@pytest.mark.parametrize("kind", ["file", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: not a directory")
def test_not_a_directory(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.readdir(handle, fails=NFS3ERR.NOTDIR)
    agrees(r.dir_attributes, attributes(nfs3, handle), but=("atime",))


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to read the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o711)
    alice.readdir(subdir, fails=NFS3ERR.ACCES)


@covers("POSIX readdir", "read permission alone is enough for the names")
def test_read_only_directory(nfs3, alice, subdir):
    nfs3.create(subdir, "f")
    nfs3.setattr(subdir, mode=0o744)
    assert "f" in listed(alice.readdir(subdir))


@needs("export:ro")
@covers("RFC1813 3.3.16", "directories of a read-only file system can be read")
def test_read_only(nfs3, exported):
    ro = exported("ro")
    ro.admin.create(ro.twin, "f")
    assert "f" in listed(nfs3.readdir(ro.handle))
