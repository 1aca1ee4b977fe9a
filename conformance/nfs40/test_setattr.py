"""SETATTR, VERIFY and NVERIFY: RFC 7530 16.32, 16.35, 16.15."""

import pytest

from conformance.nfs40.checks import END, OBJECTS, SPECIAL, names as listed, new_file
from dittofs.nfs4 import (
    ANONYMOUS, NF4DIR, NF4REG, NFS4ERR, OPEN4_SHARE_ACCESS_READ, SET_TO_SERVER_TIME4, bitmap, create, fattr4, fsid4, names,
    nfsace4, nfstime4, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

READ_ONLY = {
    "supported_attrs": [1], "type": NF4REG, "fh_expire_type": 0, "change": 1, "link_support": True, "symlink_support": True,
    "named_attr": False, "fsid": fsid4(1, 1), "unique_handles": True, "lease_time": 90, "aclsupport": 1, "cansettime": True,
    "case_insensitive": False, "case_preserving": True, "chown_restricted": True, "filehandle": b"x", "fileid": 1,
    "files_avail": 1, "files_free": 1, "files_total": 1, "homogeneous": True, "maxfilesize": 1, "maxlink": 1, "maxname": 1,
    "maxread": 1, "maxwrite": 1, "no_trunc": True, "numlinks": 1, "space_avail": 1, "space_free": 1,
    "space_total": 1, "space_used": 1, "time_access": (1, 0), "time_delta": (1, 0), "time_metadata": (1, 0),
    "time_modify": (1, 0), "mounted_on_fileid": 1,
}  # fmt: skip


def setattr_(c, object, stateid=ANONYMOUS, **attrs):
    """attrsset by name."""
    r = c.compound(op.putfh(object), op.setattr(stateid=stateid, **attrs))
    return names(r.setattr.attrsset)


@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "symlink"])
@pytest.mark.parametrize("mode", [0o000, 0o644, 0o7777])
@covers("RFC7530 16.32", "mode is set, and attrsset says so")
@meets("7530-6.2.2-1")
def test_mode(nfs40, request, kind, mode):
    object = request.getfixturevalue(kind)
    assert setattr_(nfs40, object, mode=mode) == {"mode"}
    assert nfs40.getattr(object, "mode").mode == mode


@covers("RFC7530 16.32", "attrsset is exactly what was set")
@meets("7530-16.32-1", "7530-16.32-6")
def test_attrsset(nfs40, opened):
    some = dict(mode=0o640, time_access_set=(1, 0), time_modify_set=(2, 0))
    assert setattr_(nfs40, opened.fh, **some) == set(some)
    assert setattr_(nfs40, opened.fh, opened.stateid, size=7, **some) == {"size", *some}
    a = nfs40.getattr(opened.fh, "size", "mode", "time_access", "time_modify")
    assert (a.size, a.mode, a.time_access.seconds, a.time_modify.seconds) == (7, 0o640, 1, 2)


@covers("RFC7530 16.32", "nothing to set: success, and nothing is said to be set")
@meets("7530-16.32-6")
def test_nothing(nfs40, file):
    assert setattr_(nfs40, file) == set()


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 100_000, 2**32 + 1])
@covers("RFC7530 16.32", "size cuts the file or fills it up with zeros")
@meets("7530-5.8.1.5-1", "7530-16.32-4")
def test_size(nfs40, opened, size):
    nfs40.write(opened.fh, 0, b"x" * 5000, opened.stateid)
    assert setattr_(nfs40, opened.fh, opened.stateid, size=size) == {"size"}
    assert nfs40.getattr(opened.fh, "size").size == size
    kept = min(size, 5000)
    data = nfs40.read(opened.fh, max(kept - 10, 0), 20, opened.stateid)
    want = b"x" * min(kept, 10) + bytes(min(max(size - kept, 0), 10 if kept >= 10 else 20 - kept))
    assert data == want


@covers("RFC7530 16.32", "size set by anybody who may write, without an open")
@meets("7530-16.32-3")
def test_size_special_stateid(nfs40, alice, file):
    nfs40.write(file, 0, b"12345")
    alice.setattr(file, size=2)
    assert nfs40.read(file) == b"12"


@covers("RFC7530 16.32", "NFS4ERR_ACCESS: size of a file that the user may not write")
def test_size_no_permission(nfs40, alice, home):
    f = new_file(nfs40, home, "f", mode=0o644)
    alice.compound(op.putfh(f), op.setattr(size=0).fails(NFS4ERR.ACCESS))


