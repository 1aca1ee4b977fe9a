"""Current and saved filehandles: PUTFH, PUTROOTFH, PUTPUBFH, GETFH, SAVEFH, RESTOREFH (RFC 7530 4, 16)."""

import pytest

from conformance.nfs40.checks import BAD_HANDLE, OBJECTS, new_file
from conformance.nfs40.ops import ANY, NONE, USAGES, each, usage
from dittofs.nfs4 import FH4_VOLATILE_ANY, FH4_VOL_RENAME, NFS4ERR, op
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.8", "the filehandle of any object: at most NFS4_FHSIZE bytes, the same each time, usable with PUTFH")
@meets("7530-2.1-1", "7530-16.20-1")
def test_getfh(nfs40, home, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs40.compound(op.putfh(home), op.lookup(kind), op.getfh(), op.putfh(handle), op.getfh())
    assert bytes(r[2].object) == bytes(r[4].object) == handle and 0 < len(handle) <= 128


@pytest.mark.parametrize("use", each("NFS4ERR_NOFILEHANDLE: no current filehandle", [u for u in USAGES if u.current != NONE]))
@meets("7530-15.2-6")
def test_no_filehandle(nfs40, use):
    nfs40.compound(use.operation.fails(NFS4ERR.NOFILEHANDLE))


@pytest.mark.parametrize("name", ["LINK", "RENAME"])
@covers("RFC7530 13.1.2.5", "NFS4ERR_NOFILEHANDLE: no saved filehandle")
@meets("7530-15.2-6")
def test_no_saved_filehandle(nfs40, home, name):
    nfs40.compound(op.putfh(home), usage(name).operation.fails(NFS4ERR.NOFILEHANDLE))


@covers("RFC7530 16.29", "NFS4ERR_RESTOREFH: nothing was saved")
@meets("7530-16.29-1")
def test_restorefh_nothing(nfs40, home):
    nfs40.compound(op.putfh(home), op.restorefh().fails(NFS4ERR.RESTOREFH))


@covers("RFC7530 16.30", "SAVEFH copies, RESTOREFH brings back, as often as wanted")
def test_save_and_restore(nfs40, home, subdir, file):
    r = nfs40.compound(
        op.putfh(home), op.savefh(), op.lookup("subdir"), op.getfh(), op.restorefh(), op.getfh(),
        op.lookup("file"), op.savefh(), op.putfh(subdir), op.restorefh(), op.getfh(), op.restorefh(), op.getfh(),
    )  # fmt: skip
    assert [bytes(x.object) for x in r.of(op.getfh)] == [subdir, home, file, file]


@covers("RFC7530 16.30", "PUTFH and LOOKUP leave the saved filehandle")
def test_saved_stays(nfs40, home, subdir):
    r = nfs40.compound(op.putfh(subdir), op.savefh(), op.putrootfh(), op.putfh(home), op.restorefh(), op.getfh())
    assert bytes(r.getfh.object) == subdir


@covers("RFC7530 16.22", "the root of the server: a directory, the same each time")
@meets("7530-4.1-1")
def test_putrootfh(nfs40):
    r = nfs40.compound(op.putrootfh(), op.getattr("type"), op.getfh(), op.putrootfh(), op.getfh())
    assert r.getattr.attributes.type == OBJECTS["subdir"]
    assert bytes(r[2].object) == bytes(r[4].object)


@covers("RFC7530 16.21", "the public filehandle: some object, or the root where nothing else was made public")
@meets("7530-4.1-1")
def test_putpubfh(nfs40):
    r = nfs40.compound(op.putpubfh(), op.getattr("type"), op.getfh(), op.putpubfh(), op.getfh())
    assert bytes(r[2].object) == bytes(r[4].object)


@pytest.mark.parametrize("name", ["PUTROOTFH", "PUTPUBFH"])
@covers("RFC7530 16.22", "they replace whatever the current filehandle is")
def test_replaced(nfs40, file, name):
    r = nfs40.compound(op.putfh(file), usage(name).operation, op.getfh())
    assert bytes(r.getfh.object) != file


@pytest.mark.parametrize("handle", [b"", b"x", bytes(16), bytes(27), b"\xff" * 32, bytes(128), b"\xff" * 128], ids=len)
@covers("RFC7530 16.20", "bytes that are no filehandle: NFS4ERR_BADHANDLE or NFS4ERR_STALE")
@meets("7530-4.2.2-3", "7530-16.20-1")
def test_nonsense(nfs40, handle):
    nfs40.compound(op.putfh(handle).fails(*BAD_HANDLE))


@covers("RFC7530 16.20", "a filehandle with one byte changed, cut or grown refers to nothing, or to what is there")
def test_changed_handles(nfs40, file):
    for at in range(len(file)):
        for handle in (file[:at] + bytes([file[at] ^ 0xFF]) + file[at + 1 :], file[:at], file + bytes(1)):
            r = nfs40.call(op.putfh(handle), op.getattr("type"))
            assert r.status == 0 or r.putfh.status != 0 or r.status in BAD_HANDLE, r


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 13.1.2.7", "NFS4ERR_STALE: the object was removed")
@meets("7530-4.2.2-3")
def test_removed(nfs40, home, request, kind):
    handle = request.getfixturevalue(kind)
    nfs40.remove(home, kind)
    nfs40.compound(op.putfh(handle).may_fail(NFS4ERR.STALE), op.getattr("type").fails(NFS4ERR.STALE))


@pytest.mark.parametrize("use", each("NFS4ERR_STALE: the object is gone", [u for u in USAGES if u.current in (ANY,)]))
@meets("7530-4.2.2-3")
def test_stale(nfs40, home, use):
    gone = new_file(nfs40, home, "gone")
    nfs40.remove(home, "gone")
    if use.operation in (op.getfh(), op.savefh()):
        nfs40.compound(op.putfh(gone), use.operation, may_fail=NFS4ERR.STALE)  # these need not look at the object
    else:
        nfs40.compound(op.putfh(gone), use.operation, fails=(NFS4ERR.STALE, NFS4ERR.NOTSUPP))


@covers("RFC7530 4.2.2", "a persistent filehandle is the same after a rename, and for every name of a file")
@meets("7530-4.2.2-1", "7530-4.2.3-1")
def test_stable(nfs40, home, subdir, file):
    if nfs40.getattr(file, "fh_expire_type").fh_expire_type & (FH4_VOLATILE_ANY | FH4_VOL_RENAME):
        return
    r = nfs40.compound(
        op.putfh(home), op.savefh(), op.putfh(subdir), op.rename("file", "moved"), op.lookup("moved"), op.getfh()
    )
    assert bytes(r.getfh.object) == file
    r = nfs40.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("again"), op.lookup("again"), op.getfh())
    assert bytes(r.getfh.object) == file


@covers("RFC7530 4.2.1", "a name made anew is another object, with another filehandle")
@meets("7530-4.2.1-1")
def test_not_reused(nfs40, home, file):
    nfs40.remove(home, "file")
    assert new_file(nfs40, home, "file") != file


@covers("RFC7530 4.2.1", "two filehandles of different objects differ")
@meets("7530-4.2.1-1")
def test_different(nfs40, home):
    handles = {new_file(nfs40, home, f"f{n}") for n in range(20)}
    assert len(handles) == 20
