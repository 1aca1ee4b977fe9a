"""Triggers: when a rule fires. `&` joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Trigger:
    """Conditions that must hold together; `&` joins two."""

    conditions: dict[str, Any] = field(default_factory=dict)

    def __and__(self, other: Trigger) -> Trigger:
        both = self.conditions.keys() & other.conditions.keys()
        if both:
            raise ValueError(f"{', '.join(sorted(both))} given twice")
        return Trigger({**self.conditions, **other.conditions})


always = Trigger()
once = Trigger({"limit": 1})


def nth(n: int) -> Trigger:
    """Only the n-th hit."""
    return Trigger({"nth": n})


def first(n: int) -> Trigger:
    """Only the first n hits."""
    return Trigger({"first": n})


def every(n: int) -> Trigger:
    """Each n-th hit."""
    return Trigger({"every": n})


def after(n: int) -> Trigger:
    """Not the first n hits."""
    return Trigger({"after": n})


def after_bytes(n: int) -> Trigger:
    """Once n bytes have passed the point."""
    return Trigger({"after_bytes": n})


def chance(p: float) -> Trigger:
    """With probability p, drawn from the server's seeded source."""
    return Trigger({"chance": p})


def when(**what: Any) -> Trigger:
    """Only hits of this: each point knows some of them, and refuses the others when armed.

    conn=       a connection, by the number it has in the trace
    client=     a clientid4, or a client
    session=    a sessionid4
    proc=, op=  the procedure of the call, the operation of the COMPOUND
    index=      the operation's position in its COMPOUND, 0 for the first
    fh=         the current filehandle
    file=       the object, by its id
    name=       the directory entry
    user=, uid= who calls
    xid=        the call
    """
    if "user" in what:
        what = {**{k: v for k, v in what.items() if k != "user"}, "uid": what["user"]}
    if "client" in what:
        what["client"] = getattr(what["client"], "clientid", what["client"])
    for name in ("session", "fh"):
        if name in what and not isinstance(what[name], str):
            what[name] = bytes(what[name]).hex()
    return Trigger(what)
