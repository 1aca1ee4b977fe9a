"""What a case can look at: attributes, the marks that calls leave on times, whether two names are one file."""

from __future__ import annotations

import os
import stat
import time
from typing import Iterator, Optional

from pjdfstest.posix.calls import KINDS, number

_TICK = 0.025  # seconds: longer than the clock tick of any kernel that stamps files, so that a change shows

TIMES = {"atime": "st_atime_ns", "mtime": "st_mtime_ns", "ctime": "st_ctime_ns"}
_NUMBERS = {"nlink": "st_nlink", "uid": "st_uid", "gid": "st_gid", "size": "st_size"}


def mismatches(found: os.stat_result, wanted: tuple[str, ...]) -> Iterator[str]:
    """For each key=value that does not hold, what there is instead. mode is the permission bits, 07777."""
    for pair in wanted:
        key, _, value = pair.partition("=")
        is_ = attribute(found, key)
        if key == "mode":
            value = f"{number(value):04o}"
        elif key in _NUMBERS:
            value = str(number(value))
        if is_ != value:
            yield f"{key}={is_}, not {value}"


def attribute(found: os.stat_result, key: str) -> str:
    """As cases write it."""
    if key == "type":
        return next(name for name, bits in KINDS.items() if stat.S_IFMT(found.st_mode) == bits)
    if key == "mode":
        return f"{stat.S_IMODE(found.st_mode):04o}"
    if key == "rdev":
        return f"{os.major(found.st_rdev)},{os.minor(found.st_rdev)}"
    if key in TIMES:
        seconds, fraction = divmod(getattr(found, TIMES[key]), 10**9)
        return f"{seconds}.{fraction:09}".rstrip("0").rstrip(".")
    return str(getattr(found, _NUMBERS[key]))


class Memory:
    """The times of files as they were, by path."""

    def __init__(self) -> None:
        self._seen: dict[str, os.stat_result] = {}

    def remember(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            self._seen[path] = os.lstat(path)
        time.sleep(_TICK)

    def differences(self, path: str, keys: tuple[str, ...], changed: bool) -> Iterator[str]:
        """The times that are not as they should be: later than they were, or the same."""
        now = os.lstat(path)
        for key in keys:
            before, after = getattr(self._seen[path], TIMES[key]), getattr(now, TIMES[key])
            if changed and after <= before:
                yield f"{key} of {path} did not change" if after == before else f"{key} of {path} went back"
            if not changed and after != before:
                yield f"{key} of {path} changed by {(after - before) / 1e9:.3f} s"


def same_file(one: str, other: str) -> Optional[str]:
    """What tells two names apart; None when they are links to one file."""
    a, b = os.lstat(one), os.lstat(other)
    if (a.st_dev, a.st_ino) != (b.st_dev, b.st_ino):
        return f"{one} is inode {a.st_ino}, {other} is {b.st_ino}"
    return None
