"""Connections of a session: BIND_CONN_TO_SESSION, trunking, BACKCHANNEL_CTL (RFC 8881 18.34, 2.10.3, 2.10.5, 18.33)."""

import os

import pytest

from conformance.nfs41.checks import alive, dead, names
from dittofs.nfs4 import (
    CDFC4_BACK, CDFC4_BACK_OR_BOTH, CDFC4_FORE, CDFC4_FORE_OR_BOTH, CDFS4_BACK, CDFS4_BOTH, CDFS4_FORE,
    CREATE_SESSION4_FLAG_CONN_BACK_CHAN, NF4DIR, NFS4ERR, SEQ4_STATUS_CB_PATH_DOWN,
    SEQ4_STATUS_CB_PATH_DOWN_SESSION, callback_sec_parms4, create, gss_cb_handles4, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets
from dittofs.wire.rpc import AUTH_NONE, AUTH_SYS, authsys_parms

# What a server may answer to each wish (RFC 8881 18.34.3).
DIRECTIONS = {
    CDFC4_FORE: (CDFS4_FORE,),
    CDFC4_BACK: (CDFS4_BACK,),
    CDFC4_FORE_OR_BOTH: (CDFS4_FORE, CDFS4_BOTH),
    CDFC4_BACK_OR_BOTH: (CDFS4_BACK, CDFS4_BOTH),
}


def bind(session, direction=CDFC4_FORE_OR_BOTH, **more):
    r = session.compound(op.bind_conn_to_session(direction, **more), sequence=False)
    return r.bind_conn_to_session.bctsr_resok4


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: d.name)
@covers("RFC8881 18.34.3", "another connection: bound to the channels that were asked for, as far as the server says")
@meets("8881-2.10.3-1", "8881-18.34.3-2", "8881-18.34.3-4")
def test_bind(nfs41, connect, direction):
    moved = nfs41.over(connect())
    r = bind(moved, direction)
    assert bytes(r.bctsr_sessid) == nfs41.sessionid and r.bctsr_dir in DIRECTIONS[direction]
    assert not r.bctsr_use_conn_in_rdma_mode
    if r.bctsr_dir != CDFS4_BACK:
        alive(moved)
    alive(nfs41)


@covers("RFC8881 18.34.3", "a connection that is bound already: success, nothing changes")
def test_bind_again(nfs41, connect):
    moved = nfs41.over(connect())
    first = bind(moved, CDFC4_FORE)
    assert bind(moved, CDFC4_FORE) == first
    alive(moved)


@pytest.mark.parametrize("first, then", [(CDFC4_FORE, CDFC4_BACK), (CDFC4_BACK, CDFC4_FORE)], ids=str)
@covers("RFC8881 18.34.3", "NFS4ERR_INVAL: a connection of the one channel that is to be one of the other instead; it stays what it was")
@meets("8881-18.34.3-5")
def test_bind_change(nfs41, connect, first, then):
    moved = nfs41.over(connect())
    was = bind(moved, first)
    moved.compound(op.bind_conn_to_session(then).fails(NFS4ERR.INVAL), sequence=False)
    assert bind(moved, first) == was


@covers("RFC8881 18.34.3", "RDMA is not spoken over TCP, whatever the client asks")
@meets("8881-18.34.3-4")
def test_bind_rdma(nfs41, connect):
    r = bind(nfs41.over(connect()), CDFC4_FORE, bctsa_use_conn_in_rdma_mode=True)
    assert not r.bctsr_use_conn_in_rdma_mode


@pytest.mark.parametrize("sessionid", [bytes(16), b"\xff" * 16, os.urandom(16)], ids=["zeros", "ones", "random"])
@covers("RFC8881 15.1.11.1", "NFS4ERR_BADSESSION: a session that the server does not know")
@meets("8881-18.34.3-3")
def test_bind_unknown(nfs41, sessionid):
    nfs41.compound(op.bind_conn_to_session(bctsa_sessid=sessionid).fails(NFS4ERR.BADSESSION), sequence=False)


