"""Errors that only a failing store provokes: NFS4ERR_IO, NOSPC, DQUOT, DELAY (RFC 7530 13.1.4, 13.1.1.3).

On a server whose store fails on purpose, once; the same request afterwards must be as if nothing had been.
"""

import pytest

from conformance.nfs40.checks import names, new_file
from dittofs.faults import at, error, once
from dittofs.nfs4 import GUARDED4, NF4DIR, NF4LNK, NFS4ERR, create, op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("faults")

ERRORS = {"io": NFS4ERR.IO, "no_space": NFS4ERR.NOSPC, "quota": NFS4ERR.DQUOT, "busy": NFS4ERR.DELAY}

# operation: (what makes the filehandles, the operation), of a directory and the file "file" in it
CHANGING = {
    "SETATTR": lambda d, f: (op.putfh(f), op.setattr(mode=0o600)),
    "CREATE directory": lambda d, f: (op.putfh(d), op.create(NF4DIR, "new")),
    "CREATE link": lambda d, f: (op.putfh(d), op.create(NF4LNK, "new", linkdata="text")),
    "OPEN": lambda d, f: (op.putfh(d), op.open("new", create(GUARDED4))),
    "REMOVE": lambda d, f: (op.putfh(d), op.remove("file")),
    "RENAME": lambda d, f: (op.putfh(d), op.savefh(), op.rename("file", "new")),
    "LINK": lambda d, f: (op.putfh(f), op.savefh(), op.putfh(d), op.link("new")),
}
READING = {
    "ACCESS": lambda d, f: (op.putfh(f), op.access()),
    "GETATTR": lambda d, f: (op.putfh(f), op.getattr("size")),
    "LOOKUP": lambda d, f: (op.putfh(d), op.lookup("file")),
    "READDIR": lambda d, f: (op.putfh(d), op.readdir("type")),
    "VERIFY": lambda d, f: (op.putfh(f), op.verify(size=0)),
    "OPEN": lambda d, f: (op.putfh(d), op.open("file")),
}


@pytest.fixture
def stage(nfs40, home, file):
    """Everything that a client does once, such as confirming an owner, is done."""
    new_file(nfs40, home, "known")
    nfs40.close(nfs40.open(home, "known"))
    return home


@pytest.mark.parametrize("what", READING)
@covers("RFC7530 13.1.4.6", "NFS4ERR_IO when the store cannot be read; the next request is answered")
@meets("7530-16.7-2")
def test_read_error(nfs40, stage, file, faults, what):
    with faults.arm(at.store("view").before, once, error("io")) as rule:
        nfs40.compound(READING[what](stage, file), fails=NFS4ERR.IO)
    assert rule.fired == 1
    nfs40.compound(READING[what](stage, file))


@pytest.mark.parametrize("what", CHANGING)
@pytest.mark.parametrize("failure", ERRORS)
@covers("RFC7530 13.1.4", "the store's error; nothing changed, and the next request succeeds")
def test_change_fails(nfs40, stage, file, faults, what, failure):
    if failure in ("no_space", "quota") and what == "REMOVE":
        pytest.skip("REMOVE needs no room")
    before, was = names(nfs40, stage), nfs40.getattr(file, "mode", "numlinks", "change")
    with faults.arm(at.store("update").before, once, error(failure)) as rule:
        nfs40.compound(CHANGING[what](stage, file), fails=ERRORS[failure])
    assert rule.fired == 1
    assert names(nfs40, stage) == before and nfs40.getattr(file, "mode", "numlinks", "change") == was
    nfs40.compound(CHANGING[what](stage, file))


@covers("RFC7530 16.23", "NFS4ERR_IO when data cannot be read; what can be is read then")
def test_data_cannot_be_read(nfs40, file, faults):
    nfs40.write(file, 0, b"data")
    with faults.arm(at.store("read").before, once, error("io")) as rule:
        nfs40.compound(op.putfh(file), op.read().fails(NFS4ERR.IO))
    assert rule.fired == 1
    assert nfs40.read(file) == b"data"


@pytest.mark.parametrize("failure", ERRORS)
@covers("RFC7530 16.36", "the failed write's error, the old data, and no new size")
def test_data_cannot_be_written(nfs40, file, faults, failure):
    nfs40.write(file, 0, b"old")
    before = nfs40.getattr(file, "size", "change")
    with faults.arm(at.store("write").before, once, error(failure)) as rule:
        nfs40.compound(op.putfh(file), op.write(op.ANONYMOUS, 0, b"new data").fails(ERRORS[failure]))
    assert rule.fired == 1
    assert nfs40.getattr(file, "size", "change") == before and nfs40.read(file) == b"old"
    nfs40.write(file, 0, b"new data")
    assert nfs40.read(file) == b"new data"
