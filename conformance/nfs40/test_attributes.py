"""GETATTR: every attribute of RFC 7530 5, and what it must be."""

import pytest

from conformance.nfs40.checks import OBJECTS
from dittofs.nfs4 import (
    ACL4_SUPPORT_ALLOW_ACL, NAMES, NF4DIR, NFS4ERR, NFS4_FHSIZE, Words, fsid4, names, numbers, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

# RFC 7530 5.6: a server that serves files at all has these.
REQUIRED = (
    "supported_attrs", "type", "fh_expire_type", "change", "size", "link_support", "symlink_support", "named_attr",
    "fsid", "unique_handles", "lease_time", "rdattr_error", "filehandle",
)  # fmt: skip
# Of which a server "cannot approximate a useful value" for every object (16.7.4).
MAY_BE_LEFT_OUT = {"fs_locations", "acl"}
SET_ONLY = ("time_access_set", "time_modify_set")
V40 = [name for number, name in sorted(NAMES.items()) if number <= 55]


def supported(c, object):
    return names(c.getattr(object, "supported_attrs").supported_attrs)


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize("attr", [a for a in REQUIRED if a != "rdattr_error"])
@covers("RFC7530 5.6", "REQUIRED attributes are supported and given, of any object")
@meets("7530-5.1-1")
def test_required(nfs40, request, kind, attr):
    handle = request.getfixturevalue(kind)
    assert attr in nfs40.getattr(handle, attr) and attr in supported(nfs40, handle)


@pytest.mark.parametrize("attr", [a for a in V40 if a not in SET_ONLY and a != "rdattr_error"])
@covers("RFC7530 16.7", "an attribute is given when supported_attrs names it, never otherwise, and its value decodes")
@meets("7530-5-1", "7530-5.8.1.1-1", "7530-16.7-1")
def test_each(nfs40, file, subdir, attr):
    for object in (file, subdir):
        given = set(nfs40.getattr(object, attr))
        assert given <= supported(nfs40, object)
        assert attr in given or attr not in supported(nfs40, object) - MAY_BE_LEFT_OUT


@covers("RFC7530 5.8.1.1", "supported_attrs has no attribute of a later minor version, nor one that nobody defined")
@meets("7530-5.8.1.1-1")
def test_supported(nfs40, file):
    assert all(n <= 55 for n in numbers(nfs40.getattr(file, "supported_attrs").supported_attrs))


@covers("RFC7530 16.7", "all supported attributes at once, each as when asked for alone")
@meets("7530-16.7-1")
def test_all_at_once(nfs40, file):
    wanted = supported(nfs40, file) - set(SET_ONLY) - {"rdattr_error"}
    together = nfs40.getattr(file, *wanted)
    assert wanted - MAY_BE_LEFT_OUT <= set(together) <= wanted
    still = set(together) - {"space_avail", "space_free", "space_used", "files_avail", "files_free"}
    assert {a: nfs40.getattr(file, a)[a] for a in still} == {a: together[a] for a in still}


@covers("RFC7530 16.7", "nothing asked for, nothing given")
def test_nothing(nfs40, file):
    r = nfs40.compound(op.putfh(file), op.getattr())
    assert numbers(r.getattr.obj_attributes.attrmask) == []


@pytest.mark.parametrize("words", [[0], [0, 0], [0] * 8, [1 << 4, 0, 0, 0], [0] * 100], ids=str)
@covers("RFC7530 2.2.8", "words of zero in a bitmap mean nothing, however many")
def test_zero_words(nfs40, file, words):
    r = nfs40.compound(op.putfh(file), op.getattr(Words(words)))
    assert numbers(r.getattr.obj_attributes.attrmask) == numbers(words)


@pytest.mark.parametrize("number", [56, 63, 64, 90, 127, 1000])
@covers("RFC7530 16.7", "attributes that are not supported are left out")
@meets("7530-5.2-1")
def test_unknown(nfs40, file, number):
    r = nfs40.compound(op.putfh(file), op.getattr("size", number))
    assert names(r.getattr.obj_attributes.attrmask) == {"size"}


@pytest.mark.parametrize("attr", SET_ONLY)
@covers("RFC7530 5.5", "NFS4ERR_INVAL: an attribute that can only be set")
@meets("7530-5.5-1")
def test_set_only(nfs40, file, attr):
    nfs40.compound(op.putfh(file), op.getattr(attr).fails(NFS4ERR.INVAL))
    nfs40.compound(op.putfh(file), op.getattr("size", attr).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 5.8.1.2", "type")
@meets("7530-5.8.1.2-1")
def test_type(nfs40, request, kind):
    assert nfs40.getattr(request.getfixturevalue(kind), "type").type == OBJECTS[kind]


@covers("RFC7530 5.8.1.3", "fh_expire_type: no bits but those there are; NOEXPIRE_WITH_OPEN only with VOLATILE_ANY's")
@meets("7530-4.2.3-1")
def test_fh_expire_type(nfs40, file):
    assert nfs40.getattr(file, "fh_expire_type").fh_expire_type & ~0xF == 0


@covers("RFC7530 5.8.1.5", "size: of a file its bytes, of a symbolic link those of its text")
@meets("7530-5.8.1.5-1")
def test_size(nfs40, file, symlink):
    nfs40.write(file, 0, b"12345")
    assert nfs40.getattr(file, "size").size == 5 and nfs40.getattr(symlink, "size").size == len("target")


@covers("RFC7530 5.8.1.6", "link_support and symlink_support tell the truth")
@meets("7530-5.8.1.6-1")
def test_link_support(nfs40, home, file):
    a = nfs40.getattr(home, "link_support", "symlink_support")
    r = nfs40.call(op.putfh(file), op.savefh(), op.putfh(home), op.link("l"))
    assert (r.status == 0) == a.link_support
    assert (nfs40.call(op.putfh(home), op.create(5, "s", linkdata="x")).status == 0) == a.symlink_support


@covers("RFC7530 5.8.1.8", "named_attr: whether the object has named attributes")
def test_named_attr(nfs40, file):
    assert nfs40.getattr(file, "named_attr").named_attr is False


@covers("RFC7530 5.8.1.9", "fsid: one for all objects of a file system, another for the pseudo file system")
@meets("7530-5.8.1.9-1")
def test_fsid(nfs40, home, file, subdir, symlink):
    found = {nfs40.getattr(object, "fsid").fsid for object in (home, file, subdir, symlink)}
    assert len(found) == 1 and isinstance(*found, fsid4)
    root = nfs40.compound(op.putrootfh(), op.getattr("fsid")).getattr.attributes.fsid
    assert root not in found or nfs40.compound(op.putrootfh(), op.getfh()).getfh.object == home


@covers("RFC7530 5.8.1.10", "unique_handles: two names of one object have one filehandle, if it says so")
@meets("7530-5.8.1.10-1")
def test_unique_handles(nfs40, home, file):
    nfs40.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("l"))
    assert nfs40.lookup(home, "l") == file or not nfs40.getattr(home, "unique_handles").unique_handles


@covers("RFC7530 5.8.1.11", "lease_time: seconds, the same of every object")
@meets("7530-5.8.1.11-1")
def test_lease_time(nfs40, home, file):
    assert 0 < nfs40.getattr(home, "lease_time").lease_time == nfs40.getattr(file, "lease_time").lease_time


@covers("RFC7530 5.8.1.13", "filehandle: what GETFH says")
@meets("7530-5.8.1.13-1")
def test_filehandle(nfs40, home, file):
    assert bytes(nfs40.getattr(file, "filehandle").filehandle) == file and len(file) <= NFS4_FHSIZE
    assert bytes(nfs40.getattr(home, "filehandle").filehandle) == home


@covers("RFC7530 5.8.1.12", "rdattr_error is for READDIR; in GETATTR it is zero or left out")
def test_rdattr_error(nfs40, file):
    assert nfs40.getattr(file, "size", "rdattr_error").get("rdattr_error", 0) == 0


@covers("RFC7530 6.2.1.2", "acl where aclsupport says that there are some, aclsupport without unknown bits")
@meets("7530-6.2.1.2-1")
def test_acl(nfs40, file):
    a = nfs40.getattr(file, "aclsupport", "acl")
    assert a.get("aclsupport", 0) & ~0xF == 0
    if a.get("aclsupport", 0) & ACL4_SUPPORT_ALLOW_ACL:
        assert all(isinstance(ace.who, str) and ace.type < 4 for ace in a.acl)


@covers("RFC7530 5.8.2.2", "cansettime tells whether times can be set")
def test_cansettime(nfs40, file):
    can = nfs40.getattr(file, "cansettime").get("cansettime")
    if can is not None:
        assert (nfs40.call(op.putfh(file), op.setattr(time_modify_set=(1, 0))).status == 0) == can


@covers("RFC7530 5.8.2.6", "fileid: different objects have different numbers, one object has one")
@meets("7530-5.8.2.6-1")
def test_fileid(nfs40, home, file, subdir, symlink):
    found = [nfs40.getattr(o, "fileid").fileid for o in (home, file, subdir, symlink)]
    assert len(set(found)) == 4 and nfs40.getattr(file, "fileid").fileid == found[1]


@covers("RFC7530 5.8.2.7", "files_*: free and available are no more than there are in all")
def test_files(nfs40, home):
    a = nfs40.getattr(home, "files_avail", "files_free", "files_total")
    if len(a) == 3:
        assert a.files_avail <= a.files_free <= a.files_total


@covers("RFC7530 5.8.2.28", "space_*: free and available are no more than there is in all")
def test_space(nfs40, home):
    a = nfs40.getattr(home, "space_avail", "space_free", "space_total")
    if len(a) == 3:
        assert a.space_avail <= a.space_free <= a.space_total


@covers("RFC7530 5.8.2.31", "space_used grows with the data")
def test_space_used(nfs40, file):
    before = nfs40.getattr(file, "space_used").get("space_used")
    nfs40.write(file, 0, bytes(range(256)) * 256)
    if before is not None:
        assert nfs40.getattr(file, "space_used").space_used > before


@covers("RFC7530 5.8.2", "maxread, maxwrite, maxname, maxlink, maxfilesize: at least something")
def test_limits(nfs40, home):
    a = nfs40.getattr(home, "maxread", "maxwrite", "maxname", "maxlink", "maxfilesize")
    assert all(value > 0 for value in a.values())


@pytest.mark.parametrize("attr", ["homogeneous", "no_trunc", "chown_restricted", "case_insensitive", "case_preserving"])
@covers("RFC7530 5.4", "flags of a file system are the same of all its objects, unless homogeneous is false")
@meets("7530-5.4-1")
def test_flags(nfs40, home, file, attr):
    homogeneous = nfs40.getattr(home, "homogeneous").get("homogeneous", True)
    assert nfs40.getattr(home, attr) == nfs40.getattr(file, attr) or not homogeneous


@covers("RFC7530 6.2.2", "mode: nothing but the twelve bits")
@meets("7530-6.2.2-1")
def test_mode(nfs40, home, file, subdir, symlink):
    assert all(nfs40.getattr(o, "mode").mode & ~0o7777 == 0 for o in (home, file, subdir, symlink))


@covers("RFC7530 5.8.2.19", "mounted_on_fileid is fileid where nothing is mounted")
@meets("7530-5.8.2.19-1")
def test_mounted_on_fileid(nfs40, home, file):
    for object in (home, file):
        a = nfs40.getattr(object, "fileid", "mounted_on_fileid")
        assert a.get("mounted_on_fileid", a.fileid) == a.fileid


@covers("RFC7530 5.8.2.21", "numlinks: names of a file")
@meets("7530-5.8.2.21-1")
def test_numlinks(nfs40, file):
    assert nfs40.getattr(file, "numlinks").numlinks == 1


@covers("RFC7530 5.9", "owner and owner_group: user@domain, or without the \"@\" where there is no translation")
@meets("7530-5.9-1")
def test_owner(nfs40, file, subdir):
    for object in (file, subdir):
        a = nfs40.getattr(object, "owner", "owner_group")
        for who in a.values():
            assert who and not who.startswith("@") and not who.endswith("@")


@covers("RFC7530 5.8.2.37", "time_delta: some time, of at least a nanosecond")
@meets("7530-5.8.2.37-1")
def test_time_delta(nfs40, file):
    delta = nfs40.getattr(file, "time_delta").get("time_delta")
    assert delta is None or (delta.seconds, delta.nseconds) > (0, 0)


@covers("RFC7530 5.8.2", "times of a new file: all about now, none in the future of the others")
def test_times(nfs40, file):
    a = nfs40.getattr(file, "time_access", "time_modify", "time_metadata")
    assert all(0 <= t.nseconds < 10**9 for t in a.values())
    seconds = [t.seconds for t in a.values()]
    assert max(seconds) - min(seconds) <= 1


@covers("RFC7530 5.8.2.27", "rawdev of what is no device: zeros or left out")
def test_rawdev(nfs40, file):
    raw = nfs40.getattr(file, "rawdev").get("rawdev")
    assert raw is None or (raw.specdata1, raw.specdata2) == (0, 0)


@covers("RFC7530 16.7", "the root of the server has attributes, too")
def test_root(nfs40):
    r = nfs40.compound(op.putrootfh(), op.getattr(*REQUIRED[:-2]))
    assert r.getattr.attributes.type == NF4DIR


@covers("RFC7530 16.7", "without any permission on the object its attributes can be read")
def test_no_permission(nfs40, alice, file):
    nfs40.setattr(file, mode=0)
    assert alice.getattr(file, "size", "mode").mode == 0
