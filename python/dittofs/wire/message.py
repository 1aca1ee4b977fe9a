"""A message whose bytes can be wrong on purpose, at a field that has a name."""

from __future__ import annotations

from dittofs import _wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from dittofs.wire.record import BytesLike, Handle


class Message:
    """Encoded bytes, and which of them belong to which field.

    Paths are the description's: `what.name`, `gids[2]`. What stands on the wire without a name is len(path), pad(path),
    present(path) for an optional, more(path[i]) before element i of a linked list. "" is the whole.
    """

    __slots__ = ("bytes", "fields")

    def __init__(self, data: bytes, fields: dict[str, tuple[int, int]]):
        self.bytes = data
        self.fields = fields

    def __getitem__(self, path: str) -> bytes:
        begin, end = self._range(path)
        return self.bytes[begin:end]

    def _range(self, path: str) -> tuple[int, int]:
        try:
            return self.fields[path]
        except KeyError:
            raise KeyError(f"{path!r}; there are {', '.join(self.fields)}") from None

    def patch(self, path: str, value: int | BytesLike) -> Message:
        """The message with another value in a field's bytes: a number in the field's width (-1 is all ones), or bytes
        of any length, in which case what follows moves."""
        begin, end = self._range(path)
        if isinstance(value, int):
            new = value.to_bytes(end - begin, "big", signed=value < 0)
        else:
            new = bytes(value)
        data = self.bytes[:begin] + new + self.bytes[end:]
        return Message(data, _moved(self.fields, begin, end, len(new) - (end - begin)))

    def truncated(self, size: int) -> Message:
        """The first bytes only, with the fields that are left whole."""
        return Message(self.bytes[:size], {p: r for p, r in self.fields.items() if r[1] <= size})

    def annotated(self, start: int = 0) -> str:
        """Hex, a line for the smallest fields: offset, bytes, path. start: the offset of the first byte."""
        lines, at = [], 0
        for path, (begin, end) in sorted(self._leaves().items(), key=lambda item: item[1]):
            if begin > at:
                lines.append(_line(start + at, self.bytes[at:begin], "?"))
            lines.append(_line(start + begin, self.bytes[begin:end], path))
            at = end
        if at < len(self.bytes):
            lines.append(_line(start + at, self.bytes[at:], "?"))
        return "\n".join(lines)

    def _leaves(self) -> dict[str, tuple[int, int]]:
        """Fields without smaller ones inside; where two have the same bytes, the inner one."""
        leaves: dict[str, tuple[int, int]] = {}
        covered = 0
        for path, (begin, end) in self.fields.items():  # parts come before the whole
            if begin >= covered and end > begin:
                leaves[path] = (begin, end)
                covered = end
        return leaves


def message(value: Any, type: Handle | None = None) -> Message:
    """The value's bytes with their field map; `type` as in encode()."""
    return Message(*_wire.encode_fields(type or value.__class__, value))


def _moved(fields: dict[str, tuple[int, int]], begin: int, end: int, by: int) -> dict[str, tuple[int, int]]:
    """Ranges after [begin, end) changed its length; fields inside it that no longer exist are dropped."""
    if by == 0:
        return fields
    out = {}
    for path, (b, e) in fields.items():
        if b >= end and (b, e) != (begin, end):
            out[path] = (b + by, e + by)
        elif b <= begin and e >= end:
            out[path] = (b, e + by)
        elif e <= begin:
            out[path] = (b, e)
    return out


def _line(offset: int, data: bytes, path: str) -> str:
    shown = data[:16].hex(" ") + (" .." if len(data) > 16 else "")
    return f"{offset:6d}  {shown:50s} {path}"
