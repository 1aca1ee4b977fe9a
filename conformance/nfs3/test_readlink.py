"""READLINK: RFC 1813 3.3.5."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs


@covers("RFC1813 3.3.5", "the text as it was stored, and the link's attributes")
@meets("1813-3.3.5-1")
def test_text(nfs3, symlink):
    r = nfs3.readlink(symlink)
    assert r.data == "target"
    agrees(r.symlink_attributes, attributes(nfs3, symlink), but=("atime",))


TEXTS = {
    "relative": b"../a/b",
    "absolute": b"/etc/passwd",
    "dangling": b"no/such/thing",
    "spaces": b"  a b  ",
    "double slashes": b"a//b/",
    "UTF-8": "größe/日本".encode(),
    "not UTF-8": b"\xff\xfe\x80",
    "1023 bytes": b"x/" * 511 + b"x",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@covers("RFC1813 3.3.5", "the text is opaque to the server")
@meets("1813-3.3.5-1")
def test_opaque(nfs3, home, text):
    assert nfs3.readlink(nfs3.symlink(home, "l", text).obj).data.encode("utf-8", "surrogateescape") == text


@covers("RFC1813 3.3.5", "a link keeps its text when it is renamed")
def test_renamed(nfs3, home, symlink):
    nfs3.rename(home, "symlink", home, "other")
    assert nfs3.readlink(symlink).data == "target"


@pytest.mark.parametrize("kind", ["file", "subdir", "fifo"])
@covers("RFC1813 3.3.5", "NFS3ERR_INVAL: not a symbolic link")
@meets("1813-3.3.5-2")
def test_not_a_link(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.readlink(handle, fails=NFS3ERR.INVAL)
    agrees(r.symlink_attributes, attributes(nfs3, handle), but=("atime",))


@covers("POSIX readlink", "the mode of a link does not matter")
def test_anybody_reads(nfs3, alice, home):
    link = nfs3.symlink(home, "l", "text", mode=0o700).obj
    assert alice.readlink(link).data == "text"


@needs("export:ro")
@covers("RFC1813 3.3.5", "links of a read-only file system can be read")
def test_read_only(nfs3, exported):
    ro = exported("ro")
    ro.admin.symlink(ro.twin, "l", "text")
    assert nfs3.readlink(nfs3.lookup(ro.handle, "l").object).data == "text"
