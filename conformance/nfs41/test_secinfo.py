"""SECINFO and SECINFO_NO_NAME: RFC 8881 18.29, 18.45, 2.6.3."""

import pytest

from dittofs.nfs4 import NFS4ERR, SECINFO_STYLE4_CURRENT_FH, SECINFO_STYLE4_PARENT, op
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

AUTH_SYS = 1
STYLES = pytest.mark.parametrize("style", [SECINFO_STYLE4_CURRENT_FH, SECINFO_STYLE4_PARENT], ids=lambda s: s.name)


def flavors(result):
    found = result.resok4 if hasattr(result, "resok4") else result.arm
    return [each.flavor for each in found]


@STYLES
@covers("RFC8881 18.45.3", "the flavors of the current filehandle, or of its parent")
@meets("8881-18.45.3-1")
def test_style(nfs41, subdir, style):
    r = nfs41.compound(op.putfh(subdir), op.secinfo_no_name(style))
    assert AUTH_SYS in flavors(r.secinfo_no_name)


@covers("RFC8881 18.45.3", "of the root, the current style; its parent is NFS4ERR_NOENT")
@meets("8881-18.45.3-1")
def test_root(nfs41):
    nfs41.compound(op.putrootfh(), op.secinfo_no_name(SECINFO_STYLE4_CURRENT_FH))
    nfs41.compound(op.putrootfh(), op.secinfo_no_name(SECINFO_STYLE4_PARENT).fails(NFS4ERR.NOENT))


@covers("RFC8881 18.45.3", "the current style of a file; the parent style wants a directory")
@meets("8881-18.45.3-1")
def test_file(nfs41, file):
    nfs41.compound(op.putfh(file), op.secinfo_no_name(SECINFO_STYLE4_CURRENT_FH))
    nfs41.compound(op.putfh(file), op.secinfo_no_name(SECINFO_STYLE4_PARENT).fails(NFS4ERR.NOTDIR))


@STYLES
@covers("RFC8881 2.6.3.1.1.8", "the current filehandle is consumed: what follows and needs one is NFS4ERR_NOFILEHANDLE")
@meets("8881-2.6.3.1.1.8-1")
def test_consumes(nfs41, subdir, style):
    nfs41.compound(op.putfh(subdir), op.secinfo_no_name(style), op.getfh().fails(NFS4ERR.NOFILEHANDLE))


@covers("RFC8881 2.6.3.1.1.8", "SECINFO consumes the current filehandle too, and leaves the saved one")
@meets("8881-2.6.3.1.1.8-1")
def test_secinfo_consumes(nfs41, home, subdir):
    secinfo = op.secinfo("subdir")
    nfs41.compound(op.putfh(home), secinfo, op.getfh().fails(NFS4ERR.NOFILEHANDLE))
    r = nfs41.compound(op.putfh(home), op.savefh(), secinfo, op.restorefh(), op.getfh())
    assert bytes(r.getfh.object) == home


@covers("RFC8881 18.29.3", "SECINFO: NFS4ERR_NOENT, NFS4ERR_NOTDIR, NFS4ERR_INVAL")
@meets("8881-18.29.3-1")
def test_secinfo(nfs41, home, file, subdir):
    assert AUTH_SYS in flavors(nfs41.compound(op.putfh(home), op.secinfo("subdir")).secinfo)
    nfs41.compound(op.putfh(home), op.secinfo("gone").fails(NFS4ERR.NOENT))
    nfs41.compound(op.putfh(file), op.secinfo("x").fails(NFS4ERR.NOTDIR))
    nfs41.compound(op.putfh(home), op.secinfo("").fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("value", [2, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "a style that secinfo_style4 does not name")
def test_unknown_style(nfs41, home, value):
    refused = (NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS)
    bad = op.raw(op.secinfo_no_name().opnum, value.to_bytes(4, "big"))
    nfs41.compound(op.putfh(home), bad, fails=refused)


@covers("RFC8881 18.45.3", "who may not search the directory is told so: NFS4ERR_ACCESS")
@meets("8881-18.29.3-2")
def test_access(nfs41, bob, home, subdir):
    nfs41.mkdir(subdir, "d")
    nfs41.setattr(subdir, mode=0o600)
    bob.compound(op.putfh(subdir), op.secinfo("d").fails(NFS4ERR.ACCESS))
