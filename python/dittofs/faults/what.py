"""Actions: what a rule does when it fires."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Callable, Union

from dittofs import _server, wire
from dittofs.faults.when import Hit


@dataclass(frozen=True)
class Action:
    """An action by its name, with its arguments as plain data (engine/fault/actions.def)."""

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Union[str, dict[str, Any]]:
        """What stands at `do` in a rule as data."""
        return {self.kind: self.arguments} if self.arguments else self.kind


def note() -> Action:
    """Count and trace, change nothing."""
    return Action("note")


def fail(status: Union[int, str]) -> Action:
    """Answer with this status of the protocol."""
    return Action("fail", {"status": status.name if isinstance(status, enum.Enum) else status})


def error(name: str) -> Action:
    """A store call fails with this FsError: "io", "no_space", ..."""
    known = _server.fs_errors()
    if name not in known:
        raise ValueError(f"there is no error {name}; there are {', '.join(known)}")
    return Action("error", {"name": name})


def reply(value: Any, type: Any = None) -> Action:
    """Answer with this result in the place of what would be, or was: a record of the result's type, or anything with
    its type beside it, as in wire.encode()."""
    named = getattr(type or value.__class__, "__xdr__", None)
    if not named:
        raise TypeError(f"{value!r} is no result: say of which type, reply(value, type)")
    encoded = wire.encode(value, type) if type is not None else wire.encode(value)
    return Action("reply", {"result": {"hex": encoded.hex()}, "type": named[1]})


def draw(number: int) -> Action:
    """This number is drawn."""
    return Action("draw", {"number": number})


def skip() -> Action:
    """What was about to happen does not."""
    return Action("skip")


def check(function: Callable[[Hit], object]) -> Action:
    """A watch: the function looks at what happens, and when it raises the rule fails its test. Nobody waits for it
    but whoever disarms the rule."""
    return Action("check", {"function": function})


def call(function: Callable[[Hit], object]) -> Action:
    """The function runs while the request waits, and the server goes on. What it raises the rule raises when it is
    disarmed."""
    return Action("call", {"function": function})


def crash() -> Action:
    """The server loses power at this very point: nothing reaches a store, or a client, any more. The rule's wait()
    returns when it is down."""
    return Action("crash")


def restart() -> Action:
    """crash(), and it starts again on the same stores. The rule's wait() returns when it serves."""
    return Action("restart")


def full(store: str = "all") -> Action:
    """There is no space any more, until the rule is disarmed: for "data", for "metadata", or for "all"."""
    return Action("full", {"store": store})


def expire(client: Any = None) -> Action:
    """The lease of the request's client ends now; or of that clientid, or client."""
    return Action("expire", {} if client is None else {"client": getattr(client, "clientid", client)})


def revoke(stateid: Any = None, what: str = "all") -> Action:
    """State is revoked: of that stateid, or, without one, of the request's file: "all" there is, or "delegations"."""
    if stateid is None:
        return Action("revoke", {"what": what} if what != "all" else {})
    other = bytes(getattr(stateid, "other", stateid))
    return Action("revoke", {"stateid": {"hex": other.hex()}})


def recall() -> Action:
    """Delegations of the request's file are asked for, though nobody is in their way."""
    return Action("recall")


def drop_reply() -> Action:
    """Before: the call is swallowed. After: it was applied, its reply is swallowed."""
    return Action("drop_reply")


def cut(n: int) -> Action:
    """All but the reply's last n bytes are sent, then FIN: after RST the peer may throw away what it has."""
    return Action("cut", {"n": n})


def duplicate() -> Action:
    """The reply is sent twice."""
    return Action("duplicate")


def reorder(n: int) -> Action:
    """The reply waits until n others have been sent on the connection."""
    return Action("reorder", {"n": n})


def delay(seconds: float) -> Action:
    """On the server's clock."""
    return Action("delay", {"seconds": seconds})


def pause() -> Action:
    """Until the rule is released or disarmed."""
    return Action("pause")


def yield_() -> Action:
    """Once around the event loop."""
    return Action("yield")


def reset() -> Action:
    """RST."""
    return Action("reset")


def close() -> Action:
    """FIN, both directions."""
    return Action("close")


def half_close() -> Action:
    """FIN towards the client; the server goes on reading."""
    return Action("half_close")


def slow_close(seconds: float) -> Action:
    """Fall silent now, close later."""
    return Action("slow_close", {"seconds": seconds})


def throttle(bytes_per_second: int) -> Action:
    """So fast towards the client."""
    return Action("throttle", {"bytes_per_second": bytes_per_second})


def slice_(n: int) -> Action:
    """At most n bytes a write."""
    return Action("slice", {"n": n})


def blackhole() -> Action:
    """Take everything, say nothing."""
    return Action("blackhole")


# Changes of a message. Paths are those of wire.message(): "resok.count", "resarray[1].opgetattr.status", "xid"; * stands
# for any characters, and a rule fires only where there is such a field.


def set_(path: str, value: Union[int, str, bytes]) -> Action:
    """A field gets another value, and the message stays well-formed: a number in the field's width, or the bytes of
    opaque data or text, whose length and padding follow."""
    return Action("set", {"path": path, "value": _value(value)})


def patch(path: str, value: Union[int, str, bytes], *, level: str = "message") -> Action:
    """A field's bytes are others, of any number: lengths stay what they were. level="wire": the record mark too."""
    return Action("patch", {"path": path, "value": _value(value), "level": level})


def flip(bits: int) -> Action:
    """Bits of the message, drawn from the server's seeded source."""
    return Action("flip", {"bits": bits})


def garble() -> Action:
    """One field of the message has other bytes, drawn from the server's seeded source: each time the next one in turn."""
    return Action("garble")


def truncate(n: int, *, level: str = "message") -> Action:
    """Without its last n bytes. level="wire": the record mark promises them, so that the peer waits."""
    return Action("truncate", {"n": n, "level": level})


def pad(n: int, *, level: str = "message") -> Action:
    """With n zero bytes more. level="wire": the record mark does not cover them, so that they begin the next record."""
    return Action("pad", {"n": n, "level": level})


def _value(value: Union[int, str, bytes]) -> Union[int, str, dict[str, str]]:
    """As it is written in data: bytes are text where they can be."""
    if not isinstance(value, (bytes, bytearray, memoryview)):
        return value
    raw = bytes(value)
    return raw.decode() if all(32 <= b < 127 for b in raw) else {"hex": raw.hex()}
