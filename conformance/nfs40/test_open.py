"""OPEN: claims, permissions, share_access, results (RFC 7530 16.16). Creating is test_open_create.py's, shares test_share.py's."""

import pytest

from conformance.nfs40.checks import SPECIAL, change, new_file
from dittofs.nfs4 import (
    CLAIM_DELEGATE_CUR, CLAIM_DELEGATE_PREV, CLAIM_PREVIOUS, NFS4ERR, OPEN4_RESULT_CONFIRM, OPEN_DELEGATE_NONE, create,
    open_claim4, open_claim_delegate_cur4, op, state_owner4, stateid4,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.fixtures import BOB
from dittofs.testing.markers import covers, meets

READ, WRITE, BOTH = 1, 2, 3


@pytest.mark.parametrize("share_access", [READ, WRITE, BOTH])
@covers("RFC7530 16.16", "an open file: its filehandle is the current one, the directory is unchanged")
def test_open(nfs40, home, file, share_access):
    before = change(nfs40, home)
    r = nfs40.compound(op.putfh(home), op.open("file", share_access=share_access), op.getfh())
    assert bytes(r.getfh.object) == file
    assert r.open.cinfo.after == before == change(nfs40, home)
    assert r.open.attrset == [] or not any(r.open.attrset)


@covers("RFC7530 16.16", "rflags have no bits but those there are")
def test_rflags(nfs40, home, file):
    r = nfs40.open(home, "file").results
    assert r.open.rflags & ~0x6 == 0


@covers("RFC7530 9.1.4.2", "the seqid of a new stateid is one, and one more after each operation on it")
@meets("7530-9.1.3-1")
def test_seqid_of_stateid(nfs40, home, file):
    first = nfs40.open(home, "file")
    assert first.results.open.stateid.seqid == 1
    again = nfs40.open(home, "file")
    assert again.stateid.other == first.stateid.other and again.stateid.seqid == first.stateid.seqid + 1


@covers("RFC7530 9.1.4", "different owners and different files have different stateids, one owner one per file")
@meets("7530-9.1.4-1")
def test_stateids(nfs40, home, file):
    new_file(nfs40, home, "g")
    a = nfs40.open(home, "file", owner=b"a")
    b = nfs40.open(home, "file", owner=b"b")
    g = nfs40.open(home, "g", owner=b"a")
    again = nfs40.open(home, "file", owner=b"a")
    assert len({bytes(x.stateid.other) for x in (a, b, g)}) == 3
    assert again.stateid.other == a.stateid.other


@pytest.mark.parametrize("share_access", [0, 4, 8, 0x100, 0xFFFFFFFF])
@covers("RFC7530 16.16", "NFS4ERR_INVAL: share_access that is not READ, WRITE or BOTH")
@meets("7530-16.16-1")
def test_bad_share_access(nfs40, home, file, share_access):
    nfs40.compound(op.putfh(home), op.open("file", share_access=share_access).fails(NFS4ERR.INVAL))


@pytest.mark.parametrize("share_deny", [4, 8, 0xFFFFFFFF])
@covers("RFC7530 16.16", "NFS4ERR_INVAL: share_deny that is not NONE, READ, WRITE or BOTH")
@meets("7530-16.16-1")
def test_bad_share_deny(nfs40, home, file, share_deny):
    nfs40.compound(op.putfh(home), op.open("file", share_deny=share_deny).fails(NFS4ERR.INVAL))


@covers("RFC7530 16.16", "NFS4ERR_NOENT: nothing has the name")
def test_noent(nfs40, home):
    nfs40.compound(op.putfh(home), op.open("gone").fails(NFS4ERR.NOENT))


@pytest.mark.parametrize("how", [None, create()], ids=["NOCREATE", "CREATE"])
@covers("RFC7530 16.16", "NFS4ERR_ISDIR: a directory")
@meets("7530-16.16-2")
def test_directory(nfs40, home, subdir, how):
    nfs40.compound(op.putfh(home), op.open("subdir", how).fails(NFS4ERR.ISDIR, *([NFS4ERR.EXIST] if how else [])))


@covers("RFC7530 16.16", "NFS4ERR_SYMLINK: a symbolic link")
@meets("7530-16.16-2")
def test_symlink(nfs40, home, symlink):
    nfs40.compound(op.putfh(home), op.open("symlink").fails(NFS4ERR.SYMLINK))


@pytest.mark.parametrize("kind", SPECIAL)
@covers("RFC7530 16.16", "NFS4ERR_SYMLINK: a special file, too; NFS4ERR_INVAL would be inappropriate")
@meets("7530-16.16-2")
def test_special(nfs40, home, request, kind):
    request.getfixturevalue(kind)
    nfs40.compound(op.putfh(home), op.open(kind).fails(NFS4ERR.SYMLINK))


@pytest.mark.parametrize("mode, share_access", [(0o200, READ), (0o400, WRITE), (0o400, BOTH), (0o200, BOTH), (0, READ)])
@covers("RFC7530 16.16", "NFS4ERR_ACCESS: the user may not what share_access asks for")
@meets("7530-16.16-8")
def test_no_permission(nfs40, bob, home, mode, share_access):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=mode >> 6)
    bob.compound(op.putfh(home), op.open("f", share_access=share_access, owner=b"bob").fails(NFS4ERR.ACCESS))


