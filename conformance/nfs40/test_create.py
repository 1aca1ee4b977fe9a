"""CREATE: RFC 7530 16.4. Regular files are OPEN's."""

import pytest

from conformance.nfs40.checks import OBJECTS, change, check_cinfo, exists, names
from dittofs.nfs4 import NF4BLK, NF4CHR, NF4DIR, NF4LNK, NF4REG, NFS4ERR, names as attr_names, op
from dittofs.testing.markers import covers, meets

KINDS = {name: kind for name, kind in OBJECTS.items() if name != "file"}
every_kind = pytest.mark.parametrize("kind", KINDS)


def making(kind, name="new", **attributes):
    more = {"linkdata": "target"} if KINDS[kind] == NF4LNK else {"devdata": (5, 6)}
    return op.create(KINDS[kind], name, **more, **attributes)


@every_kind
@covers("RFC7530 16.4", "the new object is the current filehandle, has its type, and its directory changed")
@meets("7530-16.4-1", "7530-16.4-2")
def test_create(nfs40, home, kind):
    before = change(nfs40, home)
    r = nfs40.compound(op.putfh(home), making(kind), op.getfh(), op.getattr("type", "fileid"))
    check_cinfo(r.create.cinfo, before, change(nfs40, home))
    assert r.getattr.attributes.type == KINDS[kind]
    assert nfs40.lookup(home, "new") == bytes(r.getfh.object)


@every_kind
@pytest.mark.parametrize("mode", [0o000, 0o640, 0o1777])
@covers("RFC7530 16.4", "initial attributes are set; attrset says which")
@meets("7530-16.4-3")
def test_mode(nfs40, home, kind, mode):
    r = nfs40.compound(op.putfh(home), making(kind, mode=mode), op.getattr("mode"))
    assert attr_names(r.create.attrset) == {"mode"}
    if kind != "symlink":
        assert r.getattr.attributes.mode == mode


@every_kind
@covers("RFC7530 16.4", "no attributes are wanted: none is said to be set")
@meets("7530-16.4-3")
def test_no_attributes(nfs40, home, kind):
    r = nfs40.compound(op.putfh(home), making(kind))
    assert attr_names(r.create.attrset) <= {"mode", "owner", "owner_group"}


@every_kind
@pytest.mark.parametrize("taken", OBJECTS)
@covers("RFC7530 16.4", "NFS4ERR_EXIST: the name is taken, whatever has it")
@meets("7530-16.4-4")
def test_exists(nfs40, home, request, kind, taken):
    request.getfixturevalue(taken)
    before = change(nfs40, home)
    nfs40.compound(op.putfh(home), making(kind, taken).fails(NFS4ERR.EXIST))
    assert change(nfs40, home) == before


@covers("RFC7530 16.4", "the text of a symbolic link, any bytes")
@meets("7530-12.4-1", "7530-16.25-1")
def test_link_text(nfs40, home):
    for n, text in enumerate(["x", "../a//b/", "/absolute", "caf\u00e9", "t" * 1000]):
        link = nfs40.symlink(home, f"l{n}", text)
        assert nfs40.compound(op.putfh(link), op.readlink()).readlink.link == text


@covers("RFC7530 12.4", "an empty link text is a text as any other, or the file system has none such: NFS4ERR_INVAL")
def test_empty_link_text(nfs40, home):
    r = nfs40.compound(op.putfh(home), op.create(NF4LNK, "l", linkdata="").may_fail(NFS4ERR.INVAL, NFS4ERR.NOENT))
    if r.status == 0:
        assert nfs40.compound(op.putfh(home), op.lookup("l"), op.readlink()).readlink.link == ""


@pytest.mark.parametrize("kind", [NF4BLK, NF4CHR])
@covers("RFC7530 16.4", "devices have the numbers they were given")
def test_devices(nfs40, home, kind):
    d = nfs40.create(home, kind, "dev", devdata=(12, 34), mode=0o600)
    found = nfs40.getattr(d, "rawdev").rawdev
    assert (found.specdata1, found.specdata2) == (12, 34)


