"""CREATE_SESSION: RFC 8881 18.36; its own replies are kept apart from any session's (18.36.4)."""

import pytest

from conformance.nfs41.checks import alive
from dittofs.nfs4 import (
    BACK, FORE, CREATE_SESSION4_FLAG_CONN_BACK_CHAN, CREATE_SESSION4_FLAG_CONN_RDMA, CREATE_SESSION4_FLAG_PERSIST,
    NFS4ERR, Session, callback_sec_parms4, channel, client_owner, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.fixtures import ALICE, BOB
from dittofs.testing.markers import covers, meets
from dittofs.wire.rpc import AUTH_NONE, AUTH_SYS, authsys_parms

PERSIST, BACK_CHAN, RDMA = (
    CREATE_SESSION4_FLAG_PERSIST, CREATE_SESSION4_FLAG_CONN_BACK_CHAN, CREATE_SESSION4_FLAG_CONN_RDMA
)  # fmt: skip
GARBAGE = (NFS4ERR.BADXDR, accept_stat.GARBAGE_ARGS)


@pytest.fixture
def known(c):
    """A client with a client id that is not confirmed."""
    c.exchange_id()
    return c


def made(c, **fields):
    """The arguments' echo; the client counts on."""
    return c.compound(op.create_session(**fields)).create_session.csr_resok4


# --- client ids and sequence ---------------------------------------------------------------------------------------


@covers("RFC8881 18.36.3", "a session; csr_sequence is csa_sequence")
@meets("8881-18.36.3-1")
def test_create(known):
    sequence = known.sequence
    r = made(known)
    assert r.csr_sequence == sequence
    alive(Session(known, r))


@covers("RFC8881 18.36.3", "several sessions of one client have different session ids, and all are of use")
def test_several(known):
    sessions = [known.session() for _ in range(5)]
    assert len({s.sessionid for s in sessions}) == 5
    for session in sessions:
        alive(session)


@pytest.mark.parametrize("clientid", [0, 1, 0x1234567890ABCDEF, 2**64 - 1], ids=hex)
@covers("RFC8881 18.36.4", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
@meets("8881-18.36.4-1")
def test_stale_clientid(known, clientid):
    known.compound(op.create_session(clientid).fails(NFS4ERR.STALE_CLIENTID))
    alive(known.session())


@pytest.mark.parametrize("off", [-1, 1, 2, 100, 2**31, 2**32 - 2])
@covers("RFC8881 18.36.4", "NFS4ERR_SEQ_MISORDERED: a sequence that is not eir_sequenceid; the right one still works")
@meets("8881-18.36.4-2")
def test_misordered_first(known, off):
    sequence = known.sequence + off & 0xFFFFFFFF
    known.compound(op.create_session(csa_sequence=sequence).fails(NFS4ERR.SEQ_MISORDERED))
    alive(known.session())


@pytest.mark.parametrize("off", [-2, 1, 2, 100, 2**31])
@covers("RFC8881 18.36.4", "NFS4ERR_SEQ_MISORDERED: neither the next sequence nor the last one")
@meets("8881-18.36.4-2")
def test_misordered(known, off):
    session = known.session()
    known.compound(op.create_session(csa_sequence=known.sequence + off & 0xFFFFFFFF).fails(NFS4ERR.SEQ_MISORDERED))
    alive(session), alive(known.session())


@covers("RFC8881 18.36.4", "the last sequence again is a retry: the same reply, no other session")
@meets("8881-18.36.4-2")
def test_replay(known):
    first = known.compound(op.create_session())
    again = known.replay(first, same_xid=False)
    assert again.body == first.body
    alive(Session(known, again.create_session.csr_resok4))


@covers("RFC8881 18.36.4", "a retry is told by its sequence, also after the session was destroyed, or in a session")
@meets("8881-18.36.4-2")
def test_replay_later(known):
    first = known.compound(op.create_session())
    session = Session(known, first.create_session.csr_resok4)
    sequence = known.sequence
    retry = op.create_session(known.clientid, sequence - 1)
    assert session.compound(retry).create_session.csr_resok4 == first.create_session.csr_resok4
    known.sequence = sequence
    session.destroy()
    assert known.replay(first, same_xid=False).body == first.body


@covers("RFC8881 18.36.4", "the reply to a failure of the client's next session is kept as well, or not counted at all")
def test_replay_of_failure(known):
    known.session()
    small = op.create_session(csa_fore_chan_attrs=channel(FORE, maxresponsesize=8, maxrequestsize=8))
    first = known.call(small)
    again = known.replay(first, same_xid=False)
    assert again.create_session.status == first.create_session.status != 0


@covers("RFC8881 18.36.4", "sequences go on by one for each session")
def test_sequence(known):
    start = known.sequence
    assert [made(known).csr_sequence for _ in range(4)] == [start, start + 1, start + 2, start + 3]


@covers("RFC8881 18.36.4", "NFS4ERR_CLID_INUSE: confirmed by another principal than EXCHANGE_ID's; nothing is changed")
@meets("8881-18.36.4-3")
def test_other_principal(clients4):
    mine = clients4.bare(1, ALICE)
    mine.exchange_id()
    mine.as_(BOB).compound(op.create_session().fails(NFS4ERR.CLID_INUSE))
    alive(mine.session())


# --- flags ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [0, PERSIST, BACK_CHAN, RDMA, PERSIST | BACK_CHAN, PERSIST | BACK_CHAN | RDMA], ids=hex)
@covers("RFC8881 18.36.3", "csr_flags has only what was asked for, and never RDMA over TCP")
@meets("8881-18.36.3-2", "8881-18.36.3-3")
def test_flags(known, flags):
    r = made(known, csa_flags=flags)
    assert r.csr_flags & ~flags == 0 and not r.csr_flags & RDMA
    alive(Session(known, r))


@pytest.mark.parametrize("flags", [0x8, 0x10, 0x80000000, 0xFFFFFFFF], ids=hex)
@covers("RFC8881 18.36.3", "NFS4ERR_INVAL: flags that there are not; the client id is not confirmed by that")
@meets("8881-18.36.4-4")
def test_unknown_flags(known, flags):
    known.compound(op.create_session(csa_flags=flags).fails(NFS4ERR.INVAL))


# --- channels ------------------------------------------------------------------------------------------------------

DECREASED = ("ca_headerpadsize", "ca_maxrequestsize", "ca_maxresponsesize", "ca_maxresponsesize_cached")
LARGE = dict(maxrequestsize=2**32 - 1, maxresponsesize=2**32 - 1, maxresponsesize_cached=2**32 - 1)
ATTRIBUTES = [
    {}, dict(headerpadsize=512), LARGE, dict(maxrequests=1), dict(maxrequests=2**32 - 1), dict(maxoperations=2**32 - 1),
    dict(maxresponsesize_cached=0), dict(maxresponsesize_cached=2**20), dict(maxrequestsize=4096, maxresponsesize=4096),
]  # fmt: skip


@pytest.mark.parametrize("changes", ATTRIBUTES, ids=str)
@covers("RFC8881 18.36.3", "sizes of the fore channel are as asked for or less; the session works with what was given")
@meets("8881-18.36.3-4", "8881-18.36.3-6")
def test_fore_channel(known, changes):
    asked = channel(FORE, **changes)
    session = known.session(csa_fore_chan_attrs=asked)
    given = session.created.csr_fore_chan_attrs
    for name in DECREASED:
        assert getattr(given, name) <= getattr(asked, name), name
    assert given.ca_maxrequests >= 1 and given.ca_maxoperations >= 1
    alive(session)


@pytest.mark.parametrize("changes", [{}, dict(maxrequests=1), dict(maxrequests=17), dict(maxoperations=2), dict(maxoperations=100)], ids=str)
@covers("RFC8881 18.36.3", "of the back channel the server changes neither ca_maxoperations nor ca_maxrequests; sizes do not grow")
@meets("8881-18.36.3-4", "8881-18.36.3-5")
def test_back_channel(known, changes):
    asked = channel(BACK, **changes)
    given = made(known, csa_back_chan_attrs=asked).csr_back_chan_attrs
    assert (given.ca_maxoperations, given.ca_maxrequests) == (asked.ca_maxoperations, asked.ca_maxrequests)
    for name in DECREASED:
        assert getattr(given, name) <= getattr(asked, name), name


@pytest.mark.parametrize("size", [0, 1, 8, 32])
@pytest.mark.parametrize("what", ["maxrequestsize", "maxresponsesize"])
@covers("RFC8881 18.36.3", "NFS4ERR_TOOSMALL: messages of the fore channel that no SEQUENCE fits in")
def test_too_small(known, what, size):
    known.compound(op.create_session(csa_fore_chan_attrs=channel(FORE, **{what: size})).fails(NFS4ERR.TOOSMALL))


@covers("RFC8881 18.36.4", "a session that is refused for its sizes does not confirm the client id's replacement")
@meets("8881-18.36.4-4")
def test_refused_session_confirms_nothing(clients4):
    mine = clients4.bare(1)
    session = mine.session()
    found = mine.compound(op.exchange_id(client_owner(b"restart!", mine.ownerid))).exchange_id
    small = channel(FORE, maxresponsesize=8)
    mine.compound(op.create_session(found.eir_clientid, found.eir_sequenceid, csa_fore_chan_attrs=small).fails(NFS4ERR.TOOSMALL))
    alive(session)


@covers("RFC8881 18.36.3", "a session with no slot or no operations at all: refused, or the server gives some")
def test_no_slots(known):
    for changes in (dict(maxrequests=0), dict(maxoperations=0)):
        r = known.call(op.create_session(csa_fore_chan_attrs=channel(FORE, **changes)))
        if r.status == 0:
            assert r.create_session.csr_fore_chan_attrs.ca_maxrequests >= 1
            alive(Session(known, r.create_session.csr_resok4))
        else:
            assert r.status in (NFS4ERR.INVAL, NFS4ERR.TOOSMALL)
            known.exchange_id()


@covers("RFC4506 4.13", "ca_rdma_ird has at most one element")
def test_rdma_ird(known):
    made(known, csa_fore_chan_attrs=channel(FORE, rdma_ird=[8]))
    bad = known.completed(op.create_session(csa_fore_chan_attrs=channel(FORE, rdma_ird=[8])))
    known.compound(bad.patch({"len(csa_fore_chan_attrs.ca_rdma_ird)": 2}), fails=GARBAGE)


SYS = callback_sec_parms4(AUTH_SYS, cbsp_sys_cred=authsys_parms(0, "client", 0, 0, []))
SEC_PARMS = {"none": [], "AUTH_NONE": [callback_sec_parms4(AUTH_NONE)], "AUTH_SYS": [SYS], "both": [callback_sec_parms4(AUTH_NONE), SYS]}


@pytest.mark.parametrize("parms", SEC_PARMS)
@covers("RFC8881 18.36.3", "callbacks may be authorized in several ways")
def test_sec_parms(known, parms):
    alive(known.session(csa_sec_parms=SEC_PARMS[parms]))


@pytest.mark.parametrize("program", [0, 1, 0x40000000, 2**32 - 1], ids=hex)
@covers("RFC8881 18.36.3", "the program number of callbacks is the client's choice")
def test_callback_program(known, program):
    alive(known.session(csa_cb_program=program))
