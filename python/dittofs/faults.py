"""Break the server on purpose: a rule is a point, triggers, and an action.

    with srv.faults.arm(at.nfs3("REMOVE").leave, once, drop_reply()) as f:
        ...
    assert f.fired == 1
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Mapping, Union

from dittofs import _server

if TYPE_CHECKING:
    from dittofs.server import Server


# --- where ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moments:
    """A subject of a layer; its moments are its attributes: .before, .after, .enter, .leave."""

    subject: str

    def __getattr__(self, moment: str) -> str:
        if moment not in ("before", "after", "enter", "leave", "rx", "tx"):
            raise AttributeError(moment)
        return f"{self.subject}.{moment}"


class At:
    """Names points: at("net.read"), at.nfs3("READ").enter, at.store("write").after."""

    def __call__(self, name: str) -> str:
        return name

    def store(self, call: str) -> Moments:
        return Moments(f"store.{call}")

    def nfs3(self, procedure: str) -> Moments:
        return Moments(f"nfs3.proc.{procedure}")

    def mount(self, procedure: str) -> Moments:
        return Moments(f"mount.proc.{procedure}")

    def portmap(self, procedure: str) -> Moments:
        return Moments(f"portmap.proc.{procedure}")


at = At()


# --- when -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trigger:
    """Conditions that must hold together; `&` joins two."""

    conditions: dict[str, Any] = field(default_factory=dict)

    def __and__(self, other: "Trigger") -> "Trigger":
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
    """Only hits of this conn=, uid=, xid=, file=, name=, or proc= (where the point does not name it)."""
    return Trigger(what)


# --- what -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    kind: str
    number: int = 0
    seconds: float = 0.0
    path: str = ""
    value: Union[int, bytes] = 0
    wire: bool = False


def note() -> Action:
    """Count and trace, change nothing."""
    return Action("note")


def fail(status: int) -> Action:
    """Answer with this status of the protocol."""
    return Action("fail", number=int(status))


def error(name: str) -> Action:
    """A store call fails with this FsError: "io", "no_space", ..."""
    known = _server.fs_errors()
    if name not in known:
        raise ValueError(f"there is no error {name}; there are {', '.join(known)}")
    return Action("error", number=known[name])


def drop_reply() -> Action:
    """Before: the call is swallowed. After: it was applied, its reply is swallowed."""
    return Action("drop_reply")


def duplicate() -> Action:
    """The reply is sent twice."""
    return Action("duplicate")


def reorder(n: int) -> Action:
    """The reply waits until n others have been sent on the connection."""
    return Action("reorder", number=n)


def delay(seconds: float) -> Action:
    """On the server's clock."""
    return Action("delay", seconds=seconds)


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
    return Action("close")


def half_close() -> Action:
    """FIN towards the client; the server goes on reading."""
    return Action("half_close")


def slow_close(seconds: float) -> Action:
    """Fall silent now, close later."""
    return Action("slow_close", seconds=seconds)


def throttle(bytes_per_second: int) -> Action:
    return Action("throttle", number=bytes_per_second)


def slice_(n: int) -> Action:
    """At most n bytes a write."""
    return Action("slice", number=n)


def blackhole() -> Action:
    """Take everything, say nothing."""
    return Action("blackhole")


# Changes of a message, at rpc.reply.tx and rpc.record.rx. Paths are those of wire.message(): "resok.count",
# "resarray[1].opgetattr.status", "xid"; * stands for any characters, and a rule fires only where there is such a field.


def set_(path: str, value: Union[int, str, bytes]) -> Action:
    """A field gets another value, and the message stays well-formed: a number in the field's width, or the bytes of
    opaque data or text, whose length and padding follow."""
    return Action("set", path=path, value=value.encode() if isinstance(value, str) else value)


def patch(path: str, value: Union[int, bytes], *, level: str = "message") -> Action:
    """A field's bytes are others, of any number: lengths stay what they were. level="wire": the record mark too."""
    return Action("patch", path=path, value=value, wire=_is_wire(level))


def flip(bits: int) -> Action:
    """Bits of the message, drawn from the server's seeded source."""
    return Action("flip", number=bits)


def truncate(n: int, *, level: str = "message") -> Action:
    """Without its last n bytes. level="wire": the record mark promises them, so that the peer waits."""
    return Action("truncate", number=n, wire=_is_wire(level))


def pad(n: int, *, level: str = "message") -> Action:
    """With n zero bytes more. level="wire": the record mark does not cover them, so that they begin the next record."""
    return Action("pad", number=n, wire=_is_wire(level))


def _is_wire(level: str) -> bool:
    if level not in ("message", "wire"):
        raise ValueError(f'level is "message" or "wire", not {level!r}')
    return level == "wire"


# --- rules as data --------------------------------------------------------------------------------------------------

