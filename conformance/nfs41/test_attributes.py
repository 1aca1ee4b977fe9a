"""Attributes that minor version 1 brings, and those that all servers have: RFC 8881 5, 6.2.5, 18.7, 18.30."""

import pytest

from conformance.nfs41.checks import OBJECTS
from dittofs.nfs4 import NAMES, NFS4ERR, attributes, mode_masked4, names, numbers, op
from dittofs.testing.markers import covers, meets
from dittofs.testing.tree import entries4

# RFC 8881 5.6.
REQUIRED = (
    "supported_attrs", "type", "fh_expire_type", "change", "size", "link_support", "symlink_support", "named_attr",
    "fsid", "unique_handles", "lease_time", "filehandle", "suppattr_exclcreat",
)  # fmt: skip
SET_ONLY = {"time_access_set", "time_modify_set", "mode_set_masked", "retention_set", "retentevt_set", "layout_hint"}
LAST = 76  # fs_charset_cap
V41 = [name for number, name in sorted(NAMES.items()) if number <= LAST]
PNFS = ("fs_layout_types", "layout_types", "layout_blksize", "layout_alignment", "mdsthreshold")
# What a server may leave out for an object that it cannot say anything useful of (18.7.4), or that others change.
VOLATILE = {"space_avail", "space_free", "space_total", "space_used", "files_avail", "files_free", "files_total"}
MAY_BE_LEFT_OUT = {"fs_locations", "fs_locations_info", "acl", "dacl", "sacl", "rdattr_error"}


def supported(c, object):
    return names(c.getattr(object, "supported_attrs").supported_attrs)


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize("attr", REQUIRED)
@covers("RFC8881 5.6", "REQUIRED attributes are supported and given, of any object")
@meets("8881-5.1-1")
def test_required(nfs41, request, kind, attr):
    handle = request.getfixturevalue(kind)
    assert attr in nfs41.getattr(handle, attr) and attr in supported(nfs41, handle)


@pytest.mark.parametrize("attr", [a for a in V41 if a not in SET_ONLY and a != "rdattr_error"])
@covers("RFC8881 18.7.3", "an attribute is given when supported_attrs names it, never otherwise, and its value decodes")
@meets("8881-5.8.1.1-1")
def test_each(nfs41, file, subdir, attr):
    for object in (file, subdir):
        given = set(nfs41.getattr(object, attr))
        assert given <= supported(nfs41, object)
        assert attr in given or attr not in supported(nfs41, object) - MAY_BE_LEFT_OUT


@covers("RFC8881 5.8.1.1", "supported_attrs has no attribute of minor version 2, nor one that nobody defined")
@meets("8881-2.7-1", "8881-5.8.1.1-1")
def test_supported(nfs41, file):
    assert all(n <= LAST for n in numbers(nfs41.getattr(file, "supported_attrs").supported_attrs))


@covers("RFC8881 5.8.1.1", "all objects of a file system support the same attributes")
@meets("8881-5.2-1")
def test_same_of_all(nfs41, request):
    found = [supported(nfs41, request.getfixturevalue(kind)) for kind in OBJECTS]
    assert all(f == found[0] for f in found)


@covers("RFC8881 18.7.3", "all supported attributes at once, each as when asked for alone")
@meets("8881-18.7.3-1")
def test_all_at_once(nfs41, file):
    wanted = supported(nfs41, file) - SET_ONLY
    together = nfs41.getattr(file, *wanted)
    assert wanted - MAY_BE_LEFT_OUT <= set(together) <= wanted
    still = set(together) - VOLATILE
    assert {a: nfs41.getattr(file, a).get(a) for a in still} == {a: together[a] for a in still}


@pytest.mark.parametrize("number", [LAST + 1, 78, 79, 81, 82, 90, 127, 1000])
@covers("RFC8881 18.7.3", "attributes that are not supported are left out")
@meets("8881-18.7.3-1")
def test_unknown(nfs41, file, number):
    r = nfs41.compound(op.putfh(file), op.getattr("size", number))
    assert names(r.getattr.obj_attributes.attrmask) == {"size"}


