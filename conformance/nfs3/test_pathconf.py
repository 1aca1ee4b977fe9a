"""PATHCONF: RFC 1813 3.3.20. Names of name_max bytes are tried in test_names.py."""

import pytest

from conformance.nfs3.checks import agrees, attributes, names
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", ["home", "file", "symlink"])
@covers("RFC1813 3.3.20", "limits that make sense, and the object's attributes")
def test_pathconf(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.pathconf(handle)
    agrees(r.obj_attributes, attributes(nfs3, handle), but=("atime",))
    assert r.linkmax >= 1 and r.name_max >= 14


@covers("RFC1813 3.3.20", "case_preserving: a name comes back as it was given")
@meets("1813-3.3.20-3")
def test_case_preserving(nfs3, home):
    nfs3.create(home, "MiXeD")
    if nfs3.pathconf(home).case_preserving:
        assert names(nfs3, home) == {"MiXeD"}


@covers("RFC1813 3.3.20", "case_insensitive FALSE: names that differ in case are two")
@meets("1813-3.3.20-3")
def test_case_sensitive(nfs3, home):
    if not nfs3.pathconf(home).case_insensitive:
        nfs3.create(home, "name")
        nfs3.create(home, "NAME")
        assert names(nfs3, home) == {"name", "NAME"}
