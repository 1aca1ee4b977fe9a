"""What help() shows of an operation or a procedure: the section that defines it, what it takes and brings, and the errors
that the specifications allow it."""

from __future__ import annotations

import inspect
from textwrap import fill
from typing import Any, Callable, Union

from dittofs.wire import record


class Help:
    """The `__doc__` of objects that know more than their class: their about(), and the text of the class for the class."""

    def __init__(self, of_class: str) -> None:
        self.of_class = of_class

    def __get__(self, value: Any, owner: type) -> str:
        return self.of_class if value is None else str(value.about())


def about(row: Union[record.Operation, record.Procedure], name: str, call: str, build: Callable[..., Any], reply: str) -> str:
    """`build` makes the arguments when `call` is called; what begins with `reply` says what came back."""
    signature = str(inspect.signature(build)).replace("'", "")  # of annotations
    takes = "" if row.args is None else f"\n    sent as {_shape(row.args)}"
    brings = "\n".join(f"    {reply}{line}" for line in _fields_of(row.result))
    said = (build.__doc__ or "").strip()
    parts = [f"{name}, {row.section}", said, f"    {call}{signature}{takes}", brings, *_failing(row)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _failing(row: Union[record.Operation, record.Procedure]) -> list[str]:
    """A paragraph for each table, with what tells the errors' names apart."""
    return [
        fill(f"{' '.join(e.name.partition('ERR_')[2] for e in errors)}", 100, initial_indent=f"    fails with, {source}: ",
             subsequent_indent=" " * 8)  # fmt: skip
        for source, errors in row.errors.items()
    ]


def _shape(type_: Any) -> str:
    if isinstance(type_, record.Type):
        return str(type_.__xdr__[1])
    return f"{type_.__name__}({', '.join(getattr(type_, '__slots__', ()))})"


def _fields_of(result: Any) -> list[str]:
    """The fields of a result, and those of the arms that its status selects."""
    if result is None:
        return []
    if isinstance(result, record.Type):
        return [f"...    ({result.__xdr__[1]})"]
    assert issubclass(result, record.Record)
    if not issubclass(result, record.Union):
        return list(result.__slots__)
    lines = [result.__slots__[0]]
    for status, (_, zero) in [*result.__cases__.items(), (None, result.__default_arm__ or (None, None))]:
        value = zero() if zero is not None else None
        when = "any other status" if status is None else _name_of(status)
        lines += [f"{each}    ({when})" for each in (value.__slots__ if isinstance(value, record.Record) else ())]
    return lines


def _name_of(status: Any) -> str:
    return str(getattr(status, "name", status))