@pytest.mark.parametrize("attr", ["time_access_set", "time_modify_set"])
@covers("RFC8881 18.7.3", "NFS4ERR_INVAL: an attribute that can only be set")
@meets("8881-5.5-1")
def test_set_only(nfs41, file, attr):
    nfs41.compound(op.putfh(file), op.getattr(attr).fails(NFS4ERR.INVAL))
    nfs41.compound(op.putfh(file), op.getattr("size", attr).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("attr", PNFS)
@covers("RFC8881 5.12", "attributes of pNFS: none of a server that is no metadata server")
@meets("8881-5.12-1")
def test_pnfs(nfs41, file, attr):
    found = nfs41.getattr(file, attr)
    assert not found.get(attr) or found[attr] is not None


@covers("RFC8881 5.11.1", "change_policy changes with the policies of the file system, not with its files")
def test_change_policy(nfs41, home, file):
    before = nfs41.getattr(file, "change_policy").get("change_policy")
    nfs41.write(file, 0, b"data")
    assert nfs41.getattr(file, "change_policy").get("change_policy") == before


@covers("RFC8881 5.8.2.17", "fs_charset_cap has no bits but those there are")
@meets("8881-14.4-1")
def test_fs_charset_cap(nfs41, home):
    assert nfs41.getattr(home, "fs_charset_cap").get("fs_charset_cap", 0) & ~0x3 == 0


@covers("RFC8881 18.23.3", "READDIR gives the same attributes as GETATTR")
def test_readdir(nfs41, home, file, subdir):
    wanted = supported(nfs41, home) - SET_ONLY - VOLATILE - {"rdattr_error", "time_access"}
    for entry in entries4(nfs41, home, *wanted):
        alone = nfs41.getattr(nfs41.lookup(home, entry.name), *wanted)
        assert attributes(entry.attrs) == alone


@covers("RFC8881 18.31.3", "VERIFY and NVERIFY compare attributes of this minor version as well")
@meets("8881-18.31.3-1")
def test_verify(nfs41, file):
    have = nfs41.getattr(file, "suppattr_exclcreat", "mode").items()
    nfs41.compound(op.putfh(file), op.verify(dict(have)))
    nfs41.compound(op.putfh(file), op.nverify(dict(have)).fails(NFS4ERR.SAME))
    nfs41.compound(op.putfh(file), op.verify(mode=0o1).fails(NFS4ERR.NOT_SAME))


@covers("RFC8881 18.31.3", "VERIFY with an attribute that can only be set: NFS4ERR_INVAL; one that there is not: NFS4ERR_ATTRNOTSUPP")
@meets("8881-5.5-1", "8881-18.31.3-2")
def test_verify_nonsense(nfs41, file):
    nfs41.compound(op.putfh(file), op.verify(time_modify_set=(1, 0)).fails(NFS4ERR.INVAL))
    nfs41.compound(op.putfh(file), op.verify({500: b"abcd"}).fails(NFS4ERR.ATTRNOTSUPP, NFS4ERR.BADXDR))


# --- mode_set_masked -----------------------------------------------------------------------------------------------


@pytest.fixture
def masked(nfs41, file):
    """masked(value, mask): sets those bits of the mode; the server has to support it."""
    if "mode_set_masked" not in supported(nfs41, file):
        pytest.skip("the server does not support mode_set_masked")

    def set_(value, mask, *fails, **more):
        attempt = op.setattr(mode_set_masked=mode_masked4(value, mask), **more)
        return nfs41.compound(op.putfh(file), attempt.fails(*fails) if fails else attempt)

    return set_


@pytest.mark.parametrize("value, mask, result", [
    (0o070, 0o070, 0o676), (0, 0o666, 0), (0o4000, 0o4000, 0o4666), (0o777, 0, 0o666), (0o111, 0o777, 0o111), (0, 0o7000, 0o666),
    (0o1777, 0o7777, 0o1777),
], ids=oct)  # fmt: skip
@covers("RFC8881 6.2.5", "the bits of the mask are set as in the value, the others stay")
@meets("8881-6.2.5-1")
def test_mode_set_masked(nfs41, file, masked, value, mask, result):
    r = masked(value, mask)
    assert nfs41.getattr(file, "mode").mode == result
    assert names(r.setattr.attrsset) == {"mode_set_masked"}


@covers("RFC8881 6.2.5", "a mask of no bits at all changes nothing")
@meets("8881-6.2.5-1")
def test_mode_set_nothing(nfs41, file, masked):
    masked(0o777, 0)
    assert nfs41.getattr(file, "mode").mode == 0o666


@pytest.mark.parametrize("value, mask", [(0o10000, 0o777), (0o777, 0o10777), (0, 2**31)], ids=oct)
@covers("RFC8881 6.2.5", "NFS4ERR_INVAL: bits beyond the twelve of a mode")
@meets("8881-6.2.4-1")
def test_mode_set_bad_bits(masked, value, mask):
    masked(value, mask, NFS4ERR.INVAL)


@covers("RFC8881 6.2.5", "NFS4ERR_INVAL: mode and mode_set_masked in one SETATTR")
@meets("8881-6.2.5-1")
def test_mode_and_masked(nfs41, file, masked):
    masked(0, 0o777, NFS4ERR.INVAL, mode=0o777)
    assert nfs41.getattr(file, "mode").mode == 0o666


@covers("RFC8881 6.2.5", "mode_set_masked can only be set: GETATTR of it is NFS4ERR_INVAL")
@meets("8881-5.5-1")
def test_mode_set_masked_is_not_read(nfs41, file, masked):
    nfs41.compound(op.putfh(file), op.getattr("mode_set_masked").fails(NFS4ERR.INVAL))
