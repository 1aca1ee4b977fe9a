"""OPEN as NFSv4.1 has it: claims, owners, seqids, results (RFC 8881 18.16, 8.2.2, 9). Creating is test_open_create.py's."""

import pytest

from conformance.nfs41.checks import BOTH, READ, WRITE, change, new_file
from dittofs.nfs4 import (
    CLAIM_DELEGATE_CUR, CLAIM_DELEG_CUR_FH, CLAIM_FH, CLAIM_NULL, NFS4ERR, OPEN4_RESULT_CONFIRM, OPEN4_RESULT_LOCKTYPE_POSIX,
    OPEN4_RESULT_MAY_NOTIFY_LOCK, OPEN4_RESULT_PRESERVE_UNLINKED, OPEN_DELEGATE_NONE, OPEN_DELEGATE_NONE_EXT, but, create,
    current_seqid, open_claim4,
    open_claim_delegate_cur4, op, state_owner4, stateid4,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

RFLAGS = OPEN4_RESULT_LOCKTYPE_POSIX | OPEN4_RESULT_PRESERVE_UNLINKED | OPEN4_RESULT_MAY_NOTIFY_LOCK
BY_FH = open_claim4(CLAIM_FH)


@pytest.mark.parametrize("share_access", [READ, WRITE, BOTH])
@covers("RFC8881 18.16.3", "an open file: its filehandle is the current one, the directory is unchanged, no confirmation")
@meets("8881-18.16.3-1", "8881-18.16.3-3")
def test_open(nfs41, home, file, share_access):
    before = change(nfs41, home)
    r = nfs41.compound(op.putfh(home), op.open("file", share_access=share_access), op.getfh())
    assert bytes(r.getfh.object) == file
    assert r.open.cinfo.after == before == change(nfs41, home)
    assert r.open.rflags & ~RFLAGS == 0 and not r.open.rflags & OPEN4_RESULT_CONFIRM
    assert not any(r.open.attrset) and r.open.stateid.seqid == 1


@covers("RFC8881 18.16.3", "CLAIM_FH opens the current filehandle, which stays what it is")
@meets("8881-18.16.3-1")
def test_claim_fh(nfs41, file):
    r = nfs41.compound(op.putfh(file), op.open(claim=BY_FH), op.getfh())
    assert bytes(r.getfh.object) == file
    nfs41.write(file, 0, b"data", r.open.stateid)
    nfs41.compound(op.putfh(file), op.close(r.open))


@covers("RFC8881 18.16.3", "by name and by filehandle it is the same open of the same owner")
def test_claims_meet(nfs41, home, file):
    first = nfs41.open(home, "file", share_access=READ)
    second = nfs41.compound(op.putfh(file), op.open(claim=BY_FH, share_access=WRITE)).open.stateid
    assert (second.other, second.seqid) == (first.stateid.other, 2)
    nfs41.write(file, 0, b"data", second)


@covers("RFC8881 18.16.3", "CLAIM_FH of a directory: NFS4ERR_ISDIR, of what is no file NFS4ERR_SYMLINK or NFS4ERR_WRONG_TYPE")
@meets("8881-18.16.4-1")
def test_claim_fh_of_others(nfs41, subdir, symlink, fifo):
    nfs41.compound(op.putfh(subdir), op.open(claim=BY_FH).fails(NFS4ERR.ISDIR))
    nfs41.compound(op.putfh(symlink), op.open(claim=BY_FH).fails(NFS4ERR.SYMLINK))
    nfs41.compound(op.putfh(fifo), op.open(claim=BY_FH).fails(NFS4ERR.WRONG_TYPE, NFS4ERR.SYMLINK))


@covers("RFC8881 18.16.3", "CLAIM_FH opens what there is; it creates nothing")
@meets("8881-18.16.3-18")
def test_claim_fh_create(nfs41, file):
    attempt = op.open(how=create(), claim=BY_FH)
    r = nfs41.call(op.putfh(file), attempt)
    assert r.status in (0, NFS4ERR.INVAL)


@covers("RFC8881 18.16.3", "CLAIM_NULL and CLAIM_FH without a filehandle: NFS4ERR_NOFILEHANDLE")
def test_no_filehandle(nfs41):
    nfs41.compound(op.open("f").fails(NFS4ERR.NOFILEHANDLE))
    nfs41.compound(op.open(claim=BY_FH).fails(NFS4ERR.NOFILEHANDLE))


@pytest.mark.parametrize("claim", [CLAIM_DELEGATE_CUR, CLAIM_DELEG_CUR_FH], ids=lambda c: c.name)
@covers("RFC8881 18.16.3", "a claim by a delegation that there is not: NFS4ERR_BAD_STATEID")
def test_claim_delegation(nfs41, home, file, claim):
    stateid = stateid4(1, b"no such one!")
    if claim == CLAIM_DELEGATE_CUR:
        given = open_claim4(claim, delegate_cur_info=open_claim_delegate_cur4(stateid, "file"))
    else:
        given = open_claim4(claim, oc_delegate_stateid=stateid)
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.NOTSUPP, NFS4ERR.RECLAIM_BAD, NFS4ERR.NO_GRACE, NFS4ERR.INVAL)
    nfs41.compound(op.putfh(home if claim == CLAIM_DELEGATE_CUR else file), op.open(claim=given).fails(*wanted))


