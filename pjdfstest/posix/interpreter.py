"""Runs a case: its steps in order, in a fresh directory, until one does not give what it should."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Iterator, Optional

from pjdfstest.posix import observe
from pjdfstest.posix.calls import CALLS, number, reap
from pjdfstest.posix.language import Case, Step
from pjdfstest.posix.users import USERS, acting_as

# Looked at rather than called: name, and how many arguments it has at least.
OBSERVERS = {"stat": 1, "lstat": 1, "fstat": 1, "remember": 1, "changed": 2, "unchanged": 2, "same": 2, "differ": 2}

PATH_MAX = 4096  # <linux/limits.h>: bytes of a pathname, its NUL included


@dataclass
class Outcome:
    """`failures` are the lines that did not hold, each with what there was instead."""

    case: str
    seconds: float = 0.0
    checks: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    skipped: Optional[str] = None

    def as_dict(self) -> dict:
        return asdict(self)


def mistakes(case: Case) -> Iterator[str]:
    """What cannot be run of a case: unknown calls and users, wrong numbers of arguments."""
    for step in case.steps:
        if step.user not in USERS:
            yield f"line {step.line}: there is no user {step.user}"
        if step.call in OBSERVERS:
            if len(step.args) < OBSERVERS[step.call]:
                yield f"line {step.line}: {step.call} needs {OBSERVERS[step.call]} arguments"
        elif step.call not in CALLS:
            yield f"line {step.line}: there is no call {step.call}"
        elif not CALLS[step.call].fits(len(step.args)):
            yield f"line {step.line}: {step.call} takes {' '.join(CALLS[step.call].takes)}"
        for name in (step.expected or "").split("|"):
            if name.startswith("E") and name.isupper() and not hasattr(errno, name):
                yield f"line {step.line}: there is no errno {name}"


class Interpreter:
    """`places` are directories beyond the case's own: @ro, read-only with known files in it, and @other, another
    file system. A case that uses one that is not there is skipped."""

    def __init__(self, root: Path, places: dict[str, str]) -> None:
        self._root = root
        self._places = places
        self._name_max = os.statvfs(root).f_namemax

    def run(self, case: Case) -> Outcome:
        outcome, started = Outcome(case.name), time.monotonic()
        missing = [place for place in ("@ro", "@other") if case.uses(place) and place not in self._places]
        if missing:
            outcome.skipped = f"{' and '.join(missing)} cannot be had here"
            return outcome
        home = self._root / "case"
        os.umask(0)
        os.mkdir(home)
        os.chmod(home, 0o777)
        os.chdir(home)
        run = _Run(self._places, self._name_max, outcome)
        try:
            for step in case.steps:
                if not run.step(step):
                    break
        finally:
            run.close()
            os.chdir(self._root)
            os.umask(0)
            remove(home)
        outcome.seconds = time.monotonic() - started
        return outcome


def remove(directory: Path) -> None:
    """Removes a tree. A file that is unlinked while open may leave something behind for a moment on NFS."""
    for attempt in range(3):
        try:
            return shutil.rmtree(directory)
        except OSError as why:
            if why.errno not in (errno.ENOTEMPTY, errno.EBUSY) or attempt == 2:
                raise
            time.sleep(observe._TICK)


class _Run:
    """One case under way: its descriptors, and what it remembers."""

    def __init__(self, places: dict[str, str], name_max: int, outcome: Outcome) -> None:
        self._places, self._name_max, self._outcome = places, name_max, outcome
        self._descriptors: dict[str, int] = {}
        self._memory = observe.Memory()

    def step(self, step: Step) -> bool:
        """Whether it gave what it should."""
        try:
            with acting_as(USERS[step.user]):
                wrong = self._observe(step) if step.call in OBSERVERS else self._call(step)
        except OSError as why:
            wrong = self._refused(step, errno.errorcode.get(why.errno or 0, str(why.errno)))
        self._outcome.checks += len(step.args) - 1 if step.call in ("stat", "lstat", "fstat") and len(step.args) > 1 else 1
        self._outcome.failures += [(step.line, what) for what in wrong]
        return not wrong

    def close(self) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        reap()

    def _call(self, step: Step) -> list[str]:
        call = CALLS[step.call]
        arguments = [self._argument(kind.rstrip("?"), word) for kind, word in zip(call.takes, step.args)]
        result = call.make(*arguments)
        if step.call == "close":
            del self._descriptors[step.args[0]]
        if call.opens and step.keep:
            self._descriptors[step.keep] = result
        elif call.opens:
            os.close(result)
        if step.expected is None or "ok" in step.expected.split("|"):
            return []
        if _is_errno(step.expected):
            return [f"succeeded, not {step.expected}"]
        said = result.decode(errors="backslashreplace").replace("\0", ".") if isinstance(result, bytes) else str(result)
        return [] if said == self._word(step.expected) else [f"{said!r}, not {step.expected!r}"]

    def _refused(self, step: Step, name: str) -> list[str]:
        if step.expected and name in step.expected.split("|"):
            return []
        return [f"{name}, not {step.expected if step.expected and _is_errno(step.expected) else 'success'}"]

    def _observe(self, step: Step) -> list[str]:
        if step.expected and _is_errno(step.expected):
            self._look(step)
            return [f"succeeded, not {step.expected}"]
        if step.call in ("stat", "lstat", "fstat"):
            return list(observe.mismatches(self._look(step), tuple(self._word(w) for w in step.args[1:])))
        paths = tuple(self._word(word) for word in step.args)
        if step.call == "remember":
            self._memory.remember(paths)
            return []
        if step.call in ("changed", "unchanged"):
            return list(self._memory.differences(paths[0], paths[1:], step.call == "changed"))
        apart = observe.same_file(*paths)
        if step.call == "differ":
            return [] if apart else ["they are one file"]
        return [apart] if apart else []

    def _look(self, step: Step) -> os.stat_result:
        if step.call == "fstat":
            return os.fstat(self._descriptors[step.args[0]])
        return (os.stat if step.call == "stat" else os.lstat)(self._word(step.args[0]))

    def _argument(self, kind: str, word: str) -> Any:
        if kind == "number":
            return number(word)
        if kind == "descriptor":
            return self._descriptors[word] if word in self._descriptors else int(word)
        if kind == "bytes":
            return self._word(word).encode()
        return self._word(word)

    def _word(self, word: str) -> str:
        """@name_max: a name as long as names may be, @name_long: one byte more. @path_max/f: a path to f as long as
        paths may be, @path_long/f: one byte more. @ro, @other: see Interpreter."""
        for start, length in (("@path_max/", PATH_MAX - 1), ("@path_long/", PATH_MAX)):
            if word.startswith(start):
                rest = self._word(word[len(start) :])
                fill = length - len(rest)
                return "./" * (fill // 2 - fill % 2) + ".//" * (fill % 2) + rest
        for place, path in self._places.items():
            word = word.replace(place, path)
        return word.replace("@name_max", "n" * self._name_max).replace("@name_long", "n" * (self._name_max + 1))


def _is_errno(word: str) -> bool:
    return all(name == "ok" or name.isupper() and hasattr(errno, name) for name in word.split("|"))
