"""The server's name space: the pseudo file system and the exports in it, SECINFO (RFC 7530 7, 16.31, 3.3)."""

import pytest

from dittofs.nfs4 import NF4DIR, NF4REG, NFS4ERR, attributes, create, op
from dittofs.testing.markers import covers, meets, needs
from dittofs.testing.tree import entries4

AUTH_NONE, AUTH_SYS, RPCSEC_GSS = 0, 1, 6


@pytest.fixture
def top(nfs40):
    """The root of the server."""
    return bytes(nfs40.compound(op.putrootfh(), op.getfh()).getfh.object)


def steps(path):
    return [name for name in path.split("/") if name]


@covers("RFC7530 7.3", "from the root every export is reached by LOOKUPs along its path")
@meets("7530-7.3-1")
def test_exports_are_reached(nfs40, srv):
    for role, path in srv.exports.items():
        if role != "limited":
            assert nfs40.compound(op.path(path), op.getattr("type")).getattr.attributes.type == NF4DIR


@covers("RFC7530 7.3", "READDIR of the pseudo file system lists the way to the exports")
@meets("7530-7.3-1")
def test_exports_are_listed(nfs40, srv, top):
    listed = {e.name for e in entries4(nfs40, top)}
    assert {steps(path)[0] for role, path in srv.exports.items() if role != "limited" and steps(path)} <= listed


@covers("RFC7530 7.7", "crossing into an export the fsid changes, and mounted_on_fileid is that of the entry above")
@meets("7530-5.8.1.9-1", "7530-5.8.2.19-1", "7530-7.7-1")
def test_crossing(nfs40, root4, top):
    *above, last = steps(root4)
    parent = nfs40.path("/".join(above))
    inside = nfs40.getattr(nfs40.path(root4), "fsid", "fileid", "mounted_on_fileid")
    assert nfs40.getattr(parent, "fsid").fsid != inside.fsid
    (entry,) = [attributes(e.attrs) for e in entries4(nfs40, parent, "mounted_on_fileid", "fsid") if e.name == last]
    assert entry.get("mounted_on_fileid") == inside.get("mounted_on_fileid")


@covers("RFC7530 5.8.2.19", "fileids of the pseudo file system are unique in it")
def test_fileids(nfs40, top):
    found = [attributes(e.attrs).get("mounted_on_fileid") for e in entries4(nfs40, top, "mounted_on_fileid")]
    assert len(set(found)) == len(found)


@covers("RFC7530 16.14", "LOOKUPP of an export's root leads back into the pseudo file system")
def test_back(nfs40, root4):
    parent = nfs40.path("/".join(steps(root4)[:-1]))
    r = nfs40.compound(op.path(root4), op.lookupp(), op.getfh())
    assert bytes(r.getfh.object) == parent


@covers("RFC7530 7.3", "the pseudo file system is read-only")
@meets("7530-7.3-2")
def test_read_only(nfs40, top):
    denied = (NFS4ERR.ROFS, NFS4ERR.ACCESS, NFS4ERR.PERM)
    nfs40.compound(op.putfh(top), op.create(NF4DIR, "new").fails(*denied))
    nfs40.compound(op.putfh(top), op.open("new", create()).fails(*denied))
    nfs40.compound(op.putfh(top), op.setattr(mode=0o777).fails(*denied))


@covers("RFC7530 7.3", "an export's root cannot be removed or renamed from above")
def test_export_stays(nfs40, root4):
    *above, last = steps(root4)
    parent = nfs40.path("/".join(above))
    nfs40.compound(op.putfh(parent), op.remove(last).fails(...))
    nfs40.compound(op.putfh(parent), op.savefh(), op.rename(last, "moved").fails(...))
    nfs40.path(root4)


@covers("RFC7530 7.3", "its directories have attributes like any other")
@meets("7530-7.3-2")
def test_attributes(nfs40, top):
    a = nfs40.getattr(top, "type", "change", "size", "fsid", "fileid", "mode", "numlinks", "lease_time", "filehandle")
    assert a.type == NF4DIR and bytes(a.filehandle) == top and a.get("numlinks", 2) >= 1


@needs("export:ro")
@covers("RFC7530 13.1.4.13", "NFS4ERR_ROFS: changes in an export that is read-only")
def test_ro_export(nfs40, srv):
    ro = nfs40.path(srv.exports["ro"])
    denied = (NFS4ERR.ROFS, NFS4ERR.ACCESS, NFS4ERR.PERM)
    for last in (op.create(NF4DIR, "d"), op.open("f", create()), op.remove("x"), op.setattr(mode=0o700)):
        nfs40.compound(op.putfh(ro), last.fails(*denied))


