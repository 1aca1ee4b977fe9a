"""Extended attributes: RFC 8276."""

import pytest

from conformance.nfs42.checks import OBJECTS, change, check_cinfo, new_file
from dittofs.nfs4 import (
    ACCESS4_XALIST, ACCESS4_XAREAD, ACCESS4_XAWRITE, NFS4_OK, NFS4ERR, OPEN4_SHARE_DENY_BOTH, SETXATTR4_CREATE,
    SETXATTR4_EITHER, SETXATTR4_REPLACE, WRITE_LT, names, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

XALL = ACCESS4_XAREAD | ACCESS4_XAWRITE | ACCESS4_XALIST
GARBAGE = (accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR)


@pytest.fixture(autouse=True)
def xattrs_are_there(nfs42, file):
    if not nfs42.getattr(file, "xattr_support").get("xattr_support"):
        pytest.skip("the file system has no extended attributes")


def set_(c, object, key, value, option=SETXATTR4_EITHER):
    return c.compound(op.putfh(object), op.setxattr(key, value, option)).setxattr.sxr_info


def get(c, object, key):
    return bytes(c.compound(op.putfh(object), op.getxattr(key)).getxattr.gxr_value)


def remove(c, object, key):
    return c.compound(op.putfh(object), op.removexattr(key)).removexattr.rxr_info


def listed(c, object, maxcount=65536):
    """All names, page by page."""
    cookie, found = 0, []
    while True:
        r = c.compound(op.putfh(object), op.listxattrs(cookie, maxcount)).listxattrs
        found += list(r.lxr_names)
        if r.lxr_eof:
            return found
        assert r.lxr_names, "a page that is not the last has a name"
        cookie = r.lxr_cookie


@pytest.mark.parametrize("kind", ["file", "subdir"])
@covers("RFC8276 8.4.2", "set, read, list, replace, remove; of a file and of a directory")
@meets("8276-8.4.1-1", "8276-8.4.4-1")
def test_life(nfs42, request, kind):
    object = request.getfixturevalue(kind)
    set_(nfs42, object, "name", b"value")
    assert get(nfs42, object, "name") == b"value" and listed(nfs42, object) == ["name"]
    set_(nfs42, object, "name", b"another value")
    assert get(nfs42, object, "name") == b"another value"
    remove(nfs42, object, "name")
    assert listed(nfs42, object) == []
    nfs42.compound(op.putfh(object), op.getxattr("name").fails(NFS4ERR.NOXATTR))


@pytest.mark.parametrize("kind", [k for k in OBJECTS if k not in ("file", "subdir")])
@covers("RFC8276 8.4.2", "other objects have some, or say that they are of the wrong type; nothing breaks")
def test_other_types(nfs42, request, kind):
    object = request.getfixturevalue(kind)
    refused = (NFS4ERR.WRONG_TYPE, NFS4ERR.NOTSUPP, NFS4ERR.PERM, NFS4ERR.ACCESS, NFS4ERR.INVAL, NFS4ERR.SYMLINK)
    r = nfs42.compound(op.putfh(object), op.setxattr("name", b"value").may_fail(*refused))
    if r.status == NFS4_OK:
        assert get(nfs42, object, "name") == b"value"


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\xff\n" * 10, bytes(range(256)), b"x" * 4000], ids=len)
@covers("RFC8276 8.4.2", "values are any bytes, also none")
@meets("8276-8.4.1-1")
def test_values(nfs42, file, value):
    set_(nfs42, file, "name", value)
    assert get(nfs42, file, "name") == value


@pytest.mark.parametrize("key", ["a", "user.name", "with space", "dots...", "café", "日本語", "x" * 200, "UPPER", "a/b"])
@covers("RFC8276 8.4.2", "names are UTF-8; case counts")
@meets("8276-5-1")
def test_names(nfs42, file, key):
    set_(nfs42, file, key, b"value")
    assert get(nfs42, file, key) == b"value" and listed(nfs42, file) == [key]
    if key.swapcase() != key:
        nfs42.compound(op.putfh(file), op.getxattr(key.swapcase()).fails(NFS4ERR.NOXATTR))


@pytest.mark.parametrize("make", [op.getxattr, lambda k: op.setxattr(k, b"v"), op.removexattr], ids=["GETXATTR", "SETXATTR", "REMOVEXATTR"])
@covers("RFC8276 8.4.2", "names that are none: NFS4ERR_INVAL without a character, NFS4ERR_NAMETOOLONG, NFS4ERR_INVAL or NFS4ERR_BADCHAR for no UTF-8")
@meets("8276-8.4.2-4")
def test_bad_names(nfs42, file, make):
    nfs42.compound(op.putfh(file), make("").fails(NFS4ERR.INVAL))
    nfs42.compound(op.putfh(file), make("x" * 5000).fails(NFS4ERR.NAMETOOLONG, NFS4ERR.XATTR2BIG, NFS4ERR.INVAL))
    nfs42.compound(op.putfh(file), make(b"\xff\xfe").fails(NFS4ERR.INVAL, NFS4ERR.BADCHAR, NFS4ERR.NOXATTR))
    assert listed(nfs42, file) == []


@covers("RFC8276 8.4.2", "SETXATTR4_CREATE: NFS4ERR_EXIST when it is there; SETXATTR4_REPLACE: NFS4ERR_NOXATTR when not")
@meets("8276-8.4.2-1")
def test_options(nfs42, file):
    nfs42.compound(op.putfh(file), op.setxattr("name", b"1", SETXATTR4_REPLACE).fails(NFS4ERR.NOXATTR))
    set_(nfs42, file, "name", b"2", SETXATTR4_CREATE)
    nfs42.compound(op.putfh(file), op.setxattr("name", b"3", SETXATTR4_CREATE).fails(NFS4ERR.EXIST))
    assert get(nfs42, file, "name") == b"2"
    set_(nfs42, file, "name", b"4", SETXATTR4_REPLACE)
    set_(nfs42, file, "name", b"5", SETXATTR4_EITHER)
    assert get(nfs42, file, "name") == b"5"


@pytest.mark.parametrize("option", [3, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an option that setxattr_option4 does not name")
def test_unknown_option(nfs42, file, option):
    bad = op.setxattr("name", b"value").patch({"sxa_option": option})
    nfs42.compound(op.putfh(file), bad, fails=(*GARBAGE, NFS4ERR.INVAL))
    assert listed(nfs42, file) == []


@covers("RFC8276 8.4.1", "NFS4ERR_NOXATTR: GETXATTR and REMOVEXATTR of what is not there")
@meets("8276-8.3.1-1", "8276-8.4.4-1")
def test_noxattr(nfs42, file):
    nfs42.compound(op.putfh(file), op.getxattr("gone").fails(NFS4ERR.NOXATTR))
    nfs42.compound(op.putfh(file), op.removexattr("gone").fails(NFS4ERR.NOXATTR))


@covers("RFC8276 8.4.2", "change_info4 is of the object itself: its change attribute before and after")
@meets("8276-8.4.2-3")
def test_change_info(nfs42, file):
    before = change(nfs42, file)
    info = set_(nfs42, file, "name", b"value")
    middle = change(nfs42, file)
    assert middle != before
    check_cinfo(info, before, middle)
    info = remove(nfs42, file, "name")
    assert change(nfs42, file) != middle
    check_cinfo(info, middle, change(nfs42, file))


@covers("RFC8276 8.4.1", "reading and listing change nothing")
@meets("8276-8.4.1-2")
def test_reading(nfs42, file):
    set_(nfs42, file, "name", b"value")
    before = change(nfs42, file)
    get(nfs42, file, "name"), listed(nfs42, file)
    assert change(nfs42, file) == before


@covers("RFC8276 8.4.2", "NFS4ERR_XATTR2BIG, or what the file system says of one that is too large; what was there stays")
@meets("8276-8.3.2-1")
def test_too_large(nfs42, file):
    set_(nfs42, file, "name", b"small")
    refused = (NFS4ERR.XATTR2BIG, NFS4ERR.NOSPC, NFS4ERR.INVAL, NFS4ERR.FBIG)
    r = nfs42.compound(op.putfh(file), op.setxattr("name", b"x" * 900_000).may_fail(*refused))
    assert get(nfs42, file, "name") == b"small" if r.status else True


# --- LISTXATTRS ----------------------------------------------------------------------------------------------------


@covers("RFC8276 8.4.3", "none: an empty list, lxr_eof")
@meets("8276-8.4.3-1")
def test_list_none(nfs42, file):
    r = nfs42.compound(op.putfh(file), op.listxattrs()).listxattrs
    assert list(r.lxr_names) == [] and r.lxr_eof


@pytest.mark.parametrize("maxcount", [100, 200, 1000, 65536])
@covers("RFC8276 8.4.3", "many, in pages of maxcount bytes: each name once")
@meets("8276-5-1", "8276-8.4.3-1")
def test_list(nfs42, file, maxcount):
    wanted = {f"name-{n}" for n in range(40)}
    for key in wanted:
        set_(nfs42, file, key, b"v" * 20)
    found = listed(nfs42, file, maxcount)
    assert sorted(found) == sorted(wanted)


@covers("RFC8276 8.4.3", "lxa_maxcount limits the XDR of the reply's names")
@meets("8276-8.4.3-2")
def test_list_size(nfs42, file):
    for n in range(40):
        set_(nfs42, file, f"name-{n}", b"v")
    full = nfs42.compound(op.putfh(file), op.listxattrs(0, 65536))
    small = nfs42.compound(op.putfh(file), op.listxattrs(0, 300))
    assert len(small.bytes) < len(full.bytes)
    assert sum(4 + len(n) + -len(n) % 4 for n in small.listxattrs.lxr_names) <= 300


@pytest.mark.parametrize("maxcount", [0, 1, 8, 12])
@covers("RFC8276 8.4.3", "NFS4ERR_TOOSMALL: not even one name fits")
@meets("8276-8.4.3-2")
def test_list_too_small(nfs42, file, maxcount):
    set_(nfs42, file, "a rather long name", b"value")
    nfs42.compound(op.putfh(file), op.listxattrs(0, maxcount).fails(NFS4ERR.TOOSMALL))


@pytest.mark.parametrize("cookie", [1 << 20, 2**63, 2**64 - 1], ids=hex)
@covers("RFC8276 8.4.3", "a cookie that nobody gave: NFS4ERR_BAD_COOKIE, NFS4ERR_INVAL, or nothing more")
@meets("8276-8.4.3-3")
def test_list_cookie(nfs42, file, cookie):
    set_(nfs42, file, "name", b"value")
    r = nfs42.compound(op.putfh(file), op.listxattrs(cookie, 1000).may_fail(NFS4ERR.BAD_COOKIE, NFS4ERR.INVAL))
    if r.status == NFS4_OK:
        assert len(r.listxattrs.lxr_names) <= 1


@covers("RFC8276 8.4.3", "what stays is listed once, whatever is removed between pages")
@meets("8276-8.4.3-1")
def test_list_while_removing(nfs42, file):
    wanted = [f"name-{n:02}" for n in range(30)]
    for key in wanted:
        set_(nfs42, file, key, b"v")
    r = nfs42.compound(op.putfh(file), op.listxattrs(0, 150)).listxattrs
    first = list(r.lxr_names)
    assert first and not r.lxr_eof
    for key in first:
        remove(nfs42, file, key)
    rest, cookie = [], r.lxr_cookie
    while not r.lxr_eof:
        r = nfs42.compound(op.putfh(file), op.listxattrs(cookie, 150).may_fail(NFS4ERR.BAD_COOKIE))
        if r.status != NFS4_OK:
            return
        r = r.listxattrs
        rest += list(r.lxr_names)
        cookie = r.lxr_cookie
    assert len(set(rest)) == len(rest) and not set(rest) & set(first)


# --- permissions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode, wanted", [
    (0o777, XALL), (0o444, ACCESS4_XAREAD | ACCESS4_XALIST), (0o222, ACCESS4_XAWRITE), (0, 0),
], ids=str)  # fmt: skip
@covers("RFC8276 8.5", "ACCESS4_XAREAD, XAWRITE and XALIST are answered, and what they say is so")
@meets("8276-8.5-1")
def test_access(nfs42, bob, file, mode, wanted):
    set_(nfs42, file, "name", b"value")
    nfs42.setattr(file, mode=mode)
    r = bob.compound(op.putfh(file), op.access(XALL)).access
    assert r.supported == XALL and r.access == wanted
    for operation, bit in ((op.getxattr("name"), ACCESS4_XAREAD), (op.listxattrs(), ACCESS4_XALIST), (op.setxattr("name", b"2"), ACCESS4_XAWRITE)):
        bob.compound(op.putfh(file), operation if wanted & bit else operation.fails(NFS4ERR.ACCESS, NFS4ERR.PERM))


@covers("RFC8276 8.5", "the new bits are not of minor version 1")
@meets("8276-8.5-2")
def test_access_in_41(nfs41, file):
    r = nfs41.compound(op.putfh(file), op.access(XALL | 1).may_fail(NFS4ERR.INVAL))
    assert r.status == NFS4ERR.INVAL or not r.access.supported & XALL


@covers("RFC8276 8.2", "xattr_support is the same of all of a file system, and supported_attrs names it")
@meets("8276-8.2.1-1")
def test_support(nfs42, home, file, subdir):
    for object in (home, file, subdir):
        assert nfs42.getattr(object, "xattr_support").xattr_support
        assert "xattr_support" in names(nfs42.getattr(object, "supported_attrs").supported_attrs)


@covers("RFC8276 8.4.2", "attributes are the object's, not the name's: they go with a rename and show under a second link")
@meets("8276-4-1")
def test_of_object(nfs42, home, file):
    set_(nfs42, file, "name", b"value")
    nfs42.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("second"))
    nfs42.compound(op.putfh(home), op.savefh(), op.rename("file", "moved"))
    for name in ("second", "moved"):
        assert get(nfs42, nfs42.lookup(home, name), "name") == b"value"
    nfs42.remove(home, "second"), nfs42.remove(home, "moved")
    assert listed(nfs42, new_file(nfs42, home, "file")) == []


