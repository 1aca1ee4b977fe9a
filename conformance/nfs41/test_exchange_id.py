"""EXCHANGE_ID: RFC 8881 18.35, each case of 18.35.4. Protecting state is test_state_protection.py's."""

import os

import pytest

from conformance.nfs41.checks import BAD_STATEID, alive, dead
from dittofs.nfs4 import (
    CREATE_SESSION4_FLAG_CONN_BACK_CHAN, EXCHGID4_FLAG_BIND_PRINC_STATEID, EXCHGID4_FLAG_CONFIRMED_R,
    EXCHGID4_FLAG_MASK_PNFS, EXCHGID4_FLAG_SUPP_MOVED_MIGR, EXCHGID4_FLAG_SUPP_MOVED_REFER,
    EXCHGID4_FLAG_UPD_CONFIRMED_REC_A, EXCHGID4_FLAG_USE_NON_PNFS, EXCHGID4_FLAG_USE_PNFS_DS,
    EXCHGID4_FLAG_USE_PNFS_MDS, NFS4ERR, client_owner, create, nfs_impl_id4, nfstime4, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.fixtures import ALICE, BOB
from dittofs.testing.markers import covers, meets

UPDATE, CONFIRMED = EXCHGID4_FLAG_UPD_CONFIRMED_REC_A, EXCHGID4_FLAG_CONFIRMED_R
RESULT_FLAGS = 0x80070107  # those that eir_flags may have (18.35.1, RFC 7862 14.1)


def exchange(c, verifier=None, ownerid=None, **fields):
    """What the server answers; the client takes no notice of it."""
    owner = client_owner(verifier or c.verifier, c.ownerid if ownerid is None else ownerid)
    kept = c.clientid, c.sequence
    r = c.compound(op.exchange_id(owner, **fields)).exchange_id.eir_resok4
    c.clientid, c.sequence = kept
    return r


def refused(c, *statuses, verifier=None, **fields):
    c.compound(op.exchange_id(client_owner(verifier or c.verifier, c.ownerid), **fields).fails(*statuses))


def confirm(c, found):
    """CREATE_SESSION with what EXCHANGE_ID said."""
    c.clientid, c.sequence = found.eir_clientid, found.eir_sequenceid
    return c.session()


def ready(session):
    session.compound(op.reclaim_complete())
    return session


# --- 1: a new owner -----------------------------------------------------------------------------------------------


@covers("RFC8881 18.35.4", "a client owner that is new: a client id that is not confirmed, and can be")
@meets("8881-18.35.3-3", "8881-18.35.4-1")
def test_new(c):
    found = exchange(c)
    assert not found.eir_flags & CONFIRMED
    alive(confirm(c, found))


@covers("RFC8881 18.35.3", "different owners get different client ids")
@meets("8881-2.4-1", "8881-18.35.3-1")
def test_different(clients4):
    assert len({exchange(clients4.bare(1)).eir_clientid for _ in range(10)}) == 10


@pytest.mark.parametrize("size", [0, 1, 3, 100, 1024])
@covers("RFC8881 2.4", "co_ownerid may have any size up to NFS4_OPAQUE_LIMIT, and all of its bytes count")
@meets("8881-2.4-1")
def test_owner_sizes(c, size):
    unique = os.urandom(size)
    a, b = exchange(c, ownerid=unique), exchange(c, ownerid=unique[:-1] + b"?" if size else b"?")
    assert a.eir_clientid != b.eir_clientid


@covers("RFC4506 4.10", "an owner longer than NFS4_OPAQUE_LIMIT does not decode")
def test_owner_too_long(c):
    c.compound(op.exchange_id(client_owner(bytes(8), bytes(1025))), fails=(NFS4ERR.BADXDR, accept_stat.GARBAGE_ARGS))


# --- 2, 6: the same again, and updates -----------------------------------------------------------------------------


@covers("RFC8881 18.35.4", "asked again by the confirmed client itself: the same client id, now confirmed; state stays")
@meets("8881-2.4.3-3", "8881-18.35.3-3", "8881-18.35.4-2")
def test_again(c, home):
    found = exchange(c)
    session = ready(confirm(c, found))
    opened = session.open(home, "f", create())
    again = exchange(c)
    assert again.eir_clientid == found.eir_clientid and again.eir_flags & CONFIRMED
    session.close(opened)


@covers("RFC8881 18.35.4", "asked again, with the sequence of CREATE_SESSION unchanged: another session can be made")
@meets("8881-18.35.4-2")
def test_again_then_session(c):
    first = confirm(c, exchange(c))
    exchange(c)
    second = c.session()
    alive(first), alive(second)


@covers("RFC8881 18.35.4", "an update by the client itself: the same client id, confirmed; state and sessions stay")
@meets("8881-18.35.3-3")
def test_update(c, home):
    session = ready(c.session())
    opened = session.open(home, "f", create())
    again = exchange(c, eia_flags=UPDATE)
    assert again.eir_clientid == c.clientid and again.eir_flags & CONFIRMED
    session.close(opened)


# --- 3: a collision ------------------------------------------------------------------------------------------------


@covers("RFC8881 18.35.4", "NFS4ERR_CLID_INUSE: another principal, while the client has state; nothing of it is changed")
@meets("8881-2.4.3-2")
def test_collision_with_state(clients4, home):
    mine = clients4.bare(1, ALICE)
    session = ready(mine.session())
    opened = session.open(home, "f", create())
    for verifier in (mine.verifier, b"another!"):
        refused(mine.as_(BOB), NFS4ERR.CLID_INUSE, verifier=verifier)
    session.close(opened)


@covers("RFC8881 18.35.4", "another principal, and the client has no state: it is forgotten, the other has the name")
@meets("8881-2.4.3-1")
def test_collision_without_state(clients4):
    mine = clients4.bare(1, ALICE)
    mine.session().destroy()  # servers differ in whether a session is state
    found = exchange(mine.as_(BOB))
    assert found.eir_clientid != mine.clientid and not found.eir_flags & CONFIRMED
    mine.compound(op.create_session().fails(NFS4ERR.STALE_CLIENTID))
    alive(confirm(mine.as_(BOB), found))


# --- 4: before it is confirmed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verifier", [None, b"another!"], ids=["same verifier", "other verifier"])
@covers("RFC8881 18.35.4", "asked again before it is confirmed: a new client id, and the first cannot be confirmed")
@meets("8881-18.35.4-3")
def test_unconfirmed(c, verifier):
    first, second = exchange(c), exchange(c, verifier)
    assert first.eir_clientid != second.eir_clientid
    c.compound(op.create_session(first.eir_clientid, first.eir_sequenceid).fails(NFS4ERR.STALE_CLIENTID))
    alive(confirm(c, second))


@covers("RFC8881 18.35.4", "asked by another principal before it is confirmed: whoever came last has the name")
@meets("8881-18.35.4-3")
def test_unconfirmed_other_principal(clients4):
    mine = clients4.bare(1, ALICE)
    first, second = exchange(mine), exchange(mine.as_(BOB))
    mine.compound(op.create_session(first.eir_clientid, first.eir_sequenceid).fails(NFS4ERR.STALE_CLIENTID))
    alive(confirm(mine.as_(BOB), second))


# --- 5: a restart --------------------------------------------------------------------------------------------------


@covers("RFC8881 18.35.4", "a restarted client: its state is kept until the new client id is confirmed, and then gone")
@meets("8881-2.4.3-3", "8881-18.35.3-1", "8881-18.35.4-4")
def test_restart(c, other, home):
    session = ready(c.session())
    session.open(home, "f", create(), share_deny=2)
    found = exchange(c, b"restart!")
    assert found.eir_clientid != c.clientid and not found.eir_flags & CONFIRMED
    alive(session)
    other.compound(op.putfh(home), op.open("f", share_access=2).fails(NFS4ERR.SHARE_DENIED))
    restarted = confirm(c, found)
    dead(session)
    other.open(home, "f", share_access=2)
    alive(restarted)


@covers("RFC8881 18.35.4", "the stateids of a client before its restart are of no use after it")
def test_restart_stateids(c, home):
    session = ready(c.session())
    opened = session.open(home, "f", create())
    restarted = ready(confirm(c, exchange(c, b"restart!")))
    restarted.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(*BAD_STATEID))