@covers("RFC7530 16.32", "NFS4ERR_OPENMODE: size with a stateid that is open for reading only")
@meets("7530-9.1.6-2", "7530-16.32-3")
def test_size_openmode(nfs40, home, file):
    opened = nfs40.open(home, "file", share_access=OPEN4_SHARE_ACCESS_READ)
    nfs40.compound(op.putfh(file), op.setattr(size=1, stateid=opened).fails(NFS4ERR.OPENMODE))


@pytest.mark.parametrize("kind", ["subdir", "symlink", *SPECIAL])
@covers("RFC7530 16.32", "size of what is no regular file: NFS4ERR_ISDIR, NFS4ERR_INVAL")
def test_size_wrong_type(nfs40, request, kind):
    wanted = (NFS4ERR.ISDIR, NFS4ERR.INVAL) if kind == "subdir" else (NFS4ERR.INVAL, NFS4ERR.SYMLINK)
    nfs40.compound(op.putfh(request.getfixturevalue(kind)), op.setattr(size=0).fails(*wanted))


@covers("RFC7530 16.32", "size beyond maxfilesize: NFS4ERR_FBIG or NFS4ERR_INVAL")
def test_size_too_big(nfs40, opened):
    limit = nfs40.getattr(opened.fh, "maxfilesize").get("maxfilesize", END)
    if limit < END:
        nfs40.compound(op.putfh(opened.fh), op.setattr(size=limit + 1, stateid=opened).fails(NFS4ERR.FBIG, NFS4ERR.INVAL))


@pytest.mark.parametrize("seconds, nseconds", [(0, 0), (1, 1), (1_700_000_000, 999_999_999), (-1, 0), (2**32, 5)])
@covers("RFC7530 16.32", "times the client sets, as exact as time_delta says")
@meets("7530-5.8.2.37-1")
def test_client_times(nfs40, file, seconds, nseconds):
    assert setattr_(nfs40, file, time_modify_set=(seconds, nseconds), time_access_set=(seconds, nseconds))
    a = nfs40.getattr(file, "time_modify", "time_access", "time_delta")
    if "time_delta" not in a or (a.time_delta.seconds, a.time_delta.nseconds) == (0, 1):
        assert a.time_modify == a.time_access == nfstime4(seconds, nseconds)


@pytest.mark.parametrize("nseconds", [10**9, 2**31, 2**32 - 1])
@covers("RFC7530 2.2.1", "NFS4ERR_INVAL: a billion nanoseconds or more")
@meets("7530-2.2.1-1")
def test_bad_times(nfs40, file, nseconds):
    for attr in ("time_modify_set", "time_access_set"):
        nfs40.compound(op.putfh(file), op.setattr({attr: (1, nseconds)}).fails(NFS4ERR.INVAL))


@covers("RFC7530 16.32", "the server's time")
def test_server_time(nfs40, file):
    setattr_(nfs40, file, time_modify_set=(1, 0), time_access_set=(1, 0))
    setattr_(nfs40, file, time_modify_set=SET_TO_SERVER_TIME4, time_access_set=SET_TO_SERVER_TIME4)
    a = nfs40.getattr(file, "time_modify", "time_access", "time_metadata")
    assert abs(a.time_modify.seconds - a.time_metadata.seconds) <= 1 and a.time_access.seconds > 1


@covers("POSIX utimensat", "who may write sets the server's time, only the owner another")
def test_times_by_others(nfs40, alice, file):
    alice.setattr(file, time_modify_set=SET_TO_SERVER_TIME4, time_access_set=SET_TO_SERVER_TIME4)
    alice.compound(op.putfh(file), op.setattr(time_modify_set=(1, 0)).fails(NFS4ERR.PERM, NFS4ERR.ACCESS))


@pytest.mark.parametrize("attr", READ_ONLY)
@covers("RFC7530 5.5", "NFS4ERR_INVAL: an attribute that cannot be set, or NFS4ERR_ATTRNOTSUPP where there is none")
@meets("7530-5.5-2")
def test_read_only(nfs40, file, attr):
    there = attr in nfs40.getattr(file, attr)
    wanted = NFS4ERR.INVAL if there else NFS4ERR.ATTRNOTSUPP
    r = nfs40.compound(op.putfh(file), op.setattr({attr: READ_ONLY[attr]}).fails(wanted))
    assert names(r.setattr.attrsset) == set()


