"""OPEN that creates: every createmode4 (RFC 7530 16.16)."""

import pytest

from conformance.nfs40.checks import OBJECTS, change, check_cinfo, exists, names, new_file
from dittofs.nfs4 import (
    EXCLUSIVE4, EXCLUSIVE4_1, GUARDED4, NF4REG, NFS4ERR, UNCHECKED4, create, names as attr_names, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

VERF = b"verifier"
MODES = [UNCHECKED4, GUARDED4, EXCLUSIVE4]
every_mode = pytest.mark.parametrize("mode", MODES, ids=lambda m: m.name)


def opening(how, name="f", verf=VERF, **attributes):
    return op.open(name, create(how, verf, **attributes))


@every_mode
@covers("RFC7530 16.16", "a new, empty, regular file; its directory changed")
def test_create(nfs40, home, mode):
    before = change(nfs40, home)
    r = nfs40.compound(op.putfh(home), opening(mode), op.getfh(), op.getattr("type", "size"))
    check_cinfo(r.open.cinfo, before, change(nfs40, home))
    assert r.getattr.attributes == {"type": NF4REG, "size": 0}
    assert nfs40.lookup(home, "f") == bytes(r.getfh.object)


@pytest.mark.parametrize("mode", [UNCHECKED4, GUARDED4], ids=lambda m: m.name)
@covers("RFC7530 16.16", "initial attributes are set, and attrset says which")
@meets("7530-16.16-9")
def test_attributes(nfs40, home, mode):
    some = dict(mode=0o640, size=100, time_modify_set=(1, 0))
    r = nfs40.compound(op.putfh(home), opening(mode, **some), op.getattr("mode", "size", "time_modify"))
    assert attr_names(r.open.attrset) == set(some)
    a = r.getattr.attributes
    assert (a.mode, a.size, a.time_modify.seconds) == (0o640, 100, 1)


@pytest.mark.parametrize("access", [0o000, 0o444, 0o222, 0o4755])
@covers("RFC7530 16.16", "the mode does not keep its maker from what the OPEN asked for")
@meets("7530-16.16-8")
def test_mode_does_not_matter(nfs40, alice, home, access):
    opened = alice.open(home, "f", create(GUARDED4, mode=access), owner=b"alice")
    assert nfs40.getattr(opened.fh, "mode").mode == access
    alice.write(opened.fh, 0, b"data", opened.stateid)


@covers("RFC7530 16.16", "the owner is the user who makes it")
def test_owner(nfs40, alice, home):
    opened = alice.open(home, "f", create(), owner=b"alice")
    model = new_file(nfs40, home, "model")
    nfs40.setattr(model, owner="1000")
    assert nfs40.getattr(opened.fh, "owner") == nfs40.getattr(model, "owner")


@covers("RFC7530 16.16", "GUARDED4: NFS4ERR_EXIST, and the file is left alone")
@meets("7530-16.16-3")
def test_guarded_exists(nfs40, home, file):
    nfs40.write(file, 0, b"data")
    before = nfs40.getattr(file, "mode", "size", "change")
    nfs40.compound(op.putfh(home), opening(GUARDED4, "file", size=0, mode=0o111).fails(NFS4ERR.EXIST))
    assert nfs40.getattr(file, "mode", "size", "change") == before


@covers("RFC7530 16.16", "UNCHECKED4 takes the file that is there; attributes other than a size of zero are ignored")
@meets("7530-16.16-4")
def test_unchecked_exists(nfs40, home, file):
    nfs40.write(file, 0, b"data")
    mode = nfs40.getattr(file, "mode").mode
    r = nfs40.compound(op.putfh(home), opening(UNCHECKED4, "file", mode=0o111, size=77), op.getfh())
    assert bytes(r.getfh.object) == file
    assert nfs40.read(file) == b"data" and nfs40.getattr(file, "mode").mode == mode
    assert "mode" not in attr_names(r.open.attrset)


@covers("RFC7530 16.16", "UNCHECKED4 with a size of zero truncates the file that is there, and says so")
@meets("7530-16.16-4")
def test_unchecked_truncates(nfs40, home, file):
    nfs40.write(file, 0, b"data")
    r = nfs40.compound(op.putfh(home), opening(UNCHECKED4, "file", size=0))
    assert nfs40.getattr(file, "size").size == 0 and "size" in attr_names(r.open.attrset)


@covers("RFC7530 16.16", "UNCHECKED4 of a file that the user may not open: NFS4ERR_ACCESS, and it is not truncated")
def test_unchecked_no_permission(nfs40, alice, home):
    f = new_file(nfs40, home, "f")
    nfs40.write(f, 0, b"data")
    nfs40.setattr(f, mode=0o600)
    alice.compound(op.putfh(home), op.open("f", create(size=0), owner=b"alice").fails(NFS4ERR.ACCESS))
    assert nfs40.read(f) == b"data"


@every_mode
@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "file"])
@covers("RFC7530 16.16", "what has the name is no regular file: NFS4ERR_EXIST, or what an OPEN of it says")
def test_other_kind(nfs40, home, request, mode, kind):
    request.getfixturevalue(kind)
    others = {"subdir": (NFS4ERR.ISDIR,)}.get(kind, (NFS4ERR.SYMLINK, NFS4ERR.INVAL))
    nfs40.compound(op.putfh(home), opening(mode, kind).fails(NFS4ERR.EXIST, *others))