@covers("RFC8881 18.35.4", "a restart that is never confirmed changes nothing")
@meets("8881-18.35.4-4")
def test_restart_not_confirmed(c, home):
    session = ready(c.session())
    opened = session.open(home, "f", create())
    exchange(c, b"restart!")
    session.close(opened)
    alive(session), alive(c.session())


@covers("RFC8881 18.35.4", "a client that restarts twice before it confirms: only the last client id can be confirmed")
@meets("8881-18.35.4-4")
def test_restart_twice(c):
    session = c.session()
    first, second = exchange(c, b"restart1"), exchange(c, b"restart2")
    c.compound(op.create_session(first.eir_clientid, first.eir_sequenceid).fails(NFS4ERR.STALE_CLIENTID))
    alive(session)
    alive(confirm(c, second))
    dead(session)


@covers("RFC8881 18.35.4", "a restart, and then the old incarnation asks again: it is still the confirmed client")
def test_restart_and_back(c):
    session = c.session()
    exchange(c, b"restart!")
    assert exchange(c).eir_clientid == c.clientid
    alive(session)


# --- 7, 8, 9: updates of what is not so ------------------------------------------------------------------------------


@covers("RFC8881 18.35.4", "NFS4ERR_NOENT: an update of a client that nobody has confirmed; an unconfirmed record stays")
@meets("8881-18.35.4-5")
def test_update_nothing(c):
    refused(c, NFS4ERR.NOENT, eia_flags=UPDATE)
    found = exchange(c)
    refused(c, NFS4ERR.NOENT, eia_flags=UPDATE)
    refused(c, NFS4ERR.NOENT, eia_flags=UPDATE, verifier=b"another!")
    alive(confirm(c, found))


