"""A procedure's row in the generated tables: its numbers, and the types of its arguments and results."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Optional

from dittofs import _wire


@dataclass(frozen=True)
class Row:
    name: str
    prog: int
    vers: int
    proc: int
    args_type: Optional[type]  # None: void
    result_type: Optional[type]

    def encode(self, args: Any) -> bytes:
        return b"" if self.args_type is None else _wire.encode(self.args_type, args)

    def decode_args(self, data: bytes) -> Any:
        return _void(data) if self.args_type is None else _wire.decode(self.args_type, data)

    def decode_result(self, data: bytes) -> Any:
        return _void(data) if self.result_type is None else _wire.decode(self.result_type, data)

    def __str__(self) -> str:
        return self.name


def rows(module: ModuleType, prog: int, vers: int) -> dict[str, Row]:
    """The procedures of a version of a program, by name without the protocol's prefix: "LOOKUP"."""
    found = {}
    for prog_, vers_, proc, name, args, result in module.PROCEDURES:
        if (prog_, vers_) == (prog, vers):
            short = name.partition("_")[2]
            found[short] = Row(short, prog_, vers_, proc, args, result)
    return found


def _void(data: bytes) -> None:
    if data:
        raise ValueError(f"{len(data)} bytes where nothing belongs")


STATUS = ("status", "fhs_status")  # what the protocols call the discriminant of a result


def arm_of(result: Any) -> tuple[Any, Any]:
    """The status and the arm it selects, of a result that is a union over one; else nothing."""
    for field in STATUS:
        status = getattr(result, field, None)
        if status is not None:
            arms = (getattr(result, name, None) for name in type(result).__slots__ if name != field)
            return status, next((arm for arm in arms if arm is not None), None)
    return None, None
