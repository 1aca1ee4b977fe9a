"""What can be encoded, what decoding gives, and what is said when something does not fit."""

from __future__ import annotations

from typing import Any

import pytest
import torture
from dittofs import _wire, wire
from dittofs.wire import mount, nfs3, nfs4, rpc


def test_rfc_4506_section_7() -> None:
    import rfc4506

    value = rfc4506.file("sillyprog", rfc4506.filetype(interpretor="lisp"), "john", b"(quit)")
    data = bytes.fromhex(
        "00000009 73696c6c7970726f67000000 00000002 00000004 6c697370 00000004 6a6f686e 00000006 287175697429 0000"
    )
    assert wire.encode(value) == data
    assert wire.decode(rfc4506.file, data) == value


def test_text_is_str_and_bytes_survive_it() -> None:
    data = wire.encode(b"caf\xe9", nfs3.filename3)
    name = wire.decode(nfs3.filename3, data)
    assert name == "caf\udce9"
    assert wire.encode(name, nfs3.filename3) == data
    assert wire.decode(nfs3.filename3, wire.encode("café", nfs3.filename3)) == "café"


def test_opaque_takes_anything_with_bytes_in_it() -> None:
    for data in (b"ab", bytearray(b"ab"), memoryview(b"xaby")[1:3]):
        assert wire.encode(nfs3.nfs_fh3(data)) == b"\0\0\0\2ab\0\0"


def test_unknown_values_of_open_enums_are_ints() -> None:
    result = wire.decode(nfs3.GETATTR3res, b"\0\0\x30\x39")
    assert result.status == 12345
    assert type(result.status) is int
    assert wire.encode(result) == b"\0\0\x30\x39"


def test_known_values_are_members() -> None:
    assert wire.decode(nfs3.GETATTR3res, b"\0\0\0\x46").status is nfs3.NFS3ERR_STALE


def test_boxed_arms_and_recursion() -> None:
    ops = [
        nfs4.nfs_argop4(opputfh=nfs4.PUTFH4args(b"fh")),
        nfs4.nfs_argop4(nfs4.OP_PUTROOTFH),
        nfs4.nfs_argop4(oplookup=nfs4.LOOKUP4args("name")),
    ]
    compound = nfs4.COMPOUND4args("tag", 1, ops)
    assert wire.decode(nfs4.COMPOUND4args, wire.encode(compound)) == compound
    assert compound.argarray[1].argop is nfs4.OP_PUTROOTFH
    tree = torture.tree(torture.tree(None, 1, None), 2, torture.tree(None, 3, None))
    assert wire.decode(torture.tree, wire.encode(tree)) == tree


def test_subclasses_and_sequences() -> None:
    class Handle(nfs3.nfs_fh3):
        __slots__ = ()

    assert wire.encode(nfs3.GETATTR3args(Handle(b"x"))) == wire.encode(nfs3.GETATTR3args(nfs3.nfs_fh3(b"x")))
    assert wire.encode((1, 2), nfs4.bitmap4) == wire.encode([1, 2], nfs4.bitmap4)


# Made by whoever has no type checker.
WRONG: list[tuple[Any, type[Exception], str]] = [
    (nfs3.nfs_fh3("x"), TypeError, "nfs_fh3.data: str is not bytes"),
    (nfs3.LOOKUP3args(nfs3.diropargs3(nfs3.nfs_fh3(1))), TypeError, "LOOKUP3args.what.dir.data: int is not bytes"),
    (nfs3.GETATTR3args(5), TypeError, "GETATTR3args.object: int is not nfs_fh3"),
    (nfs3.READ3args(offset=-1), OverflowError, "READ3args.offset: -1 does not fit unsigned hyper"),
    (nfs3.READ3args(offset=2**64), OverflowError, f"READ3args.offset: {2**64} does not fit unsigned hyper"),
    (nfs3.READ3args(count=2**32), OverflowError, f"READ3args.count: {2**32} does not fit unsigned int"),
    (nfs3.READ3args(count="1"), TypeError, "READ3args.count: str is not an integer"),
    (nfs3.READDIR3args(cookieverf=b"1"), ValueError, "READDIR3args.cookieverf: 1 bytes, not 8"),
    (nfs3.PATHCONF3resok(no_trunc=2), OverflowError, "PATHCONF3resok.no_trunc: 2 does not fit bool"),
    (rpc.authsys_parms(gids=[1, -1]), OverflowError, "authsys_parms.gids[1]: -1 does not fit unsigned int"),
    (rpc.authsys_parms(gids=7), TypeError, "authsys_parms.gids: int is not a sequence"),
    (rpc.authsys_parms(gids="12"), TypeError, "authsys_parms.gids: str is not a sequence"),
    (
        rpc.authsys_parms(machinename="\ud800"),
        ValueError,
        "authsys_parms.machinename: a string with surrogates that are no bytes",
    ),
    (torture.primitives(f="x"), TypeError, "primitives.f: str is not a number"),
    (torture.strong(one=None), TypeError, "strong.one: NoneType is not an integer"),
]