@covers("RFC8881 18.35.4", "NFS4ERR_NOT_SAME: an update with another verifier; the record is left as it is")
@meets("8881-18.35.4-5")
def test_update_wrong_verifier(c):
    session = c.session()
    refused(c, NFS4ERR.NOT_SAME, eia_flags=UPDATE, verifier=b"another!")
    alive(session)
    assert exchange(c, eia_flags=UPDATE).eir_clientid == c.clientid


@covers("RFC8881 18.35.4", "NFS4ERR_PERM: an update by another principal; the record is left as it is")
@meets("8881-18.35.4-5")
def test_update_wrong_principal(clients4):
    mine = clients4.bare(1, ALICE)
    session = mine.session()
    refused(mine.as_(BOB), NFS4ERR.PERM, eia_flags=UPDATE)
    alive(session)


@covers("RFC8881 18.35.4", "an update with another verifier and another principal: NFS4ERR_NOT_SAME or NFS4ERR_PERM")
def test_update_wrong_everything(clients4):
    mine = clients4.bare(1, ALICE)
    session = mine.session()
    refused(mine.as_(BOB), NFS4ERR.PERM, NFS4ERR.NOT_SAME, eia_flags=UPDATE, verifier=b"another!")
    alive(session)


# --- flags ---------------------------------------------------------------------------------------------------------

UNKNOWN_FLAGS = [0x8, 0x10, 0x80, 0x200, 0x8000, 0x80000, 0x20000000]
KNOWN_FLAGS = [
    EXCHGID4_FLAG_SUPP_MOVED_REFER, EXCHGID4_FLAG_SUPP_MOVED_MIGR, EXCHGID4_FLAG_BIND_PRINC_STATEID,
    EXCHGID4_FLAG_USE_NON_PNFS, EXCHGID4_FLAG_USE_PNFS_MDS, EXCHGID4_FLAG_USE_PNFS_DS,
    EXCHGID4_FLAG_USE_PNFS_DS | EXCHGID4_FLAG_USE_PNFS_MDS,
]  # fmt: skip