@pytest.mark.parametrize("value", [0, 4, 8, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "a direction that channel_dir_from_client4 does not name")
def test_bind_direction(nfs41, connect, value):
    moved = nfs41.over(connect())
    bad = op.bind_conn_to_session(bctsa_sessid=nfs41.sessionid).patch({"bctsa_dir": value})
    moved.compound(bad, sequence=False, fails=(NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS))


@covers("RFC8881 2.10.3", "without state protection a SEQUENCE binds the connection that it comes over")
@meets("8881-2.10.3.1-1")
def test_sequence_binds(nfs41, connect, home):
    for n in range(5):
        nfs41.over(connect()).compound(op.putfh(home), op.create(NF4DIR, f"d{n}"))
    assert len(names(nfs41, home)) == 5


@covers("RFC8881 2.10.5", "requests of one session over several connections at once, each on a slot of its own")
@meets("8881-2.9.2-2", "8881-2.10.5-1")
def test_session_trunking(nfs41, connect, home):
    over = [nfs41, *(nfs41.over(connect()) for _ in range(3))]
    sent = [over[n % 4].send(op.putfh(home), op.create(NF4DIR, f"d{n}"), sa_slotid=n) for n in range(16)]
    for each in sent:
        each.result()
    assert names(nfs41, home) == {f"d{n}" for n in range(16)}


@covers("RFC8881 2.10.6.1", "a slot's sequence goes on over whichever connection")
def test_one_slot_over_two_connections(nfs41, connect):
    moved = nfs41.over(connect())
    for session in (nfs41, moved, moved, nfs41, moved):
        session.compound(op.putrootfh(), sa_slotid=2)


@covers("RFC8881 2.10.5", "client id trunking: another connection, the same owner and verifier, the same client id; another session of it")
@meets("8881-2.10.5-2", "8881-2.10.5-3")
def test_clientid_trunking(c, connect, home):
    one = c.session()
    one.compound(op.reclaim_complete())
    second = c.over(connect())
    found = second.compound(op.exchange_id()).exchange_id
    assert found.eir_clientid == one.client.clientid
    second.sequence = c.sequence = one.created.csr_sequence + 1
    two = second.session()
    opened = one.open(home, "f", create())
    two.write(opened.fh, 0, b"data", opened.stateid)
    two.close(opened)


@covers("RFC8881 2.10.3", "a session outlives all of its connections")
def test_all_connections_lost(nfs41, connect, home):
    opened = nfs41.open(home, "f", create())
    nfs41.endpoint.close()
    moved = nfs41.over(connect())
    moved.write(opened.fh, 0, b"data", opened.stateid)
    moved.close(opened)


@covers("RFC8881 18.37.3", "a session that was destroyed is gone on every connection")
def test_destroyed_everywhere(nfs41, connect):
    moved = nfs41.over(connect())
    alive(moved)
    nfs41.destroy()
    dead(moved), dead(nfs41)


@covers("RFC8881 18.46.3", "a callback path that is down is what SEQUENCE says until a connection is bound to the back channel, where the server says it at all")
@meets("8881-2.10.3-1", "8881-2.10.6.2-1", "8881-2.10.13.2.4-1", "8881-18.46.3-2")
def test_path_down(c, connect):
    session = c.session(csa_flags=0)
    down = SEQ4_STATUS_CB_PATH_DOWN | SEQ4_STATUS_CB_PATH_DOWN_SESSION
    said = session.compound(op.sequence()).sequence.sr_status_flags & down
    moved = session.over(connect())
    c.callbacks.answer(moved.endpoint)
    if bind(moved, CDFC4_BACK_OR_BOTH).bctsr_dir in (CDFS4_BACK, CDFS4_BOTH) and said:
        moved.null()  # and whatever the server calls over the connection first is answered
        assert not session.compound(op.sequence()).sequence.sr_status_flags & down


# --- BACKCHANNEL_CTL -----------------------------------------------------------------------------------------------

SYS = callback_sec_parms4(AUTH_SYS, cbsp_sys_cred=authsys_parms(0, "client", 0, 0, []))
PARMS = {"AUTH_NONE": [callback_sec_parms4(AUTH_NONE)], "AUTH_SYS": [SYS], "both": [callback_sec_parms4(AUTH_NONE), SYS]}


@pytest.mark.parametrize("parms", PARMS)
@covers("RFC8881 18.33.3", "BACKCHANNEL_CTL replaces the callback program of the session")
@meets("8881-18.33.3-1")
def test_backchannel_ctl(nfs41, parms):
    nfs41.compound(op.backchannel_ctl(0x40000123, PARMS[parms]))
    alive(nfs41)


@covers("RFC8881 18.33.3", "BACKCHANNEL_CTL of a session without a back channel does no harm")
def test_backchannel_ctl_without(c):
    session = c.session(csa_flags=0)
    assert not session.created.csr_flags & CREATE_SESSION4_FLAG_CONN_BACK_CHAN
    session.compound(op.backchannel_ctl(0x40000123).may_fail(NFS4ERR.INVAL))
    alive(session)


@covers("RFC8881 18.33.3", "NFS4ERR_NOENT: an RPCSEC_GSS handle that the server does not know")
@meets("8881-18.33.3-2")
def test_backchannel_ctl_gss(nfs41):
    handles = gss_cb_handles4(1, b"no such handle", b"mine")
    parms = [callback_sec_parms4(6, cbsp_gss_handles=handles)]
    nfs41.compound(op.backchannel_ctl(0x40000123, parms).fails(NFS4ERR.NOENT, NFS4ERR.INVAL))
    alive(nfs41)


@covers("RFC8881 18.36.3", "CREATE_SESSION: NFS4ERR_NOENT for an RPCSEC_GSS handle that the server does not know")
@meets("8881-18.33.3-2")
def test_create_session_gss(c):
    c.exchange_id()
    parms = [callback_sec_parms4(6, cbsp_gss_handles=gss_cb_handles4(1, b"no such handle", b"mine"))]
    c.compound(op.create_session(csa_sec_parms=parms).fails(NFS4ERR.NOENT, NFS4ERR.INVAL))
