"""Wireshark understands every byte of every operation of NFSv4, and has the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import wireshark
from dittofs import _wire, wire
from dittofs.wire import Operation, nfs4, nfs4_cb
from wireshark import dissect, exchange, numbers

pytestmark = wireshark.required

SEEDS = 40  # of values an operation

# What Wireshark 4.0 does not dissect, or not as the RFC has it: operations, and arms of unions by a name in them.
UNKNOWN_OPERATIONS = {
    "GET_DIR_DELEGATION",
    "SET_SSV",
    "WANT_DELEGATION",
    "WRITE_SAME",  # a draft's app_data_block4, with 32 bits for adb_block_size and adb_block_count
    "CB_NOTIFY",
    "CB_NOTIFY_DEVICEID",
    "CB_PUSH_DELEG",
    "CB_RECALL_ANY",
    "CB_RECALL_SLOT",
    "CB_RECALLABLE_OBJ_AVAIL",
    "CB_WANTS_CANCELLED",
}
UNKNOWN_ARMS = (
    "CLAIM_DELEG_CUR_FH",
    "ond_server_will_push_deleg",
    "ond_server_will_signal_avail",
    "spr_ssv_info",
    "gdir_mincount",
    "logr_will_signal_layout_avail",
)


def well_formed(value: Any) -> Any:
    """Wireshark looks into what is opaque to us: random attributes and layouts would be malformed."""
    if isinstance(value, nfs4.fattr4):
        size, mode, owner = wire.encode(4096, nfs4.fattr4_size), wire.encode(0o644, nfs4.fattr4_mode), "root@example.org"
        return nfs4.fattr4([1 << 4, 1 << 1 | 1 << 4], size + mode + wire.encode(owner, nfs4.fattr4_owner))
    if isinstance(value, nfs4.layouttype4):
        return 99
    if isinstance(value, list):
        return [well_formed(item) for item in value]
    if isinstance(value, wire.Record | wire.Union):
        for name in value.__slots__:
            inner = getattr(value, name)
            if inner is not None:
                setattr(value, name, well_formed(inner))
    return value


def random_value(kind: Any, seed: int) -> Any:
    """One that Wireshark can be expected to know."""
    while True:
        value = well_formed(_wire.random_value(kind, seed))
        line = wire.line(value, kind)
        if not any(arm in line for arm in UNKNOWN_ARMS):
            return value
        seed += SEEDS


def operation(union: Any, op: Operation, kind: Any, seed: int) -> Any:
    out = union(op.op)
    arm = union.__cases__[op.op][0]
    if arm is not None:
        setattr(out, arm, random_value(kind, seed))
    return out


Verdict = tuple[str, list[str], list[str]]  # the operation's number; what was malformed; lengths of unknown data
OPS = [op for op in nfs4.nfs_argop4_ops if op.name not in UNKNOWN_OPERATIONS]
CB_OPS = [op for op in nfs4_cb.nfs_cb_argop4_ops if op.name not in UNKNOWN_OPERATIONS]


def compounds(ops: list[Operation], module: Any, prefix: str, field: str, folder: Path) -> dict[int, list[Verdict]]:
    """SEEDS calls of each operation alone and their replies, by xid."""
    packets: list[bytes] = []
    procedure = module.procedures[1]
    args, res = (getattr(module, f"{prefix}{which}") for which in ("COMPOUND4args", "COMPOUND4res"))
    argop, resop = (getattr(module, f"nfs_{prefix.lower()}{which}") for which in ("argop4", "resop4"))
    for i, op in enumerate(ops):
        for seed in range(SEEDS):
            call = args(tag="tag", minorversion=2, argarray=[operation(argop, op, op.args, seed)])
            reply = res(tag="tag", resarray=[operation(resop, op, op.result, seed)])
            packets += exchange(procedure, i * SEEDS + seed, call, reply)
    found: dict[int, list[Verdict]] = {}
    fields = ["rpc.xid", field, "_ws.malformed", "data.len"]
    for (xid,), numbers_in_it, malformed, rest in dissect(packets, fields, folder):
        found.setdefault(int(xid, 16), []).append((numbers_in_it[0], malformed, rest))
    return found


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Verdict]]:
    return compounds(OPS, nfs4, "", "nfs.opcode", tmp_path_factory.mktemp("tshark"))


@pytest.fixture(scope="module")
def cb_verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Verdict]]:
    return compounds(CB_OPS, nfs4_cb, "CB_", "nfs.cb.operation", tmp_path_factory.mktemp("tshark_cb"))


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_byte_is_understood(op: Operation, verdicts: dict[int, list[Verdict]]) -> None:
    first = OPS.index(op) * SEEDS
    for xid in range(first, first + SEEDS):
        assert verdicts[xid] == [(str(int(op.op)), [], [])] * 2, f"seed {xid - first}"


@pytest.mark.parametrize("op", CB_OPS, ids=lambda op: op.name)
def test_every_byte_of_callbacks_is_understood(op: Operation, cb_verdicts: dict[int, list[Verdict]]) -> None:
    first = CB_OPS.index(op) * SEEDS
    for xid in range(first, first + SEEDS):
        assert cb_verdicts[xid] == [(str(int(op.op)), [], [])] * 2, f"seed {xid - first}"


# Our enum, Wireshark's field, what a name lacks there; enums that it calls otherwise are left out.
ENUMS = [
    (nfs4.nfs_opnum4, "nfs.opcode", "OP_"),
    (nfs4.nfsstat4, "nfs.nfsstat4", ""),
    (nfs4.nfs_ftype4, "nfs.nfs_ftype4", ""),
    (nfs4.createmode4, "nfs.createmode4", ""),
    (nfs4.open_claim_type4, "nfs.open.claim_type", ""),
    (nfs4.open_delegation_type4, "nfs.open.delegation_type", ""),
    (nfs4.why_no_delegation4, "nfs.open.why_no_delegation", ""),
    (nfs4.nfs_lock_type4, "nfs.locktype4", ""),
    (nfs4.state_protect_how4, "nfs.exchange_id.state_protect", ""),
    (nfs4.channel_dir_from_client4, "nfs.bctsa_dir", ""),
    (nfs4.channel_dir_from_server4, "nfs.bctsr_dir", ""),
    (nfs4.layouttype4, "nfs.layouttype", ""),
    (nfs4.layoutiomode4, "nfs.iomode", "LAYOUT"),
    (nfs4.secinfo_style4, "nfs.secinfo.style", ""),
    (nfs4.netloc_type4, "nfs.netloctype", ""),
    (nfs4.data_content4, "nfs.data_content", "NFS4_CONTENT_"),
    (nfs4.change_attr_type4, "nfs.fattr4.change_attr_type", "NFS4_"),
    (nfs4.setxattr_option4, "nfs.setxattr.options", "SETXATTR4_"),
    (nfs4_cb.nfs_cb_opnum4, "nfs.cb.operation", "OP_"),
]
# Wireshark 4.0's spelling.
SPELLED = {
    "GETDEVICEINFO": "GETDEVINFO",
    "GETDEVICELIST": "GETDEVLIST",
    "WANT_DELEGATION": "WANT_DELEG",
    "CLAIM_DELEG_PREV_FH": "CLAIN_DELEG_CUR_PREV_FH",
    "IOMODE4_READ": "IOMODE_READ",
    "IOMODE4_RW": "IOMODE_RW",
    "IOMODE4_ANY": "IOMODE_ANY",
}
# Numbers under which Wireshark has another error than RFC 8881 section 15.1.
ELSEWHERE = {"NFS4ERR_RESTOREFH", "NFS4ERR_BACK_CHAN_BUSY"}


@pytest.mark.parametrize(("enum", "field", "prefix"), ENUMS, ids=[enum.__name__ for enum, _, _ in ENUMS])
def test_enums_have_its_numbers(enum: Any, field: str, prefix: str) -> None:
    names = numbers(field)
    ours = {m.name.removeprefix(prefix): int(m) for m in enum if m.name not in ELSEWHERE}
    assert {name: names.get(value) for name, value in ours.items()} == {name: SPELLED.get(name, name) for name in ours}


def test_attributes_have_its_numbers() -> None:
    def plain(name: str) -> str:
        return name.replace("_", "").upper()

    other = {
        "FSLAYOUTTYPES": "FSLAYOUTTYPE",
        "LAYOUTTYPES": "LAYOUTTYPE",
        "CLONEBLKSIZE": "CLONEBLOCKSIZE",
        "SECLABEL": "SECURITYLABEL",
    }
    ours = {plain(n.removeprefix("FATTR4_")): getattr(nfs4, n) for n in dir(nfs4) if n.startswith("FATTR4_")}
    unknown = {"DIRENTNOTIFDELAY", "OPENARGUMENTS"}  # to Wireshark 4.0
    theirs = {number: plain(name) for number, name in numbers("nfs.attr").items()}
    assert {name: theirs[ours[name]] for name in ours.keys() - unknown} == {
        name: other.get(name, name) for name in ours.keys() - unknown
    }