@covers("RFC8276 8.4.2", "a retry of SETXATTR is not done again")
def test_replay(nfs42, file):
    first = nfs42.compound(op.putfh(file), op.setxattr("name", b"1", SETXATTR4_CREATE), sa_cachethis=True)
    assert nfs42.replay(first, same_xid=False).body == first.body


@covers("RFC8276 5", "two clients see each other's")
@meets("8276-5-2")
def test_two_clients(nfs42, other, file):
    set_(nfs42, file, "name", b"mine")
    assert get(other, file, "name") == b"mine"
    set_(other, file, "name", b"theirs")
    assert get(nfs42, file, "name") == b"theirs"


@covers("RFC8276 8.4.2", "a value is replaced as a whole: none of what it was is left, nor seen half")
@meets("8276-8.4.2-2")
def test_whole_value(nfs42, other, file):
    long, short = b"long " * 1000, b"short"
    set_(nfs42, file, "name", long)
    changed, seen = [], []
    for n in range(60):
        changed.append(nfs42.send(op.putfh(file), op.setxattr("name", (short, long)[n % 2])))
        seen.append(other.send(op.putfh(file), op.getxattr("name")))
    for each in changed:
        each.result()
    assert {bytes(each.result().getxattr.gxr_value) for each in seen} <= {long, short}
    set_(nfs42, file, "name", short)
    assert get(nfs42, file, "name") == short


@covers("RFC8276 8.4.2", "setting and removing one is a change of the object's metadata, not of its data")
@meets("8276-8.4.2-5")
def test_times(nfs42, file):
    nfs42.setattr(file, time_modify_set=(1000, 0))
    for change_it in (lambda: set_(nfs42, file, "name", b"value"), lambda: remove(nfs42, file, "name")):
        before = nfs42.getattr(file, "change", "time_metadata")
        change_it()
        after = nfs42.getattr(file, "change", "time_metadata", "time_modify")
        assert after.change != before.change and after.time_modify.seconds == 1000
        told, now = ((a.time_metadata.seconds, a.time_metadata.nseconds) for a in (before, after))
        assert now >= told


@covers("RFC8276 8.8", "what opens deny and locks hold is not in the way of them")
@meets("8276-8.8-1")
def test_locks(nfs42, other, home, file):
    opened = nfs42.open(home, "file", share_deny=OPEN4_SHARE_DENY_BOTH, owner=b"denies")
    nfs42.lock(opened, WRITE_LT, 0, 2**64 - 1)
    set_(other, file, "name", b"value")
    assert get(other, file, "name") == b"value" and listed(other, file) == ["name"]
    remove(other, file, "name")
