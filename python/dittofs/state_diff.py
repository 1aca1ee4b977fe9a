"""What happened between two snapshots of a server's state.

    before = srv.state
    ...
    print(srv.state.diff(before))
    + clients[1].opens[000000015b0c…] access=3 deny=0 ...
    ~ clients[1].sessions[5f…].slots[0].sequence 4 -> 5
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Iterator, Mapping

# What tells one of a list from the others, by the list's name; the rest go by their place.
_IDENTITY: dict[str, tuple[str, ...]] = {
    "clients": ("id",),
    "sessions": ("id",),
    "dead_sessions": ("id",),
    "connections": ("id",),
    "open_owners": ("name",),
    "lock_owners": ("name",),
    "opens": ("other",),
    "locks": ("other",),
    "delegations": ("other",),
    "wants": ("file_id", "write"),
    "files": ("file_id", "file_system"),
    "roster": ("owner", "minor"),
}
_MISSING = object()


@dataclass(frozen=True)
class Change:
    """`path` appeared (before is None), went (after is None), or has another value."""

    path: str
    kind: str  # "appeared", "went", "changed"
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if self.kind == "changed":
            return f"~ {self.path} {self.before} -> {self.after}"
        sign, value = ("+", self.after) if self.kind == "appeared" else ("-", self.before)
        return f"{sign} {self.path} {_short(value)}".rstrip()


class Diff(tuple[Change, ...]):
    """The changes, by path; false when there are none. Prints a line each."""

    def appeared(self, pattern: str = "*") -> list[Change]:
        """Those that were not there before, by a pattern of their path: "clients[[]*].opens[[]*]" or "*.opens*"."""
        return self._of("appeared", pattern)

    def went(self, pattern: str = "*") -> list[Change]:
        return self._of("went", pattern)

    def changed(self, pattern: str = "*") -> list[Change]:
        return self._of("changed", pattern)

    def without(self, *patterns: str) -> "Diff":
        """Less what is not of interest: diff.without("*.lease_left")."""
        return Diff(c for c in self if not any(fnmatchcase(c.path, p) for p in patterns))

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(c) for c in self]

    def _of(self, kind: str, pattern: str) -> list[Change]:
        return [c for c in self if c.kind == kind and fnmatchcase(c.path, pattern)]

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "nothing has changed"


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
    return Diff(_compare("", "", before, after))


def _compare(path: str, name: str, before: Any, after: Any) -> Iterator[Change]:
    if before is _MISSING:
        yield Change(path, "appeared", after=after)
    elif after is _MISSING:
        yield Change(path, "went", before=before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(k for k in after if k not in before)]:
            where = f"{path}.{key}" if path else str(key)
            yield from _compare(where, str(key), before.get(key, _MISSING), after.get(key, _MISSING))
    elif isinstance(before, list) and isinstance(after, list):
        old, new = _keyed(name, before), _keyed(name, after)
        for key in [*old, *(k for k in new if k not in old)]:
            yield from _compare(f"{path}[{key}]", "", old.get(key, _MISSING), new.get(key, _MISSING))
    elif before != after:
        yield Change(path, "changed", before, after)


def _keyed(name: str, rows: list[Any]) -> dict[str, Any]:
    """A list as a mapping: by what identifies its elements. Plain values stand for themselves."""
    keys = _IDENTITY.get(name)
    if keys is not None and all(isinstance(row, Mapping) for row in rows):
        return {",".join(str(row[key]) for key in keys): row for row in rows}
    if rows and not any(isinstance(row, (Mapping, list)) for row in rows):
        return {str(row): row for row in rows}
    return {str(n): row for n, row in enumerate(rows)}


def _short(value: Any) -> str:
    """Plain fields of a part that came or went; of its lists, how long they are."""
    if not isinstance(value, Mapping):
        return str(value)
    return " ".join(
        f"{key}={len(each) if isinstance(each, (list, Mapping)) else each}"
        for key, each in value.items()
        if not isinstance(each, (list, Mapping)) or each
    )
