"""Declarations of struct members."""

from __future__ import annotations

import re

from .kinds import Kinds
from .kinds.base import Lines
from .names import name, namespace


def declare(kinds: Kinds, members: list[tuple[str, str]]) -> Lines:
    """(type, name) pairs. A member called like a type that the struct uses would change that name's meaning: the type
    is then qualified."""
    names = {n for _, n in members}
    return [f"{_qualified(kinds, t) if _identifiers(t) & names else t} {n};" for t, n in members]


def _identifiers(ctype: str) -> set[str]:
    return set(re.findall(r"\w+", ctype))


def _qualified(kinds: Kinds, ctype: str) -> str:
    own = {name(t.name) for t in kinds.schema.types}
    for identifier in _identifiers(ctype) & own:
        ctype = re.sub(rf"\b{identifier}\b", f"::{namespace(kinds.schema)}::{identifier}", ctype)
    return ctype
