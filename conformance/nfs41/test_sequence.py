"""SEQUENCE: slots and sequence ids, RFC 8881 18.46, 2.10.6.1. What is replayed is test_replay.py's."""

import os

import pytest

from conformance.nfs41.checks import alive
from dittofs.nfs4 import NF4DIR, NFS4_OK, NFS4ERR, op
from dittofs.testing.markers import covers, meets

# SEQ4_STATUS bits that say nothing bad of a client that has just come and has no back channel in use (18.46.3).
HARMLESS = 0x1 | 0x200


@pytest.fixture
def fresh(clients4):
    """A session of which no slot was used."""
    return clients4.bare(1).session()


def sequence(session, sequenceid, slotid=0, highest=None, cachethis=False):
    return op.sequence(session.sessionid, sequenceid, slotid, slotid if highest is None else highest, cachethis)


@covers("RFC8881 18.46.3", "the results name session, slot and sequence id of the request")
@meets("8881-18.46.3-1")
def test_results(fresh):
    for slot in (0, 1, 5):
        r = fresh.compound(sequence(fresh, 1, slot)).sequence
        assert (bytes(r.sr_sessionid), r.sr_slotid, r.sr_sequenceid) == (fresh.sessionid, slot, 1)


@covers("RFC8881 18.46.3", "the highest slot ids are those of slots that there are")
def test_highest_slot(fresh):
    count = len(fresh.slots)
    r = fresh.compound(op.sequence()).sequence
    assert 0 <= r.sr_highest_slotid < count and 0 <= r.sr_target_highest_slotid


@covers("RFC8881 18.46.3", "a new client is told nothing but, maybe, that its callback path is down")
def test_status_flags(fresh):
    assert fresh.compound(op.sequence()).sequence.sr_status_flags & ~HARMLESS == 0


@covers("RFC8881 18.36.4", "the first sequence id of a slot is one: NFS4ERR_SEQ_MISORDERED for zero and for two")
@meets("8881-2.10.6.1-3", "8881-18.36.3-8")
def test_first(fresh):
    for wrong in (0, 2, 3, 2**32 - 1):
        fresh.compound(sequence(fresh, wrong).fails(NFS4ERR.SEQ_MISORDERED))
    fresh.compound(sequence(fresh, 1))


@pytest.mark.parametrize("off", [-2, -1, 2, 3, 1000, 2**31, 2**31 + 1])
@covers("RFC8881 18.46.3", "NFS4ERR_SEQ_MISORDERED: neither the next sequence id nor the last; the slot stays as it was")
@meets("8881-2.10.6.1-1", "8881-2.10.6.1-3")
def test_misordered(fresh, off):
    for n in range(1, 6):
        fresh.compound(sequence(fresh, n))
    fresh.compound(sequence(fresh, 5 + off & 0xFFFFFFFF).fails(NFS4ERR.SEQ_MISORDERED), op.putrootfh())
    fresh.compound(sequence(fresh, 6), op.putrootfh())


@covers("RFC8881 18.46.3", "each slot counts by itself")
@meets("8881-2.10.6.1-1")
def test_slots_are_independent(fresh):
    for slot in (0, 1, 2):
        for n in range(1, 5):
            fresh.compound(sequence(fresh, n, slot))
    fresh.compound(sequence(fresh, 1, 3))
    fresh.compound(sequence(fresh, 6, 1).fails(NFS4ERR.SEQ_MISORDERED))
    fresh.compound(sequence(fresh, 5, 1))


@covers("RFC8881 15.1.11.2", "NFS4ERR_BADSLOT: a slot that is not in the table")
@meets("8881-15.1.11.2-1")
def test_badslot(fresh):
    for slot in (len(fresh.slots), len(fresh.slots) + 1, 2**31, 2**32 - 1):
        fresh.compound(sequence(fresh, 1, slot, highest=0).fails(NFS4ERR.BADSLOT, NFS4ERR.BAD_HIGH_SLOT))
    alive(fresh)


@covers("RFC8881 15.1.11.3", "sa_highest_slotid beyond the table: NFS4ERR_BAD_HIGH_SLOT where the server holds clients to that; the slot goes on")
def test_bad_high_slot(fresh):
    expected = 1
    for highest in (len(fresh.slots), 2**31, 2**32 - 1):
        r = fresh.compound(sequence(fresh, expected, highest=highest).may_fail(NFS4ERR.BAD_HIGH_SLOT))
        expected += r.status == NFS4_OK
    fresh.compound(sequence(fresh, expected))


