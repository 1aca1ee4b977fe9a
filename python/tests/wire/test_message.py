"""Bytes that are wrong on purpose."""

from __future__ import annotations

import pytest
from dittofs import wire
from dittofs.wire import mount, nfs3

LOOKUP = nfs3.LOOKUP3args(nfs3.diropargs3(nfs3.nfs_fh3(b"\1\2\3\4"), "hello"))


def test_fields_by_path() -> None:
    m = wire.message(LOOKUP)
    assert m.bytes == wire.encode(LOOKUP)
    assert m["what.name"] == b"hello"
    assert m["len(what.name)"] == b"\0\0\0\5"
    assert m["pad(what.name)"] == b"\0\0\0"
    assert m[""] == m.bytes
    with pytest.raises(KeyError, match="what.nom"):
        m["what.nom"]


def test_patch_a_number() -> None:
    m = wire.message(LOOKUP).patch("len(what.name)", 0xFFFFFFFF)
    assert m.bytes[8:12] == b"\xff\xff\xff\xff"
    assert wire.message(LOOKUP).patch("len(what.name)", -1).bytes == m.bytes
    with pytest.raises(OverflowError):
        m.patch("len(what.name)", 2**32)
    with pytest.raises(wire.DecodeError, match="truncated"):
        wire.decode(nfs3.LOOKUP3args, m.bytes)


def test_patches_leave_the_first_message_alone() -> None:
    m = wire.message(LOOKUP)
    before = m.bytes
    m.patch("what.name", b"other")
    assert m.bytes == before


def test_patch_of_another_length_moves_what_follows() -> None:
    m = wire.message(LOOKUP).patch("what.dir.data", b"").patch("len(what.dir.data)", 0)
    assert m["what.name"] == b"hello"
    assert m["what.dir"] == b"\0\0\0\0"
    assert wire.decode(nfs3.LOOKUP3args, m.bytes).what.dir == nfs3.nfs_fh3(b"")


def test_patch_of_a_struct_forgets_what_was_in_it() -> None:
    m = wire.message(LOOKUP).patch("what.dir", b"\0\0\0\1z\0\0\0")
    assert m["what.name"] == b"hello"
    longer = wire.message(LOOKUP).patch("what.dir", b"\0\0\0\0")
    assert "what.dir.data" not in longer.fields


def test_lists_and_optionals() -> None:
    exports = [mount.exportnode("/a", [mount.groupnode("g")]), mount.exportnode("/b")]
    m = wire.message(exports, mount.exports)
    assert m["more([1])"] == b"\0\0\0\1"
    assert m["[0].ex_groups[0].gr_name"] == b"g"
    cut = m.patch("more([1])", 0)
    assert wire.decode_prefix(mount.exports, cut.bytes)[0] == exports[:1]


def test_truncated() -> None:
    m = wire.message(LOOKUP).truncated(12)
    assert len(m.bytes) == 12
    assert "len(what.name)" in m.fields
    assert "what.name" not in m.fields


def test_annotated() -> None:
    m = wire.message(LOOKUP)
    assert [line.split() for line in m.annotated(start=100).split("\n")] == [
        ["100", "00", "00", "00", "04", "len(what.dir.data)"],
        ["104", "01", "02", "03", "04", "what.dir.data"],
        ["108", "00", "00", "00", "05", "len(what.name)"],
        ["112", "68", "65", "6c", "6c", "6f", "what.name"],
        ["117", "00", "00", "00", "pad(what.name)"],
    ]


def test_annotated_shows_bytes_of_no_field() -> None:
    m = wire.message(LOOKUP)
    longer = wire.Message(m.bytes + b"\xff", m.fields)
    assert longer.annotated().split("\n")[-1].split() == ["20", "ff", "?"]