@pytest.mark.parametrize("number", [56, 64, 90, 127])
@covers("RFC7530 16.32", "NFS4ERR_ATTRNOTSUPP: an attribute that is not supported; attrsset tells whether others were set")
@meets("7530-5-1", "7530-16.32-1", "7530-16.32-2")
def test_unsupported(nfs40, file, number):
    before = nfs40.getattr(file, "mode").mode
    both = fattr4(bitmap("mode", number), (0o123).to_bytes(4, "big") + b"\0\0\0\1")
    r = nfs40.compound(op.putfh(file), op.setattr(both).fails(NFS4ERR.ATTRNOTSUPP))
    done = names(r.setattr.attrsset)
    assert done <= {"mode"} and nfs40.getattr(file, "mode").mode == (0o123 if done else before)


@covers("RFC7530 13.1.1.1", "values too few or too many for the mask: NFS4ERR_BADXDR")
def test_wrong_length(nfs40, file):
    for vals in (b"", bytes(2), bytes(8)):
        bad = op.setattr(fattr4(bitmap("mode"), vals))
        nfs40.compound(op.putfh(file), bad, fails=(NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS))


ODD_MODES = {
    "SETATTR": lambda mode: op.setattr(mode=mode),
    "CREATE": lambda mode: op.create(NF4DIR, "new", mode=mode),
    "OPEN": lambda mode: op.open("new", create(mode=mode)),
    "VERIFY": lambda mode: op.verify(mode=mode),
    "NVERIFY": lambda mode: op.nverify(mode=mode),
}


@pytest.mark.parametrize("bit", [0o10000, 0o100000, 2**31], ids=oct)
@pytest.mark.parametrize("how", ODD_MODES)
@covers("RFC7530 6.2.2", "NFS4ERR_INVAL: bits that a mode does not have, in whatever takes one; nothing is made")
@meets("7530-6.2.2-1")
def test_mode_bits(nfs40, home, file, bit, how):
    current = file if how in ("SETATTR", "VERIFY", "NVERIFY") else home
    nfs40.compound(op.putfh(current), ODD_MODES[how](0o644 | bit).fails(NFS4ERR.INVAL))
    assert listed(nfs40, home) == {"file"}


@covers("RFC7530 5.9", "an owner given as a number in digits, then read, and given again as it was read")
@meets("7530-5.9-1")
def test_owner(nfs40, file):
    assert setattr_(nfs40, file, owner="1000", owner_group="1001") == {"owner", "owner_group"}
    told = nfs40.getattr(file, "owner", "owner_group")
    setattr_(nfs40, file, owner="0", owner_group="0")
    setattr_(nfs40, file, **told)
    assert nfs40.getattr(file, "owner", "owner_group") == told


@pytest.mark.parametrize("who", ["", "nobody here@example.invalid", "@", "a@b@c", "-1", "99999999999999999999"])
@covers("RFC7530 5.9", "NFS4ERR_BADOWNER: a string that names nobody")
@meets("7530-5.9-2")
def test_bad_owner(nfs40, file, who):
    before = nfs40.getattr(file, "owner", "owner_group")
    for attr in ("owner", "owner_group"):
        nfs40.compound(op.putfh(file), op.setattr({attr: who}).fails(NFS4ERR.BADOWNER, NFS4ERR.INVAL))
    assert nfs40.getattr(file, "owner", "owner_group") == before


@pytest.mark.parametrize("domain", [b"\xff.example", b"a_b.example", b"-a.example", b"a-.example", b"a b", b"xn--99999999.example"])
@covers("RFC7530 12.6", "NFS4ERR_INVAL: the domain is not UTF-8, a label has what no host name has, or says xn-- and is not Punycode")
@meets("7530-12.6-1")
def test_no_domain(nfs40, file, domain):
    for attr in ("owner", "owner_group"):
        nfs40.compound(op.putfh(file), op.setattr({attr: b"user@" + domain}).fails(NFS4ERR.INVAL))


@covers("POSIX chown", "an owner cannot give the file away, nor anybody take it")
@meets("7530-5.8.2.5-1")
def test_chown(nfs40, alice, bob, file):
    nfs40.setattr(file, owner="1000", owner_group="1000")
    denied = (NFS4ERR.PERM, NFS4ERR.ACCESS)
    if nfs40.getattr(file, "chown_restricted").get("chown_restricted", True):
        alice.compound(op.putfh(file), op.setattr(owner="1001").fails(*denied))
    bob.compound(op.putfh(file), op.setattr(owner="1001").fails(*denied))
    bob.compound(op.putfh(file), op.setattr(mode=0o777).fails(*denied))
    alice.setattr(file, mode=0o600)


