"""Triggers: when a rule fires. `&` joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Optional


@dataclass(frozen=True)
class Trigger:
    """Conditions that must hold together; `&` joins two."""

    conditions: dict[str, Any] = field(default_factory=dict)

    def __and__(self, other: Trigger) -> Trigger:
        both = self.conditions.keys() & other.conditions.keys()
        if both:
            raise ValueError(f"{', '.join(sorted(both))} given twice")
        return Trigger({**self.conditions, **other.conditions})


Bytes = bytes  # a Hit has a field of that name


@dataclass(frozen=True)
class Hit:
    """What is known where a rule is asked, or fires: of what its point cannot know there is nothing (0, "", None)."""

    point: str
    detail: str  # the procedure, operation or store call
    conn: int
    bytes: int
    uid: int
    xid: int
    file: int
    name: str
    proc: str
    client: int
    session: Bytes
    op: str
    index: Optional[int]
    fh: Bytes


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


def until(event: str, **fields: Any) -> Trigger:
    """Until an event of that name, with these fields, is in the server's trace; arming it turns the trace on."""
    return Trigger({"until": {"event": event, **fields} if fields else event})


def if_(predicate: Callable[[Hit], object]) -> Trigger:
    """Only hits of which the predicate says yes. The request waits for it, the server does not: only at points where a
    request can wait. It runs on a thread of its own, and what it raises the rule raises when it is disarmed."""
    return Trigger({"if": predicate})


def when(**what: Any) -> Trigger:
    """Only hits of this: each point knows some of them, and refuses the others when armed.

    conn=       a connection: a client's, or by the number it has in the trace. A store's calls of nobody's request, such as
                background work, have none
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
