"""What a client wants of delegations, of a server that may have none: RFC 8881 18.16.3, 18.39, 18.49, 18.5, 18.6."""

import pytest

from conformance.nfs41.checks import BAD_STATEID, BOTH, READ
from dittofs.nfs4 import (
    ANONYMOUS, CLAIM_FH, CURRENT, GDD4_OK, GDD4_UNAVAIL, NFS4ERR, OPEN4_SHARE_ACCESS_WANT_ANY_DELEG, OPEN4_SHARE_ACCESS_WANT_CANCEL,
    OPEN4_SHARE_ACCESS_WANT_NO_DELEG, OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED, OPEN4_SHARE_ACCESS_WANT_READ_DELEG,
    OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, OPEN_DELEGATE_NONE,
    OPEN_DELEGATE_NONE_EXT, OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE, READ_BYPASS, WND4_CANCELLED, WND4_CONTENTION, WND4_NOT_WANTED,
    WND4_RESOURCE, deleg_claim4, op, stateid4,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

WANTS = {
    "READ": OPEN4_SHARE_ACCESS_WANT_READ_DELEG,
    "WRITE": OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG,
    "ANY": OPEN4_SHARE_ACCESS_WANT_ANY_DELEG,
}
SIGNAL, PUSH = OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL, OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED
GIVEN = (OPEN_DELEGATE_READ, OPEN_DELEGATE_WRITE)


def delegation(nfs41, home, want, access=BOTH):
    r = nfs41.compound(op.putfh(home), op.open("file", share_access=access | want), op.getfh())
    found = r.open.delegation
    if found.delegation_type in GIVEN:
        stateid = found.read.stateid if found.delegation_type == OPEN_DELEGATE_READ else found.write.stateid
        nfs41.compound(op.putfh(r.getfh.object), op.delegreturn(stateid))
    return found


@covers("RFC8881 18.16.3", "nothing said about delegations: one, or OPEN_DELEGATE_NONE; never OPEN_DELEGATE_NONE_EXT")
@meets("8881-18.16.3-12")
def test_no_preference(nfs41, home, file):
    assert delegation(nfs41, home, 0).delegation_type in (OPEN_DELEGATE_NONE, *GIVEN)


@covers("RFC8881 18.16.3", "none wanted: OPEN_DELEGATE_NONE_EXT with WND4_NOT_WANTED, where wants are supported")
@meets("8881-18.16.3-11")
def test_not_wanted(nfs41, home, file):
    found = delegation(nfs41, home, OPEN4_SHARE_ACCESS_WANT_NO_DELEG)
    assert found.delegation_type == OPEN_DELEGATE_NONE or found.od_whynone.ond_why == WND4_NOT_WANTED


@covers("RFC8881 18.16.3", "a want cancelled: OPEN_DELEGATE_NONE_EXT with WND4_CANCELLED, where wants are supported")
@meets("8881-18.16.3-11")
def test_cancel(nfs41, home, file):
    found = delegation(nfs41, home, OPEN4_SHARE_ACCESS_WANT_CANCEL)
    assert found.delegation_type == OPEN_DELEGATE_NONE or found.od_whynone.ond_why == WND4_CANCELLED


@pytest.mark.parametrize("want", WANTS)
@pytest.mark.parametrize("promise", [0, SIGNAL, PUSH, SIGNAL | PUSH], ids=["", "SIGNAL", "PUSH", "SIGNAL and PUSH"])
@covers("RFC8881 18.16.3", "wanted and not given: OPEN_DELEGATE_NONE_EXT with the reason, where wants are supported")
@meets("8881-18.16.3-11")
def test_wanted(nfs41, home, file, want, promise):
    found = delegation(nfs41, home, WANTS[want] | promise)
    if found.delegation_type == OPEN_DELEGATE_NONE_EXT:
        why = found.od_whynone
        assert why.ond_why not in (WND4_NOT_WANTED, WND4_CANCELLED)
        if why.ond_why == WND4_CONTENTION:
            assert not why.ond_server_will_push_deleg or promise & PUSH
        if why.ond_why == WND4_RESOURCE:
            assert not why.ond_server_will_signal_avail or promise & SIGNAL


@pytest.mark.parametrize("want", [0x600, 0x800, 0x1000, 0xFF00], ids=hex)
@covers("RFC8881 18.16.3", "a want that there is not says nothing, or is refused")
def test_unknown(nfs41, home, file, want):
    refused = (NFS4ERR.INVAL, NFS4ERR.BADXDR, accept_stat.GARBAGE_ARGS)
    nfs41.compound(op.putfh(home), op.open("file", share_access=READ | want), may_fail=refused)


@covers("RFC8881 18.18.3", "OPEN_DOWNGRADE with wants: ignored, or NFS4ERR_INVAL; access is what is said with them")
def test_downgrade(nfs41, opened):
    attempt = op.open_downgrade(opened, READ | OPEN4_SHARE_ACCESS_WANT_NO_DELEG)
    nfs41.compound(op.putfh(opened.fh), attempt.may_fail(NFS4ERR.INVAL))


# --- operations of servers with delegations ------------------------------------------------------------------------


@covers("RFC8881 18.39.3", "GET_DIR_DELEGATION: a delegation, GDD4_UNAVAIL, NFS4ERR_DIRDELEG_UNAVAIL, or NFS4ERR_NOTSUPP")
def test_get_dir_delegation(nfs41, home):
    refused = (NFS4ERR.NOTSUPP, NFS4ERR.DIRDELEG_UNAVAIL)
    r = nfs41.compound(op.putfh(home), op.get_dir_delegation().may_fail(*refused))
    if r.status == 0:
        assert r.get_dir_delegation.gddrnf_status in (GDD4_OK, GDD4_UNAVAIL)


@covers("RFC8881 18.39.3", "GET_DIR_DELEGATION of a file: NFS4ERR_NOTDIR or NFS4ERR_NOTSUPP")
@meets("8881-18.39.3-1")
def test_get_dir_delegation_of_file(nfs41, file):
    nfs41.compound(op.putfh(file), op.get_dir_delegation().fails(NFS4ERR.NOTDIR, NFS4ERR.NOTSUPP))


@pytest.mark.parametrize("want", WANTS)
@covers("RFC8881 18.49.3", "WANT_DELEGATION: one, OPEN_DELEGATE_NONE_EXT with the reason, or NFS4ERR_NOTSUPP")
@meets("8881-18.49.3-1", "8881-18.49.3-3")
def test_want_delegation(nfs41, file, want):
    r = nfs41.compound(op.putfh(file), op.want_delegation(WANTS[want]).may_fail(NFS4ERR.NOTSUPP))
    if r.status == 0:
        assert r.want_delegation.delegation_type in (OPEN_DELEGATE_NONE_EXT, *GIVEN)


@covers("RFC8881 18.49.3", "WANT_DELEGATION that wants none: NFS4ERR_INVAL or NFS4ERR_NOTSUPP")
@meets("8881-18.49.3-2")
def test_want_nothing(nfs41, file):
    for want in (0, OPEN4_SHARE_ACCESS_WANT_NO_DELEG):
        attempt = op.want_delegation(want, deleg_claim4(CLAIM_FH))
        nfs41.compound(op.putfh(file), attempt.fails(NFS4ERR.INVAL, NFS4ERR.NOTSUPP))


NO_DELEGATION = {"anonymous": ANONYMOUS, "READ bypass": READ_BYPASS, "made up": stateid4(1, b"no such one!"), "current": CURRENT}


@pytest.mark.parametrize("which", NO_DELEGATION)
@covers("RFC8881 18.6.3", "DELEGRETURN of what is no delegation: NFS4ERR_BAD_STATEID, or NFS4ERR_NOTSUPP")
@meets("8881-18.6.3-1")
def test_delegreturn(nfs41, file, which):
    nfs41.compound(op.putfh(file), op.delegreturn(NO_DELEGATION[which]).fails(*BAD_STATEID, NFS4ERR.NOTSUPP))


@covers("RFC8881 18.6.3", "DELEGRETURN of an open: NFS4ERR_BAD_STATEID, or NFS4ERR_NOTSUPP; the open stays")
@meets("8881-18.6.3-1")
def test_delegreturn_open(nfs41, opened):
    nfs41.compound(op.putfh(opened.fh), op.delegreturn(opened).fails(*BAD_STATEID, NFS4ERR.NOTSUPP))
    nfs41.close(opened)


@pytest.mark.parametrize("clientid", [0, 1, 2**64 - 1])
@covers("RFC8881 18.5.3", "DELEGPURGE where nothing awaits recovery: success, or NFS4ERR_NOTSUPP; the client id given is ignored")
@meets("8881-8.8-2", "8881-18.5.3-1")
def test_delegpurge(nfs41, clientid):
    nfs41.compound(op.delegpurge(clientid).may_fail(NFS4ERR.NOTSUPP))