@pytest.mark.parametrize(("value", "error", "message"), WRONG, ids=[message for _, _, message in WRONG])
def test_what_does_not_fit_is_named(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        wire.encode(value)
    assert str(caught.value) == message


def test_fixed_arrays_have_their_length() -> None:
    with pytest.raises(ValueError, match=r"matrix\[1\]: 2 elements, not 3"):
        wire.encode([[1, 2, 3], [1, 2]], torture.matrix)


def test_a_value_that_contains_itself() -> None:
    tree = torture.tree()
    tree.left = tree
    with pytest.raises(RecursionError):
        wire.encode(tree)


def test_a_deleted_attribute() -> None:
    value = nfs3.READ3args()
    del value.offset
    with pytest.raises(AttributeError):
        wire.encode(value)


def test_out_of_bounds_is_sent_as_it_is() -> None:
    assert len(wire.encode(nfs3.nfs_fh3(bytes(200)))) == 204
    assert wire.encode(nfs3.createhow3(7)) == b"\0\0\0\7"  # no such mode, so no arm
    with pytest.raises(wire.DecodeError, match="nfs_fh3: over_bound at byte 0"):
        wire.decode(nfs3.nfs_fh3, wire.encode(nfs3.nfs_fh3(bytes(200))))


def test_decode_errors_say_why_and_where() -> None:
    with pytest.raises(wire.DecodeError) as caught:
        wire.decode(nfs3.LOOKUP3args, bytes.fromhex("00000000 00000001 61000005"))
    assert (caught.value.kind, caught.value.offset) == ("bad_padding", 11)
    with pytest.raises(wire.DecodeError) as caught:
        wire.decode(nfs3.GETATTR3res, b"\0\0\0\1\0")
    assert (caught.value.kind, caught.value.offset) == ("trailing", 4)


def test_padding_can_be_anything_if_asked() -> None:
    data = bytes.fromhex("00000001 61000005")
    assert wire.decode(nfs3.nfs_fh3, data, strict_padding=False) == nfs3.nfs_fh3(b"a")


def test_prefix() -> None:
    head = wire.encode(nfs3.nfs_fh3(b"a"))
    data = b"...." + head + b"rest"
    assert wire.decode_prefix(nfs3.nfs_fh3, data, 4) == (nfs3.nfs_fh3(b"a"), 4 + len(head))
    with pytest.raises(wire.DecodeError) as caught:
        wire.decode_prefix(nfs3.nfs_fh3, data, 8)
    assert caught.value.offset == 8
    with pytest.raises(IndexError):
        wire.decode_prefix(nfs3.nfs_fh3, data, 100)


@pytest.mark.parametrize("not_a_type", [int, "nfs3.nothing", None, object()])
def test_what_is_no_type(not_a_type: Any) -> None:
    with pytest.raises(TypeError):
        _wire.decode(not_a_type, b"")


def test_types_by_name() -> None:
    assert _wire.encode("mount.dirpath", "/a") == wire.encode("/a", mount.dirpath)
    assert "READ3args" in _wire.schemas()["nfs3"]


def test_decoded_payload_is_bytes() -> None:
    result = nfs3.READ3res(resok=nfs3.READ3resok(count=3, eof=True, data=b"abc"))
    decoded = wire.decode(nfs3.READ3res, memoryview(wire.encode(result)))
    assert type(decoded.resok.data) is bytes
    assert decoded == result
