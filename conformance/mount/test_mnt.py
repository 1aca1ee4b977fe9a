"""MNT of version 3: RFC 1813 5.2.1."""

import pytest

from conformance.nfs3.checks import attributes
from dittofs import mount as mount_
from dittofs.mount import MNT3ERR_ACCES, MNT3ERR_NAMETOOLONG, MNT3ERR_NOENT, MNT3ERR_NOTDIR
from dittofs.nfs3 import NF3DIR
from dittofs.rpc import accept_stat
from dittofs.testing.fixtures import BOB, fresh_name
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("mount")
AUTH_SYS = 1


@covers("RFC1813 5.2.1", "the file handle of the directory, for NFSv3, and the flavors it may be used with")
@meets("1813-2.5-4", "1813-5.1.3-1", "1813-5.2.1-1")
def test_mnt(mount, nfs3, srv):
    r = mount.mnt(srv.exports["rw"])
    assert 0 < len(r.fhandle) <= 64
    assert AUTH_SYS in r.auth_flavors
    assert attributes(nfs3, r.fhandle).type == NF3DIR
    nfs3.fsinfo(r.fhandle)


@covers("RFC1813 5.2.1", "mounting again gives the same directory")
def test_again(mount, nfs3, srv):
    found = {attributes(nfs3, mount.mnt(srv.exports["rw"]).fhandle).fileid for _ in range(3)}
    assert len(found) == 1


@covers("RFC1813 5.2.1", "any user may mount: permissions count when the file system is used")
def test_as_user(mount, srv):
    assert mount.as_(BOB).mnt(srv.exports["rw"]).fhandle == mount.mnt(srv.exports["rw"]).fhandle


@pytest.mark.parametrize("path", ["/no-such-export", "/no/such/export", "/exportt", "/expor"])
@covers("RFC1813 5.2.1", "MNT3ERR_NOENT: no such directory; MNT3ERR_ACCES where the server does not tell")
@meets("1813-5.2.1-2")
def test_unknown(mount, path):
    mount.mnt(path, fails=(MNT3ERR_NOENT, MNT3ERR_ACCES))


@pytest.mark.parametrize("path", ["", "relative", "export", "//", "\0", "/\0"], ids=repr)
@covers("RFC1813 5.2.1", "what is no path of a directory is refused")
def test_no_path(mount, path):
    mount.mnt(path, fails=...)


@covers("RFC1813 5.2.1", "MNT3ERR_NAMETOOLONG: a component that is too long")
def test_long_component(mount, srv):
    path = srv.exports["rw"] + "/" + "n" * 256
    mount.mnt(path, fails=(MNT3ERR_NAMETOOLONG, MNT3ERR_NOENT, MNT3ERR_ACCES))


@pytest.mark.parametrize("size", [1025, 2048, 65536])
@covers("RFC1813 5.1.2", "MNTPATHLEN is 1024: a longer path does not decode, or is refused")
@meets("1813-5.1.2-1")
def test_long_path(mount, size):
    refused = (accept_stat.GARBAGE_ARGS, MNT3ERR_NAMETOOLONG, MNT3ERR_NOENT, MNT3ERR_ACCES)
    mount.mnt("/" + "n" * (size - 1), fails=refused)
    mount.null()


@covers("RFC1813 3.3.19", "mounts may occur anywhere within an exported tree")
@meets("1813-3.3.19-1")
def test_sub_directory(mount, nfs3, srv, home, subdir, request):
    path = f"{srv.exports['rw']}/{fresh_name(request.node)}/subdir"
    top = mount.mnt(path).fhandle
    assert attributes(nfs3, top).fileid == attributes(nfs3, subdir).fileid
    nfs3.create(top, "f")
    nfs3.lookup(subdir, "f")


@covers("RFC1813 5.2.1", "MNT3ERR_NOENT: no such directory below an export")
@meets("1813-5.2.1-2")
def test_absent_sub_directory(mount, srv):
    mount.mnt(f"{srv.exports['rw']}/absent/deeper", fails=(MNT3ERR_NOENT, MNT3ERR_ACCES))


@covers("RFC1813 5.2.1", "MNT3ERR_NOTDIR: a file is no directory to mount; MNT3ERR_ACCES where the server does not tell")
@meets("1813-5.2.1-2")
def test_file(mount, srv, home, file, request):
    mount.mnt(f"{srv.exports['rw']}/{fresh_name(request.node)}/file", fails=(MNT3ERR_NOTDIR, MNT3ERR_ACCES))


@covers("RFC1813 5.2.1", "a path out of the export leads nowhere it should not")
def test_dot_dot(mount, nfs3, srv):
    top = mount.mnt(srv.exports["rw"]).fhandle
    r = mount.mnt(srv.exports["rw"] + "/../..", may_fail=(MNT3ERR_ACCES, MNT3ERR_NOENT, mount_.MNT3ERR_INVAL))
    if r.outcome == 0:
        assert attributes(nfs3, r.fhandle).fileid == attributes(nfs3, top).fileid


@pytest.mark.parametrize("form", ["{}/", "{}//", "{}/."])
@covers("POSIX pathname", "other spellings of the same directory, where the server takes them")
def test_spellings(mount, nfs3, srv, form):
    top = mount.mnt(srv.exports["rw"]).fhandle
    refused = (MNT3ERR_NOENT, MNT3ERR_ACCES, mount_.MNT3ERR_INVAL)
    r = mount.mnt(form.format(srv.exports["rw"]), may_fail=refused)
    if r.outcome == 0:
        assert attributes(nfs3, r.fhandle).fileid == attributes(nfs3, top).fileid


@needs("export:limited")
@covers("RFC1813 5.2.1", "MNT3ERR_ACCES: an export that this client may not use")
@meets("1813-5.2.1-2")
def test_limited(mount, connect, srv):
    mount.mnt(srv.exports["limited"], fails=(MNT3ERR_ACCES, MNT3ERR_NOENT))
    mount_.Client(connect("mount", source=srv.limited_to)).mnt(srv.exports["limited"])


@needs("export:ro")
@covers("RFC1813 5.2.1", "a read-only export is mounted like any other")
def test_read_only(mount, nfs3, srv):
    nfs3.readdir(mount.mnt(srv.exports["ro"]).fhandle)


@pytest.mark.parametrize("raw", [b"", b"\0\0", b"\0\0\0\x05abcd", b"\xff\xff\xff\xff"], ids=len)
@covers("RFC5531 9", "GARBAGE_ARGS for a path that does not decode")
@meets("5531-9-7")
def test_garbage(mount, raw):
    mount.mnt(raw=raw, fails=accept_stat.GARBAGE_ARGS)
    mount.null()
