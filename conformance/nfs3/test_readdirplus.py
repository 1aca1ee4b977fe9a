"""READDIRPLUS: RFC 1813 3.3.17. What it shares with READDIR is in test_paging.py."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets


def listed(page) -> dict:
    return {entry.name: entry for entry in page.reply.entries}


@covers("RFC1813 3.3.17", "every entry's name, fileid, attributes and handle, the directory's attributes, and eof")
@meets("1813-2.5-11", "1813-3.3.17-1")
def test_readdirplus(nfs3, home, file, subdir, symlink, fifo):
    page = nfs3.readdirplus(home)
    agrees(page.dir_attributes, attributes(nfs3, home), but=("atime",))
    found = listed(page)
    for name, handle in (("file", file), ("subdir", subdir), ("symlink", symlink), ("fifo", fifo)):
        entry, now = found[name], attributes(nfs3, handle)
        assert entry.fileid == now.fileid
        agrees(entry.name_attributes, now, but=("atime",))
        assert not entry.name_handle.handle_follows or entry.name_handle.handle == handle
    assert page.reply.eof


@covers("RFC1813 3.3.17", "attributes and handles are returned: it differs from READDIR in nothing else")
def test_has_attributes_and_handles(nfs3, home, file, subdir, symlink):
    for name, entry in listed(nfs3.readdirplus(home)).items():
        if name not in (".", ".."):
            assert entry.name_attributes.attributes_follow and entry.name_handle.handle_follows


@covers("RFC1813 3.3.17", "handles from a listing work")
@meets("1813-3.3.17-1")
def test_handles_work(nfs3, home):
    for n in range(20):
        nfs3.write(nfs3.create(home, f"f{n}").obj, 0, str(n).encode())
    for name, entry in listed(nfs3.readdirplus(home)).items():
        if name not in (".", ".."):
            assert bytes(nfs3.read(entry.name_handle).data) == name[1:].encode()


@covers("RFC1813 3.3.17", '"." and "..", where they are listed, are the directory and its parent')
def test_dots(nfs3, home, subdir):
    found = listed(nfs3.readdirplus(subdir))
    for name, directory in ((".", subdir), ("..", home)):
        if name in found:
            assert found[name].fileid == attributes(nfs3, directory).fileid
            agrees(found[name].name_attributes, attributes(nfs3, directory), but=("atime",))


@covers("RFC1813 3.3.17", "the same names as READDIR")
@meets("1813-3.3.17-1")
def test_same_as_readdir(nfs3, crowded):
    plus = listed(nfs3.readdirplus(crowded, dircount=65536, maxcount=262144))
    plain = {entry.name for entry in nfs3.readdir(crowded, count=65536).reply.entries}
    assert plus.keys() <= plain


@pytest.mark.parametrize("maxcount", [1024, 2048, 8192, 65536])
@covers("RFC1813 3.3.17", "the READDIRPLUS3resok is at most maxcount bytes long, all XDR overhead included")
@meets("1813-3.3.17-2")
def test_maxcount(nfs3, crowded, maxcount):
    page = nfs3.readdirplus(crowded, dircount=65536, maxcount=maxcount)
    assert page.reply.entries
    assert len(page.body) - 4 <= maxcount  # without the status, which is no part of READDIRPLUS3resok


def name_information(page) -> int:
    """Bytes of fileids, names and cookies in XDR: what dircount counts, without attributes and handles."""
    return sum(8 + 4 + len(e.name) + -len(e.name) % 4 + 8 for e in page.reply.entries)


@pytest.mark.parametrize("dircount", [512, 1024, 4096])
@covers("RFC1813 3.3.17", "at most dircount bytes of directory information")
@meets("1813-3.3.17-3")
def test_dircount(nfs3, crowded, dircount):
    page = nfs3.readdirplus(crowded, dircount=dircount, maxcount=262144)
    assert page.reply.entries
    assert name_information(page) <= dircount


@pytest.mark.parametrize("maxcount", [0, 1, 16, 100])
@covers("RFC1813 2.6", "NFS3ERR_TOOSMALL: not even one entry fits into maxcount")
def test_too_small(nfs3, crowded, maxcount):
    nfs3.readdirplus(crowded, dircount=8192, maxcount=maxcount, fails=NFS3ERR.TOOSMALL)


@pytest.mark.parametrize("count", [2**20, 2**31, 2**32 - 1], ids=hex)
@covers("RFC1813 3.3.17", "the counts are maxima: huge ones are no error")
def test_huge_counts(nfs3, home, file, count):
    assert "file" in listed(nfs3.readdirplus(home, dircount=count, maxcount=count))


@pytest.mark.parametrize("kind", ["file", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: not a directory")
def test_not_a_directory(nfs3, request, kind):
    nfs3.readdirplus(request.getfixturevalue(kind), fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to read the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o711)
    alice.readdirplus(subdir, fails=NFS3ERR.ACCES)
