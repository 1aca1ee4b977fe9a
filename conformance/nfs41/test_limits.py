"""The limits of a session's fore channel: RFC 8881 2.10.6.4, 18.36.3, 15.1.3."""

import pytest

from conformance.nfs41.checks import alive
from dittofs.nfs4 import ANONYMOUS, FORE, NFS4_OK, NFS4ERR, channel, op
from dittofs.testing.markers import covers, meets


@pytest.fixture
def limited(clients4):
    """limited(ops=8): a session with some channel attributes, and those that the server gave."""

    def make(**attrs):
        session = clients4.bare(1).session(csa_fore_chan_attrs=channel(FORE, **attrs))
        return session, session.created.csr_fore_chan_attrs

    return make


def request(session, file, size):
    """A WRITE that makes a call of that size: without record marks, as ca_maxrequestsize counts."""
    empty = session.compound(op.putfh(file), op.write(ANONYMOUS, 0, b""))
    return op.putfh(file), op.write(ANONYMOUS, 0, bytes((size - len(empty.call.bytes)) // 4 * 4))


@pytest.mark.parametrize("asked", [2, 3, 8, 20])
@covers("RFC8881 18.36.3", "ca_maxoperations operations are executed, SEQUENCE among them")
@meets("8881-18.36.3-6")
def test_operations(limited, asked):
    session, given = limited(maxoperations=asked)
    assert given.ca_maxoperations <= asked
    r = session.compound([op.putrootfh()] * (given.ca_maxoperations - 1))
    assert len(r.all) == given.ca_maxoperations


@pytest.mark.parametrize("more", [1, 2, 50])
@covers("RFC8881 15.1.3.11", "NFS4ERR_TOO_MANY_OPS: more operations than ca_maxoperations")
@meets("8881-15.1.3.11-1")
def test_too_many_operations(limited, more):
    session, given = limited(maxoperations=6)
    count = given.ca_maxoperations - 1 + more
    session.compound([op.putrootfh()] * count, fails=NFS4ERR.TOO_MANY_OPS)
    alive(session)


@covers("RFC8881 2.10.6.4", "a request of ca_maxrequestsize bytes is executed")
@meets("8881-18.36.3-6")
def test_largest_request(limited, file):
    session, given = limited(maxrequestsize=2048)
    r = session.compound(request(session, file, given.ca_maxrequestsize))
    assert len(r.call.bytes) == given.ca_maxrequestsize


@pytest.mark.parametrize("more", [4, 400, 40000])
@covers("RFC8881 15.1.3.8", "NFS4ERR_REQ_TOO_BIG: a request larger than ca_maxrequestsize; nothing is executed")
@meets("8881-2.10.6.4-1")
def test_request_too_big(limited, file, more):
    session, given = limited(maxrequestsize=2048)
    r = session.compound(request(session, file, given.ca_maxrequestsize + more), fails=NFS4ERR.REQ_TOO_BIG)
    assert not r.of(op.write)
    alive(session)
    assert session.getattr(file, "size").size == 0


@pytest.fixture
def text(nfs41, home):
    """A symbolic link to read: a reply of which the server cannot send a part."""
    nfs41.symlink(home, "long", "x" * 600)
    return nfs41.lookup(home, "long")


def reading(text, times):
    return op.putfh(text), [op.readlink()] * times


@covers("RFC8881 15.1.3.6", "NFS4ERR_REP_TOO_BIG: from the operation on whose result does not fit; the ones before are done")
@meets("8881-2.10.6.4-2")
def test_reply_too_big(limited, text):
    session, given = limited(maxresponsesize=4096)
    one, two = (len(session.compound(reading(text, n)).bytes) for n in (1, 2))
    fit = (given.ca_maxresponsesize - one) // (two - one) + 1
    assert len(session.compound(reading(text, fit)).bytes) <= given.ca_maxresponsesize
    r = session.compound(reading(text, fit + 3), fails=NFS4ERR.REP_TOO_BIG)
    assert len(r.bytes) <= given.ca_maxresponsesize
    assert [result.status for result in r.of(op.readlink)[:-1]] == [NFS4_OK] * (len(r.of(op.readlink)) - 1)
    alive(session)


@covers("RFC8881 15.1.3.7", "NFS4ERR_REP_TOO_BIG_TO_CACHE: a reply that is to be kept and does not fit in the cache")
@meets("8881-2.10.6.4-3")
def test_reply_too_big_to_cache(limited, text):
    session, given = limited(maxresponsesize_cached=2048)
    count = given.ca_maxresponsesize_cached // 600 + 1
    session.compound(reading(text, count), sa_cachethis=False)
    r = session.compound(reading(text, count), sa_cachethis=True, fails=NFS4ERR.REP_TOO_BIG_TO_CACHE)
    assert len(r.bytes) <= given.ca_maxresponsesize_cached
    alive(session)


@covers("RFC8881 2.10.6.4", "what changes something is not executed when its reply cannot be kept, or can be had again")
@meets("8881-2.10.6.4-3")
def test_too_big_to_cache_is_not_done(limited, text, home):
    session, given = limited(maxresponsesize_cached=2048)
    count = given.ca_maxresponsesize_cached // 600 + 1
    make = (reading(text, count), op.putfh(home), op.create(2, "made"))
    session.compound(make, sa_cachethis=True, fails=NFS4ERR.REP_TOO_BIG_TO_CACHE)
    session.compound(op.putfh(home), op.lookup("made").fails(NFS4ERR.NOENT))


@covers("RFC8881 2.10.6.4", "a reply that does not fit may end the compound, but the slot goes on; the failure is replayed")
@meets("8881-2.10.6.4-4")
def test_replay_of_too_big(limited, text):
    session, given = limited(maxresponsesize_cached=2048)
    count = given.ca_maxresponsesize_cached // 600 + 1
    r = session.compound(reading(text, count), sa_cachethis=True, fails=NFS4ERR.REP_TOO_BIG_TO_CACHE)
    assert session.replay(r, same_xid=False).body == r.body
    alive(session)


@covers("RFC8881 18.22.3", "READ gives less rather than more than the channel carries")
@meets("8881-18.22.3-3")
def test_read_and_the_channel(limited, nfs41, file):
    nfs41.write(file, 0, bytes(100_000))
    session, given = limited(maxresponsesize=8192)
    r = session.call(op.putfh(file), op.read(count=100_000))
    assert r.status in (NFS4_OK, NFS4ERR.REP_TOO_BIG) and len(r.bytes) <= given.ca_maxresponsesize


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@covers("RFC8881 2.10.6.1", "slots are those from zero to ca_maxrequests - 1, and each can be used")
@meets("8881-15.1.11.2-1")
def test_slots(limited, limit):
    session, given = limited(maxrequests=limit)
    assert 1 <= given.ca_maxrequests <= limit
    for slot in range(given.ca_maxrequests):
        session.compound(op.putrootfh(), sa_slotid=slot)
    session.compound(op.sequence(sa_slotid=given.ca_maxrequests).fails(NFS4ERR.BADSLOT))
