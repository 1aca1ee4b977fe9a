"""Reads cases/*.cases: a case is a name, a sentence of POSIX, and system calls with their results, a line each.

    page chmod                          the page of POSIX.1-2017 that is cited from here on
    set KINDS file dir fifo             words to be used as $KINDS

    case eperm-owner: [EPERM] The effective user ID does not match the owner of the file ...
      for KIND in $KINDS                once for each word; several `for` make every combination
      make $KIND x
      alice: chmod x 0600 -> EPERM      as alice; without a user, as root
      a = open x O_RDONLY               what the call returns is called a

What follows `->` is the result: an errno, several with | between them, or a value. Without it the call must succeed.
docs/posix.md has the rest.
"""

from __future__ import annotations

import itertools
import re
import shlex
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Optional

_VARIABLE = re.compile(r"\$([A-Z_]+)")
_USER = re.compile(r"([a-z]+): +")
_HEAD = re.compile(r"case ([a-z0-9-]+): (.+)")


class BadCase(Exception):
    """A mistake in a .cases file; the message says where."""


@dataclass(frozen=True)
class Step:
    """One line: a call, who makes it, and what must come back."""

    line: int
    text: str
    user: str
    call: str
    args: tuple[str, ...]
    expected: Optional[str]  # None: success, whatever is returned
    keep: Optional[str]  # what the result is called


@dataclass(frozen=True)
class Case:
    """`name` is its place in the report and the ledger: chmod.cases::eperm-owner[fifo]."""

    name: str
    page: str
    what: str
    line: int
    steps: tuple[Step, ...]

    def uses(self, word: str) -> bool:
        return any(word in argument for step in self.steps for argument in step.args)


@dataclass
class _Draft:
    """A case as it is written, before its `for` lines are expanded."""

    line: int
    name: str
    what: str
    page: str
    loops: list[tuple[str, list[str]]] = field(default_factory=list)
    body: list[tuple[int, str]] = field(default_factory=list)


def read(path: Path) -> list[Case]:
    """The cases of a file, in its order. Raises BadCase."""
    cases: list[Case] = []
    seen: set[str] = set()
    for draft in _drafts(path):
        for case in _expand(draft, path):
            if case.name in seen:
                raise BadCase(f"{path}:{case.line}: {case.name} is there twice")
            seen.add(case.name)
            cases.append(case)
    return cases


def _drafts(path: Path) -> Iterator[_Draft]:
    sets: dict[str, list[str]] = {}
    page, draft = "", None
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = raw.split(" #")[0].rstrip() if not raw.startswith("#") else ""
        if not line:
            continue
        if line.startswith("  "):
            if draft is None:
                raise BadCase(f"{path}:{number}: a call that belongs to no case")
            _add(draft, number, line.strip(), sets)
            continue
        if draft:
            yield draft
            draft = None
        word, _, rest = line.partition(" ")
        head = _HEAD.fullmatch(line)
        if head:
            draft = _Draft(number, head[1], head[2], page)
        elif word == "page":
            page = rest
        elif word == "set":
            name, *values = shlex.split(rest)
            sets[name] = _words(values, sets)
        else:
            raise BadCase(f"{path}:{number}: not a page, set or case: {line}")
    if draft:
        yield draft


def _add(draft: _Draft, number: int, line: str, sets: dict[str, list[str]]) -> None:
    loop = re.fullmatch(r"for ([A-Z_]+) in (.+)", line)
    if loop:
        draft.loops.append((loop[1], _words(shlex.split(loop[2]), sets)))
    elif line.startswith("page "):
        draft.page = line[len("page ") :]
    else:
        draft.body.append((number, line))


def _words(words: list[str], sets: dict[str, list[str]]) -> list[str]:
    """Words, those of a set in place of its name."""
    return [w for word in words for w in (sets[word[1:]] if word.startswith("$") and word[1:] in sets else [word])]


def _expand(draft: _Draft, path: Path) -> Iterator[Case]:
    names = [name for name, _ in draft.loops]
    for values in itertools.product(*(zip(words, _labels(words)) for _, words in draft.loops)):
        bound = {name: word for name, (word, _) in zip(names, values)}
        # In sentences a call stands for its first word.
        short = {name: (word.split() or [""])[0] for name, word in bound.items()}
        label = f"[{','.join(label for _, label in values)}]" if values else ""
        steps = tuple(_step(path, number, _fill(line, bound, path, number)) for number, line in draft.body)
        what, page = (_fill(text, short, path, draft.line) for text in (draft.what, draft.page))
        yield Case(f"{path.name}::{draft.name}{label}", page, what, draft.line, steps)


def _labels(words: list[str]) -> Iterator[str]:
    """What words are called in names: a call by its first word, with a number from the second of its kind on."""
    seen: Counter[str] = Counter()
    for word in words:
        label = (word.split() or [""])[0]
        seen[label] += 1
        yield f"{label}-{seen[label]}" if seen[label] > 1 else label


def _fill(text: str, bound: dict[str, str], path: Path, number: int) -> str:
    """The text with values for its variables; a value may hold variables itself."""
    while found := _VARIABLE.search(text):
        if found[1] not in bound:
            raise BadCase(f"{path}:{number}: ${found[1]} is not bound by a `for`")
        text = text.replace(found[0], bound[found[1]])
    return text


def _step(path: Path, number: int, text: str) -> Step:
    user = _USER.match(text)
    rest = text[user.end() :] if user else text
    call, arrow, expected = rest.partition(" -> ")
    try:
        words = shlex.split(call)
        wanted = shlex.split(expected)
    except ValueError as why:
        raise BadCase(f"{path}:{number}: {why}") from why
    keep = words[0] if len(words) > 1 and words[1] == "=" else None
    if keep:
        words = words[2:]
    if not words:
        raise BadCase(f"{path}:{number}: no call")
    who, result = user[1] if user else "root", " ".join(wanted) if arrow else None
    return Step(number, text, who, words[0], tuple(words[1:]), result, keep)
