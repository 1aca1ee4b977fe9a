"""Replies compared by their fields, and what may differ between two servers that are both right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Iterable, Iterator, Mapping, Optional

from dittofs.replay.fields import Pair, pairs
from dittofs.replay.minted import KINDS, kind
from dittofs.rpc import Reply
from dittofs.rpc.transcript import shown
from dittofs.wire import nfs3

_HERE = {
    "handle": "handles",
    "stateid": "state",
    "client": "state",
    "sequence": "state",
    "session": "state",
    "confirm": "state",
    "cookie": "cookies",
    "cookieverf": "cookies",
    "xattr cookie": "cookies",
}

# What each server chooses for itself, by group: fields by name, whatever type they belong to.
GROUPS: Mapping[str, frozenset[str]] = {
    "handles": frozenset(),  # by what they are: minted.py
    "state": frozenset({"eir_server_owner", "eir_server_scope", "eir_server_impl_id", "lrf_stateid"}),
    "cookies": frozenset(),
    "times": frozenset({"seconds", "nseconds"}),
    "changes": frozenset({"before", "after", "change"}),
    "numbers": frozenset({"fileid", "fsid", "major", "minor", "mounted_on_fileid"}),
    "verifiers": frozenset({"verf", "writeverf", "wr_writeverf", "verifier"}),
    "optional": frozenset({"attributes_follow", "handle_follows"}),  # RFC 1813 2.6 post_op_attr, post_op_fh3
    "roles": frozenset({"eir_flags"}),
    "space": frozenset(
        "used space_used tbytes fbytes abytes tfiles ffiles afiles space_avail space_free space_total files_avail "
        "files_free files_total quota_avail_hard quota_avail_soft quota_used".split()
    ),
    "limits": frozenset(
        "rtmax rtpref rtmult wtmax wtpref wtmult dtpref maxfilesize invarsec linkmax maxread maxwrite maxlink maxname "
        "lease_time clone_blksize ca_headerpadsize ca_maxrequestsize ca_maxresponsesize ca_maxresponsesize_cached "
        "ca_maxoperations ca_maxrequests ca_rdma_ird sr_highest_slotid sr_target_highest_slotid time_delta".split()
    ),
}
# Records of which every part belongs to a group, wherever they stand.
_RECORDS = {
    "nfstime3": "times",
    "nfstime4": "times",
    "fsid4": "numbers",
    "server_owner4": "state",
    "nfs_impl_id4": "state",
    "channel_attrs4": "limits",
}
_BEFORE_AND_AFTER = frozenset({"change_info4"})  # of other types these are attributes before and after, to be compared


@dataclass(frozen=True)
class Difference:
    """The same field of two replies, with different values."""

    path: str
    a: Any
    b: Any

    def __str__(self) -> str:
        return f"{self.path or 'reply'}: {shown(self.a)} != {shown(self.b)}"


@dataclass(frozen=True)
class Rules:
    """What may differ. `groups`: names of GROUPS; `paths`: patterns of fields, `resarray[*].cinfo.*`, besides."""

    groups: frozenset[str] = frozenset(GROUPS)
    paths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self.groups)

    def but(self, *groups: str) -> Rules:
        """With these compared too: Rules().but("verifiers")."""
        _check(groups)
        return replace(self, groups=self.groups - set(groups))

    def allow(self, *paths: str) -> Rules:
        """With these fields left alone: Rules().allow("*.atime.*")."""
        return replace(self, paths=(*self.paths, *paths))

    def allows(self, pair: Pair) -> bool:
        group = group_of(pair)
        return group in self.groups or any(_matches(pair.path, pattern) for pattern in self.paths)


def _check(groups: Iterable[str]) -> None:
    if unknown := set(groups) - GROUPS.keys():
        raise ValueError(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")


EXACT = Rules(frozenset())


def group_of(pair: Pair) -> Optional[str]:
    """The group that a field belongs to; None when servers that are right say the same there."""
    if what := kind(pair.record, pair.field):
        return _HERE[what]
    for record in pair.inside:
        if _RECORDS.get(record):
            return _RECORDS[record]
    if pair.field == "size" and _is_directory(pair):
        return "space"
    if pair.field in ("before", "after") and pair.record not in _BEFORE_AND_AFTER:
        return None
    return next((name for name, fields in GROUPS.items() if pair.field in fields), None)


def listed() -> Iterator[tuple[str, str]]:
    """Every group and what is in it, in words, for the documentation."""
    for group, fields in GROUPS.items():
        parts = [f"{record}.{name}" if record else name for (record, name), what in KINDS.items() if _HERE[what] == group]
        parts += [f"{record} (all of it)" for record, where in _RECORDS.items() if where == group]
        if group == "space":
            parts.append("the size of a directory")
        yield group, ", ".join([*parts, *sorted(fields)])


def _is_directory(pair: Pair) -> bool:
    """Whether the attributes are known to be a directory's, whose size is what the server likes."""
    kind_of_file = pair.of.get("type") if isinstance(pair.of, dict) else getattr(pair.of, "type", None)
    return kind_of_file == nfs3.NF3DIR or "dir_wcc." in pair.path  # NFSv4's number is the same


def _matches(path: str, pattern: str) -> bool:
    # In patterns [*] is any element; otherwise brackets are themselves, not fnmatch's sets of characters.
    return fnmatchcase(path, pattern.replace("[", "[[]"))


def differences(a: Optional[Reply], b: Optional[Reply], rules: Rules = Rules()) -> Iterator[Difference]:
    """Where two replies to one call differ, in the order of their fields; None is no reply at all."""
    if a is None or b is None:
        if a is not b:
            yield Difference("", _whether(a), _whether(b))
        return
    for part in ("reply_stat", "reject_stat", "auth_stat", "accept_stat", "low", "high"):
        x, y = getattr(a, part), getattr(b, part)
        if x != y:
            yield Difference(part, x, y)
            return
    if a.result is None or b.result is None:
        if a.body != b.body:
            yield Difference("body", a.body, b.body)
        return
    for pair in pairs(a.result, b.result):
        if pair.a != pair.b and not rules.allows(pair):
            yield Difference(pair.path, pair.a, pair.b)


def _whether(reply: Optional[Reply]) -> str:
    return "no reply" if reply is None else "a reply"
