"""Random values of every type: through Python and back, by both codecs."""

from __future__ import annotations

import json
from typing import Any

from dittofs import _wire

VALUES = 50  # a type; the 10,000 of CI are cpp.xdr_gen's


def test_both_codecs_and_back(wire_type: Any) -> None:
    for seed in range(VALUES):
        value = _wire.random_value(wire_type, seed)
        data = _wire.encode(wire_type, value)
        assert _wire.encode_compiled(wire_type, value) == data
        assert _wire.decode(wire_type, data) == value
        assert _wire.decode_compiled(wire_type, data) == value


def test_cross_check_in_cpp(wire_type: Any) -> None:
    _wire.check_roundtrip(wire_type, 1_000_000, VALUES)
    _wire.check_truncations(wire_type, 1_000_000, 5)


def test_fields_cover_the_message(wire_type: Any) -> None:
    for seed in range(10):
        value = _wire.random_value(wire_type, seed)
        data, fields = _wire.encode_fields(wire_type, value)
        assert data == _wire.encode(wire_type, value)
        covered = bytearray(len(data))
        for begin, end in fields.values():
            covered[begin:end] = b"x" * (end - begin)
        assert covered == b"x" * len(data)


def test_algorithms_take_every_type(wire_type: Any) -> None:
    for seed in range(10):
        value = _wire.random_value(wire_type, seed)
        assert _wire.diff(wire_type, value, value) == ""
        json.loads(_wire.to_json(wire_type, value))
        assert "\n" not in _wire.line(wire_type, value)
        _wire.text(wire_type, value)
        repr(value)


def test_random_values_repeat(wire_type: Any) -> None:
    assert _wire.random_value(wire_type, 7) == _wire.random_value(wire_type, 7)