@pytest.mark.parametrize("seqid", [0, 1, 7, 2**32 - 1])
@covers("RFC8881 8.2.2", "sequence numbers of owners are ignored, whatever stands there")
@meets("8881-8.8-2", "8881-18.16.3-2")
def test_seqids_ignored(nfs41, home, file, seqid):
    r = nfs41.compound(op.putfh(home), op.open("file", seqid=seqid), op.getfh())
    lock = op.lock(1, 0, 10, open_stateid=r.open, open_seqid=seqid, lock_seqid=seqid)
    locked = nfs41.compound(op.putfh(file), lock).lock.lock_stateid
    nfs41.compound(op.putfh(file), op.locku(locked, 0, 10, seqid=seqid))
    nfs41.compound(op.putfh(file), op.open_downgrade(r.open, BOTH, seqid=seqid), op.close(but(r.open, seqid=0), seqid=seqid))


@pytest.mark.parametrize("clientid", [0, 1, 0x1234567890ABCDEF, 2**64 - 1], ids=hex)
@covers("RFC8881 18.16.3", "the client id in the owner is ignored: it is the session's")
@meets("8881-8.8-2", "8881-18.16.3-2", "8881-18.46.4-1")
def test_clientid_ignored(nfs41, home, file, clientid):
    first = nfs41.open(home, "file", owner=state_owner4(clientid, b"me"))
    second = nfs41.open(home, "file", owner=b"me")
    assert first.stateid.other == second.stateid.other


@covers("RFC8881 9.1.1", "owners of two clients with the same bytes are two owners")
@meets("8881-9.1.1-1")
def test_owners_of_clients(nfs41, other, home, file):
    mine = nfs41.open(home, "file", share_deny=WRITE, share_access=READ)
    other.compound(op.putfh(home), op.open("file", share_access=WRITE).fails(NFS4ERR.SHARE_DENIED))
    theirs = other.open(home, "file", share_access=READ)
    assert mine.stateid.other != theirs.stateid.other


@pytest.mark.parametrize("size", [0, 1, 100, 1024])
@covers("RFC8881 3.3.10.1", "an owner of any size up to NFS4_OPAQUE_LIMIT; all of its bytes count")
@meets("8881-9.1.1-1")
def test_owner_sizes(nfs41, home, file, size):
    a = nfs41.open(home, "file", owner=b"x" * size)
    b = nfs41.open(home, "file", owner=b"x" * max(size - 1, 0) + b"y")
    assert a.stateid.other != b.stateid.other


