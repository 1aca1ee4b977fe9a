"""Requests that come again, and what the slots keep for them: RFC 8881 2.10.6.1, 18.46.3, 15.1.3.9, 15.1.11.7."""

import dataclasses

import pytest

from conformance.nfs41.checks import alive, exists, names
from dittofs.nfs4 import FORE, NF4DIR, NFS4_OK, NFS4ERR, channel, create, op
from dittofs.testing.markers import covers, meets

COUNTED = [
    ("CREATE", lambda f, d: (op.putfh(d), op.create(NF4DIR, "made"), op.getfh())),
    ("OPEN", lambda f, d: (op.putfh(d), op.open("new", create()), op.getfh())),
    ("REMOVE", lambda f, d: (op.putfh(d), op.remove("file"))),
    ("RENAME", lambda f, d: (op.putfh(d), op.savefh(), op.rename("file", "moved"))),
    ("LINK", lambda f, d: (op.putfh(f), op.savefh(), op.putfh(d), op.link("again"))),
    ("WRITE", lambda f, d: (op.putfh(f), op.write(op.ANONYMOUS, 0, b"data"))),
    ("SETATTR", lambda f, d: (op.putfh(f), op.setattr(mode=0o600), op.getattr("change"))),
]  # fmt: skip
every_change = pytest.mark.parametrize("what", [make for _, make in COUNTED], ids=[name for name, _ in COUNTED])


@every_change
@covers("RFC8881 2.10.6.1", "a retry has the reply of the first time, byte for byte, and nothing is done again")
@meets("8881-2.9.2-1", "8881-2.10.6-1", "8881-2.10.6.1-2", "8881-2.10.6.1-5")
def test_replay(nfs41, home, file, what):
    first = nfs41.compound(what(file, home), sa_cachethis=True)
    before = nfs41.compound(op.putfh(home), op.getattr("change"), sa_slotid=1).getattr.attributes
    for same_xid in (True, False):
        assert nfs41.replay(first, same_xid=same_xid).body == first.body
    assert nfs41.compound(op.putfh(home), op.getattr("change"), sa_slotid=1).getattr.attributes == before


@covers("RFC8881 2.10.6.1", "what the first time found is what a retry says, though things have changed since")
@meets("8881-2.10.6.1-2")
def test_replay_is_not_execution(nfs41, home):
    first = nfs41.compound(op.putfh(home), op.create(NF4DIR, "d"), sa_cachethis=True, sa_slotid=1)
    nfs41.compound(op.putfh(home), op.remove("d"), sa_slotid=0)
    assert nfs41.replay(first, same_xid=False).body == first.body
    assert not exists(nfs41, home, "d")


@covers("RFC8881 2.10.6.1", "a compound that failed in the middle fails in the same way again")
@meets("8881-2.10.6.4-4")
def test_replay_of_failure(nfs41, home):
    first = nfs41.compound(
        op.putfh(home), op.create(NF4DIR, "d"), op.getattr("type"), op.lookup("x").fails(NFS4ERR.NOENT), op.getfh(),
        sa_cachethis=True,
    )  # fmt: skip
    nfs41.compound(op.putfh(home), op.create(NF4DIR, "x"), sa_slotid=5)
    assert nfs41.replay(first, same_xid=False).body == first.body


@pytest.mark.parametrize("bad", [op.illegal(), op.raw(4711), op.getfh(), op.putfh(b"?")], ids=["ILLEGAL", "4711", "GETFH", "PUTFH"])
@covers("RFC8881 2.10.6.1", "any failure after SEQUENCE is replayed")
@meets("8881-2.10.6.4-4")
def test_replay_of_any_failure(nfs41, bad):
    first = nfs41.call(bad, sa_cachethis=True)
    assert first.status != NFS4_OK
    assert nfs41.replay(first, same_xid=False).body == first.body


@covers("RFC8881 2.10.6.1", "a SEQUENCE alone can be retried, too")
@meets("8881-2.10.6.1.1-1")
def test_replay_of_sequence(nfs41):
    for cachethis in (False, True):
        first = nfs41.compound(op.sequence(sa_cachethis=cachethis))
        assert nfs41.replay(first, same_xid=False).body == first.body


