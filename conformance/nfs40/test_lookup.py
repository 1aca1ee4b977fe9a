"""LOOKUP and LOOKUPP: RFC 7530 16.13, 16.14."""

import pytest

from conformance.nfs40.checks import OBJECTS
from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.13", "the object of that name becomes the current filehandle, whatever it is")
@meets("7530-16.13-1")
def test_lookup(nfs40, home, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs40.compound(op.putfh(home), op.lookup(kind), op.getfh(), op.getattr("type"))
    assert bytes(r.getfh.object) == handle and r.getattr.attributes.type == OBJECTS[kind]


@covers("RFC7530 16.13", "a path of several names, one LOOKUP each")
def test_path(nfs40, home):
    deep = nfs40.mkdir(nfs40.mkdir(nfs40.mkdir(home, "a"), "b"), "c")
    r = nfs40.compound(op.putfh(home), [op.lookup(name) for name in "abc"], op.getfh())
    assert bytes(r.getfh.object) == deep


@covers("RFC7530 16.13", "NFS4ERR_NOENT: nothing has the name")
def test_noent(nfs40, home):
    nfs40.compound(op.putfh(home), op.lookup("gone").fails(NFS4ERR.NOENT))


@covers("RFC7530 16.13", "names are not searched for by prefix, nor regardless of case")
@meets("7530-16.13-1")
def test_other_names(nfs40, home, file):
    if not nfs40.getattr(home, "case_insensitive").get("case_insensitive"):
        nfs40.compound(op.putfh(home), op.lookup("FILE").fails(NFS4ERR.NOENT))
    for name in ("fil", "file ", "filee"):
        nfs40.compound(op.putfh(home), op.lookup(name).fails(NFS4ERR.NOENT))


@covers("RFC7530 16.13", "NFS4ERR_ACCESS: no permission to search the directory")
def test_no_permission(nfs40, alice, home, subdir):
    nfs40.mkdir(subdir, "d")
    nfs40.setattr(subdir, mode=0o644)
    alice.compound(op.putfh(subdir), op.lookup("d").fails(NFS4ERR.ACCESS))
    alice.compound(op.putfh(subdir), op.lookup("gone").fails(NFS4ERR.ACCESS))


@covers("RFC7530 16.13", "permission to search is enough")
def test_search_only(nfs40, alice, subdir):
    d = nfs40.mkdir(subdir, "d")
    nfs40.setattr(subdir, mode=0o711)
    assert alice.lookup(subdir, "d") == d


@covers("RFC7530 16.13", "a symbolic link is not followed: LOOKUP below it says NFS4ERR_SYMLINK or NFS4ERR_NOTDIR")
@meets("7530-16.13-1", "7530-16.13-2")
def test_below_symlink(nfs40, home, subdir):
    link = nfs40.symlink(home, "l", "subdir")
    nfs40.compound(op.putfh(link), op.lookup("x").fails(NFS4ERR.SYMLINK, NFS4ERR.NOTDIR))


@covers("RFC7530 16.13", "NFS4ERR_STALE: the directory is gone")
def test_removed_directory(nfs40, home, subdir):
    nfs40.remove(home, "subdir")
    nfs40.compound(op.putfh(subdir), op.lookup("x"), fails=NFS4ERR.STALE)


@covers("RFC7530 16.14", "LOOKUPP: the parent directory")
def test_lookupp(nfs40, home, subdir):
    r = nfs40.compound(op.putfh(subdir), op.lookupp(), op.getfh())
    assert bytes(r.getfh.object) == home


@covers("RFC7530 16.14", "LOOKUPP all the way up ends with NFS4ERR_NOENT at the root")
@meets("7530-16.14-1")
def test_to_the_root(nfs40, home):
    root = bytes(nfs40.compound(op.putrootfh(), op.getfh()).getfh.object)
    here = home
    for _ in range(20):
        r = nfs40.compound(op.putfh(here), op.lookupp().may_fail(NFS4ERR.NOENT), op.getfh())
        if r.status == NFS4ERR.NOENT:
            break
        here = bytes(r.getfh.object)
    assert here == root


@covers("RFC7530 16.14", "NFS4ERR_NOENT: the root has no parent")
@meets("7530-16.14-1")
def test_root_has_no_parent(nfs40):
    nfs40.compound(op.putrootfh(), op.lookupp().fails(NFS4ERR.NOENT))


@covers("RFC7530 16.14", "after a rename LOOKUPP finds the new parent")
def test_after_rename(nfs40, home, subdir):
    d = nfs40.mkdir(home, "d")
    nfs40.compound(op.putfh(home), op.savefh(), op.putfh(subdir), op.rename("d", "e"))
    r = nfs40.compound(op.putfh(d), op.lookupp(), op.getfh())
    assert bytes(r.getfh.object) == subdir