@pytest.mark.parametrize("mode, share_access", [(0o4, READ), (0o2, WRITE), (0o6, BOTH)])
@covers("RFC7530 16.16", "just the permission that is needed is enough")
@meets("7530-16.16-8")
def test_permission(nfs40, bob, home, mode, share_access):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=mode)
    assert bob.open(home, "f", share_access=share_access, owner=b"bob").fh == f


@covers("RFC7530 16.16", "NFS4ERR_ACCESS: the user may not search the directory")
def test_no_search(nfs40, alice, subdir):
    new_file(nfs40, subdir, "f")
    nfs40.setattr(subdir, mode=0o766)
    alice.compound(op.putfh(subdir), op.open("f", owner=b"alice").fails(NFS4ERR.ACCESS))


@pytest.mark.parametrize("clientid", [1, 0x1234567890ABCDEF, 2**64 - 1])
@covers("RFC7530 9.1.1", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
@meets("7530-9.1.1-5")
def test_stale_clientid(nfs40, home, file, clientid):
    owner = state_owner4(clientid, b"x")
    nfs40.compound(op.putfh(home), op.open("file", owner=owner).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 16.16", "CLAIM_PREVIOUS outside of a grace period: NFS4ERR_NO_GRACE")
@meets("7530-9.6.2-5")
def test_claim_previous(nfs40, file):
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=OPEN_DELEGATE_NONE)
    nfs40.compound(op.putfh(file), op.open(claim=claim).fails(NFS4ERR.NO_GRACE, NFS4ERR.RECLAIM_BAD))


@covers("RFC7530 16.16", "CLAIM_DELEGATE_CUR with a stateid that is no delegation's")
@meets("7530-16.16-11")
def test_claim_delegate_cur(nfs40, home, file):
    claim = open_claim4(CLAIM_DELEGATE_CUR, delegate_cur_info=open_claim_delegate_cur4(stateid4(1, b"x" * 12), "file"))
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID, NFS4ERR.NOTSUPP)
    nfs40.compound(op.putfh(home), op.open(claim=claim).fails(*wanted))


@covers("RFC7530 16.16", "CLAIM_DELEGATE_PREV without delegations before: it fails")
@meets("7530-16.5-1")
def test_claim_delegate_prev(nfs40, home, file):
    claim = open_claim4(CLAIM_DELEGATE_PREV, file_delegate_prev="file")
    wanted = (NFS4ERR.NOTSUPP, NFS4ERR.RECLAIM_BAD, NFS4ERR.NO_GRACE, NFS4ERR.BAD_STATEID, NFS4ERR.INVAL)
    nfs40.compound(op.putfh(home), op.open(claim=claim).fails(*wanted))


@pytest.mark.parametrize("number", [4, 5, 6])
@covers("RFC7530 16.16", "claims of a later minor version are none of this one")
def test_later_claims(nfs40, file, number):
    claim = open_claim4(number, **({"oc_delegate_stateid": stateid4(1, b"x" * 12)} if number == 5 else {}))
    wanted = (NFS4ERR.INVAL, NFS4ERR.BADXDR, NFS4ERR.NOTSUPP, accept_stat.GARBAGE_ARGS)
    nfs40.compound(op.putfh(file), op.open(claim=claim), fails=wanted)


