"""The rows of the requirements table, read and checked.

    rfc: 8881
    left out:
      "13": pNFS is not offered
    rows:
      18.46.3-1: The reply names the session, the slot and the sequence id of the request.
      18.46.3-2:
        says: ...
        reason: UNOBSERVABLE
        why: nothing on the wire depends on it

A row is one thing that a server MUST or MUST NOT do, in our own words. It is called by its specification, its section and
its number there: `8881-18.46.3-1`. A reason says why no test can hold a server to it; whether any does is not the table's
to say but the tests' (plugin.py). Chapters without rows are left out for a reason as well.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator, Optional

_NAME = re.compile(r"([A-Z]|\d+)(\.\d+)*-[1-9]\d*")
_FIELDS = {"says", "reason", "why"}


class TableError(ValueError):
    """What is wrong with the table, a line each."""


class Reason(enum.Enum):
    """Why no test holds a server to a row."""

    NO_PNFS = "pNFS is not offered"
    NO_GSS = "RPCSEC_GSS is not offered"
    NO_MOVING = "file systems neither move nor have replicas here"
    OPTIONAL = "an optional feature that is not offered"
    UNOBSERVABLE = "it cannot be seen on the wire"
    UNREACHABLE = "no client can bring the server there"
    NOT_TAKEN = "it binds a permitted choice that is not taken here"


@dataclass(frozen=True)
class Row:
    rfc: int
    section: str
    number: int
    says: str
    reason: Optional[Reason] = None
    why: str = ""  # what there is to say about the reason

    @property
    def id(self) -> str:
        return f"{self.rfc}-{self.section}-{self.number}"

    @property
    def place(self) -> str:
        """As tests and reports name a section."""
        return f"RFC{self.rfc} {self.section}"

    @property
    def order(self) -> tuple:
        """Section 3.3.10 comes after 3.3.9, appendices after chapters."""
        parts = [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.section.split(".")]
        return self.rfc, parts, self.number


class Table:
    def __init__(self, rows: Iterable[Row], left_out: Optional[dict[str, str]] = None) -> None:
        self.rows = sorted(rows, key=lambda row: row.order)
        self.left_out = left_out or {}  # "RFC8881 13": why
        self._by_id = {row.id: row for row in self.rows}

    @classmethod
    def read(cls, folder: Path) -> Table:
        """Every .yaml of the folder. Raises TableError with all that is wrong with them."""
        rows: dict[str, Row] = {}
        left_out: dict[str, str] = {}
        problems: list[str] = []
        for path in sorted(folder.glob("*.yaml")):
            try:
                document = _load(path)
                left_out.update(_left_out(document))
                for row in _rows(document):
                    if row.id in rows:
                        raise TableError(f"{row.id}: a row of another file as well")
                    rows[row.id] = row
            except TableError as why:
                problems += [f"{path.name}: {line}" for line in str(why).splitlines()]
        if problems:
            raise TableError("\n".join(problems))
        return cls(rows.values(), left_out)

    def __getitem__(self, row_id: str) -> Row:
        return self._by_id[row_id]

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._by_id

    def rfcs(self) -> list[int]:
        return sorted({row.rfc for row in self.rows})


def _load(path: Path) -> dict:
    import yaml  # type: ignore[import]

    class Strict(yaml.SafeLoader):
        """YAML takes the last of two rows of one name; here that is a mistake."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict:
            names = [self.construct_object(key) for key, _ in node.value]
            twice = sorted({str(name) for name in names if names.count(name) > 1})
            if twice:
                raise TableError(f"twice: {', '.join(twice)}")
            return super().construct_mapping(node, deep)

    try:
        document = yaml.load(path.read_text(), Strict)
    except yaml.YAMLError as why:
        raise TableError(" ".join(str(why).split())) from why
    if not isinstance(document, dict) or not isinstance(document.get("rfc"), int):
        raise TableError("no rfc: NUMBER")
    unknown = document.keys() - {"rfc", "left out", "rows"}
    if unknown:
        raise TableError(f"neither rfc, left out nor rows: {', '.join(sorted(unknown))}")
    return document


def _left_out(document: dict) -> dict[str, str]:
    chapters = document.get("left out") or {}
    if not all(isinstance(text, str) and text for pair in chapters.items() for text in pair):
        raise TableError("left out: chapters as texts, and why")
    return {f"RFC{document['rfc']} {chapter}": why for chapter, why in chapters.items()}


def _rows(document: dict) -> Iterator[Row]:
    problems = []
    for name, content in (document.get("rows") or {}).items():
        try:
            yield _row(document["rfc"], str(name), {"says": content} if isinstance(content, str) else content)
        except TableError as why:
            problems.append(f"{name}: {why}")
    if problems:
        raise TableError("\n".join(problems))


def _row(rfc: int, name: str, content: Any) -> Row:
    if not _NAME.fullmatch(name):
        raise TableError("no name like 18.46.3-1")
    if not isinstance(content, dict) or content.keys() - _FIELDS:
        raise TableError("neither a sentence nor says, reason and why")
    says, kind, why = (str(content.get(field) or "").strip() for field in ("says", "reason", "why"))
    if not says:
        raise TableError("says nothing")
    if kind and kind not in Reason.__members__:
        raise TableError(f"the reason {kind} is none of {', '.join(Reason.__members__)}")
    if bool(kind) != bool(why):
        raise TableError("a reason has a why, and a why a reason")
    section, _, number = name.rpartition("-")
    return Row(rfc, section, int(number), says, Reason[kind] if kind else None, why)
