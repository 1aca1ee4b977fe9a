"""What begins a compound, and what may stand alone: RFC 8881 2.10.1, 16.2.3, 18.46.3, and the errors of 15.1.3."""

import pytest

from conformance.nfs41.checks import alive, dead
from conformance.nfs41.ops import each
from dittofs.nfs4 import NF4DIR, NFS4_OK, NFS4ERR, op
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("use", each("NFS4ERR_OP_NOT_IN_SESSION: the first operation is no SEQUENCE"))
@meets("8881-2.10-1", "8881-15.1.3.5-1")
def test_not_in_session(nfs41, use):
    nfs41.compound(use.operation, sequence=False, fails=NFS4ERR.OP_NOT_IN_SESSION)


@pytest.mark.parametrize("use", each("NFS4ERR_OP_NOT_IN_SESSION: even when a SEQUENCE comes after it"))
@meets("8881-15.1.3.5-1")
def test_sequence_too_late(nfs41, use):
    nfs41.compound(use.operation, op.sequence(), fails=NFS4ERR.OP_NOT_IN_SESSION)
    alive(nfs41)


@pytest.mark.parametrize("at", [1, 2, 5])
@covers("RFC8881 18.46.3", "NFS4ERR_SEQUENCE_POS: SEQUENCE anywhere but first; what came before it is done")
@meets("8881-2.10.2.1-1")
def test_sequence_pos(nfs41, home, at):
    before = [op.putfh(home), op.create(NF4DIR, "d"), op.putfh(home), op.savefh(), op.getfh()][: at - 1]
    first = op.sequence()
    r = nfs41.compound(first, before, op.sequence(sa_slotid=1).fails(NFS4ERR.SEQUENCE_POS), op.putrootfh())
    assert len(r.all) == at + 1
    nfs41.compound(op.putfh(home), op.lookup("d") if at > 2 else op.lookup("d").fails(NFS4ERR.NOENT))


@covers("RFC8881 18.46.3", "a second SEQUENCE changes nothing of its slot")
@meets("8881-2.10.2.1-1")
def test_second_sequence_uses_no_slot(nfs41):
    second = nfs41.slots[1]
    nfs41.compound(op.sequence(), op.sequence(sa_slotid=1).fails(NFS4ERR.SEQUENCE_POS))
    nfs41.compound(op.sequence(sa_slotid=1, sa_sequenceid=second.sequenceid + 1), op.putrootfh())


@covers("RFC8881 2.10.6.1", "SEQUENCE alone is a whole compound")
def test_sequence_alone(nfs41):
    r = nfs41.compound(op.sequence())
    assert (r.status, len(r.all)) == (NFS4_OK, 1)


@pytest.mark.parametrize("second", [op.putrootfh(), op.illegal(), op.sequence()], ids=lambda o: o.name)
@covers("RFC8881 15.1.3.3", "NFS4ERR_NOT_ONLY_OP: EXCHANGE_ID without SEQUENCE, and not alone; no client is made")
@meets("8881-15.1.3.3-1")
def test_exchange_id_not_alone(c, nfs41, second):
    second = op.sequence(nfs41.sessionid, 1, 0, 0, False) if second.name == "SEQUENCE" else second
    c.compound(op.exchange_id(), second, fails=NFS4ERR.NOT_ONLY_OP)


@covers("RFC8881 15.1.3.3", "NFS4ERR_NOT_ONLY_OP: CREATE_SESSION without SEQUENCE, and not alone; no session is made")
@meets("8881-15.1.3.3-1")
def test_create_session_not_alone(c):
    c.exchange_id()
    c.compound(op.create_session(), op.putrootfh(), fails=NFS4ERR.NOT_ONLY_OP)
    alive(c.session())


@covers("RFC8881 15.1.3.3", "NFS4ERR_NOT_ONLY_OP: DESTROY_SESSION without SEQUENCE, and not alone; the session lives")
@meets("8881-15.1.3.3-1")
def test_destroy_session_not_alone(nfs41):
    nfs41.compound(op.destroy_session(), op.putrootfh(), sequence=False, fails=NFS4ERR.NOT_ONLY_OP)
    alive(nfs41)


@covers("RFC8881 18.37.3", "the session that a compound runs in is destroyed by its last operation only")
@meets("8881-18.37.3-1")
def test_destroy_own_session_not_last(nfs41):
    nfs41.compound(op.destroy_session().fails(NFS4ERR.NOT_ONLY_OP), op.putrootfh())
    alive(nfs41)


@covers("RFC8881 18.37.3", "the last operation of a compound may destroy the session it runs in")
@meets("8881-18.37.3-1")
def test_destroy_own_session(nfs41):
    nfs41.compound(op.putrootfh(), op.destroy_session())
    dead(nfs41)


@covers("RFC8881 15.1.3.3", "NFS4ERR_NOT_ONLY_OP: DESTROY_CLIENTID without SEQUENCE, and not alone; the client lives")
@meets("8881-15.1.3.3-1")
def test_destroy_clientid_not_alone(c):
    c.exchange_id()
    c.compound(op.destroy_clientid(), op.putrootfh(), fails=NFS4ERR.NOT_ONLY_OP)
    alive(c.session())


@covers("RFC8881 18.34.3", "NFS4ERR_NOT_ONLY_OP: BIND_CONN_TO_SESSION, and not alone")
@meets("8881-18.34.3-1")
def test_bind_conn_not_alone(nfs41):
    nfs41.compound(op.bind_conn_to_session(), op.putrootfh(), sequence=False, fails=NFS4ERR.NOT_ONLY_OP)
    alive(nfs41)


@covers("RFC8881 18.34.3", "NFS4ERR_NOT_ONLY_OP: BIND_CONN_TO_SESSION after a SEQUENCE is not alone")
@meets("8881-18.34.3-1")
def test_bind_conn_in_session(nfs41):
    nfs41.compound(op.bind_conn_to_session().fails(NFS4ERR.NOT_ONLY_OP))
    alive(nfs41)


@covers("RFC8881 18.35.3", "EXCHANGE_ID and CREATE_SESSION may be sent in a session, among other operations")
def test_other_clients_in_session(nfs41, clients4):
    another = clients4.bare(1).over(nfs41.endpoint)
    found = nfs41.compound(op.putrootfh(), another.completed(op.exchange_id()), op.getfh()).exchange_id
    made = nfs41.compound(op.create_session(found.eir_clientid, found.eir_sequenceid), op.putrootfh()).create_session
    another.compound(op.sequence(made.csr_sessionid, 1, 0, 0, False), op.putrootfh())
    nfs41.compound(op.destroy_session(made.csr_sessionid), op.destroy_clientid(found.eir_clientid))


@covers("RFC8881 18.37.3", "a session and a client id may be destroyed in a session of another client")
def test_destroy_others_in_session(nfs41, other):
    alive(other.over(nfs41.endpoint))  # associates the connection with the session that is destroyed
    nfs41.compound(op.destroy_session(other.sessionid), op.putrootfh())
    dead(other)
    nfs41.compound(op.destroy_clientid(other.client.clientid))
