"""Attributes that minor version 2 and its extensions bring: RFC 7862 12.2, RFC 8275, RFC 8276 8.2, RFC 9754 3."""

import pytest

from conformance.nfs42.checks import OBJECTS, change, filled
from dittofs.nfs4 import (
    NAMES, NFS4_CHANGE_TYPE_IS_MONOTONIC_INCR, NFS4_CHANGE_TYPE_IS_TIME_METADATA, NFS4_CHANGE_TYPE_IS_UNDEFINED,
    NFS4_CHANGE_TYPE_IS_VERSION_COUNTER, NFS4_CHANGE_TYPE_IS_VERSION_COUNTER_NOPNFS, NFS4ERR, UNCHECKED4, create, mode_umask4,
    names, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

SET_ONLY = {
    "time_access_set", "time_modify_set", "mode_set_masked", "retention_set", "retentevt_set", "layout_hint", "mode_umask",
    "time_deleg_access", "time_deleg_modify",
}  # fmt: skip
NEW = [name for number, name in sorted(NAMES.items()) if number > 76]
MAY_BE_LEFT_OUT = {"sec_label"}


def supported(c, object):
    return names(c.getattr(object, "supported_attrs").supported_attrs)


@pytest.mark.parametrize("attr", [a for a in NEW if a not in SET_ONLY])
@covers("RFC7862 12.2", "an attribute is given when supported_attrs names it, never otherwise, and its value decodes")
@meets("7862-12.2-4")
def test_each(nfs42, file, subdir, attr):
    for object in (file, subdir):
        given = set(nfs42.getattr(object, attr))
        assert given <= supported(nfs42, object)
        assert attr in given or attr not in supported(nfs42, object) - MAY_BE_LEFT_OUT


@covers("RFC7862 12.2", "all that minor version 1 supports are supported")
@meets("7862-2-1")
def test_those_of_41(nfs42, nfs41, file):
    assert supported(nfs41, file) <= supported(nfs42, file)


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC8881 5.8.1.1", "all objects of a file system support the same attributes")
def test_same_of_all(nfs42, file, request, kind):
    assert supported(nfs42, request.getfixturevalue(kind)) == supported(nfs42, file)


@pytest.mark.parametrize("number", [87, 95, 96, 500])
@covers("RFC8881 18.7.3", "attributes that nobody defined are left out")
@meets("7862-12.2-4")
def test_unknown(nfs42, file, number):
    r = nfs42.compound(op.putfh(file), op.getattr("size", number))
    assert names(r.getattr.obj_attributes.attrmask) == {"size"}


@covers("RFC7862 12.2", "change_attr_type says how the change attribute moves, and so it does")
@meets("7862-12.2-1")
def test_change_attr_type(nfs42, opened):
    kind = nfs42.getattr(opened.fh, "change_attr_type").get("change_attr_type", NFS4_CHANGE_TYPE_IS_UNDEFINED)
    seen = [change(nfs42, opened.fh)]
    for n in range(5):
        nfs42.write(opened.fh, n, b"x", opened.stateid)
        seen.append(change(nfs42, opened.fh))
    if kind in (NFS4_CHANGE_TYPE_IS_VERSION_COUNTER, NFS4_CHANGE_TYPE_IS_VERSION_COUNTER_NOPNFS):
        assert seen == list(range(seen[0], seen[0] + 6))
    if kind in (NFS4_CHANGE_TYPE_IS_MONOTONIC_INCR, NFS4_CHANGE_TYPE_IS_TIME_METADATA):
        assert seen == sorted(seen)


@covers("RFC7862 12.2", "clone_blksize: a unit, of all of the file system")
@meets("7862-12.2-2")
def test_clone_blksize(nfs42, home, file):
    a, b = (nfs42.getattr(o, "clone_blksize").get("clone_blksize") for o in (home, file))
    assert a == b and (a is None or 0 <= a <= 2**24)


@covers("RFC7862 12.2", "space_freed is no more than what the file takes up, and nothing of an empty one")
@meets("7862-12.2-3")
def test_space_freed(nfs42, home, file):
    f = filled(nfs42, home, "f", (0, b"x" * 100_000))
    a = nfs42.getattr(f.fh, "space_freed", "space_used")
    assert a.get("space_freed", 0) <= a.get("space_used", 2**64)
    assert nfs42.getattr(file, "space_freed").get("space_freed", 0) <= 4096


# --- mode_umask (RFC 8275) -----------------------------------------------------------------------------------------


@pytest.fixture
def umasked(nfs42, home):
    if "mode_umask" not in supported(nfs42, home):
        pytest.skip("the server does not support mode_umask")


@pytest.mark.parametrize("mode, umask, result", [(0o666, 0o022, 0o644), (0o777, 0o077, 0o700), (0o666, 0, 0o666), (0o600, 0o777, 0)], ids=oct)
@covers("RFC8275 5", "a file and a directory made with mode and umask: the mode without the bits of the umask")
def test_mode_umask(nfs42, home, umasked, mode, umask, result):
    opened = nfs42.open(home, "f", create(UNCHECKED4, mode_umask=mode_umask4(mode, umask)))
    assert nfs42.getattr(opened.fh, "mode").mode == result
    made = nfs42.create(home, 2, "d", mode_umask=mode_umask4(mode, umask))
    assert nfs42.getattr(made, "mode").mode == result


@covers("RFC8275 5", "NFS4ERR_INVAL: in SETATTR, together with mode, with bits that there are not; and in GETATTR")
def test_mode_umask_refused(nfs42, home, file, umasked):
    value = mode_umask4(0o666, 0o022)
    nfs42.compound(op.putfh(file), op.setattr(mode_umask=value).fails(NFS4ERR.INVAL))
    nfs42.compound(op.putfh(file), op.getattr("mode_umask").fails(NFS4ERR.INVAL))
    for attrs in (dict(mode=0o600, mode_umask=value), dict(mode_umask=mode_umask4(0o666, 0o1022)), dict(mode_umask=mode_umask4(0o10666, 0))):
        nfs42.compound(op.putfh(home), op.open("f", create(UNCHECKED4, **attrs)).fails(NFS4ERR.INVAL))


@covers("RFC9754 3", "open_arguments says what OPEN takes, and that is taken")
@meets("9754-3-1")
def test_open_arguments(nfs42, home, file):
    found = nfs42.getattr(file, "open_arguments").get("open_arguments")
    if found is None:
        pytest.skip("the server does not support open_arguments")
    access, deny = found.oa_share_access[0], found.oa_share_deny[0]
    for n in (1, 2, 3):
        if access >> n & 1:
            nfs42.close(nfs42.open(home, "file", share_access=n, owner=b"%d" % n))
    for n in (0, 1, 2, 3):
        if deny >> n & 1:
            nfs42.close(nfs42.open(home, "file", share_deny=n, owner=b"deny %d" % n))
    for mode in range(4):
        if found.oa_create_mode and found.oa_create_mode[0] >> mode & 1:
            nfs42.close(nfs42.open(home, f"made-{mode}", create(mode, b"verifier"), owner=b"creates"))