@covers("RFC7530 16.16", "EXCLUSIVE4 again with the same verifier: the same file, a success")
@meets("7530-16.16-5")
def test_exclusive_again(nfs40, home):
    first = nfs40.open(home, "f", create(EXCLUSIVE4, VERF))
    again = nfs40.open(home, "f", create(EXCLUSIVE4, VERF))
    assert again.fh == first.fh and names(nfs40, home) == {"f"}


@covers("RFC7530 16.16", "EXCLUSIVE4 again by another client with the verifier of the first")
def test_exclusive_other_client(nfs40, other, home):
    first = nfs40.open(home, "f", create(EXCLUSIVE4, VERF))
    assert other.open(home, "f", create(EXCLUSIVE4, VERF)).fh == first.fh


@covers("RFC7530 16.16", "EXCLUSIVE4 with another verifier: NFS4ERR_EXIST")
@meets("7530-16.16-5")
def test_exclusive_other_verifier(nfs40, home):
    nfs40.open(home, "f", create(EXCLUSIVE4, VERF))
    for at in range(8):
        other = VERF[:at] + bytes([VERF[at] ^ 1]) + VERF[at + 1 :]
        nfs40.compound(op.putfh(home), opening(EXCLUSIVE4, verf=other).fails(NFS4ERR.EXIST))


@pytest.mark.parametrize("verf", [bytes(8), b"\xff" * 8, b"\x80" + bytes(7)], ids=bytes.hex)
@covers("RFC7530 16.16", "any eight bytes are a verifier")
def test_verifiers(nfs40, home, verf):
    nfs40.open(home, "f", create(EXCLUSIVE4, verf))
    nfs40.open(home, "f", create(EXCLUSIVE4, verf))
    nfs40.compound(op.putfh(home), opening(EXCLUSIVE4, verf=b"\x55" * 8).fails(NFS4ERR.EXIST))


@covers("RFC7530 16.16", "EXCLUSIVE4 of a file made otherwise: NFS4ERR_EXIST")
@meets("7530-16.16-5")
def test_exclusive_plain(nfs40, home, file):
    nfs40.compound(op.putfh(home), opening(EXCLUSIVE4, "file").fails(NFS4ERR.EXIST))


@covers("RFC7530 16.16", "the SETATTR after an EXCLUSIVE4 create sets the attributes")
def test_exclusive_then_setattr(nfs40, home):
    opened = nfs40.open(home, "f", create(EXCLUSIVE4, VERF))
    some = dict(mode=0o640, time_access_set=(1, 0), time_modify_set=(2, 0))
    nfs40.compound(op.putfh(opened.fh), op.setattr(some, stateid=opened))
    a = nfs40.getattr(opened.fh, "mode", "time_access", "time_modify")
    assert (a.mode, a.time_access.seconds, a.time_modify.seconds) == (0o640, 1, 2)