@covers("RFC7530 6.2.1", "an ACL that is set reads back with its grants, where ACLs are supported")
@meets("7530-6.2.1-2")
def test_acl(nfs40, file):
    if not nfs40.getattr(file, "aclsupport").get("aclsupport", 0) & 1:
        nfs40.compound(op.putfh(file), op.setattr(acl=[]).fails(NFS4ERR.ATTRNOTSUPP))
        return
    acl = [nfsace4(0, 0, 0x1, "OWNER@"), nfsace4(0, 0, 0x1, "EVERYONE@")]
    setattr_(nfs40, file, acl=acl)
    assert {ace.who for ace in nfs40.getattr(file, "acl").acl} >= {"OWNER@"}


# --- VERIFY and NVERIFY --------------------------------------------------------------------------------------------

COMPARED = ("type", "size", "mode", "fileid", "numlinks", "owner", "fsid", "change", "time_modify", "supported_attrs")


@pytest.mark.parametrize("attr", COMPARED)
@covers("RFC7530 16.35", "VERIFY of the value there is succeeds, NVERIFY says NFS4ERR_SAME")
@meets("7530-5-1", "7530-16.15-1", "7530-16.35-1")
def test_same(nfs40, file, attr):
    now = nfs40.getattr(file, attr)
    nfs40.compound(op.putfh(file), op.verify(now), op.getfh())
    nfs40.compound(op.putfh(file), op.nverify(now).fails(NFS4ERR.SAME))


OTHER = {
    "type": 2, "size": 99, "mode": 0o1234, "fileid": 1, "numlinks": 77, "owner": "77777", "fsid": fsid4(99, 98), "change": 5,
    "time_modify": (5, 5), "supported_attrs": [1],
}  # fmt: skip


@pytest.mark.parametrize("attr", COMPARED)
@covers("RFC7530 16.15", "VERIFY of another value says NFS4ERR_NOT_SAME, NVERIFY succeeds")
@meets("7530-16.15-1", "7530-16.35-1")
def test_not_same(nfs40, file, attr):
    nfs40.compound(op.putfh(file), op.verify({attr: OTHER[attr]}).fails(NFS4ERR.NOT_SAME))
    nfs40.compound(op.putfh(file), op.nverify({attr: OTHER[attr]}), op.getfh())


@covers("RFC7530 16.35", "of several, one that differs is enough")
@meets("7530-16.35-1")
def test_several(nfs40, file):
    now = nfs40.getattr(file, "type", "size", "mode")
    nfs40.compound(op.putfh(file), op.verify(now))
    nfs40.compound(op.putfh(file), op.nverify(now).fails(NFS4ERR.SAME))
    differs = {**now, "size": 12}
    nfs40.compound(op.putfh(file), op.verify(differs).fails(NFS4ERR.NOT_SAME))
    nfs40.compound(op.putfh(file), op.nverify(differs))


@pytest.mark.parametrize("builder", [op.verify, op.nverify], ids=lambda b: b.name)
@covers("RFC7530 16.35", "NFS4ERR_ATTRNOTSUPP: an attribute that is not supported")
def test_verify_unsupported(nfs40, file, builder):
    nfs40.compound(op.putfh(file), builder({90: b"\0\0\0\1"}).fails(NFS4ERR.ATTRNOTSUPP))


@pytest.mark.parametrize("builder", [op.verify, op.nverify], ids=lambda b: b.name)
@pytest.mark.parametrize("attr", ["rdattr_error", "time_access_set", "time_modify_set"])
@covers("RFC7530 16.35", "NFS4ERR_INVAL: rdattr_error, and attributes that can only be set")
@meets("7530-5.5-1", "7530-16.35-2")
def test_verify_invalid(nfs40, file, builder, attr):
    value = NFS4ERR.IO if attr == "rdattr_error" else (1, 0)
    nfs40.compound(op.putfh(file), builder({attr: value}).fails(NFS4ERR.INVAL))


@covers("RFC7530 16.35", "a guard before a change: the change is not made")
def test_guard(nfs40, file):
    guard = op.verify(size=77).fails(NFS4ERR.NOT_SAME)
    nfs40.compound(op.putfh(file), guard, op.setattr(mode=0o111))
    assert nfs40.getattr(file, "mode").mode != 0o111


@pytest.mark.parametrize("size", [0, 5, 100])
@covers("RFC7530 16.32", "setting the size is a change of the data: time_modify and the change attribute move")
@meets("7530-16.32-5")
def test_size_moves_time(nfs40, file, size):
    nfs40.write(file, 0, b"0123456789")
    setattr_(nfs40, file, time_modify_set=(1000, 0))
    before = nfs40.getattr(file, "change").change
    setattr_(nfs40, file, size=size)
    after = nfs40.getattr(file, "time_modify", "change")
    assert after.time_modify.seconds != 1000 and after.change != before
