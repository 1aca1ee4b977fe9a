"""Current and saved filehandles, and objects of the wrong type: RFC 8881 4, 15.1.2, each operation's section."""

import pytest

from conformance.nfs40.checks import NOT_A_FILE
from conformance.nfs41.checks import BAD_HANDLE, OBJECTS
from conformance.nfs41.ops import DIRECTORY, FILE, LINK, NONE, USAGES, each, usage
from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers, meets

NEEDY = [u for u in USAGES if u.current != NONE]
KIND = {FILE: "file", DIRECTORY: "subdir", LINK: "symlink"}
# What looks at its stateid first may find that that is bad.
STATE = ("CLOSE", "DELEGRETURN", "LOCK", "LOCKU", "OPEN_DOWNGRADE")


def refusal(use, *statuses):
    return use.operation.fails(*statuses, *([NFS4ERR.NOTSUPP] if use.optional else []))


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC8881 18.8.3", "the filehandle of any object: at most NFS4_FHSIZE bytes, the same each time, usable with PUTFH")
@meets("8881-3.1-1", "8881-4.2.1-1")
def test_getfh(nfs41, home, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs41.compound(op.putfh(home), op.lookup(kind), op.getfh(), op.putfh(handle), op.getfh())
    assert bytes(r[2].object) == bytes(r[4].object) == handle and 0 < len(handle) <= 128


@pytest.mark.parametrize("use", each("NFS4ERR_NOFILEHANDLE: no current filehandle", NEEDY))
@meets("8881-15.1.2.5-1", "8881-16.2.3.1.1-1")
def test_no_filehandle(nfs41, use):
    nfs41.compound(refusal(use, NFS4ERR.NOFILEHANDLE))


@pytest.mark.parametrize("name", ["LINK", "RENAME"])
@covers("RFC8881 15.1.2.5", "NFS4ERR_NOFILEHANDLE: no saved filehandle")
@meets("8881-15.1.2.5-1")
def test_no_saved_filehandle(nfs41, home, name):
    nfs41.compound(op.putfh(home), usage(name).operation.fails(NFS4ERR.NOFILEHANDLE))


@covers("RFC8881 15.1.16.4", "RESTOREFH of nothing: NFS4ERR_NOFILEHANDLE, in this minor version")
@meets("8881-15.1.2.5-1")
def test_restorefh_nothing(nfs41, home):
    nfs41.compound(op.putfh(home), op.restorefh().fails(NFS4ERR.NOFILEHANDLE))


@covers("RFC8881 18.28.3", "SAVEFH copies, RESTOREFH brings back, as often as wanted")
@meets("8881-18.28.3-1")
def test_save_and_restore(nfs41, home, subdir, file):
    r = nfs41.compound(
        op.putfh(home), op.savefh(), op.lookup("subdir"), op.getfh(), op.restorefh(), op.getfh(),
        op.lookup("file"), op.savefh(), op.putfh(subdir), op.restorefh(), op.getfh(), op.restorefh(), op.getfh(),
    )  # fmt: skip
    assert [bytes(x.object) for x in r.of(op.getfh)] == [subdir, home, file, file]


@pytest.mark.parametrize("handle", [b"", b"?", bytes(16), b"\xff" * 64, bytes(128)], ids=len)
@covers("RFC8881 15.1.2.1", "NFS4ERR_BADHANDLE or NFS4ERR_STALE: a filehandle of nothing")
@meets("8881-4.2.1-2")
def test_bad_handle(nfs41, handle):
    nfs41.compound(op.putfh(handle).fails(*BAD_HANDLE))


def wrong_types():
    for use in USAGES:
        if use.current in KIND and str(use) not in STATE and not use.optional:
            for kind in OBJECTS:
                if kind != KIND[use.current]:
                    why = f"{kind} where it wants {use.current}"
                    yield pytest.param(use, kind, id=f"{use}-{kind}", marks=covers(f"RFC8881 {use.section}", why))


def expected(use, kind):
    """The statuses that fit; the more specific ones come first (RFC 8881 15.1.2.9)."""
    if use.current == DIRECTORY:
        return (NFS4ERR.SYMLINK, NFS4ERR.NOTDIR) if kind == "symlink" else (NFS4ERR.NOTDIR,)
    # READLINK lists NFS4ERR_INVAL and NFS4ERR_WRONG_TYPE (15.2, 18.24.3).
    if use.current == LINK:
        return (NFS4ERR.INVAL, NFS4ERR.WRONG_TYPE, *([NFS4ERR.ISDIR] if kind == "subdir" else []))
    if kind == "subdir":
        return (NFS4ERR.ISDIR,)
    return (NFS4ERR.WRONG_TYPE, NFS4ERR.INVAL, *([NFS4ERR.SYMLINK] if kind == "symlink" else []))


@pytest.mark.parametrize("use, kind", wrong_types())
@meets("8881-15.1.2.9-1")
def test_wrong_type(nfs41, home, file, request, use, kind):
    handle = request.getfixturevalue(kind)
    saved = (op.putfh(file if use.saved == FILE else home), op.savefh())
    nfs41.compound(saved, op.putfh(handle), use.operation.fails(*expected(use, kind)))


@pytest.mark.parametrize("name", STATE)
@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "file"])
@covers("RFC8881 15.1.2.9", "an operation on opens, locks or delegations fails where no file can be open")
@meets("8881-15.1.2.9-1")
def test_no_state(nfs41, request, name, kind):
    nfs41.compound(op.putfh(request.getfixturevalue(kind)), usage(name).operation.fails(...))


@pytest.mark.parametrize("kind", [k for k in OBJECTS if k not in ("file", "subdir")])
@covers("RFC8881 18.16.3", "OPEN of what is neither a file nor a directory: NFS4ERR_SYMLINK, NFS4ERR_WRONG_TYPE")
@meets("8881-18.16.4-1")
def test_open(nfs41, home, request, kind):
    request.getfixturevalue(kind)
    wanted = NFS4ERR.SYMLINK if kind == "symlink" else NFS4ERR.WRONG_TYPE
    nfs41.compound(op.putfh(home), op.open(kind).fails(wanted, *([NFS4ERR.SYMLINK] if kind != "symlink" else [])))


@covers("RFC8881 18.16.3", "OPEN of a directory: NFS4ERR_ISDIR")
@meets("8881-18.16.4-1")
def test_open_directory(nfs41, home, subdir):
    nfs41.compound(op.putfh(home), op.open("subdir").fails(NFS4ERR.ISDIR))


@covers("RFC8881 18.9.3", "LINK of a directory: NFS4ERR_ISDIR")
@meets("8881-15.1.2.9-1")
def test_link_of_directory(nfs41, home, subdir):
    nfs41.compound(op.putfh(subdir), op.savefh(), op.putfh(home), op.link("again").fails(*NOT_A_FILE[1:]))
