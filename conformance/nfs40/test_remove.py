"""REMOVE: RFC 7530 16.26."""

import pytest

from conformance.nfs40.checks import OBJECTS, change, check_cinfo, exists, new_file
from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.26", "the name is gone and the directory changed, whatever the object was")
@meets("7530-16.26-1")
def test_remove(nfs40, home, request, kind):
    request.getfixturevalue(kind)
    before = change(nfs40, home)
    r = nfs40.compound(op.putfh(home), op.remove(kind))
    check_cinfo(r.remove.cinfo, before, change(nfs40, home))
    assert not exists(nfs40, home, kind)


@covers("RFC7530 16.26", "NFS4ERR_NOENT: nothing has the name, and nothing changes")
def test_noent(nfs40, home):
    before = change(nfs40, home)
    nfs40.compound(op.putfh(home), op.remove("gone").fails(NFS4ERR.NOENT))
    assert change(nfs40, home) == before


@covers("RFC7530 13.1.4.10", "NFS4ERR_NOTEMPTY: a directory with entries")
@meets("7530-16.26-1")
def test_not_empty(nfs40, home, subdir):
    new_file(nfs40, subdir, "f")
    nfs40.compound(op.putfh(home), op.remove("subdir").fails(NFS4ERR.NOTEMPTY, NFS4ERR.EXIST))
    nfs40.remove(subdir, "f")
    nfs40.remove(home, "subdir")


@covers("RFC7530 16.26", "NFS4ERR_ACCESS: no permission to write in the directory")
def test_no_permission(nfs40, alice, subdir):
    new_file(nfs40, subdir, "f")
    nfs40.setattr(subdir, mode=0o755)
    alice.compound(op.putfh(subdir), op.remove("f").fails(NFS4ERR.ACCESS))
    assert exists(nfs40, subdir, "f")


@covers("POSIX unlink", "in a sticky directory only the owners may")
def test_sticky(nfs40, alice, bob, subdir):
    nfs40.setattr(subdir, mode=0o1777)
    nfs40.setattr(new_file(nfs40, subdir, "f"), owner="1000")
    bob.compound(op.putfh(subdir), op.remove("f").fails(NFS4ERR.ACCESS, NFS4ERR.PERM))
    alice.remove(subdir, "f")


@covers("RFC7530 16.26", "of two names one goes; the other, and a link less, stays")
@meets("7530-5.8.2.21-1")
def test_link_count(nfs40, home, file):
    nfs40.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("other"))
    nfs40.remove(home, "file")
    assert nfs40.lookup(home, "other") == file
    assert nfs40.getattr(file, "numlinks").numlinks == 1


@covers("RFC7530 16.26", "an open file: NFS4ERR_FILE_OPEN, or the name goes")
def test_open_file(nfs40, home, opened):
    r = nfs40.compound(op.putfh(home), op.remove("file").may_fail(NFS4ERR.FILE_OPEN))
    assert exists(nfs40, home, "file") == (r.status == NFS4ERR.FILE_OPEN)


@covers("RFC7530 16.26", "of many at once, one removes it")
def test_race(nfs40, home, file):
    sent = [nfs40.send(op.putfh(home), op.remove("file").may_fail(NFS4ERR.NOENT)) for _ in range(20)]
    assert [each.result().status for each in sent].count(0) == 1


@covers("RFC7530 16.26", "the current filehandle stays the directory")
def test_filehandle(nfs40, home, file):
    r = nfs40.compound(op.putfh(home), op.remove("file"), op.getfh())
    assert bytes(r.getfh.object) == home
