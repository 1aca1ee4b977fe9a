"""Builders of the operations that come with minor version 1."""

from __future__ import annotations

from typing import Any, Iterable, Optional

from dittofs.nfs4.attributes import Bitmap, bitmap, nfstime
from dittofs.nfs4.operation import AUTO, Builder
from dittofs.nfs4.stateids import stateid
from dittofs.wire import nfs4 as w
from dittofs.wire.rpc import AUTH_NONE

CB_PROGRAM = 0x40000000

# What a client asks for when nothing else is said; the server may give less.
FORE = w.channel_attrs4(0, 1049620, 1049480, 8192, 64, 64, [])
BACK = w.channel_attrs4(0, 4096, 4096, 4096, 8, 8, [])


def client_owner(verifier: bytes, ownerid: bytes) -> w.client_owner4:
    return w.client_owner4(verifier, ownerid)


def channel(attrs: w.channel_attrs4, **changes: Any) -> w.channel_attrs4:
    """Channel attributes with some changed, named with or without ca_: channel(FORE, maxrequests=4)."""
    values = {name: getattr(attrs, name) for name in attrs.__slots__}
    for name, value in changes.items():
        values[name if name.startswith("ca_") else f"ca_{name}"] = value
    return w.channel_attrs4(**values)


@Builder
def backchannel_ctl(bca_cb_program: int = CB_PROGRAM, bca_sec_parms: Optional[Iterable[w.callback_sec_parms4]] = None) -> w.BACKCHANNEL_CTL4args:
    return w.BACKCHANNEL_CTL4args(bca_cb_program, _sec_parms(bca_sec_parms))


@Builder
def bind_conn_to_session(
    bctsa_dir: int = w.CDFC4_FORE_OR_BOTH, bctsa_sessid: bytes = AUTO, bctsa_use_conn_in_rdma_mode: bool = False
) -> w.BIND_CONN_TO_SESSION4args:
    return w.BIND_CONN_TO_SESSION4args(bctsa_sessid, bctsa_dir, bctsa_use_conn_in_rdma_mode)


@Builder
def exchange_id(
    eia_clientowner: w.client_owner4 = AUTO,
    eia_flags: int = 0,
    eia_state_protect: Optional[w.state_protect4_a] = None,
    eia_client_impl_id: Iterable[w.nfs_impl_id4] = (),
) -> w.EXCHANGE_ID4args:
    protect = w.state_protect4_a(w.SP4_NONE) if eia_state_protect is None else eia_state_protect
    return w.EXCHANGE_ID4args(eia_clientowner, eia_flags, protect, list(eia_client_impl_id))


@Builder
def create_session(
    csa_clientid: int = AUTO,
    csa_sequence: int = AUTO,
    csa_flags: int = 0,
    csa_fore_chan_attrs: w.channel_attrs4 = FORE,
    csa_back_chan_attrs: w.channel_attrs4 = BACK,
    csa_cb_program: int = CB_PROGRAM,
    csa_sec_parms: Optional[Iterable[w.callback_sec_parms4]] = None,
) -> w.CREATE_SESSION4args:
    return w.CREATE_SESSION4args(
        csa_clientid, csa_sequence, csa_flags, csa_fore_chan_attrs, csa_back_chan_attrs, csa_cb_program,
        _sec_parms(csa_sec_parms),
    )  # fmt: skip


@Builder
def destroy_session(dsa_sessionid: bytes = AUTO) -> w.DESTROY_SESSION4args:
    return w.DESTROY_SESSION4args(dsa_sessionid)


@Builder
def free_stateid(fsa_stateid: Any) -> w.FREE_STATEID4args:
    return w.FREE_STATEID4args(stateid(fsa_stateid))


@Builder
def get_dir_delegation(
    gdda_signal_deleg_avail: bool = False,
    gdda_notification_types: Bitmap = (),
    gdda_child_attr_delay: Any = (0, 0),
    gdda_dir_attr_delay: Any = (0, 0),
    gdda_child_attributes: Bitmap = (),
    gdda_dir_attributes: Bitmap = (),
) -> w.GET_DIR_DELEGATION4args:
    return w.GET_DIR_DELEGATION4args(
        gdda_signal_deleg_avail, bitmap(gdda_notification_types), nfstime(gdda_child_attr_delay),
        nfstime(gdda_dir_attr_delay), bitmap(gdda_child_attributes), bitmap(gdda_dir_attributes),
    )  # fmt: skip


@Builder
def getdeviceinfo(
    gdia_device_id: bytes = bytes(16),
    gdia_layout_type: int = w.LAYOUT4_NFSV4_1_FILES,
    gdia_maxcount: int = 65536,
    gdia_notify_types: Bitmap = (),
) -> w.GETDEVICEINFO4args:
    return w.GETDEVICEINFO4args(gdia_device_id, gdia_layout_type, gdia_maxcount, bitmap(gdia_notify_types))