@covers("RFC7530 16.16", "attrset of EXCLUSIVE4 names what the client has to set after it: where the verifier is kept")
@meets("7530-16.16-9")
def test_exclusive_attrset(nfs40, home):
    r = nfs40.compound(op.putfh(home), opening(EXCLUSIVE4))
    assert attr_names(r.open.attrset) <= {"time_access", "time_modify", "time_access_set", "time_modify_set", "time_metadata", "size", "mode"}


@covers("RFC7530 16.16", "EXCLUSIVE4_1 is of a later minor version")
def test_exclusive4_1(nfs40, home):
    wanted = (NFS4ERR.BADXDR, NFS4ERR.INVAL, NFS4ERR.NOTSUPP, accept_stat.GARBAGE_ARGS)
    nfs40.compound(op.putfh(home), opening(EXCLUSIVE4_1), fails=wanted)
    assert not exists(nfs40, home, "f")


@pytest.mark.parametrize("mode", [UNCHECKED4, GUARDED4], ids=lambda m: m.name)
@pytest.mark.parametrize("attrs", [{"type": NF4REG}, {"change": 1}, {"numlinks": 1}, {"fileid": 7}], ids=lambda a: next(iter(a)))
@covers("RFC7530 5.5", "NFS4ERR_INVAL: attributes that cannot be set, and nothing is made")
@meets("7530-5.5-2")
def test_read_only_attributes(nfs40, home, mode, attrs):
    nfs40.compound(op.putfh(home), opening(mode, attributes=attrs).fails(NFS4ERR.INVAL))
    assert not exists(nfs40, home, "f")


@pytest.mark.parametrize("mode", [UNCHECKED4, GUARDED4], ids=lambda m: m.name)
@covers("RFC7530 13.1.11.1", "NFS4ERR_ATTRNOTSUPP: attributes that are not supported, and nothing is made")
def test_unsupported_attributes(nfs40, home, mode):
    nfs40.compound(op.putfh(home), opening(mode, attributes={90: b"\0\0\0\1"}).fails(NFS4ERR.ATTRNOTSUPP))
    assert not exists(nfs40, home, "f")


@every_mode
@covers("RFC7530 16.16", "NFS4ERR_ACCESS: no permission to write in the directory")
def test_no_permission(nfs40, alice, subdir, mode):
    nfs40.setattr(subdir, mode=0o755)
    alice.compound(op.putfh(subdir), op.open("f", create(mode, VERF), owner=b"alice").fails(NFS4ERR.ACCESS))
    assert names(nfs40, subdir) == set()


@covers("RFC7530 16.16", "opening a file that is there needs no permission to write in the directory")
def test_existing_in_closed_directory(nfs40, alice, subdir):
    f = new_file(nfs40, subdir, "f")
    nfs40.setattr(subdir, mode=0o755)
    assert alice.open(subdir, "f", create(), owner=b"alice").fh == f


@covers("RFC7530 16.16", "of many GUARDED4 creates of one name, one succeeds")
@meets("7530-16.16-3")
def test_race(nfs40, home):
    owners = [b"owner %d" % n for n in range(20)]
    ops = [op.open("f", create(GUARDED4), owner=owner).may_fail(NFS4ERR.EXIST) for owner in owners]
    sent = [nfs40.send(op.putfh(home), each) for each in ops]
    assert [each.result().status for each in sent].count(0) == 1


@every_mode
@covers("RFC7530 16.16", "a removed directory: NFS4ERR_STALE or NFS4ERR_NOENT")
def test_removed_directory(nfs40, home, subdir, mode):
    nfs40.remove(home, "subdir")
    nfs40.compound(op.putfh(subdir), opening(mode), fails=(NFS4ERR.STALE, NFS4ERR.NOENT))
