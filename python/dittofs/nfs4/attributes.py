"""Attributes by name: bitmap4 <-> names, fattr4 <-> dict (RFC 8881 5, 3.3.7; RFC 7530 5).

    bitmap("size", "mode")                     # [0x10, 0x2]
    fattr(size=0, mode=0o644)                  # a fattr4, values in the order of their bits
    attributes(r.getattr.obj_attributes).size  # a dict whose keys are attributes too

A name is the specification's without FATTR4_; a number stands for itself, for attributes that there are not.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Union

from dittofs import wire
from dittofs.wire import nfs4 as w

# size -> 4, and back
NUMBERS = {
    name.removeprefix("FATTR4_").lower(): value
    for name, value in vars(w).items()
    if name.startswith("FATTR4_") and value in w.fattr4_types
}
NAMES = {number: name for name, number in NUMBERS.items()}

Attr = Union[str, int]
Bitmap = Union[Attr, Iterable[Attr], "Words"]


class Words(list):
    """The words of a bitmap4, sent as they are."""


class Attributes(dict):
    """Values by name, in the order of the bits; an attribute that the server did not give is a KeyError that says so."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{name} is not among the attributes {', '.join(map(str, self))}") from None


def number(attr: Attr) -> int:
    return NUMBERS[attr] if isinstance(attr, str) else attr


def bitmap(*attrs: Bitmap) -> list[int]:
    """The bitmap4 of some attributes: the fewest words that hold them."""
    if len(attrs) == 1 and isinstance(attrs[0], Words):
        return attrs[0]
    words: list[int] = []
    for attr in _flat(attrs):
        word, bit = divmod(number(attr), 32)
        words += [0] * (word + 1 - len(words))
        words[word] |= 1 << bit
    return words


def _flat(attrs: Iterable) -> Iterable[Attr]:
    for attr in attrs:
        if isinstance(attr, (str, int)):
            yield attr
        else:
            yield from _flat(attr)


def numbers(bits: Iterable[int]) -> list[int]:
    """The numbers of the bits set, lowest first."""
    return [at * 32 + bit for at, word in enumerate(bits) for bit in range(32) if word >> bit & 1]


def names(bits: Iterable[int]) -> set[Attr]:
    """The names of the bits set; a bit without a name by its number."""
    return {NAMES.get(n, n) for n in numbers(bits)}


def fattr(values: Union[w.fattr4, Mapping[Attr, Any], None] = None, **more: Any) -> w.fattr4:
    """A fattr4 of these values. A number without a type takes bytes."""
    if isinstance(values, w.fattr4):
        return values
    wanted = {number(attr): value for attr, value in [*(values or {}).items(), *more.items()]}
    vals = b"".join(_encode(n, wanted[n]) for n in sorted(wanted))
    return w.fattr4(bitmap(wanted), vals)


def _encode(n: int, value: Any) -> bytes:
    if n not in w.fattr4_types:
        return bytes(value)
    return wire.encode(_VALUES.get(w.fattr4_types[n], lambda v: v)(value), w.fattr4_types[n])


def nfstime(value: Any) -> w.nfstime4:
    """A nfstime4, or (seconds, nanoseconds)."""
    return w.nfstime4(*value) if isinstance(value, tuple) else value


def _settime(value: Any) -> w.settime4:
    """SET_TO_SERVER_TIME4, a time the client sets, or a settime4."""
    if isinstance(value, w.settime4):
        return value
    if isinstance(value, w.time_how4):
        return w.settime4(value)
    return w.settime4(time=nfstime(value))


_TIMES = ("access", "backup", "create", "delta", "metadata", "modify", "deleg_access", "deleg_modify")

# Attributes that may be given in a shorter form than their type.
_VALUES: dict[Any, Callable[[Any], Any]] = {
    **{getattr(w, f"fattr4_time_{which}"): nfstime for which in _TIMES},
    w.fattr4_time_access_set: _settime,
    w.fattr4_time_modify_set: _settime,
}


def attributes(value: w.fattr4) -> Attributes:
    """What a fattr4 says. ValueError when its values are not those its mask promises."""
    found, vals, at = Attributes(), bytes(value.attr_vals), 0
    for n in numbers(value.attrmask):
        if n not in w.fattr4_types:
            raise ValueError(f"attribute {n} has no type; {NAMES.get(n, n)} cannot be read, nor what follows it")
        found[NAMES[n]], at = wire.decode_prefix(w.fattr4_types[n], vals, at)
    if at != len(vals):
        raise ValueError(f"{len(vals) - at} bytes of values that no bit of the mask stands for")
    return found