@pytest.mark.parametrize("kind", [NF4REG, 8, 9, 0, 10, 255, 2**32 - 1])
@covers("RFC7530 16.4", "NFS4ERR_BADTYPE: a regular file, or a type that CREATE does not make")
@meets("7530-16.4-1")
def test_bad_type(nfs40, home, kind):
    nfs40.compound(op.putfh(home), op.create(NF4DIR, "new").patch({"objtype.type": kind}).fails(NFS4ERR.BADTYPE))
    assert names(nfs40, home) == set()


@every_kind
@covers("RFC7530 16.4", "NFS4ERR_ACCESS: no permission to write in the directory")
def test_no_permission(nfs40, alice, subdir, kind):
    nfs40.setattr(subdir, mode=0o755)
    alice.compound(op.putfh(subdir), making(kind).fails(NFS4ERR.ACCESS, NFS4ERR.PERM))
    assert names(nfs40, subdir) == set()


@pytest.mark.parametrize("kind", ["block", "character"])
@covers("POSIX mknod", "devices are root's to make")
def test_devices_by_users(alice, subdir, kind):
    alice.compound(op.putfh(subdir), making(kind).fails(NFS4ERR.PERM, NFS4ERR.ACCESS))


@every_kind
@covers("RFC7530 16.4", "the owner is the user who makes it")
@meets("7530-16.4-5")
def test_owner(nfs40, alice, home, kind):
    if kind in ("block", "character"):
        return
    mine = nfs40.create(home, KINDS["subdir"], "model")
    nfs40.setattr(mine, owner="1000")
    r = alice.compound(op.putfh(home), making(kind), op.getattr("owner"), op.putfh(mine), op.getattr("owner"))
    assert r[2].attributes.owner == r[4].attributes.owner


@every_kind
@covers("RFC7530 5.5", "attributes that nobody can set: NFS4ERR_INVAL, and nothing is made")
@meets("7530-5.5-2")
def test_read_only_attributes(nfs40, home, kind):
    for attrs in ({"type": NF4DIR}, {"change": 7}, {"fileid": 7}, {"numlinks": 1}, {"mode": 0o700, "lease_time": 1}):
        nfs40.compound(op.putfh(home), making(kind, attributes=attrs).fails(NFS4ERR.INVAL))
    assert names(nfs40, home) == set()


@every_kind
@covers("RFC7530 13.1.11.1", "attributes that are not supported: NFS4ERR_ATTRNOTSUPP, and nothing is made")
def test_unsupported_attributes(nfs40, home, kind):
    nfs40.compound(op.putfh(home), making(kind, attributes={90: b"\0\0\0\1"}).fails(NFS4ERR.ATTRNOTSUPP))
    assert names(nfs40, home) == set()


@covers("RFC7530 16.4", "the current filehandle stays the directory when the operation fails")
@meets("7530-16.4-2")
def test_failure_keeps_filehandle(nfs40, home, subdir):
    nfs40.compound(op.putfh(home), op.create(NF4DIR, "subdir").fails(NFS4ERR.EXIST), op.getfh())


@covers("POSIX mkdir", "a new directory is empty and its parent has a link more")
def test_directory(nfs40, home):
    links = nfs40.getattr(home, "numlinks").numlinks
    d = nfs40.mkdir(home, "d")
    assert names(nfs40, d) == set()
    assert nfs40.getattr(home, "numlinks").numlinks - links in (0, 1)


@covers("RFC7530 16.4", "of many at once, one makes it")
def test_race(nfs40, home):
    sent = [nfs40.send(op.putfh(home), op.create(NF4DIR, "d").may_fail(NFS4ERR.EXIST)) for _ in range(20)]
    assert [each.result().status for each in sent].count(0) == 1 and exists(nfs40, home, "d")
