"""NFSv4's COMPOUND and attributes as Python values."""

from __future__ import annotations

import pytest
from dittofs import _wire, wire
from dittofs.wire import nfs4, nfs4_cb


def test_a_compound_is_made_of_its_operations() -> None:
    compound = nfs4.COMPOUND4args(
        minorversion=2,
        argarray=[
            nfs4.nfs_argop4(opsequence=nfs4.SEQUENCE4args(b"s" * 16, sa_sequenceid=1)),
            nfs4.nfs_argop4(nfs4.OP_PUTROOTFH),
            nfs4.nfs_argop4(oplookup=nfs4.LOOKUP4args("export")),
            nfs4.nfs_argop4(opgetattr=nfs4.GETATTR4args([1 << nfs4.FATTR4_SIZE])),
        ],
    )
    assert [op.argop for op in compound.argarray] == [53, 24, 15, 9]
    assert wire.decode(nfs4.COMPOUND4args, wire.encode(compound)) == compound
    # RFC 8881 16.2: tag, minorversion, the count of operations; then SEQUENCE
    assert wire.encode(compound)[:16] == bytes.fromhex("00000000 00000002 00000004 00000035")


@pytest.mark.parametrize("number", [0, 2, 76, 10043])
def test_operations_that_there_are_not_can_be_sent(number: int) -> None:
    """What a server answers with OP_ILLEGAL, RFC 8881 18.52."""
    compound = nfs4.COMPOUND4args(argarray=[nfs4.nfs_argop4(number)])
    assert wire.encode(compound)[12:] == number.to_bytes(4, "big")


def test_names_are_any_bytes() -> None:
    """A server is to judge them: RFC 8881 14.5."""
    lookup = nfs4.LOOKUP4args(b"caf\xe9")
    data = wire.encode(lookup)
    assert data == b"\0\0\0\4caf\xe9"
    assert wire.encode(wire.decode(nfs4.LOOKUP4args, data)) == data


def test_attributes_have_their_types() -> None:
    assert sorted(nfs4.fattr4_types) == list(range(87))
    assert nfs4.fattr4_types[nfs4.FATTR4_OWNER] == nfs4.fattr4_owner
    values = {nfs4.FATTR4_SIZE: 4096, nfs4.FATTR4_MODE: 0o644, nfs4.FATTR4_TIME_MODIFY: nfs4.nfstime4(1, 2)}
    vals = b"".join(wire.encode(value, nfs4.fattr4_types[number]) for number, value in values.items())
    assert vals == bytes.fromhex("0000000000001000 000001a4 0000000000000001 00000002")
    for kind in nfs4.fattr4_types.values():
        value = _wire.random_value(kind, 1)
        assert wire.decode(kind, wire.encode(value, kind)) == value


def test_types_of_the_callbacks_are_those_of_the_server() -> None:
    recall = nfs4_cb.CB_RECALL4args(nfs4.stateid4(1, b"o" * 12), truncate=True, fh=b"fh")
    compound = nfs4_cb.CB_COMPOUND4args(argarray=[nfs4_cb.nfs_cb_argop4(opcbrecall=recall)])
    assert wire.decode(nfs4_cb.CB_COMPOUND4args, wire.encode(compound)) == compound
    assert nfs4_cb.CB_RECALL4res().status is nfs4.NFS4_OK
