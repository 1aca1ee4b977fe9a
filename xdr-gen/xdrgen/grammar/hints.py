"""The hints file: one decision a line, `word argument...`, `#` starts a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Location, XdrError
from ..model.types import MESSAGE

Name = tuple[str, Location]


@dataclass
class Bound:
    kind: str  # array, opaque or string
    target: str
    where: Location
    size: int


@dataclass
class ListHint:
    target: str
    link: str
    where: Location


@dataclass
class OpsHint:
    args: str
    results: str
    prefix: str
    where: Location


@dataclass
class KeysHint:
    constants: str
    types: str
    where: Location


@dataclass
class ErrorsHint:
    file: str
    enum: str
    prefix: str  # of its members
    of: str  # the prefix of the operations or procedures
    where: Location


@dataclass
class Hints:
    namespace: str | None = None
    rfc: str | None = None
    imports: list[Name] = field(default_factory=list)
    payload: list[Name] = field(default_factory=list)
    text: list[Name] = field(default_factory=list)
    newtype: list[Name] = field(default_factory=list)
    open_enum: list[Name] = field(default_factory=list)
    boxed: list[Name] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    lists: list[ListHint] = field(default_factory=list)
    ops: list[OpsHint] = field(default_factory=list)
    keys: list[KeysHint] = field(default_factory=list)
    errors: list[ErrorsHint] = field(default_factory=list)


# Words whose arguments are all of one kind, and the list they go to.
_NAME_WORDS = {"payload": "payload", "text": "text", "newtype": "newtype", "open-enum": "open_enum", "boxed": "boxed"}


def words(text: str, path: str) -> Iterator[tuple[str, list[Name]]]:
    """Every line that says something, and its words."""
    for number, line in enumerate(text.split("\n"), 1):
        said = [
            (match.group(), Location(path, number, match.start() + 1))
            for match in re.finditer(r"\S+", line.split("#", 1)[0])
        ]
        if said:
            yield line, said


def parse_hints(text: str, path: str) -> Hints:
    hints = Hints()
    for _, said in words(text, path):
        _line(hints, said)
    return hints


def _line(hints: Hints, said: list[Name]) -> None:
    (word, where), *args = said
    if word in _NAME_WORDS:
        if not args:
            raise XdrError(where, f"{word} wants at least one name")
        getattr(hints, _NAME_WORDS[word]).extend(args)
        return
    try:
        handler = _FORMS[word]
    except KeyError:
        words_there_are = ", ".join(sorted([*_FORMS, *_NAME_WORDS]))
        raise XdrError(where, f"there is no hint '{word}'; there are {words_there_are}") from None
    handler(hints, where, args)


def _namespace(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) != 1:
        raise XdrError(where, "the form is: namespace NAME")
    if hints.namespace is not None:
        raise XdrError(where, f"the namespace is {hints.namespace} already")
    hints.namespace = args[0][0]


def _rfc(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) != 1 or not args[0][0].isdigit():
        raise XdrError(where, "the form is: rfc NUMBER")
    hints.rfc = args[0][0]


def _import(hints: Hints, where: Location, args: list[Name]) -> None:
    match = re.fullmatch(r'"(.+)"', args[0][0]) if len(args) == 1 else None
    if not match:
        raise XdrError(where, 'the form is: import "FILE.x"')
    hints.imports.append((match.group(1), args[0][1]))


def _bound(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) < 3 or args[0][0] not in ("array", "opaque", "string"):
        raise XdrError(where, "the form is: bound array|opaque|string NAME... NUMBER|message")
    kind, *targets, (text, at) = args
    if text != "message" and not text.isdigit():
        raise XdrError(at, f"'{text}' is neither a number nor the word message")
    size = MESSAGE if text == "message" else int(text)
    hints.bounds.extend(Bound(kind[0], name, place, size) for name, place in targets)


def _list(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) != 3 or args[1][0] != "via":
        raise XdrError(where, "the form is: list NAME via FIELD")
    hints.lists.append(ListHint(args[0][0], args[2][0], args[0][1]))


def _ops(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) != 4 or args[2][0] != "prefix":
        raise XdrError(where, "the form is: ops ARGUMENT-UNION RESULT-UNION prefix PREFIX")
    hints.ops.append(OpsHint(args[0][0], args[1][0], args[3][0], where))


def _keys(hints: Hints, where: Location, args: list[Name]) -> None:
    if len(args) != 3 or args[1][0] != "types":
        raise XdrError(where, "the form is: keys CONSTANT-PREFIX types TYPE-PREFIX")
    hints.keys.append(KeysHint(args[0][0], args[2][0], where))


def _errors(hints: Hints, where: Location, args: list[Name]) -> None:
    said = [word for word, _ in args]
    match = re.fullmatch(r'"(.+)"', said[0]) if len(said) == 6 and said[2::2] == ["prefix", "of"] else None
    if not match:
        raise XdrError(where, 'the form is: errors "FILE" ENUM prefix PREFIX of PREFIX')
    hints.errors.append(ErrorsHint(match.group(1), said[1], said[3], said[5], args[1][1]))


_FORMS = {
    "namespace": _namespace,
    "rfc": _rfc,
    "import": _import,
    "bound": _bound,
    "list": _list,
    "ops": _ops,
    "keys": _keys,
    "errors": _errors,
}
