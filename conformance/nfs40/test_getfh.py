"""GETFH: RFC 7530 16.8."""

from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers


@covers("RFC7530 16.8", "the filehandle of the current object, at most NFS4_FHSIZE bytes, usable later")
def test_getfh(nfs40, home4):
    r = nfs40.compound(op.putfh(home4), op.getfh())
    assert bytes(r.getfh.object) == home4 and 0 < len(home4) <= 128


@covers("RFC7530 16.8.4", "no current filehandle: NFS4ERR_NOFILEHANDLE")
def test_no_filehandle(nfs40):
    nfs40.compound(op.getfh().fails(NFS4ERR.NOFILEHANDLE))


