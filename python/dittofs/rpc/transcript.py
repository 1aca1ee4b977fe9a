"""What went over a connection, kept as it was and put into words only when somebody reads it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Iterator, Optional

from dittofs import wire
from dittofs.rpc.procedure import STATUS, decode_args

if TYPE_CHECKING:
    from dittofs.rpc.message import Call, Reply

KEPT = 200  # exchanges of a connection; older ones are only counted
OPERATION = ("argop", "resop")  # what the protocols call the discriminant of an operation
_LONG = 48  # bytes of an opaque value that are shown


class Transcript:
    """Calls, replies and remarks of one connection, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[tuple[str, Any]] = deque(maxlen=kept)
        self._count = 0

    def sent(self, call: Call) -> None:
        self._add(">", call)

    def received(self, reply: Reply) -> None:
        self._add("<", reply)

    def note(self, text: str) -> None:
        self._add("-", text)

    def _add(self, mark: str, what: Any) -> None:
        self._count += 1
        self._entries.append((mark, what))

    def __len__(self) -> int:
        return self._count

    def last_exchange(self) -> Optional[tuple[Call, Optional[Reply]]]:
        """The newest call, with its reply if that has come."""
        reply: Optional[Reply] = None
        for mark, what in reversed(self._entries):
            if mark == "<" and reply is None:
                reply = what
            elif mark == ">":
                return what, reply if reply is not None and reply.call is what else None
        return None

    def lines(self, last: int = KEPT) -> Iterator[str]:
        """The last exchanges in words."""
        shown = list(self._entries)[-last:]
        if len(shown) < self._count:
            yield f"... {self._count - len(shown)} earlier"
        for mark, what in shown:
            if mark == ">":
                yield from call_lines(what)
            elif mark == "<":
                yield from reply_lines(what)
            else:
                yield f"- {what}"

    def tail(self, last: int) -> str:
        return "\n".join(self.lines(last))

    def __str__(self) -> str:
        return self.tail(12)


def call_lines(call: Call) -> Iterator[str]:
    yield f"> {call.name} xid {call.xid:#x} {call.cred}"
    yield from fields(_arguments(call))


def _arguments(call: Call) -> Any:
    """What the bytes sent say, or the bytes where they say nothing."""
    if call.procedure is None:
        return call.args
    try:
        return decode_args(call.procedure, call.args)
    except ValueError:
        return call.args


def reply_lines(reply: Reply) -> Iterator[str]:
    outcome = reply.outcome
    yield f"< {reply.call.name} xid {reply.xid:#x} {getattr(outcome, 'name', outcome)}"
    if reply.low is not None:
        yield f"    supported {reply.low} to {reply.high}"
    yield from fields(reply.result if reply.result is not None else reply.body)


def fields(value: Any, path: str = "") -> Iterator[str]:
    """A value in lines of `path value`; a record of numbers only, such as attributes, is one line."""
    names = _names(value)
    if names is not None:
        if names[0] in OPERATION:
            yield f"    {path} {_operation(value)}"
            return
        if _only_numbers(value):
            yield f"    {path} {_inline(value)}".rstrip()
            return
        for name in names:
            part = getattr(value, name, None)
            if name == names[0] and len(names) > 1 and (isinstance(part, bool) or name in STATUS):
                continue  # "it is there" when what is there follows; the status, which the first line has
            yield from fields(part, f"{path}.{name}" if path else name)
    elif isinstance(value, (list, tuple)) and value:
        for at, item in enumerate(value):
            yield from fields(item, f"{path}[{at}]")
    elif value is not None and not (path == "" and value == b""):
        yield f"    {path + ' ' if path else ''}{shown(value)}"


def _operation(value: Any) -> str:
    """An operation of a compound, or its result, in one line."""
    number, *rest = (getattr(value, name) for name in value.__slots__)
    arm = next((part for part in rest if part is not None), None)
    said = f" {wire.line(arm)}" if isinstance(arm, wire.Record) else "" if arm is None else f" {shown(arm)}"
    return getattr(number, "name", str(number)).removeprefix("OP_") + said


def _names(value: Any) -> Optional[tuple[str, ...]]:
    if isinstance(value, (bytes, int, str, list, tuple)):
        return None
    return getattr(type(value), "__slots__", None)


def _parts(record: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(record, name, None)) for name in _names(record) or ()]


def _only_numbers(record: Any, nested: bool = True) -> bool:
    """Numbers, and pairs of numbers such as times; no union over a bool."""
    parts = [part for _, part in _parts(record)]
    if len(parts) < 2 or isinstance(parts[0], bool):
        return False
    return all(isinstance(p, int) or nested and _names(p) is not None and _only_numbers(p, False) for p in parts)


def _inline(record: Any) -> str:
    words = []
    for name, part in _parts(record):
        if _names(part) is not None:
            words.append(f"{name} {'.'.join(shown(number) for _, number in _parts(part))}")
        else:
            words.append(f"{name} {oct(part) if name == 'mode' else shown(part)}")
    return " ".join(words)


def shown(value: Any) -> str:
    """A leaf in words: text as text, other bytes in hexadecimal, an enumeration by name."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        raw = bytes(value)
        rest = f"... {len(raw)} bytes" if len(raw) > _LONG else ""
        head = raw[:_LONG]
        if head and all(32 <= byte < 127 for byte in head):
            return repr(head.decode()) + rest
        return (head.hex() or "empty") + rest
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else f"{value[:80]}... {len(value)} characters")
    name = getattr(value, "name", None)
    return str(name if isinstance(name, str) else value)
