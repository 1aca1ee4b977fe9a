"""What an export allows: read-only file systems, and identities that are mapped (RFC 1813 2.6, 4.4)."""

import pytest

from conformance.nfs3.calls import USAGES, each
from conformance.nfs3.checks import attributes, exists, names, unchanged
from dittofs import mount
from dittofs import nfs3 as module
from dittofs.nfs3 import NFS3ERR, UNSTABLE
from dittofs.rpc import auth_stat
from dittofs.testing.fixtures import mounted
from dittofs.testing.markers import covers, meets, needs

CHANGING = [u for u in USAGES if u.changes]


@needs("export:ro")
@pytest.mark.parametrize("use", each("NFS3ERR_ROFS: nothing changes on a read-only file system", CHANGING))
@meets("1813-2.6-5")
def test_read_only(nfs3, exported, use):
    ro = exported("ro")
    ro.admin.create(ro.twin, "file")
    (ro.admin.mkdir if use.name == "rmdir" else ro.admin.create)(ro.twin, "name")
    before = names(ro.admin, ro.twin)
    file, directory = nfs3.lookup(ro.handle, "file").object, ro.handle
    args = {"write": (file, 0, b"x"), "setattr": (file,), "link": (file, directory, "new")}.get(use.name)
    more = {"mode": 0o600} if use.name == "setattr" else {}
    absent = {"create": "new", "mkdir": "new", "symlink": "new", "mknod": "new"}.get(use.name)
    if absent:
        args = (directory, absent, *use.args(directory, directory)[2:])
    use.bound(nfs3)(*(args or use.args(directory, directory)), fails=NFS3ERR.ROFS, **more)
    assert names(ro.admin, ro.twin) == before


@needs("export:ro")
@covers("RFC1813 2.6", "what reads works on a read-only file system")
def test_read_only_reads(nfs3, exported):
    ro = exported("ro")
    f = ro.admin.create(ro.twin, "f", mode=0o644).obj
    ro.admin.write(f, 0, b"data")
    inside = nfs3.lookup(ro.handle, "f").object
    assert bytes(nfs3.read(inside).data) == b"data"
    nfs3.getattr(inside)
    nfs3.readdirplus(ro.handle)
    nfs3.fsstat(inside), nfs3.fsinfo(inside), nfs3.pathconf(inside)


@needs("export:ro")
@covers("RFC1813 2.6", "a handle of the writable export is no way around: each handle keeps its export's rules")
def test_read_only_handle(nfs3, exported):
    ro = exported("ro")
    ro.admin.create(ro.twin, "f")
    inside = nfs3.lookup(ro.handle, "f").object
    nfs3.write(inside, 0, b"x", UNSTABLE, fails=NFS3ERR.ROFS)


@needs("export:root_squash")
@covers("RFC1813 4.4", "uid 0 is mapped to the anonymous user where the export says so")
@meets("1813-4.4-3")
def test_root_squash(nfs3, srv, exported):
    there = exported("root_squash")
    made = nfs3.create(there.handle, "f").obj
    a = attributes(nfs3, made)
    assert (a.uid, a.gid) == srv.anonymous


@needs("export:root_squash")
@covers("RFC1813 4.4", "mapped, uid 0 has no rights of its own")
@meets("1813-4.4-3")
def test_root_squash_permissions(nfs3, exported):
    there = exported("root_squash")
    there.admin.create(there.twin, "f", mode=0o600, uid=1000)
    inside = nfs3.lookup(there.handle, "f").object
    nfs3.read(inside, fails=NFS3ERR.ACCES)
    nfs3.setattr(inside, mode=0o777, fails=(NFS3ERR.PERM, NFS3ERR.ACCES))
    assert nfs3.access(inside).access == 0


@needs("export:root_squash")
@covers("RFC1813 4.4", "other users keep their identity")
def test_root_squash_others(alice, exported):
    there = exported("root_squash")
    made = alice.create(there.handle, "f").obj
    assert attributes(alice, made).uid == 1000


@needs("export:all_squash")
@covers("RFC1813 4.4", "everybody is the anonymous user where the export says so")
def test_all_squash(alice, srv, exported):
    there = exported("all_squash")
    a = attributes(alice, alice.create(there.handle, "f").obj)
    assert (a.uid, a.gid) == srv.anonymous


@needs("export:all_squash")
@covers("RFC1813 4.4", "supplementary groups do not survive the mapping")
def test_all_squash_groups(nfs3, carol, exported):
    there = exported("all_squash")
    there.admin.create(there.twin, "f", mode=0o040, uid=0, gid=1000)
    carol.read(nfs3.lookup(there.handle, "f").object, fails=NFS3ERR.ACCES)


@covers("RFC1813 4.4", "a call without credential is the anonymous user")
def test_anonymous(nfs3, nobody, srv, home):
    r = nobody.create(home, "f", may_fail=(auth_stat.AUTH_TOOWEAK, NFS3ERR.ACCES, NFS3ERR.PERM))
    if r.outcome == 0:
        assert attributes(nfs3, r.obj).uid == srv.anonymous[0]


@needs("export:limited")
@covers("RFC1813 4.4", "a handle is no permission: clients the export does not admit are refused")
def test_limited_export(connect, srv, nfs3):
    top = mounted(connect, srv.exports["limited"], srv.limited_to)
    module.Client(connect(source=srv.limited_to)).getattr(top)
    # RFC 5531 9 lets a server refuse the credential of a client it does not want to talk to.
    refused = (NFS3ERR.ACCES, NFS3ERR.STALE, NFS3ERR.PERM, auth_stat.AUTH_TOOWEAK, auth_stat.AUTH_REJECTEDCRED)
    nfs3.getattr(top, fails=refused)


@needs("export:ro")
@covers("RFC1813 2.5", "a refused change leaves the attributes alone, and says so")
@meets("1813-2.5-12")
def test_read_only_wcc(nfs3, exported):
    ro = exported("ro")
    before = attributes(nfs3, ro.handle)
    unchanged(nfs3.mkdir(ro.handle, "d", fails=NFS3ERR.ROFS).dir_wcc, before)
    assert not exists(nfs3, ro.handle, "d")


@needs("own")
@covers("RFC1813 3.3.3", "LOOKUP stays in its file system: it finds what an export below another one covers")
@meets("1813-3.3.3-3")
def test_nested_export():
    from dittofs.server import Server

    with Server(exports=("/a=rw,no_root_squash", "/a/b=rw,no_root_squash")) as srv:
        outer, inner = (mount.Client(srv.host, srv.nfs_port).mnt(path).fhandle for path in ("/a", "/a/b"))
        client = module.Client(srv.host, srv.nfs_port)
        client.lookup(outer, "b", fails=NFS3ERR.NOENT)
        covered = client.mkdir(outer, "b").obj
        assert client.lookup(outer, "b").object == covered.handle
        assert attributes(client, covered).fsid == attributes(client, outer).fsid != attributes(client, inner).fsid
