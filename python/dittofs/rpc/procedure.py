"""Arguments and results of procedures, by the generated tables."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Mapping, Union

from dittofs import wire
from dittofs.wire import Procedure, selected

STATUS = ("status", "fhs_status")  # what the protocols call the discriminant of a result

Patch = Mapping[str, Union[int, bytes]]  # field path -> what stands there instead


def table(module: ModuleType, prog: int, vers: int) -> dict[str, Procedure]:
    """The procedures of a version of a program, by name without the protocol's prefix: "LOOKUP"."""
    return {p.short: p for p in module.procedures if (p.prog, p.vers) == (prog, vers)}


def encode_args(procedure: Procedure, args: Any) -> bytes:
    """The arguments' bytes."""
    return b"" if procedure.args is None else wire.encode(args, procedure.args)


def decode_args(procedure: Procedure, data: bytes) -> Any:
    """What the bytes say. ValueError when they are no arguments of this procedure."""
    return _nothing(data) if procedure.args is None else wire.decode(procedure.args, data)


def decode_result(procedure: Procedure, data: bytes) -> Any:
    """What the bytes say. ValueError when they are no results of this procedure."""
    return _nothing(data) if procedure.result is None else wire.decode(procedure.result, data)


def _nothing(data: bytes) -> None:
    if data:
        raise ValueError(f"{len(data)} bytes where nothing belongs")


def arm_of(result: Any) -> tuple[Any, Any]:
    """The status of a result that begins with one, and the arm it selects when it is a union; else nothing."""
    if not isinstance(result, wire.Record) or result.__slots__[0] not in STATUS:
        return None, None
    return getattr(result, result.__slots__[0]), selected(result)
