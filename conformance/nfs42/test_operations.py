"""What holds of every operation that minor version 2 brings: minor versions, filehandles, types, sessions, stateids, garbage."""

import pytest

from conformance.nfs42.checks import BAD_STATEID, OBJECTS
from conformance.nfs42.ops import USAGES, all_, each, with_stateid
from dittofs import wire
from dittofs.nfs4 import CURRENT, NFS4_OK, NFS4ERR, but, op, stateid4
from dittofs.nfs4.operation import ROWS
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

GARBAGE = (accept_stat.GARBAGE_ARGS, NFS4ERR.BADXDR)
NOTSUPP = NFS4ERR.NOTSUPP
STATEFUL = [u for u in USAGES if str(u) not in ("LAYOUTERROR", "LAYOUTSTATS", "OFFLOAD_CANCEL", "OFFLOAD_STATUS")]


@pytest.mark.parametrize("minorversion", [0, 1])
@pytest.mark.parametrize("operation", all_("not of minor versions 0 and 1: NFS4ERR_OP_ILLEGAL"))
@meets("7862-2-2")
def test_earlier_minor_versions(nfs40, nfs41, file, operation, minorversion):
    c = (nfs40, nfs41)[minorversion]
    c.compound(op.putfh(file), op.savefh(), operation, fails=(NFS4ERR.OP_ILLEGAL, *GARBAGE))


@pytest.mark.parametrize("operation", all_("NFS4ERR_OP_NOT_IN_SESSION: the first operation is no SEQUENCE"))
@meets("7862-15-1")
def test_not_in_session(nfs42, operation):
    nfs42.compound(operation, sequence=False, fails=NFS4ERR.OP_NOT_IN_SESSION)


@pytest.mark.parametrize("operation", all_("NFS4ERR_NOFILEHANDLE: no current filehandle"))
@meets("7862-15-1")
def test_no_filehandle(nfs42, operation):
    nfs42.compound(operation.fails(NFS4ERR.NOFILEHANDLE, NOTSUPP))


@pytest.mark.parametrize("name", ["COPY", "CLONE"])
@covers("RFC7862 15.2", "NFS4ERR_NOFILEHANDLE: no saved filehandle")
@meets("7862-15-1")
def test_no_saved_filehandle(nfs42, file, name):
    use = next(u for u in USAGES if str(u) == name)
    nfs42.compound(op.putfh(file), use.operation.fails(NFS4ERR.NOFILEHANDLE, NOTSUPP))


@pytest.mark.parametrize("use", each("only for regular files: NFS4ERR_ISDIR, NFS4ERR_WRONG_TYPE, NFS4ERR_SYMLINK, NFS4ERR_INVAL", STATEFUL))
@pytest.mark.parametrize("kind", [k for k in OBJECTS if k != "file"])
@meets("7862-15-2", "7862-15.2.3-1", "7862-15.13.3-2")
def test_wrong_type(nfs42, request, file, use, kind):
    handle = request.getfixturevalue(kind)
    wanted = (NOTSUPP, NFS4ERR.WRONG_TYPE, NFS4ERR.INVAL, *([NFS4ERR.ISDIR] if kind == "subdir" else [NFS4ERR.SYMLINK]))
    nfs42.compound(op.putfh(handle), op.savefh(), use.operation.fails(*wanted))


@pytest.mark.parametrize("use", each("NFS4ERR_BAD_STATEID: nobody gave this stateid", STATEFUL))
@meets("7862-15-3")
def test_bad_stateid(nfs42, file, use):
    bad = with_stateid(use.operation, stateid4(1, b"no such one!"))
    nfs42.compound(op.putfh(file), op.savefh(), bad.fails(*BAD_STATEID, NOTSUPP, NFS4ERR.INVAL))


@pytest.mark.parametrize("use", each("NFS4ERR_OLD_STATEID and NFS4ERR_BAD_STATEID: seqids that were, and that are yet to come", STATEFUL))
@meets("7862-15-3")
def test_seqids(nfs42, home, opened, use):
    new = nfs42.open(home, "file")
    where = (op.putfh(opened.fh), op.savefh())
    for stateid, wanted in ((opened.stateid, NFS4ERR.OLD_STATEID), (but(new, seqid=77), NFS4ERR.BAD_STATEID)):
        nfs42.compound(where, with_stateid(use.operation, stateid).fails(wanted, NOTSUPP, NFS4ERR.INVAL))


@pytest.mark.parametrize("use", each("the current stateid stands for that of an OPEN before", STATEFUL))
def test_current_stateid(nfs42, home, file, use):
    nfs42.write(file, 0, bytes(8192))
    r = nfs42.call(op.putfh(file), op.savefh(), op.putfh(home), op.open("file"), with_stateid(use.operation, CURRENT))
    assert r.status not in BAD_STATEID


WITH_ARGUMENTS = all_("an operation cut off at any length: NFS4ERR_BADXDR or GARBAGE_ARGS; the connection goes on")


@pytest.mark.parametrize("operation", WITH_ARGUMENTS)
def test_truncated(nfs42, file, operation):
    before = (op.putfh(file), op.savefh())
    head, whole = (len(nfs42.encode(before, *more)) for more in ((), (operation,)))
    for size in range(head + 4, whole):
        nfs42.compound(raw=nfs42.encode(before, operation)[:size], fails=(*GARBAGE, NOTSUPP))
    nfs42.compound(op.putrootfh())


@pytest.mark.parametrize("number", [0, 2, 76, 1000, 2**32 - 1])
@covers("RFC8881 18.52", "a number that no operation has: NFS4ERR_OP_ILLEGAL, as the result of OP_ILLEGAL")
def test_illegal_number(nfs42, number):
    assert nfs42.compound(op.putrootfh(), op.raw(number).fails(NFS4ERR.OP_ILLEGAL))[1].name == "ILLEGAL"


@pytest.mark.parametrize("row", [r for r in ROWS.values() if r.op in (20, 30, 35, 36, 39)], ids=lambda r: r.name)
@covers("RFC7862 13", "NFS4ERR_NOTSUPP: an operation of minor version 0 that the later ones must not have")
@meets("7862-2-3")
def test_only_in_40(nfs42, file, row):
    zeros = b"" if row.args is None else wire.encode(row.args(), row.args)
    nfs42.compound(op.putfh(file), op.raw(row.op, zeros).fails(NFS4ERR.NOTSUPP))


@covers("RFC7862 13", "everything of minor version 1 is there: sessions, OPEN, LOCK, READ, WRITE, CLOSE")
@meets("7862-2-1")
def test_of_minor_version_1(nfs42, home, opened):
    lock = nfs42.lock(opened, 2, 0, 10)
    nfs42.write(opened.fh, 0, b"data", lock)
    assert nfs42.read(opened.fh, 0, 10, lock) == b"data"
    nfs42.compound(op.putfh(opened.fh), op.locku(lock, 0, 10))
    assert nfs42.close(opened).status == NFS4_OK


@pytest.mark.parametrize("use", each("answered, or NFS4ERR_NOTSUPP: never NFS4ERR_OP_ILLEGAL"))
@meets("7862-13-1")
def test_known(nfs42, home, opened, use):
    r = nfs42.call(op.putfh(opened.fh), op.savefh(), use.operation)
    assert r.status != NFS4ERR.OP_ILLEGAL and r[2].name == str(use)
