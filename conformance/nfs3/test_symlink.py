"""SYMLINK: RFC 1813 3.3.10."""

import pytest

from conformance.nfs3.checks import agrees, attributes, check_wcc, unchanged
from dittofs.nfs3 import NF3LNK, NFS3ERR, Client
from dittofs.testing.markers import covers, meets


@covers("RFC1813 3.3.10", "a new symbolic link, its handle, its attributes, and the directory's")
@meets("1813-3.3.10-1")
def test_symlink(nfs3, home):
    before = attributes(nfs3, home)
    r = nfs3.symlink(home, "l", "text", mode=0o777)
    check_wcc(r.dir_wcc, before, attributes(nfs3, home))
    made = nfs3.lookup(home, "l").object
    a = attributes(nfs3, made)
    agrees(r.obj_attributes, a)
    assert a.type == NF3LNK
    assert not r.obj.handle_follows or r.obj.handle == made
    assert nfs3.readlink(made).data == "text"


@covers("RFC1813 3.3.10", "the owner is the caller")
def test_owner(nfs3, alice, home):
    assert attributes(nfs3, alice.symlink(home, "l", "text").obj).uid == 1000


@covers("RFC1813 3.3.10", "initial owner")
@meets("1813-3.3.10-1")
def test_initial_attributes(nfs3, home):
    a = attributes(nfs3, nfs3.symlink(home, "l", "text", mode=0o777, uid=5, gid=6).obj)
    assert (a.uid, a.gid) == (5, 6)


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink", "fifo"])
@covers("RFC1813 2.6", "NFS3ERR_EXIST: the name is taken")
def test_exists(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    before = attributes(nfs3, home)
    unchanged(nfs3.symlink(home, kind, "text", fails=NFS3ERR.EXIST).dir_wcc, before)


@covers("RFC1813 3.3.10", "a link to itself is stored like any other")
def test_to_itself(nfs3, home):
    assert nfs3.readlink(nfs3.symlink(home, "l", "l").obj).data == "l"


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    unchanged(alice.symlink(subdir, "l", "text", fails=NFS3ERR.ACCES).dir_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file):
    nfs3.symlink(file, "l", "text", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.symlink(subdir, "l", "text", fails=NFS3ERR.STALE)


@covers("RFC1813 2.6", "NFS3ERR_NAMETOOLONG: more text than the server can store; up to that it is stored whole")
def test_long_text(nfs3, home):
    refused = (NFS3ERR.NAMETOOLONG, NFS3ERR.INVAL)
    for size in (1024, 4095, 4096, 10_000):
        text = "x" * size
        r = nfs3.symlink(home, f"l{size}", text, may_fail=refused)
        if r.outcome == 0:
            assert nfs3.readlink(r.obj).data == text


@covers("POSIX symlink", "an empty text is refused or stored as it is")
def test_empty_text(nfs3, home):
    r = nfs3.symlink(home, "l", "", may_fail=(NFS3ERR.NOENT, NFS3ERR.INVAL))
    if r.outcome == 0:
        assert nfs3.readlink(r.obj).data == ""


@covers("RFC1813 3.3.10", "a link that can be found can be read, and has its whole text")
@meets("1813-3.3.10-2")
def test_visible_is_whole(nfs3, connect, home):
    reader = Client(connect())
    text = "t" * 1000
    calls = []
    for n in range(100):
        calls += [nfs3.symlink.send(home, f"l{n}", text), reader.readdirplus.send(home, maxcount=65536)]
    for call in calls:
        r = call.result()
        if call.call.name == "READDIRPLUS":
            for entry in r.reply.entries:
                if entry.name_handle.handle_follows and entry.name not in (".", ".."):
                    assert nfs3.readlink(entry.name_handle).data == text
