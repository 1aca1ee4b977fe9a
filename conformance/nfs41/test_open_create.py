"""OPEN that creates: UNCHECKED4, GUARDED4, EXCLUSIVE4, EXCLUSIVE4_1 (RFC 8881 18.16.3), suppattr_exclcreat (5.8.1.14)."""

import pytest

from conformance.nfs41.checks import change, check_cinfo, exists, new_file
from dittofs.nfs4 import (
    ACL4_SUPPORT_ALLOW_ACL, EXCLUSIVE4, EXCLUSIVE4_1, GUARDED4, NFS4ERR, UNCHECKED4, create, names, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

VERF, OTHER = b"verifier", b"another!"
EXCLUSIVES = pytest.mark.parametrize("mode", [EXCLUSIVE4, EXCLUSIVE4_1], ids=lambda m: m.name)


@pytest.mark.parametrize("mode", [UNCHECKED4, GUARDED4, EXCLUSIVE4, EXCLUSIVE4_1], ids=lambda m: m.name)
@covers("RFC8881 18.16.3", "a new file, and the change of its directory")
def test_new(nfs41, home, mode):
    before = change(nfs41, home)
    r = nfs41.compound(op.putfh(home), op.open("f", create(mode, VERF)), op.getattr("type", "size"))
    check_cinfo(r.open.cinfo, before, change(nfs41, home))
    assert r.getattr.attributes.size == 0


@pytest.mark.parametrize("mode", [UNCHECKED4, GUARDED4, EXCLUSIVE4_1], ids=lambda m: m.name)
@covers("RFC8881 18.16.3", "attributes given with the creation are set, and attrset says so")
@meets("8881-18.16.3-8")
def test_attributes(nfs41, home, mode):
    r = nfs41.compound(op.putfh(home), op.open("f", create(mode, VERF, mode=0o640)), op.getattr("mode"))
    assert r.getattr.attributes.mode == 0o640 and "mode" in names(r.open.attrset)


@covers("RFC8881 18.16.3", "UNCHECKED4 of a file that is there opens it; its attributes are not set, but a size of zero is")
@meets("8881-18.16.3-5")
def test_unchecked_existing(nfs41, home, file):
    nfs41.write(file, 0, b"data")
    how = create(UNCHECKED4, mode=0o600, size=10)
    r = nfs41.compound(op.putfh(home), op.open("file", how), op.getattr("mode", "size"))
    assert (r.getattr.attributes.mode, r.getattr.attributes.size) == (0o666, 4)
    assert "mode" not in names(r.open.attrset)
    r = nfs41.compound(op.putfh(home), op.open("file", create(UNCHECKED4, size=0)), op.getattr("size"))
    assert r.getattr.attributes.size == 0


@covers("RFC8881 18.16.3", "GUARDED4 of what is there: NFS4ERR_EXIST")
@meets("8881-18.16.3-4")
def test_guarded_existing(nfs41, home, file, subdir):
    for name in ("file", "subdir"):
        nfs41.compound(op.putfh(home), op.open(name, create(GUARDED4)).fails(NFS4ERR.EXIST))


@EXCLUSIVES
@covers("RFC8881 18.16.3", "the same verifier again: the file that it made; another: NFS4ERR_EXIST")
@meets("8881-18.16.3-6")
def test_exclusive_again(nfs41, home, mode):
    first = nfs41.open(home, "f", create(mode, VERF))
    again = nfs41.open(home, "f", create(mode, VERF))
    assert again.fh == first.fh and again.stateid.other == first.stateid.other
    nfs41.compound(op.putfh(home), op.open("f", create(mode, OTHER)).fails(NFS4ERR.EXIST))


@EXCLUSIVES
@covers("RFC8881 18.16.3", "of a file made in another way: NFS4ERR_EXIST")
@meets("8881-18.16.3-6")
def test_exclusive_existing(nfs41, home, file, mode):
    nfs41.compound(op.putfh(home), op.open("file", create(mode, VERF)).fails(NFS4ERR.EXIST))


@EXCLUSIVES
@covers("RFC8881 18.16.3", "the verifier is known after the file was closed, too, and to another client")
@meets("8881-18.16.3-6")
def test_exclusive_after_close(nfs41, other, home, mode):
    made = nfs41.open(home, "f", create(mode, VERF))
    nfs41.close(made)
    assert nfs41.open(home, "f", create(mode, VERF)).fh == made.fh
    other.compound(op.putfh(home), op.open("f", create(mode, OTHER)).fails(NFS4ERR.EXIST))


@covers("RFC8881 5.8.1.14", "suppattr_exclcreat: attributes that are supported and can be set, the same of all of a file system")
@meets("8881-5.8.1.14-1")
def test_suppattr_exclcreat(nfs41, home, file, subdir):
    found = names(nfs41.getattr(file, "suppattr_exclcreat").suppattr_exclcreat)
    assert found <= names(nfs41.getattr(file, "supported_attrs").supported_attrs)
    assert not found & {"type", "size_set", "fsid", "change", "supported_attrs", "filehandle", "lease_time"}
    assert found == names(nfs41.getattr(subdir, "suppattr_exclcreat").suppattr_exclcreat)


VALUES = {"mode": 0o604, "owner_group": None, "time_modify_set": (1000000, 0), "time_access_set": (2000000, 0), "size": 0}
READ_BACK = {"time_modify_set": "time_modify", "time_access_set": "time_access"}


@pytest.mark.parametrize("attr", [a for a in VALUES if VALUES[a] is not None])
@covers("RFC8881 18.16.3", "EXCLUSIVE4_1 sets what suppattr_exclcreat names and says so in attrset; other attributes are NFS4ERR_INVAL")
@meets("8881-18.16.3-7")
def test_exclusive_attributes(nfs41, home, attr):
    supported = names(nfs41.getattr(home, "suppattr_exclcreat").suppattr_exclcreat)
    attempt = op.open("f", create(EXCLUSIVE4_1, VERF, **{attr: VALUES[attr]}))
    if attr not in supported:
        nfs41.compound(op.putfh(home), attempt.fails(NFS4ERR.INVAL, NFS4ERR.ATTRNOTSUPP))
        assert not exists(nfs41, home, "f")
        return
    read = READ_BACK.get(attr, attr)
    r = nfs41.compound(op.putfh(home), attempt, op.getattr(read))
    value = r.getattr.attributes[read]
    assert attr in names(r.open.attrset)
    assert (value.seconds, value.nseconds) == VALUES[attr] if attr in READ_BACK else value == VALUES[attr]


@covers("RFC8881 18.16.3", "EXCLUSIVE4: attrset may only name what holds the verifier; the client sets these afterwards")
@meets("8881-18.16.3-8")
def test_exclusive4_attrset(nfs41, home):
    r = nfs41.compound(op.putfh(home), op.open("f", create(EXCLUSIVE4, VERF)))
    assert names(r.open.attrset) <= {"time_access_set", "time_modify_set", "time_access", "time_modify"}
    nfs41.setattr(nfs41.lookup(home, "f"), mode=0o640, time_modify_set=(1, 0))


@covers("RFC8881 18.16.3", "an attribute that can only be read: NFS4ERR_INVAL; one that there is not: NFS4ERR_ATTRNOTSUPP; nothing is made")
@meets("8881-5.5-2")
def test_bad_attributes(nfs41, home):
    for how, wanted in (
        (create(UNCHECKED4, attributes={"type": 1}), (NFS4ERR.INVAL,)),
        (create(UNCHECKED4, attributes={5000: b""}), (NFS4ERR.ATTRNOTSUPP, NFS4ERR.BADXDR)),
    ):
        nfs41.compound(op.putfh(home), op.open("f", how).fails(*wanted))
        assert not exists(nfs41, home, "f")


@covers("RFC8881 18.16.3", "NFS4ERR_ACCESS: no permission to make files in the directory, and none is needed to open one")
def test_permission(nfs41, bob, home, subdir):
    new_file(nfs41, subdir, "there")
    nfs41.setattr(subdir, mode=0o755)
    bob.compound(op.putfh(subdir), op.open("f", create(mode=0o666)).fails(NFS4ERR.ACCESS))
    bob.open(subdir, "there", create(mode=0o666))


@covers("RFC8881 18.16.3", "who creates may do with the open what it asked for, whatever mode it gave")
@meets("8881-18.16.4-3")
def test_creator(bob, home):
    made = bob.open(home, "f", create(mode=0o000))
    bob.write(made.fh, 0, b"data", made.stateid)


@covers("RFC8881 6.4.3", "a new file's mode is what was asked for, of a server with ACLs or without")
@meets("8881-6.4.3-1")
def test_mode_with_acls(nfs41, home):
    support = nfs41.getattr(home, "aclsupport").get("aclsupport", 0)
    made = nfs41.open(home, "f", create(mode=0o751))
    assert nfs41.getattr(made.fh, "mode").mode == 0o751 or not support & ACL4_SUPPORT_ALLOW_ACL
