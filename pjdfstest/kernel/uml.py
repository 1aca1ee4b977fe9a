"""What user-mode Linux needs from this machine, and what can be said when that is missing."""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

PYTHON = "/usr/bin/python3"  # the first process of a guest; its files are this machine's
_MODULES = "/usr/lib/uml/modules"
_PACKAGES = {"linux.uml": "user-mode-linux", "libslirp-helper": "libslirp-helper"}


class Failed(Exception):
    """A guest did not boot, or did not mount; the message says what can be done."""


def check() -> None:
    """Raises Failed when something is not installed."""
    missing = [package for program, package in _PACKAGES.items() if not shutil.which(program)]
    if missing:
        raise Failed(f"user-mode Linux is not installed: apt-get install --no-install-recommends {' '.join(missing)}")
    if not os.path.isdir(_MODULES):
        raise Failed(f"{_MODULES} is missing: apt-get install --reinstall user-mode-linux")


def environment() -> dict[str, str]:
    """That of the kernel: where its memory is, and what lets it run on processors it does not know (host/xstate.cpp)."""
    package = find_spec("dittofs")
    built = package and package.origin and Path(package.origin).parents[2] / "lib" / "uml_xstate.so"
    preload = {"LD_PRELOAD": str(built)} if built and built.exists() else {}
    return {**os.environ, "TMPDIR": memory_folder(), **preload}


def memory_folder() -> str:
    """Where the file that is the guest's memory can be: it is mapped executable, which a noexec mount forbids."""
    for folder in ("/dev/shm", tempfile.gettempdir(), "/var/tmp"):
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.truncate(mmap.PAGESIZE)
                mmap.mmap(probe.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()
                return folder
        except OSError:
            continue
    raise Failed("no folder for the guest's memory: set TMPDIR to one on a file system that is not mounted noexec")


def command(memory: str, folder: str, lines: list[str], wire: int | None, init: list[str]) -> list[str]:
    """The command line: serial line n is lines[n]; `folder` holds what the kernel leaves there while it runs."""
    words = ["linux.uml", f"mem={memory}", f"uml_dir={folder}", "umid=guest"]
    words += ["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "con=null", "con0=null,fd:2"]
    words += [f"ssl{n}={line}" for n, line in enumerate(lines)]
    if wire is not None:
        words.append(f"vec0:transport=fd,fd={wire},vec=0")
    return [*words, f"init={PYTHON}", "--", "-EsSB", *init]
