"""RECLAIM_COMPLETE, and reclaiming where nothing can be reclaimed: RFC 8881 18.51, 8.4.2, 18.16."""

import pytest

from conformance.nfs41.checks import new_file
from dittofs.nfs4 import (
    CLAIM_DELEGATE_PREV, CLAIM_DELEG_PREV_FH, CLAIM_PREVIOUS, NFS4ERR, OPEN_DELEGATE_NONE, WRITE_LT, create, open_claim4, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

NOTHING_TO_RECLAIM = (NFS4ERR.NO_GRACE, NFS4ERR.RECLAIM_BAD)


@pytest.fixture
def fresh(c):
    """A session of a client that has not said that it reclaimed all it wants."""
    return c.session()


@covers("RFC8881 18.51.3", "RECLAIM_COMPLETE once: success; twice: NFS4ERR_COMPLETE_ALREADY")
@meets("8881-18.51.3-1")
def test_twice(fresh):
    fresh.compound(op.reclaim_complete())
    fresh.compound(op.reclaim_complete().fails(NFS4ERR.COMPLETE_ALREADY))


@covers("RFC8881 18.51.4", "it is the client's, not the session's: another session of it is complete as well")
@meets("8881-18.51.3-1")
def test_per_client(fresh, c):
    fresh.compound(op.reclaim_complete())
    c.session().compound(op.reclaim_complete().fails(NFS4ERR.COMPLETE_ALREADY))


@covers("RFC8881 18.51.4", "a retry of it is answered as the first time")
def test_replay(fresh):
    first = fresh.compound(op.reclaim_complete(), sa_cachethis=True)
    assert fresh.replay(first, same_xid=False).body == first.body


@covers("RFC8881 18.51.3", "NFS4ERR_GRACE: an OPEN before RECLAIM_COMPLETE")
@meets("8881-8.4.2.1-4", "8881-18.51.3-3")
def test_open_before(fresh, home):
    fresh.compound(op.putfh(home), op.open("f", create()).fails(NFS4ERR.GRACE))
    fresh.compound(op.reclaim_complete())
    fresh.open(home, "f", create())


@covers("RFC8881 18.51.3", "what obtains no lock is served before RECLAIM_COMPLETE: reading, writing with special stateids, directories")
def test_others_before(fresh, nfs41, home, file):
    fresh.write(file, 0, b"data")
    assert fresh.read(file) == b"data"
    fresh.mkdir(home, "d")


@covers("RFC8881 18.51.3", "of one file system: NFS4ERR_NOFILEHANDLE without a filehandle; with one it says nothing about the client's others")
@meets("8881-18.51.3-4")
def test_one_fs(fresh, home):
    fresh.compound(op.reclaim_complete(rca_one_fs=True).fails(NFS4ERR.NOFILEHANDLE))
    fresh.compound(op.putfh(home), op.reclaim_complete(rca_one_fs=True))
    fresh.compound(op.reclaim_complete())


@covers("RFC8881 18.51.3", "a global one needs no filehandle, and leaves the one there is")
@meets("8881-18.51.3-4")
def test_filehandle(fresh, home):
    r = fresh.compound(op.putfh(home), op.reclaim_complete(), op.getfh())
    assert bytes(r.getfh.object) == home


@covers("RFC8881 18.51.3", "a new incarnation of a client begins anew")
def test_after_restart(fresh, c):
    fresh.compound(op.reclaim_complete())
    c.verifier = b"restart!"
    c.exchange_id()
    c.session().compound(op.reclaim_complete())


@covers("RFC8881 18.51.3", "NFS4ERR_NO_GRACE: CLAIM_PREVIOUS after RECLAIM_COMPLETE")
@meets("8881-18.51.3-2")
def test_claim_previous(nfs41, file):
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=OPEN_DELEGATE_NONE)
    nfs41.compound(op.putfh(file), op.open(claim=claim).fails(NFS4ERR.NO_GRACE))


@covers("RFC8881 8.4.2.1", "CLAIM_PREVIOUS outside of a grace period, of a client that had nothing")
@meets("8881-8.4.2.1-6")
def test_claim_previous_before(fresh, file):
    claim = open_claim4(CLAIM_PREVIOUS, delegate_type=OPEN_DELEGATE_NONE)
    fresh.compound(op.putfh(file), op.open(claim=claim).fails(*NOTHING_TO_RECLAIM))


@covers("RFC8881 18.10.3", "NFS4ERR_NO_GRACE: a LOCK that reclaims after RECLAIM_COMPLETE")
@meets("8881-8.4.2.1-6", "8881-18.10.3-4", "8881-18.51.3-2")
def test_lock(nfs41, opened):
    attempt = op.lock(WRITE_LT, 0, 10, open_stateid=opened, reclaim=True)
    nfs41.compound(op.putfh(opened.fh), attempt.fails(NFS4ERR.NO_GRACE))
    nfs41.lock(opened, WRITE_LT, 0, 10)


@pytest.mark.parametrize("claim", [CLAIM_DELEGATE_PREV, CLAIM_DELEG_PREV_FH], ids=lambda c: c.name)
@covers("RFC8881 18.16.3", "a claim by a delegation of an earlier incarnation, where there was none")
def test_delegate_prev(nfs41, home, claim):
    file = new_file(nfs41, home, "f")
    given = open_claim4(claim, **({"file_delegate_prev": "f"} if claim == CLAIM_DELEGATE_PREV else {}))
    wanted = (*NOTHING_TO_RECLAIM, NFS4ERR.NOTSUPP, NFS4ERR.BAD_STATEID, NFS4ERR.INVAL)
    where = home if claim == CLAIM_DELEGATE_PREV else file
    nfs41.compound(op.putfh(where), op.open(claim=given).fails(*wanted))