@pytest.mark.parametrize("flags", KNOWN_FLAGS, ids=hex)
@covers("RFC8881 18.35.3", "a flag that a client may set; the reply has flags that there are, and says what pNFS role it has")
@meets("8881-18.35.3-4", "8881-18.35.3-5")
def test_flags(c, flags):
    found = exchange(c, eia_flags=flags)
    assert found.eir_flags & ~RESULT_FLAGS == 0
    assert found.eir_flags & EXCHGID4_FLAG_MASK_PNFS


@pytest.mark.parametrize("flags", UNKNOWN_FLAGS, ids=hex)
@covers("RFC8881 18.35.3", "NFS4ERR_INVAL: a flag that there is not")
@meets("8881-18.35.3-2")
def test_unknown_flags(c, flags):
    refused(c, NFS4ERR.INVAL, eia_flags=flags)


@covers("RFC8881 18.35.3", "NFS4ERR_INVAL: EXCHGID4_FLAG_CONFIRMED_R is for replies only")
@meets("8881-18.35.3-2")
def test_confirmed_r(c):
    refused(c, NFS4ERR.INVAL, eia_flags=CONFIRMED)


@covers("RFC8881 18.35.3", "a client may say that it is none of pNFS's: the server does not say that it is a metadata server only")
@meets("8881-18.35.3-5")
def test_non_pnfs(c):
    found = exchange(c, eia_flags=EXCHGID4_FLAG_USE_NON_PNFS)
    assert found.eir_flags & EXCHGID4_FLAG_MASK_PNFS != EXCHGID4_FLAG_USE_PNFS_DS


# --- what the server says about itself -------------------------------------------------------------------------------


@covers("RFC8881 2.5", "server owner and scope are the same for every client and over every connection")
@meets("8881-2.5-1", "8881-2.10.5-3")
def test_server_owner(clients4):
    found = [exchange(clients4.bare(1)) for _ in range(3)]
    assert len({bytes(f.eir_server_owner.so_major_id) for f in found}) == 1
    assert len({bytes(f.eir_server_scope) for f in found}) == 1
    assert found[0].eir_server_owner.so_major_id


@covers("RFC8881 18.35.3", "eir_server_impl_id is one identification or none")
def test_server_impl_id(c):
    impl = exchange(c).eir_server_impl_id
    assert len(impl) <= 1 and all(i.nii_domain and i.nii_name for i in impl)


@pytest.mark.parametrize("impl", [(), (nfs_impl_id4("example.org", "a client", nfstime4(1, 0)),)], ids=["none", "one"])
@covers("RFC8881 18.35.3", "the client may identify its implementation or not")
@meets("8881-18.35.3-10")
def test_client_impl_id(c, impl):
    exchange(c, eia_client_impl_id=impl)


@covers("RFC4506 4.13", "there is at most one identification of the implementation")
def test_two_impl_ids(c):
    one = c.completed(op.exchange_id(eia_client_impl_id=[nfs_impl_id4("example.org", "a client", nfstime4(1, 0))]))
    c.compound(one.patch({"len(eia_client_impl_id)": 2}), fails=(NFS4ERR.BADXDR, accept_stat.GARBAGE_ARGS))


@covers("RFC8881 18.35.3", "in a session of another client EXCHANGE_ID does what it does outside; that session's client is unaffected")
def test_in_session(c, nfs41):
    mine = nfs41.client.clientid
    found = nfs41.compound(c.completed(op.exchange_id()), op.putrootfh()).exchange_id
    nfs41.client.clientid = mine
    assert found.eir_clientid != mine
    alive(confirm(c, found))
    alive(nfs41)


@covers("RFC8881 18.36.3", "a session made after an update has the channels it asks for")
def test_session_after_update(c):
    c.session()
    exchange(c, eia_flags=UPDATE)
    made = c.session(csa_flags=CREATE_SESSION4_FLAG_CONN_BACK_CHAN)
    assert made.created.csr_flags & ~CREATE_SESSION4_FLAG_CONN_BACK_CHAN == 0