@covers("RFC8881 8.2.2", "opened again the stateid is the same with the next seqid; seqid zero stands for the latest")
@meets("8881-8.2.2-1", "8881-9.9-1")
def test_upgrade(nfs41, home, file):
    first = nfs41.open(home, "file", share_access=READ)
    nfs41.compound(op.putfh(file), op.write(first, 0, b"x").fails(NFS4ERR.OPENMODE))
    second = nfs41.open(home, "file", share_access=WRITE)
    assert (second.stateid.other, second.stateid.seqid) == (first.stateid.other, first.stateid.seqid + 1)
    nfs41.write(file, 0, b"data", current_seqid(first))
    assert nfs41.read(file, 0, 10, current_seqid(second)) == b"data"
    nfs41.compound(op.putfh(file), op.write(first, 0, b"x").fails(NFS4ERR.OLD_STATEID))


@pytest.mark.parametrize("share_access", [0, 4, 8, 0x80, 0x80000000, 0x40000003])
@covers("RFC8881 18.16.3", "NFS4ERR_INVAL: share_access that is not READ, WRITE or BOTH, or has bits that nobody defined")
@meets("8881-18.16.3-17")
def test_bad_share_access(nfs41, home, file, share_access):
    nfs41.compound(op.putfh(home), op.open("file", share_access=share_access).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("share_deny", [4, 8, 0x100, 0xFFFFFFFF])
@covers("RFC8881 18.16.3", "NFS4ERR_INVAL: share_deny that is not NONE, READ, WRITE or BOTH")
@meets("8881-18.16.3-17")
def test_bad_share_deny(nfs41, home, file, share_deny):
    nfs41.compound(op.putfh(home), op.open("file", share_deny=share_deny).fails(NFS4ERR.INVAL))


@covers("RFC8881 18.16.3", "NFS4ERR_NOENT, NFS4ERR_NOTDIR, NFS4ERR_INVAL: nothing of the name, no directory, no name")
@meets("8881-14.5-1", "8881-18.16.3-15")
def test_names(nfs41, home, file):
    nfs41.compound(op.putfh(home), op.open("gone").fails(NFS4ERR.NOENT))
    nfs41.compound(op.putfh(file), op.open("x").fails(NFS4ERR.NOTDIR))
    nfs41.compound(op.putfh(home), op.open("").fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC8881 18.16.3", "NFS4ERR_BADNAME: names of directories themselves")
@meets("8881-14.5-1")
def test_dots(nfs41, home, name):
    nfs41.compound(op.putfh(home), op.open(name, create()).fails(NFS4ERR.BADNAME, NFS4ERR.ISDIR, NFS4ERR.EXIST))


@pytest.mark.parametrize("mode, share_access", [(0o2, READ), (0o4, WRITE), (0o4, BOTH), (0o2, BOTH), (0, READ)])
@covers("RFC8881 18.16.4", "NFS4ERR_ACCESS: the user may not what share_access asks for, by either claim")
@meets("8881-18.16.4-3")
def test_no_permission(nfs41, bob, home, mode, share_access):
    f = new_file(nfs41, home, "f")
    nfs41.setattr(f, mode=mode)
    for where, attempt in ((home, op.open("f", share_access=share_access)), (f, op.open(claim=BY_FH, share_access=share_access))):
        bob.compound(op.putfh(where), attempt.fails(NFS4ERR.ACCESS))


@covers("RFC8881 18.16.3", "no delegation where nobody can be called back: of a session without a back channel")
@meets("8881-10.2-3")
def test_no_back_channel(c, home, file):
    session = c.session(csa_flags=0)
    session.compound(op.reclaim_complete())
    r = session.compound(op.putfh(home), op.open("file"))
    assert r.open.delegation.delegation_type in (OPEN_DELEGATE_NONE, OPEN_DELEGATE_NONE_EXT)


@covers("RFC8881 18.16.3", "CLAIM_NULL names the file in the directory that is current, nothing else")
def test_claim_null(nfs41, home, subdir, file):
    nfs41.compound(op.putfh(subdir), op.open(claim=open_claim4(CLAIM_NULL, file="file")).fails(NFS4ERR.NOENT))