@covers("RFC8881 2.10.6.1", "retries as often as wanted, each slot with its own last reply")
@meets("8881-2.10.6.1-2")
def test_many_replays(nfs41, home):
    firsts = [nfs41.compound(op.putfh(home), op.create(NF4DIR, f"d{n}"), sa_slotid=n, sa_cachethis=True) for n in range(8)]
    for _ in range(3):
        for first in reversed(firsts):
            assert nfs41.replay(first, same_xid=False).body == first.body


@every_change
@covers("RFC8881 2.10.5", "a retry over another connection of the session has the reply of the first time")
@meets("8881-2.9.2-2", "8881-2.10.5-1")
def test_over_another_connection(nfs41, connect, home, file, what):
    first = nfs41.compound(what(file, home), sa_cachethis=True)
    moved = nfs41.over(connect())
    assert moved.replay(first, same_xid=True).body == first.body
    alive(moved)


@covers("RFC8881 2.10.6.2", "a client that lost its connection retries over a new one; the slot goes on there")
def test_after_a_lost_connection(nfs41, connect, home):
    sent = nfs41.send(op.putfh(home), op.create(NF4DIR, "d"), op.getfh(), sa_cachethis=True, sa_slotid=0)
    first = sent.result()
    nfs41.endpoint.close()
    moved = nfs41.over(connect())
    assert moved.replay(first).body == first.body
    moved.compound(op.putfh(home), op.create(NF4DIR, "e"), sa_slotid=0)
    assert names(moved, home) == {"d", "e"}


@covers("RFC8881 2.10.6.1.3", "the request again before its reply: executed once, and answered")
@meets("8881-2.9.2-1", "8881-2.10.6-1")
def test_while_under_way(nfs41, home, file):
    prepared = nfs41.send(op.putfh(home), op.create(NF4DIR, "d"), op.getfh(), sa_cachethis=True)
    again = nfs41.endpoint.send(dataclasses.replace(prepared.call, xid=next(nfs41.endpoint.xids)))
    first, second = prepared.results(), prepared.decoded(again.reply())
    assert first.status == NFS4_OK
    assert second.body == first.body or second.status == NFS4ERR.DELAY
    assert names(nfs41, home) == {"d", "file"}


# --- what was not kept ---------------------------------------------------------------------------------------------


@covers("RFC8881 15.1.3.9", "a reply that was not to be kept: NFS4ERR_RETRY_UNCACHED_REP after its SEQUENCE, or kept all the same")
@meets("8881-2.10.6.1.3-2", "8881-2.10.6.1.3-3")
def test_uncached(nfs41, file):
    first = nfs41.compound(op.putfh(file), op.getattr("size"), op.read(), sa_cachethis=False)
    again = nfs41.replay(first, same_xid=False)
    if again.body != first.body:
        assert again.status == NFS4ERR.RETRY_UNCACHED_REP
        assert again.all[0].name == "SEQUENCE" and len(again.all) <= 2
        if len(again.all) == 2:
            assert again.all[0].status == NFS4_OK and again.all[1].status == NFS4ERR.RETRY_UNCACHED_REP
    alive(nfs41)


@pytest.mark.parametrize("bad", [op.illegal(), op.raw(4711)], ids=["ILLEGAL", "4711"])
@covers("RFC8881 2.10.6.1.3", "a retry of an illegal operation is illegal, never NFS4ERR_RETRY_UNCACHED_REP, kept or not")
@meets("8881-2.10.6.1.3-4")
def test_uncached_illegal(nfs41, bad):
    first = nfs41.call(bad, sa_cachethis=False)
    assert first.status == NFS4ERR.OP_ILLEGAL
    assert nfs41.replay(first, same_xid=False).status == NFS4ERR.OP_ILLEGAL


