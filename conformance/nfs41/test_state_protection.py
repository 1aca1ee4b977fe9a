"""State protection that EXCHANGE_ID asks for, by a client without RPCSEC_GSS: RFC 8881 18.35.3, 2.10.8, SET_SSV 18.47."""

import pytest

from conformance.nfs41.checks import alive
from dittofs.nfs4 import (
    OP_BIND_CONN_TO_SESSION, OP_CREATE_SESSION, OP_DESTROY_CLIENTID, OP_DESTROY_SESSION, OP_EXCHANGE_ID, SP4_MACH_CRED,
    SP4_NONE, SP4_SSV, NFS4ERR, op, ssv_sp_parms4, state_protect4_a, state_protect_ops4,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

OPERATIONS = (OP_EXCHANGE_ID, OP_CREATE_SESSION, OP_DESTROY_SESSION, OP_BIND_CONN_TO_SESSION, OP_DESTROY_CLIENTID)
SHA256 = bytes.fromhex("608648016503040201")
AES256 = bytes.fromhex("60864801650304012a")


def bits(*opnums):
    words = [0, 0]
    for opnum in opnums:
        words[opnum // 32] |= 1 << opnum % 32
    return words


def ops():
    return state_protect_ops4(bits(*OPERATIONS), bits())


def ssv(**changes):
    fields = dict(ssp_ops=ops(), ssp_hash_algs=[SHA256], ssp_encr_algs=[AES256], ssp_window=4, ssp_num_gss_handles=1)
    return state_protect4_a(SP4_SSV, spa_ssv_parms=ssv_sp_parms4(**{**fields, **changes}))


@covers("RFC8881 18.35.3", "SP4_NONE is what the reply says too")
@meets("8881-18.35.3-6")
def test_none(c):
    assert c.exchange_id(eia_state_protect=state_protect4_a(SP4_NONE)).exchange_id.eir_state_protect.spr_how == SP4_NONE


@covers("RFC8881 18.35.3", "NFS4ERR_INVAL: SP4_MACH_CRED without RPCSEC_GSS and its integrity or privacy; no client is made")
@meets("8881-18.35.3-7")
def test_mach_cred(c):
    protect = state_protect4_a(SP4_MACH_CRED, spa_mach_ops=ops())
    c.compound(op.exchange_id(eia_state_protect=protect).fails(NFS4ERR.INVAL))
    alive(c.session())


# What else there is to say against SSV, for a server that looks at the arguments first.
NO_SSV = (
    NFS4ERR.INVAL, NFS4ERR.ENCR_ALG_UNSUPP, NFS4ERR.HASH_ALG_UNSUPP, NFS4ERR.NOTSUPP,
)  # fmt: skip


@covers("RFC8881 18.35.3", "SP4_SSV without RPCSEC_GSS is refused, and no client is made")
@meets("8881-18.35.3-7")
def test_ssv(c):
    c.compound(op.exchange_id(eia_state_protect=ssv()).fails(*NO_SSV))
    alive(c.session())


@pytest.mark.parametrize("algorithms", ["ssp_hash_algs", "ssp_encr_algs"])
@pytest.mark.parametrize("oids", [[], [b"\x2a\x03\x04"]], ids=["none", "unknown"])
@covers("RFC8881 18.35.3", "SP4_SSV with no algorithm that the server has is refused")
@meets("8881-18.35.3-8")
def test_ssv_algorithms(c, algorithms, oids):
    c.compound(op.exchange_id(eia_state_protect=ssv(**{algorithms: oids})).fails(*NO_SSV))


@covers("RFC8881 18.35.3", "NFS4ERR_INVAL: SP4_SSV with a window of zero")
@meets("8881-18.35.3-8")
def test_ssv_window(c):
    c.compound(op.exchange_id(eia_state_protect=ssv(ssp_window=0)).fails(*NO_SSV))


@pytest.mark.parametrize("how", [3, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.15", "a kind of protection that state_protect_how4 does not name does not decode")
def test_unknown(c, how):
    bad = c.completed(op.exchange_id()).patch({"eia_state_protect.spa_how": how})
    c.compound(bad, fails=(NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS))


@pytest.mark.parametrize("ssv_, digest", [(b"s" * 32, b"d" * 32), (b"", b""), (b"s" * 4, b"")], ids=["plausible", "empty", "odd"])
@covers("RFC8881 18.47.3", "SET_SSV of a client without SP4_SSV: NFS4ERR_INVAL")
@meets("8881-18.47.3-1")
def test_set_ssv(nfs41, ssv_, digest):
    nfs41.compound(op.set_ssv(ssv_, digest).fails(NFS4ERR.INVAL))
    alive(nfs41)