@needs("export:root_squash")
@covers("RFC7530 5.9", "a squashed root is somebody else")
def test_root_squash(nfs40, srv):
    squashed = nfs40.path(srv.exports["root_squash"])
    r = nfs40.call(op.putfh(squashed), op.create(NF4DIR, "d", mode=0o700), op.getattr("owner"))
    assert r.status in (0, NFS4ERR.ACCESS, NFS4ERR.PERM)
    if r.status == 0:
        assert r.getattr.attributes.owner.split("@")[0] not in ("0", "root")
        nfs40.compound(op.putfh(squashed), op.remove("d"))


@needs("export:limited")
@covers("RFC7530 7.1", "an export that is for others cannot be entered")
@meets("7530-7.8-1")
def test_limited(nfs40, srv):
    wanted = (NFS4ERR.NOENT, NFS4ERR.ACCESS, NFS4ERR.PERM, NFS4ERR.WRONGSEC)
    nfs40.compound(op.path(srv.exports["limited"]), op.readdir(), fails=wanted)


# --- SECINFO -------------------------------------------------------------------------------------------------------


def flavors(r):
    return [info.flavor for info in r.secinfo.resok4]


@covers("RFC7530 16.31", "the flavors by which a name may be used, the best first; AUTH_SYS is what these tests use")
@meets("7530-3.3.1-1")
def test_secinfo(nfs40, home):
    nfs40.open(home, "f", create())
    nfs40.mkdir(home, "d")
    for name in ("f", "d"):
        assert AUTH_SYS in flavors(nfs40.compound(op.putfh(home), op.secinfo(name)))


@covers("RFC7530 16.31", "of the root of an export, from the directory above")
def test_secinfo_of_export(nfs40, root4):
    *above, last = steps(root4)
    r = nfs40.compound(op.putfh(nfs40.path("/".join(above))), op.secinfo(last))
    assert AUTH_SYS in flavors(r) and len(set(flavors(r))) == len(flavors(r)) or RPCSEC_GSS in flavors(r)


@covers("RFC7530 16.31", "NFS4ERR_NOENT: nothing has the name")
@meets("7530-16.31-1")
def test_secinfo_noent(nfs40, home):
    nfs40.compound(op.putfh(home), op.secinfo("gone").fails(NFS4ERR.NOENT))


@covers("RFC7530 16.31", "NFS4ERR_NOTDIR: the current filehandle is no directory")
def test_secinfo_notdir(nfs40, home):
    f = nfs40.open(home, "f", create()).fh
    nfs40.compound(op.putfh(f), op.secinfo("x").fails(NFS4ERR.NOTDIR))


@covers("RFC7530 16.31", "NFS4ERR_ACCESS: no permission to search the directory")
@meets("7530-16.31-2")
def test_secinfo_no_permission(nfs40, alice, home):
    d = nfs40.mkdir(home, "d")
    nfs40.mkdir(d, "x")
    nfs40.setattr(d, mode=0o600)
    alice.compound(op.putfh(d), op.secinfo("x").fails(NFS4ERR.ACCESS))


@covers("RFC7530 3.3.2", "AUTH_NONE: served where SECINFO lists it, NFS4ERR_WRONGSEC where not")
@meets("7530-3.3.1-1", "7530-3.3.2-1")
def test_auth_none(nfs40, nobody, root4):
    *above, last = steps(root4)
    listed = flavors(nfs40.compound(op.putfh(nfs40.path("/".join(above))), op.secinfo(last)))
    r = nobody.call(op.path(root4), op.getattr("type"))
    assert r.status == (0 if AUTH_NONE in listed else NFS4ERR.WRONGSEC)


# --- what a server without them says ---------------------------------------------------------------------------------


@covers("RFC7530 16.17", "named attributes: a directory of them, or NFS4ERR_NOTSUPP")
def test_openattr(nfs40, home):
    f = nfs40.open(home, "f", create()).fh
    for createdir in (False, True):
        r = nfs40.compound(op.putfh(f), op.openattr(createdir).may_fail(NFS4ERR.NOTSUPP, NFS4ERR.NOENT), op.getattr("type"))
        if r.status == 0:
            assert r.getattr.attributes.type not in (NF4REG, NF4DIR)


@covers("RFC7530 16.5", "DELEGPURGE: success, or NFS4ERR_NOTSUPP where no delegation outlives a client")
@meets("7530-16.5-1")
def test_delegpurge(nfs40):
    nfs40.compound(op.delegpurge().may_fail(NFS4ERR.NOTSUPP))


@covers("RFC7530 16.6", "DELEGRETURN of a stateid that is no delegation's: NFS4ERR_BAD_STATEID")
def test_delegreturn(nfs40, home):
    opened = nfs40.open(home, "f", create())
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.NOTSUPP)
    nfs40.compound(op.putfh(opened.fh), op.delegreturn(opened).fails(*wanted))
