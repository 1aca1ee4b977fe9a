"""What the generated modules are made of: base classes of enums, structs and unions, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

TYPE_CHECKING = False  # typing's own constant costs 10 ms to import; mypy knows the name
if TYPE_CHECKING:
    from typing import Any, ClassVar


class Enum(IntEnum):
    """An XDR enum. Prints as its name in the specification; a value it does not have stays an int."""

    def __repr__(self) -> str:
        return self._name_

    def __str__(self) -> str:
        return self._name_


class _Doc:
    """What help() shows of an object: its class's text behind its own."""

    def __init__(self, text: str):
        self.text = text

    def __get__(self, value: object, owner: type) -> str:
        section = getattr(value, "section", "")
        return f"{section}\n\n{self.text}" if section else self.text


class Type:
    __doc__: Any = _Doc("""A type that has no class of its own, a typedef or a builtin: `Type("mount", "dirpath")`.""")

    __slots__ = ("__xdr__", "section")

    def __init__(self, schema: str, name: str, section: str = ""):
        self.__xdr__ = (schema, name)
        self.section = section

    def __repr__(self) -> str:
        return f"Type{self.__xdr__!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Type) and self.__xdr__ == other.__xdr__

    def __hash__(self) -> int:
        return hash(self.__xdr__)


class Record:
    """A struct: attributes in the specification's names, in its order; compared and hashed by value.

    Hash a record only when it will not change any more.
    """

    __slots__: tuple[str, ...] = ()
    __xdr__: ClassVar[tuple[str, str]] = ("", "")  # the schema and the name in it

    def _values(self) -> list[Any]:
        return [getattr(self, name) for name in self.__slots__]

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.__class__, *map(_hashable, self._values())))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{self.__class__.__name__}({fields})"

    def __getstate__(self) -> list[Any]:
        return self._values()

    def __setstate__(self, values: list[Any]) -> None:
        for name, value in zip(self.__slots__, values, strict=True):
            setattr(self, name, value)


# An arm of a union: its attribute, and what makes its zero value. None and None for void.
Arm = tuple[str | None, Callable[[], object] | None]


class Union(Record):
    """A union: the discriminant and one attribute an arm, None unless selected.

    Without a discriminant the arm that is given selects it: `set_mode3(mode=0o644)`. The selected arm has its zero
    value when it is not given.
    """

    __slots__: tuple[str, ...] = ()
    __zero__: ClassVar[int] = 0  # of the discriminant
    __cases__: ClassVar[dict[int, Arm]] = {}  # by discriminant
    __default_arm__: ClassVar[Arm | None] = None  # for all other discriminants

    def _fill(self, discriminant: int | None, arms: tuple[Any, ...]) -> None:
        slots = self.__slots__
        given = [name for name, value in zip(slots[1:], arms, strict=True) if value is not None]
        if len(given) > 1:
            raise TypeError(f"{self.__class__.__name__} has one arm, not {' and '.join(given)}")
        if discriminant is None:
            discriminant = self._selecting(given[0]) if given else self.__zero__
        arm, zero = self.__cases__.get(discriminant) or self.__default_arm__ or (None, None)
        if given and given[0] != arm:
            raise TypeError(f"{self.__class__.__name__}: {slots[0]}={discriminant!r} does not select {given[0]}")
        setattr(self, slots[0], discriminant)
        for name, value in zip(slots[1:], arms, strict=True):
            setattr(self, name, zero() if value is None and name == arm and zero else value)

    def _selecting(self, name: str) -> int:
        for case, (arm, _) in self.__cases__.items():
            if arm == name:
                return case
        raise TypeError(f"{self.__class__.__name__}: say which {self.__slots__[0]} goes with {name}")

    def __repr__(self) -> str:
        """Like a struct's, without the arms that are None."""
        shown = [f"{self.__slots__[0]}={getattr(self, self.__slots__[0])!r}"]
        for arm in self.__slots__[1:]:
            value = getattr(self, arm)
            if value is not None:
                shown.append(f"{arm}={value!r}")
        return f"{self.__class__.__name__}({', '.join(shown)})"


_VOID: Arm = (None, None)


def selected(value: object) -> Any:
    """What the arm of a union holds that its discriminant selects; None of a void arm, and of what is no union."""
    if not isinstance(value, Union):
        return None
    name, _ = value.__cases__.get(getattr(value, value.__slots__[0])) or value.__default_arm__ or _VOID
    return None if name is None else getattr(value, name)


BytesLike = bytes | bytearray | memoryview
Handle = type[Record] | type[Enum] | Type  # what stands for a type
Errors = dict[str, tuple[Enum, ...]]  # which errors a table allows, by its section: "RFC 7530 13.2"


class Procedure:
    """One procedure of one program version. args, result: None for void. section: where it is defined."""

    __slots__ = ("args", "errors", "name", "proc", "prog", "program", "result", "section", "vers", "version")

    def __init__(
        self,
        program: str,
        version: str,
        prog: int,
        vers: int,
        proc: int,
        name: str,
        args: Handle | None,
        result: Handle | None,
        section: str = "",
        errors: Errors | None = None,
    ):
        self.program = program
        self.version = version
        self.prog = prog
        self.vers = vers
        self.proc = proc
        self.name = name
        self.args = args
        self.result = result
        self.section = section
        self.errors = errors or {}

    @property
    def short(self) -> str:
        """GETATTR of NFSPROC3_GETATTR."""
        return self.name.partition("_")[2]

    def __repr__(self) -> str:
        return f"<{self.name}: {self.program} {self.vers} {self.proc}>"


class Operation:
    """One operation of a compound: what stands under its number in the argument and in the result union; and the section
    that defines it."""

    __slots__ = ("args", "errors", "name", "op", "result", "section")

    def __init__(
        self,
        op: int,
        name: str,
        args: Handle | None,
        result: Handle | None,
        section: str = "",
        errors: Errors | None = None,
    ):
        self.op = op
        self.name = name
        self.args = args
        self.result = result
        self.section = section
        self.errors = errors or {}

    def __repr__(self) -> str:
        return f"<{self.name}: {int(self.op)}>"


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