@covers("RFC7530 16.16", "an OPEN that fails leaves no open behind")
@meets("7530-16.16-7")
def test_failure_leaves_nothing(nfs40, other, home, subdir):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=0)
    nfs40.as_(BOB).compound(op.putfh(home), op.open("f", share_deny=BOTH, owner=b"bob").fails(NFS4ERR.ACCESS))
    other.close(other.open(home, "f"))


@covers("RFC7530 16.26", "a removed file that is open may still be read and written by its stateid, until it is closed")
def test_removed(nfs40, home, opened):
    r = nfs40.compound(op.putfh(home), op.remove("file").may_fail(NFS4ERR.FILE_OPEN))
    if r.status == 0:
        r = nfs40.compound(op.putfh(opened.fh), op.write(opened, 0, b"data"), may_fail=NFS4ERR.STALE)
        if r.status == 0:
            assert nfs40.read(opened.fh, 0, 10, opened.stateid) == b"data"
            nfs40.close(opened)


@covers("RFC7530 16.16", "a delegation that nobody asked for may come; one that comes says whose it is")
def test_delegation(nfs40, home, file):
    delegation = nfs40.open(home, "file").results.open.delegation
    assert delegation.delegation_type in (0, 1, 2)


@covers("RFC7530 16.18", "OPEN_CONFIRM makes the open usable, with the next seqid of the stateid")
@meets("7530-9.1.11-1", "7530-16.18-1")
def test_confirm(nfs40, home, file):
    r = nfs40.compound(op.putfh(home), op.open("file", owner=b"a new owner"))
    if r.open.rflags & OPEN4_RESULT_CONFIRM:
        confirmed = nfs40.compound(op.putfh(file), op.open_confirm(r.open)).open_confirm.open_stateid
        assert confirmed.other == r.open.stateid.other and confirmed.seqid == r.open.stateid.seqid + 1
        nfs40.write(file, 0, b"x", confirmed)


@covers("RFC7530 16.18", "an owner that is known needs no confirmation")
@meets("7530-9.1.11-1")
def test_confirm_once(nfs40, home, file):
    nfs40.open(home, "file", owner=b"o")
    assert not nfs40.open(home, "file", owner=b"o").results.open.rflags & OPEN4_RESULT_CONFIRM


@covers("RFC7530 16.18", "OPEN_CONFIRM of an open that is confirmed: NFS4ERR_BAD_STATEID or NFS4ERR_BAD_SEQID")
@meets("7530-16.18-2")
def test_confirm_twice(nfs40, opened):
    nfs40.compound(op.putfh(opened.fh), op.open_confirm(opened).fails(NFS4ERR.BAD_STATEID, NFS4ERR.BAD_SEQID))


@covers("RFC7530 16.18", "OPEN_CONFIRM of a stateid that is none: NFS4ERR_BAD_STATEID")
@meets("7530-16.18-2")
def test_confirm_bad_stateid(nfs40, file):
    bad = stateid4(1, b"\xaa" * 12)
    nfs40.compound(op.putfh(file), op.open_confirm(bad, seqid=1).fails(NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID))


@covers("RFC7530 16.18", "an unconfirmed open is of no use to LOCK and OPEN_DOWNGRADE")
@meets("7530-9.1.11-4")
def test_unconfirmed(nfs40, home, file):
    r = nfs40.compound(op.putfh(home), op.open("file", owner=b"a new owner"))
    if r.open.rflags & OPEN4_RESULT_CONFIRM:
        nfs40.compound(op.putfh(file), op.lock(1, 0, 1, open_stateid=r.open).fails(NFS4ERR.BAD_STATEID))
        nfs40.compound(op.putfh(file), op.open_downgrade(r.open, READ).fails(NFS4ERR.BAD_STATEID))


@covers("RFC7530 16.18", "an OPEN again, instead of OPEN_CONFIRM, with a seqid that does not fit: the first is forgotten")
@meets("7530-9.1.11-4", "7530-16.18-3")
def test_unconfirmed_and_again(nfs40, home, file):
    r = nfs40.compound(op.putfh(home), op.open("file", owner=b"a new owner", seqid=10))
    if r.open.rflags & OPEN4_RESULT_CONFIRM:
        again = nfs40.compound(op.putfh(home), op.open("file", owner=b"a new owner", seqid=77))
        assert again.open.rflags & OPEN4_RESULT_CONFIRM
        nfs40.compound(op.putfh(file), op.open_confirm(again.open, seqid=78))
