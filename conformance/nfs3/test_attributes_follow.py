"""Attributes in replies that need not carry them: RFC 1813 2.5, post_op_attr.

"server implementors are strongly encouraged to make best effort to return attributes whenever possible, even when
returning an error." What they say is checked wherever there are any; here, that there are.
"""

import pytest

from conformance.nfs3.calls import DIRECTORY, FILE, LINK, USAGES
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets, needs

SENTENCE = "the best effort to return attributes"
WITH_ATTRIBUTES = [u for u in USAGES if u.name != "getattr" and not u.place]
PLACED = [u for u in USAGES if u.place in ("from", "file")]


def absent(arm) -> list[str]:
    """The fields of a reply's arm in which attributes are missing."""
    missing = []
    for name in type(arm).__slots__:
        field = getattr(arm, name)
        after = getattr(field, "after", field)
        if getattr(after, "attributes_follow", True) is False:
            missing.append(name)
    return missing


@pytest.fixture
def right(request, nfs3, home):
    """Arguments with which a procedure succeeds."""

    def make(use):
        name = {DIRECTORY: "subdir", FILE: "file", LINK: "symlink"}.get(use.handle, "file")
        handle = request.getfixturevalue(name)
        other = nfs3.mkdir(home, "other", mode=0o777).obj
        if use.name in ("lookup", "remove", "rename"):
            nfs3.create(handle, "name")
        if use.name == "rmdir":
            nfs3.mkdir(handle, "name")
        return use.args(handle, other)

    return make


@pytest.mark.parametrize("use", [pytest.param(u, id=u.name) for u in WITH_ATTRIBUTES + PLACED])
@covers("RFC1813 2.5", SENTENCE + " with success")
@meets("1813-2.5-11")
def test_success(nfs3, right, use):
    r = use.bound(nfs3)(*right(use))
    assert absent(r.arm) == []


FAILURES = {
    "setattr": lambda f, d, l: ((f,), {"guard": (1, 1)}),
    "lookup": lambda f, d, l: ((d, "absent"), {}),
    "readlink": lambda f, d, l: ((f,), {}),
    "read": lambda f, d, l: ((d,), {}),
    "write": lambda f, d, l: ((d, 0, b"x"), {}),
    "create": lambda f, d, l: ((f, "x"), {}),
    "mkdir": lambda f, d, l: ((f, "x"), {}),
    "symlink": lambda f, d, l: ((f, "x", "text"), {}),
    "mknod": lambda f, d, l: ((d, "x", 1), {}),
    "remove": lambda f, d, l: ((d, "absent"), {}),
    "rmdir": lambda f, d, l: ((d, "absent"), {}),
    "rename": lambda f, d, l: ((d, "absent", d, "x"), {}),
    "link": lambda f, d, l: ((f, f, "x"), {}),
    "readdir": lambda f, d, l: ((f,), {}),
    "readdirplus": lambda f, d, l: ((f,), {}),
    "commit": lambda f, d, l: ((d,), {}),
}


READ_ONLY = {
    "setattr": lambda f, d: (f,),
    "write": lambda f, d: (f, 0, b"x"),
    "create": lambda f, d: (d, "x"),
    "mkdir": lambda f, d: (d, "x"),
    "symlink": lambda f, d: (d, "x", "text"),
    "mknod": lambda f, d: (d, "x", 7),
    "remove": lambda f, d: (d, "f"),
    "rmdir": lambda f, d: (d, "f"),
    "rename": lambda f, d: (d, "f", d, "x"),
    "link": lambda f, d: (f, d, "x"),
}


@needs("export:ro")
@pytest.mark.parametrize("name", READ_ONLY)
@covers("RFC1813 2.5", SENTENCE + " with NFS3ERR_ROFS")
def test_read_only(nfs3, exported, name):
    ro = exported("ro")
    ro.admin.create(ro.twin, "f")
    f = nfs3.lookup(ro.handle, "f").object
    r = getattr(nfs3, name)(*READ_ONLY[name](f, ro.handle), fails=NFS3ERR.ROFS)
    assert absent(r.arm) == []


@pytest.mark.parametrize("name", FAILURES)
@covers("RFC1813 2.5", SENTENCE + " with an error")
def test_failure(nfs3, file, subdir, symlink, name):
    args, more = FAILURES[name](file, subdir, symlink)
    r = getattr(nfs3, name)(*args, fails=..., **more)
    assert absent(r.arm) == []
