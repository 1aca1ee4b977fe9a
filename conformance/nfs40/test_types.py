"""What an operation says to an object of a type it is not for: RFC 7530 13.1.2, 13.2 and each operation's section."""

import pytest

from conformance.nfs40.checks import OBJECTS
from conformance.nfs40.ops import DIRECTORY, FILE, LINK, USAGES
from dittofs.nfs4 import NFS4ERR, op
from dittofs.testing.markers import covers, meets

STATE = ("CLOSE", "DELEGRETURN", "LOCK", "LOCKU", "OPEN_CONFIRM", "OPEN_DOWNGRADE")
KIND = {FILE: "file", DIRECTORY: "subdir", LINK: "symlink"}


def expected(use, kind):
    """The statuses that fit."""
    if use.current == DIRECTORY:
        return (NFS4ERR.SYMLINK, NFS4ERR.NOTDIR) if kind == "symlink" else (NFS4ERR.NOTDIR,)
    if use.current == LINK:
        return (NFS4ERR.INVAL, NFS4ERR.ISDIR) if kind == "subdir" else (NFS4ERR.INVAL,)
    if kind == "subdir":
        return (NFS4ERR.ISDIR,)
    return (NFS4ERR.INVAL, NFS4ERR.SYMLINK) if kind == "symlink" else (NFS4ERR.INVAL,)


def wrong():
    for use in USAGES:
        if use.current not in KIND or str(use) in STATE:
            continue
        for kind in OBJECTS:
            if kind != KIND[use.current]:
                why = f"{kind} where it wants {use.current}"
                yield pytest.param(use, kind, id=f"{use}-{kind}", marks=covers(f"RFC7530 {use.section}", why))


@pytest.mark.parametrize("use, kind", wrong())
@meets("7530-16.13-2", "7530-16.23-4", "7530-16.25-1")
def test_wrong_type(nfs40, home, file, request, use, kind):
    handle = request.getfixturevalue(kind)
    saved = (op.putfh(file if use.saved == FILE else home), op.savefh())
    nfs40.compound(saved, op.putfh(handle), use.operation.fails(*expected(use, kind)))


@pytest.mark.parametrize("name", STATE)
@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "file"])
@covers("RFC7530 13.1.2", "an operation on opens or locks fails where no file can be open")
def test_no_state(nfs40, request, name, kind):
    use = next(u for u in USAGES if str(u) == name)
    nfs40.compound(op.putfh(request.getfixturevalue(kind)), use.operation.fails(...))


@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "subdir"])
@covers("RFC7530 16.27", "RENAME from what is no directory: NFS4ERR_NOTDIR, of a symbolic link NFS4ERR_SYMLINK too")
def test_rename_from(nfs40, home, request, kind):
    handle = request.getfixturevalue(kind)
    wanted = (NFS4ERR.NOTDIR, NFS4ERR.SYMLINK) if kind == "symlink" else (NFS4ERR.NOTDIR,)
    nfs40.compound(op.putfh(handle), op.savefh(), op.putfh(home), op.rename("a", "b").fails(*wanted))


@covers("RFC7530 13.1.2.3", "LINK of a directory: NFS4ERR_ISDIR")
def test_link_of_directory(nfs40, home, subdir):
    nfs40.compound(op.putfh(subdir), op.savefh(), op.putfh(home), op.link("again").fails(NFS4ERR.ISDIR))
