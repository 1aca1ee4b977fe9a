"""What is done with a value. A record knows its type, for others it is given: `encode("/export", mount.dirpath)`."""

from __future__ import annotations

from dittofs import _wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from dittofs.wire.record import Handle, Record

    R = TypeVar("R", bound=Record)


def encode(value: Any, type: Handle | None = None) -> bytes:
    """The value's bytes (RFC 4506). Bounds are not checked; what cannot be a value of the type at all is a TypeError,
    ValueError or OverflowError that names the field."""
    return _wire.encode(type or value.__class__, value)


def text(value: Any, type: Handle | None = None) -> str:
    """For a reader: a line a field."""
    return _wire.text(type or value.__class__, value)


def line(value: Any, type: Handle | None = None) -> str:
    """For a reader: in one line."""
    return _wire.line(type or value.__class__, value)


def to_json(value: Any, type: Handle | None = None) -> str:
    """One line of JSON; opaque data as hex."""
    return _wire.to_json(type or value.__class__, value)


def diff(a: Any, b: Any, type: Handle | None = None) -> str:
    """Where two values of one type differ first, `resok.count: 1 != 2`; empty when they are equal."""
    return _wire.diff(type or a.__class__, a, b)


def replace(record: R, **changes: Any) -> R:
    """A copy with other values for some attributes."""
    copy = record.__class__.__new__(record.__class__)
    for name in record.__slots__:
        setattr(copy, name, changes.pop(name) if name in changes else getattr(record, name))
    if changes:
        raise TypeError(f"{record.__class__.__name__} has no {', '.join(changes)}")
    return copy
