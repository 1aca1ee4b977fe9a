"""Actions: what a rule does when it fires."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Union

from dittofs import _server


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


def drop_reply() -> Action:
    """Before: the call is swallowed. After: it was applied, its reply is swallowed."""
    return Action("drop_reply")


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
