"""Messages byte by byte: offset, bytes, and the field of the description that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from dittofs import wire
from dittofs.rpc.procedure import decode_args
from dittofs.wire import rpc

if TYPE_CHECKING:
    from dittofs.rpc.message import Call, Reply

_WIDTH = 16
_MOST = 200  # lines of a message that are shown


def annotated_call(call: Call) -> str:
    """A call as it was sent. Arguments that say nothing, or are not encoded as they should be, are bare bytes."""
    try:
        value: Any = decode_args(call.procedure, call.args) if call.procedure else None
    except ValueError:
        value = None
    type_ = call.procedure.args if call.procedure else None
    return _shortened([*_header(call.bytes, len(call.bytes) - len(call.args)), *_body(value, type_, call.args, len(call.bytes))])


def annotated_reply(reply: Reply) -> str:
    """A reply as it was received."""
    type_ = reply.call.procedure.result if reply.call.procedure else None
    begin = len(reply.bytes) - len(reply.body)
    return _shortened([*_header(reply.bytes, begin), *_body(reply.result, type_, reply.body, len(reply.bytes))])


def _header(message: bytes, size: int) -> list[str]:
    try:
        value, end = wire.decode_prefix(rpc.rpc_msg, message)
    except ValueError:
        return _bare(message[:size], 0)
    known = wire.message(value)
    if end > size or known.bytes != message[:end]:
        return _bare(message[:size], 0)
    return [*known.annotated().splitlines(), *_bare(message[end:size], end)]


def _body(value: Any, type_: Optional[Any], data: bytes, total: int) -> list[str]:
    start = total - len(data)
    if type_ is not None and value is not None:
        known = wire.message(value, type_)
        if known.bytes == data:
            return known.annotated(start).splitlines()
    return _bare(data, start)


def _bare(data: bytes, start: int) -> list[str]:
    return [f"{start + at:6d}  {data[at : at + _WIDTH].hex(' '):50s}" for at in range(0, len(data), _WIDTH)]


def _shortened(lines: list[str]) -> str:
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], f"        ... {len(lines) - _MOST} lines more"]
    return "\n".join(line.rstrip() for line in lines)