@Builder
def getdevicelist(
    gdla_layout_type: int = w.LAYOUT4_NFSV4_1_FILES,
    gdla_maxdevices: int = 16,
    gdla_cookie: int = 0,
    gdla_cookieverf: bytes = bytes(8),
) -> w.GETDEVICELIST4args:
    return w.GETDEVICELIST4args(gdla_layout_type, gdla_maxdevices, gdla_cookie, gdla_cookieverf)


@Builder
def layoutcommit(
    loca_stateid: Any,
    loca_offset: int = 0,
    loca_length: int = w.NFS4_UINT64_MAX,
    loca_reclaim: bool = False,
    loca_last_write_offset: Optional[int] = None,
    loca_time_modify: Any = None,
    loca_layoutupdate: Optional[w.layoutupdate4] = None,
) -> w.LAYOUTCOMMIT4args:
    written, time = loca_last_write_offset, loca_time_modify
    return w.LAYOUTCOMMIT4args(
        loca_offset, loca_length, loca_reclaim, stateid(loca_stateid),
        w.newoffset4(False) if written is None else w.newoffset4(True, no_offset=written),
        w.newtime4(False) if time is None else w.newtime4(True, nt_time=nfstime(time)),
        loca_layoutupdate or w.layoutupdate4(w.LAYOUT4_NFSV4_1_FILES),
    )  # fmt: skip


@Builder
def layoutget(
    loga_stateid: Any,
    loga_layout_type: int = w.LAYOUT4_NFSV4_1_FILES,
    loga_iomode: int = w.LAYOUTIOMODE4_READ,
    loga_offset: int = 0,
    loga_length: int = w.NFS4_UINT64_MAX,
    loga_minlength: int = 0,
    loga_maxcount: int = 65536,
    loga_signal_layout_avail: bool = False,
) -> w.LAYOUTGET4args:
    return w.LAYOUTGET4args(
        loga_signal_layout_avail, loga_layout_type, loga_iomode, loga_offset, loga_length, loga_minlength,
        stateid(loga_stateid), loga_maxcount,
    )  # fmt: skip


@Builder
def layoutreturn(
    lora_layoutreturn: Optional[w.layoutreturn4] = None,
    lora_layout_type: int = w.LAYOUT4_NFSV4_1_FILES,
    lora_iomode: int = w.LAYOUTIOMODE4_ANY,
    lora_reclaim: bool = False,
) -> w.LAYOUTRETURN4args:
    """By default all layouts of that type."""
    what = lora_layoutreturn or w.layoutreturn4(w.LAYOUTRETURN4_ALL)
    return w.LAYOUTRETURN4args(lora_reclaim, lora_layout_type, lora_iomode, what)


@Builder
def secinfo_no_name(style: int = w.SECINFO_STYLE4_CURRENT_FH) -> int:
    return style


@Builder
def sequence(
    sa_sessionid: bytes = AUTO,
    sa_sequenceid: int = AUTO,
    sa_slotid: int = AUTO,
    sa_highest_slotid: int = AUTO,
    sa_cachethis: bool = AUTO,
) -> w.SEQUENCE4args:
    """A session adds it by itself where a compound has none."""
    return w.SEQUENCE4args(sa_sessionid, sa_sequenceid, sa_slotid, sa_highest_slotid, sa_cachethis)


@Builder
def set_ssv(ssa_ssv: bytes, ssa_digest: bytes) -> w.SET_SSV4args:
    return w.SET_SSV4args(ssa_ssv, ssa_digest)


@Builder
def test_stateid(*ts_stateids: Any) -> w.TEST_STATEID4args:
    return w.TEST_STATEID4args([stateid(each) for each in ts_stateids])


@Builder
def want_delegation(wda_want: int = w.OPEN4_SHARE_ACCESS_WANT_READ_DELEG, wda_claim: Optional[w.deleg_claim4] = None) -> w.WANT_DELEGATION4args:
    return w.WANT_DELEGATION4args(wda_want, wda_claim or w.deleg_claim4(w.CLAIM_FH))


@Builder
def destroy_clientid(dca_clientid: int = AUTO) -> w.DESTROY_CLIENTID4args:
    return w.DESTROY_CLIENTID4args(dca_clientid)


@Builder
def reclaim_complete(rca_one_fs: bool = False) -> w.RECLAIM_COMPLETE4args:
    return w.RECLAIM_COMPLETE4args(rca_one_fs)


def _sec_parms(given: Optional[Iterable[w.callback_sec_parms4]]) -> list[w.callback_sec_parms4]:
    """Callbacks without authentication, unless the caller wants others."""
    return [w.callback_sec_parms4(AUTH_NONE)] if given is None else list(given)
