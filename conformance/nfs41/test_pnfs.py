"""Operations of pNFS, of a server without layouts: RFC 8881 12, 18.40-18.44. One with them may answer otherwise."""

import pytest

from conformance.nfs41.checks import BAD_STATEID, alive
from dittofs.nfs4 import (
    EXCHGID4_FLAG_USE_PNFS_MDS, LAYOUT4_BLOCK_VOLUME, LAYOUT4_NFSV4_1_FILES, LAYOUT4_OSD2_OBJECTS, NFS4ERR, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

TYPES = pytest.mark.parametrize("type", [LAYOUT4_NFSV4_1_FILES, LAYOUT4_OSD2_OBJECTS, LAYOUT4_BLOCK_VOLUME], ids=lambda t: t.name)
NO_LAYOUTS = (NFS4ERR.NOTSUPP, NFS4ERR.LAYOUTUNAVAILABLE, NFS4ERR.UNKNOWN_LAYOUTTYPE)


@pytest.fixture(autouse=True)
def without(nfs41, file):
    """These tests are for servers that do not say that they are metadata servers."""
    found = nfs41.getattr(file, "fs_layout_types").get("fs_layout_types")
    again = nfs41.client.compound(op.exchange_id()).exchange_id
    if found or again.eir_flags & EXCHGID4_FLAG_USE_PNFS_MDS:
        pytest.skip("the server has layouts")


@TYPES
@covers("RFC8881 18.43.3", "LAYOUTGET: NFS4ERR_LAYOUTUNAVAILABLE, NFS4ERR_UNKNOWN_LAYOUTTYPE or NFS4ERR_NOTSUPP; the open is as it was")
@meets("8881-18.43.3-1")
def test_layoutget(nfs41, opened, type):
    nfs41.compound(op.putfh(opened.fh), op.layoutget(opened, type).fails(*NO_LAYOUTS))
    nfs41.close(opened)


@TYPES
@covers("RFC8881 18.40.3", "GETDEVICEINFO: no device")
@meets("8881-18.40.3-1")
def test_getdeviceinfo(nfs41, type):
    wanted = (*NO_LAYOUTS, NFS4ERR.NOENT, NFS4ERR.INVAL)
    nfs41.compound(op.getdeviceinfo(bytes(16), type).fails(*wanted))


@TYPES
@covers("RFC8881 18.41.3", "GETDEVICELIST: none, or refused")
@meets("8881-18.40.3-1")
def test_getdevicelist(nfs41, home, type):
    r = nfs41.compound(op.putfh(home), op.getdevicelist(type).may_fail(*NO_LAYOUTS))
    if r.status == 0:
        assert not r.getdevicelist.gdlr_deviceid_list


@covers("RFC8881 18.42.3", "LAYOUTCOMMIT where there is no layout")
@meets("8881-18.40.3-1")
def test_layoutcommit(nfs41, opened):
    wanted = (*NO_LAYOUTS, *BAD_STATEID, NFS4ERR.BADLAYOUT)
    nfs41.compound(op.putfh(opened.fh), op.layoutcommit(opened).fails(*wanted))
    nfs41.close(opened)


@TYPES
@covers("RFC8881 18.44.3", "LAYOUTRETURN of all: nothing to return, or refused")
@meets("8881-18.40.3-1")
def test_layoutreturn(nfs41, type):
    nfs41.compound(op.layoutreturn(lora_layout_type=type).may_fail(*NO_LAYOUTS))
    alive(nfs41)