@every_change
@covers("RFC8881 2.10.6.1.3", "what was not to be kept is not executed again, either")
@meets("8881-2.10.6-1", "8881-2.10.6.1.3-2")
def test_uncached_change(nfs41, home, file, what):
    first = nfs41.compound(what(file, home), sa_cachethis=False)
    before = nfs41.compound(op.putfh(home), op.getattr("change"), sa_slotid=1).getattr.attributes
    again = nfs41.replay(first, same_xid=False)
    assert again.body == first.body or again.status == NFS4ERR.RETRY_UNCACHED_REP
    assert nfs41.compound(op.putfh(home), op.getattr("change"), sa_slotid=1).getattr.attributes == before


# --- the same slot and sequence id, another request -------------------------------------------------------------------


def same_place(session, first):
    """SEQUENCE again with the slot and the sequence id of an earlier compound."""
    r = first.sequence
    return op.sequence(session.sessionid, r.sr_sequenceid, r.sr_slotid, r.sr_slotid, True)


OTHERS = [
    ("more operations", lambda d: (op.putfh(d), op.create(NF4DIR, "one"), op.getfh(), op.getfh())),
    ("fewer operations", lambda d: (op.putfh(d),)),
    ("none", lambda d: ()),
    ("other operations", lambda d: (op.putfh(d), op.remove("file"), op.getattr("type"))),
    ("other arguments", lambda d: (op.putfh(d), op.create(NF4DIR, "two"), op.getfh())),
]  # fmt: skip


@pytest.mark.parametrize("what", [make for _, make in OTHERS], ids=[name for name, _ in OTHERS])
@covers("RFC8881 2.10.6.1.3.1", "another request in the place of one that was answered: NFS4ERR_SEQ_FALSE_RETRY, or the first's reply; never executed")
def test_false_retry(nfs41, home, file, what):
    first = nfs41.compound(op.putfh(home), op.create(NF4DIR, "one"), op.getfh(), sa_cachethis=True)
    r = nfs41.call(same_place(nfs41, first), what(home))
    assert r.status == NFS4ERR.SEQ_FALSE_RETRY or r.body == first.body
    assert names(nfs41, home) == {"one", "file"}


@covers("RFC8881 2.10.6.1.3.1", "the retry of another user is a false one: it must not see the reply of the first")
@meets("8881-2.10.6.1.3.1-1")
def test_false_retry_of_another_user(nfs41, bob, home):
    first = nfs41.compound(op.putfh(home), op.create(NF4DIR, "one"), op.getfh(), sa_cachethis=True)
    r = bob.call(same_place(nfs41, first), op.putfh(home), op.create(NF4DIR, "one"), op.getfh())
    assert r.status == NFS4ERR.SEQ_FALSE_RETRY
    alive(nfs41)


@covers("RFC8881 18.46.3", "after a false retry the slot is as it was: the true retry and the next request work")
@meets("8881-2.10.6.1.2-1")
def test_after_false_retry(nfs41, home):
    first = nfs41.compound(op.putfh(home), op.create(NF4DIR, "one"), op.getfh(), sa_cachethis=True)
    nfs41.call(same_place(nfs41, first), op.putrootfh())
    assert nfs41.replay(first, same_xid=False).body == first.body
    nfs41.compound(op.putfh(home), op.lookup("one"), sa_slotid=first.sequence.sr_slotid)


@covers("RFC8881 2.10.6.1", "the next request frees the slot of the last: the one before is not there any more")
@meets("8881-2.10.6.1-3")
def test_older(nfs41):
    first = nfs41.compound(op.putrootfh(), sa_slotid=0, sa_cachethis=True)
    nfs41.compound(op.putrootfh(), sa_slotid=0)
    assert nfs41.replay(first, same_xid=False).status == NFS4ERR.SEQ_MISORDERED


@covers("RFC8881 2.10.6.1", "a session of its own keeps its own replies: the same sequence in another session is a new request")
def test_other_session(nfs41, home):
    second = nfs41.client.session(csa_fore_chan_attrs=channel(FORE, maxrequests=2))
    for n, session in enumerate((nfs41, second)):
        session.compound(op.putfh(home), op.create(NF4DIR, f"d{n}"), sa_cachethis=True)
    assert names(nfs41, home) == {"d0", "d1"}