@covers("RFC8881 18.46.3", "sa_highest_slotid may be the highest that there is; one below the slot in use does no harm")
def test_high_slot(fresh):
    fresh.compound(sequence(fresh, 1, 0, highest=len(fresh.slots) - 1))
    fresh.compound(sequence(fresh, 1, len(fresh.slots) - 1, highest=len(fresh.slots) - 1))


SESSIONIDS = {"zeros": bytes(16), "ones": b"\xff" * 16, "random": os.urandom(16)}


@pytest.mark.parametrize("sessionid", SESSIONIDS)
@covers("RFC8881 15.1.11.1", "NFS4ERR_BADSESSION: a session that the server does not know")
def test_badsession(nfs41, sessionid):
    r = nfs41.compound(op.sequence(SESSIONIDS[sessionid], 1, 0, 0, False).fails(NFS4ERR.BADSESSION), op.putrootfh())
    assert len(r.all) == 1
    alive(nfs41)


@covers("RFC8881 15.1.11.1", "NFS4ERR_BADSESSION: one bit of a session id changed anywhere")
def test_changed_sessionid(nfs41):
    for at in range(16):
        changed = bytes(b ^ 0x40 if n == at else b for n, b in enumerate(nfs41.sessionid))
        nfs41.compound(op.sequence(changed, 1, 0, 0, False).fails(NFS4ERR.BADSESSION))


@covers("RFC8881 18.46.3", "a SEQUENCE that fails changes nothing: not the slot, and nothing after it is done")
@meets("8881-2.10.6.1.2-1")
def test_failure_changes_nothing(nfs41, home):
    nfs41.compound(op.sequence(sa_sequenceid=77).fails(NFS4ERR.SEQ_MISORDERED), op.putfh(home), op.create(NF4DIR, "d"))
    nfs41.compound(op.putfh(home), op.lookup("d").fails(NFS4ERR.NOENT))


@covers("RFC8881 2.10.6.1", "a compound that fails after its SEQUENCE has used the sequence id")
@meets("8881-2.10.6.1.3-1")
def test_failing_compound_counts(fresh):
    fresh.compound(sequence(fresh, 1), op.getfh().fails(NFS4ERR.NOFILEHANDLE))
    fresh.compound(sequence(fresh, 3), op.putrootfh(), fails=NFS4ERR.SEQ_MISORDERED)
    fresh.compound(sequence(fresh, 2), op.putrootfh())


@covers("RFC8881 2.10.6.1", "an illegal operation after SEQUENCE has used the sequence id as well")
@meets("8881-2.10.6.1.3-1")
def test_illegal_compound_counts(fresh):
    fresh.compound(sequence(fresh, 1), op.illegal().fails(NFS4ERR.OP_ILLEGAL))
    fresh.compound(sequence(fresh, 2), op.putrootfh())


@covers("RFC8881 2.10.6.1", "all slots at once, and again: a request on each, every reply its own")
def test_parallel(nfs41, home):
    count = min(len(nfs41.slots), 32)
    for round_ in range(3):
        sent = [nfs41.send(op.putfh(home), op.create(NF4DIR, f"{round_}-{n}"), sa_slotid=n) for n in range(count)]
        slots = [each.result().sequence.sr_slotid for each in sent]
        assert slots == list(range(count))


@covers("RFC8881 2.10.2", "sessions of one client have slot tables of their own")
@meets("8881-2.10.5-2")
def test_two_sessions(clients4):
    client = clients4.bare(1)
    one, two = client.session(), client.session()
    one.compound(sequence(one, 1))
    two.compound(sequence(two, 1))
    one.compound(sequence(one, 2))


@covers("RFC8881 2.10.2", "sessions of two clients over one connection: each compound runs in the session it names")
@meets("8881-2.10.1-1", "8881-2.10.3.1-2")
def test_one_connection(nfs41, other, home):
    moved = other.over(nfs41.endpoint)
    for n in range(5):
        nfs41.compound(op.putfh(home), op.create(NF4DIR, f"a{n}"))
        moved.compound(op.putfh(home), op.create(NF4DIR, f"b{n}"))


@covers("RFC8881 18.46.3", "what minor version a client id and its sessions are of, each compound says: one of 2 in a session of 1 is no accident")
def test_minor_version_of_session(nfs41):
    r = nfs41.call(op.putrootfh(), minorversion=2)
    assert r.status in (0, NFS4ERR.INVAL, NFS4ERR.BADSESSION, NFS4ERR.MINOR_VERS_MISMATCH)
    nfs41.compound(op.putrootfh())
