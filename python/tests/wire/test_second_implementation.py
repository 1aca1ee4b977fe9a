"""Wireshark understands every byte of what we send."""

from __future__ import annotations

from pathlib import Path

import pytest
import wireshark
from dittofs import _wire
from dittofs.wire import Procedure, mount, nfs3, portmap, rpcbind
from wireshark import dissect, exchange, udp

pytestmark = wireshark.required

SEEDS = 40  # of values a procedure
# What these carry is the arguments of another program, which a random number is not.
NESTED = {"PMAPPROC_CALLIT", "RPCBPROC_CALLIT", "RPCBPROC_BCAST", "RPCBPROC_INDIRECT"}


PROCEDURES = [
    p
    for module in (nfs3, mount, portmap, rpcbind)
    for p in module.procedures
    if p.name not in NESTED and (p.args or p.result)
]


Verdict = tuple[str, list[str], list[str]]  # the procedure's number; what was malformed; lengths of unknown data


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Verdict]]:
    """By xid; everything in one run of tshark, which takes longer to start than to dissect."""
    packets: list[bytes] = []
    for i, p in enumerate(PROCEDURES):
        for seed in range(SEEDS):
            args = _wire.random_value(p.args, seed) if p.args else None
            result = _wire.random_value(p.result, seed) if p.result else None
            packets += exchange(p, i * SEEDS + seed, args, result)
    found: dict[int, list[Verdict]] = {}
    fields = ["rpc.xid", "rpc.procedure", "_ws.malformed", "data.len"]
    for (xid,), procedure, malformed, rest in dissect(packets, fields, tmp_path_factory.mktemp("tshark")):
        found.setdefault(int(xid, 16), []).append((procedure[0], malformed, rest))
    return found


@pytest.mark.parametrize("p", PROCEDURES, ids=lambda p: f"{p.version}-{p.name}")
def test_every_byte_is_understood(p: Procedure, verdicts: dict[int, list[Verdict]]) -> None:
    first = PROCEDURES.index(p) * SEEDS
    for xid in range(first, first + SEEDS):
        assert verdicts[xid] == [(str(p.proc), [], [])] * 2, f"seed {xid - first}"


def test_a_byte_too_few_or_too_many_would_be_seen(tmp_path: Path) -> None:
    p = nfs3.procedures[nfs3.NFSPROC3_GETATTR]
    call, reply = exchange(p, 1, nfs3.GETATTR3args(), nfs3.GETATTR3res())
    message = reply[28:]
    packets = [call, udp(2049, 700, message[:-4]), call, udp(2049, 700, message + bytes(4))]
    seen = dissect(packets, ["_ws.malformed", "data.len"], tmp_path)
    assert seen[1][0] != []
    assert seen[3][1] == ["4"]


def test_numbers_are_where_the_specification_has_them(tmp_path: Path) -> None:
    """The fields of fattr3, and the arguments of READ."""
    p = nfs3.procedures[nfs3.NFSPROC3_READ]
    attributes = nfs3.fattr3(
        type=nfs3.NF3REG,
        mode=0o4751,
        nlink=2,
        uid=1001,
        gid=1002,
        size=2**40 + 3,
        used=2**33,
        rdev=nfs3.specdata3(5, 6),
        fsid=7,
        fileid=2**50,
    )
    args = nfs3.READ3args(nfs3.nfs_fh3(b"handle"), offset=2**35, count=4096)
    result = nfs3.READ3resok(nfs3.post_op_attr(attributes=attributes), count=3, eof=True, data=b"abc")
    packets = exchange(p, 1, args, nfs3.READ3res(resok=result))
    shown = dissect(
        packets,
        [
            "nfs.offset3",
            "nfs.count3",
            "nfs.fattr3.size",
            "nfs.fattr3.nlink",
            "nfs.fattr3.uid",
            "nfs.fattr3.gid",
            "nfs.fattr3.used",
            "nfs.fattr3.fileid",
            "nfs.read.eof",
        ],
        tmp_path,
    )
    assert shown[0][:2] == [[str(2**35)], ["4096"]]
    assert shown[1][1:] == [
        ["3"],
        [str(2**40 + 3)],
        ["2"],
        ["1001"],
        ["1002"],
        [str(2**33)],
        [str(2**50)],
        ["1"],
    ]
