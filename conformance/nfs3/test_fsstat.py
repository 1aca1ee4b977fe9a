"""FSSTAT: RFC 1813 3.3.18."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", ["home", "file", "symlink"])
@covers("RFC1813 3.3.18", "space and file slots of the file system, asked by any object of it")
@meets("1813-3.3.18-1")
def test_fsstat(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.fsstat(handle)
    agrees(r.obj_attributes, attributes(nfs3, handle), but=("atime",))
    assert r.abytes <= r.fbytes <= r.tbytes
    assert r.afiles <= r.ffiles <= r.tfiles


@covers("RFC1813 3.3.18", "a file system that others write to is volatile: invarsec 0")
def test_volatile(nfs3, home):
    assert nfs3.fsstat(home).invarsec == 0


@covers("RFC1813 3.3.18", "there is room to write, as the numbers say")
def test_room(nfs3, home, file):
    r = nfs3.fsstat(home)
    assert r.abytes > 65536 and r.afiles > 1
    nfs3.write(file, 0, bytes(65536))


@covers("RFC1813 3.3.18", "no permission on the object is needed")
def test_without_permission(nfs3, bob, subdir):
    nfs3.setattr(subdir, mode=0)
    bob.fsstat(subdir)


@covers("RFC1813 3.3.18", "the same file system from everywhere in it")
@meets("1813-3.3.18-1")
def test_same_everywhere(nfs3, home, file):
    assert nfs3.fsstat(home).tbytes == nfs3.fsstat(file).tbytes
