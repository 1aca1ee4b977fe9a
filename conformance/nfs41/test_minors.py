"""Minor versions and NFSv3 side by side on one file: RFC 8881 2.7, 9.7, 18.22, 18.32."""

import pytest

from conformance.nfs41.checks import BOTH, READ, WRITE
from dittofs import nfs3 as nfs3_
from dittofs.nfs4 import NFS4ERR, READ_LT, WRITE_LT, create, op
from dittofs.testing.fixtures import fresh_name, mounted
from dittofs.testing.markers import covers, meets, needs

V4 = ("nfs40", "nfs41", "nfs42")
PAIRS = pytest.mark.parametrize("first, second", [(a, b) for a in V4 for b in V4 if a != b])


@pytest.fixture
def two(request, first, second):
    return request.getfixturevalue(first), request.getfixturevalue(second)


@pytest.fixture
def v3(nfs3, connect, root4, request, home):
    """The test's directory for NFSv3."""
    return nfs3.lookup(mounted(connect, root4), fresh_name(request.node)).object


@PAIRS
@covers("RFC8881 9.7", "a share of one minor version is respected by the other: NFS4ERR_SHARE_DENIED")
def test_share(two, home, file):
    a, b = two
    held = a.open(home, "file", share_access=READ, share_deny=WRITE)
    b.compound(op.putfh(home), op.open("file", share_access=WRITE).fails(NFS4ERR.SHARE_DENIED))
    b.close(b.open(home, "file", share_access=READ))
    a.close(held)
    b.open(home, "file", share_access=WRITE)


@PAIRS
@covers("RFC8881 18.10.3", "a lock of one minor version is in the way of the other's: NFS4ERR_DENIED, with range and owner")
def test_lock(two, home, file):
    a, b = two
    opened = a.open(home, "file")
    held = a.lock(opened, WRITE_LT, 10, 20, lock_owner=b"holder")
    theirs = b.open(home, "file")
    r = b.compound(op.putfh(file), op.lock(READ_LT, 15, 1, open_stateid=theirs).fails(NFS4ERR.DENIED))
    assert (r.lock.denied.offset, r.lock.denied.length, bytes(r.lock.denied.owner.owner)) == (10, 20, b"holder")
    a.compound(op.putfh(file), op.locku(held, 10, 20))
    b.lock(theirs, READ_LT, 15, 1)


@PAIRS
@covers("RFC8881 4.2.1", "filehandles are the same in every minor version, and so are data, attributes and the change attribute")
@meets("8881-4.2.1-1")
def test_same_objects(two, home):
    a, b = two
    opened = a.open(home, "f", create(mode=0o644))
    a.write(opened.fh, 0, b"data", opened.stateid)
    assert b.lookup(home, "f") == opened.fh
    assert b.read(opened.fh) == b"data"
    wanted = ("change", "size", "mode", "fileid", "fsid", "time_modify", "owner")
    assert a.getattr(opened.fh, *wanted) == b.getattr(opened.fh, *wanted)


@PAIRS
@covers("RFC8881 8.2.4", "a stateid of one client is none of another's, whatever the minor version: NFS4ERR_BAD_STATEID")
@meets("8881-8.2.4-2")
def test_stateids(two, home, file):
    a, b = two
    if b.minorversion == 0:
        pytest.skip("in minor version 0 a stateid says by itself whose it is")
    opened = a.open(home, "file")
    b.compound(op.putfh(file), op.write(opened, 0, b"x").fails(NFS4ERR.BAD_STATEID, NFS4ERR.EXPIRED))


@covers("RFC8881 2.7", "all minor versions over one connection, compound by compound")
@meets("8881-2.7-1")
def test_one_connection(clients4, nfs41, home, file):
    v40 = clients4.new(0).over(nfs41.endpoint)
    v42 = clients4.new(2).over(nfs41.endpoint)
    for n in range(5):
        for c in (v40, nfs41, v42):
            c.write(file, 0, b"%d" % n)
            assert c.read(file) == b"%d" % n


@covers("RFC8881 2.10.1", "an owner string that minor version 0 and 1 both use names two clients")
def test_same_owner_string(clients4, home, file):
    v40 = clients4.bare(0)
    v40.setclientid()
    v41 = clients4.bare(1, ownerid=v40.id, verifier=v40.verifier)
    session = v41.session()
    session.compound(op.reclaim_complete())
    a, b = v40.open(home, "file"), session.open(home, "file")
    v40.write(file, 0, b"x", a.stateid)
    session.write(file, 0, b"y", b.stateid)


@needs("mount")
@covers("RFC8881 9.7", "NFSv3 reads and writes what NFSv4 has open, unless the server holds it to shares")
def test_nfs3(nfs3, v3, nfs41, home):
    opened = nfs41.open(home, "f", create(mode=0o666), share_access=BOTH)
    nfs41.write(opened.fh, 0, b"from 4.1", opened.stateid)
    handle = nfs3.lookup(v3, "f").object
    assert bytes(nfs3.read(handle, 0, 100).data) == b"from 4.1"
    nfs3.write(handle, 0, b"from 3  ")
    assert nfs41.read(opened.fh, 0, 100, opened.stateid) == b"from 3  "
    nfs41.close(opened)


@needs("mount")
@covers("RFC8881 9.7", "what an open denies NFSv3 may be refused, never half done; the file is whole")
def test_nfs3_denied(nfs3, v3, nfs41, home):
    opened = nfs41.open(home, "f", create(mode=0o666), share_deny=BOTH)
    nfs41.write(opened.fh, 0, b"mine", opened.stateid)
    handle = nfs3.lookup(v3, "f").object
    refused = (nfs3_.NFS3ERR.ACCES, nfs3_.NFS3ERR.JUKEBOX, nfs3_.NFS3ERR.IO)
    r = nfs3.write(handle, 0, b"them", may_fail=refused)
    assert nfs41.read(opened.fh, 0, 100, opened.stateid) == (b"them" if r.outcome == 0 else b"mine")


@needs("mount")
@covers("RFC8881 5.8.1.4", "what NFSv3 changes shows in the change attribute, what NFSv4 changes in NFSv3's times and size")
@meets("8881-5.8.1.4-1")
def test_nfs3_change(nfs3, v3, nfs41, home, file):
    before = nfs41.getattr(file, "change").change
    nfs3.setattr(nfs3.lookup(v3, "file").object, mode=0o640)
    after = nfs41.getattr(file, "change", "mode")
    assert after.change != before and after.mode == 0o640
    nfs41.write(file, 0, b"12345")
    assert nfs3.getattr(nfs3.lookup(v3, "file").object).obj_attributes.size == 5


@covers("RFC8881 18.25.4", "removed by one while another has it open: both go on, or NFS4ERR_FILE_OPEN")
@meets("8881-18.25.4-1")
def test_remove(nfs40, nfs41, home):
    opened = nfs41.open(home, "f", create())
    nfs40.compound(op.putfh(home), op.remove("f").may_fail(NFS4ERR.FILE_OPEN))
    nfs41.compound(op.putfh(opened.fh), op.close(opened).may_fail(NFS4ERR.STALE))