_ACTIONS: dict[str, Callable[..., Action]] = {
    "note": note, "fail": lambda status: fail(_status(status)), "error": error, "drop_reply": drop_reply,
    "duplicate": duplicate, "reorder": reorder, "delay": delay, "pause": pause, "yield": yield_, "reset": reset,
    "close": close, "half_close": half_close, "slow_close": slow_close, "throttle": throttle, "slice": slice_,
    "blackhole": blackhole, "set": set_, "patch": patch, "flip": flip, "truncate": truncate, "pad": pad,
}  # fmt: skip
_FILTERS = ("conn", "uid", "xid", "file", "name", "proc")
_COUNTS = ("nth", "first", "every", "after", "after_bytes", "chance", "limit")


def from_data(row: Mapping[str, Any]) -> tuple[str, Trigger, Action]:
    """What arm() takes, from a rule as data: {"point": ..., "every": 5, "do": {"fail": "NFS4ERR_DELAY"}}.

    Filters and counts are those of Trigger, by name. `do` is an action's name, or one with its arguments: a value, or
    a mapping of them. ValueError says what there is instead.
    """
    unknown = row.keys() - {"point", "do", *_FILTERS, *_COUNTS}
    if unknown or not {"point", "do"} <= row.keys():
        raise ValueError(f"a rule has point, do, {', '.join((*_FILTERS, *_COUNTS))}; not {dict(row)!r}")
    conditions = {name: row[name] for name in (*_FILTERS, *_COUNTS) if name in row}
    return row["point"], Trigger(conditions), _action(row["do"])


def _action(do: Union[str, Mapping[str, Any]]) -> Action:
    name, given = (do, {}) if isinstance(do, str) else next(iter(do.items()))
    if name not in _ACTIONS or (not isinstance(do, str) and len(do) != 1):
        raise ValueError(f"do is one of {', '.join(_ACTIONS)}, with its arguments; not {do!r}")
    if isinstance(given, Mapping):
        return _ACTIONS[name](**given)
    return _ACTIONS[name](given)


def _status(status: Union[int, str]) -> int:
    """A status by its number or its name, NFS3ERR_... or NFS4ERR_..."""
    if isinstance(status, int):
        return status
    from dittofs.wire import nfs3, nfs4

    for kind in (nfs3.nfsstat3, nfs4.nfsstat4):
        if status in kind.__members__:
            return int(kind[status])
    raise ValueError(f"there is no status {status}")


# --- rules ----------------------------------------------------------------------------------------------------------


class Rule:
    """An armed rule; a context manager that disarms it."""

    def __init__(self, faults: "Faults", point: str, id_: int) -> None:
        self.point = point
        self._faults = faults
        self._id = id_
        self._last = (0, 0)
        self._armed = True

    def _status(self) -> tuple[int, int]:
        if self._armed and self._faults._of.running:
            self._last = self._faults._of._native().rule_status(self._id)
        return self._last

    @property
    def hits(self) -> int:
        """Events that passed the filters."""
        return self._status()[0]

    @property
    def fired(self) -> int:
        """Times the action happened."""
        return self._status()[1]

    def wait(self, times: int = 1, *, limit: float = 10.0) -> "Rule":
        """Until it has fired this often. limit: real seconds, a safety net; TimeoutError past it."""
        if not self._faults._of._native().rule_wait(self._id, times, limit):
            raise TimeoutError(f"the rule at {self.point} fired {self.fired} times within {limit} s, not {times}")
        return self

    def release(self) -> None:
        """Let what a pause holds go on."""
        self._faults._of._native().release(self._id)

    def disarm(self) -> None:
        self._status()
        if self._armed and self._faults._of.running:
            self._faults._of._native().disarm(self._id)
        self._armed = False
        self._faults._forget(self)

    def __enter__(self) -> "Rule":
        return self

    def __exit__(self, *exc: object) -> None:
        self.disarm()


class Faults:
    """The rules of one server."""

    def __init__(self, server: "Server") -> None:
        self._of = server
        self._rules: list[Rule] = []

    def arm(self, point: str, *parts: Union[Trigger, Action]) -> Rule:
        """Arm a rule: a point, any triggers, one action. ValueError says what is possible when it can never work."""
        actions = [p for p in parts if isinstance(p, Action)]
        if len(actions) != 1:
            raise ValueError("a rule has exactly one action")
        trigger = always
        for part in parts:
            if isinstance(part, Trigger):
                trigger = trigger & part
        action = actions[0]
        what = asdict(action)
        rule = Rule(self, point, self._of._native().arm(point, trigger.conditions, what))
        self._rules.append(rule)
        return rule

    @property
    def armed(self) -> list[Rule]:
        return list(self._rules)

    def heal(self) -> None:
        """Remove every rule and let everything go on."""
        for rule in list(self._rules):
            rule.disarm()
        if self._of.running:
            self._of._native().heal()

    def _forget(self, rule: Rule) -> None:
        if rule in self._rules:
            self._rules.remove(rule)

    @staticmethod
    def points() -> list[tuple[str, list[str]]]:
        """Every point with the actions it accepts."""
        return [(name, list(actions)) for name, actions in _server.fault_points()]
