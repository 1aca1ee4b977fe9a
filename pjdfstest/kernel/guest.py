"""A guest: user-mode Linux with mounts and one command, as a process to start, talk to and wait for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Mapping, Optional, Sequence

from pjdfstest.kernel import uml
from pjdfstest.kernel.mounts import Mount
from pjdfstest.kernel.network import Wire
from pjdfstest.kernel.streams import Events, Streams, Terminal
from pjdfstest.kernel.uml import Failed

TIMED_OUT = 124  # what run() returns when the time limit is over, as timeout(1) does
CANNOT = 125  # what run() returns when the command could not be started

_INIT = Path(__file__).with_name("inside") / "init.py"
_KEEPER = Path(__file__).with_name("keeper.py")
_HALT_LIMIT = 10.0  # seconds for writing back and halting, after the command has ended


class Guest:
    """A command in a guest, running from construction on.

    `mounts` are mounted in their order; the command starts in `directory`, else in the first of them, with
    `environment` beside PATH, HOME, TERM, LANG and TMPDIR. `results` is a folder of this machine that the guest may
    write, as RESULTS; it writes nothing else here, and reads what this user can read. `memory` is the guest's.

    `stdin` is nothing, or PIPE; `stdout` and `stderr` are this process's own, or PIPE: attributes of those names are
    then unbuffered binary streams. `interactive` gives the command this process's terminal instead.

    Raises Failed when it cannot be started at all.
    """

    def __init__(
        self,
        mounts: Sequence[Mount],
        command: Sequence[str],
        *,
        environment: Optional[Mapping[str, str]] = None,
        directory: Optional[str] = None,
        results: Optional[str] = None,
        stdin: Optional[int] = None,
        stdout: Optional[int] = None,
        stderr: Optional[int] = None,
        interactive: bool = False,
        memory: str = "512M",
    ) -> None:
        uml.check()
        self._mounts = mounts
        self._events = Events()
        self._streams: Streams | Terminal = Terminal() if interactive else Streams(self._events, stdin, stdout, stderr)
        self._folder = tempfile.mkdtemp(prefix="dittofs-guest-")
        spec = {
            "hostname": Path(self._folder).name,  # clients of NFSv4 name themselves after it: no two may be the same
            "mounts": [{**vars(mount), "at": mount.at} for mount in mounts],
            "network": any(mount.network for mount in mounts),
            "results": os.path.abspath(results) if results else None,
            "command": list(command),
            "environment": _environment(environment),
            "directory": directory or (mounts[0].at if mounts else "/"),
            "interactive": interactive,
        }
        file = Path(self._folder, "spec.json")
        file.write_text(json.dumps(spec))
        self._boot(str(file), Wire() if spec["network"] else None, memory)

    stdin = property(lambda self: self._streams.stdin, doc="the command's standard input, if PIPE was asked for")
    stdout = property(lambda self: self._streams.stdout, doc="the command's standard output, likewise")
    stderr = property(lambda self: self._streams.stderr, doc="the command's standard error, likewise")

    def wait(self, limit: Optional[float] = None) -> int:
        """How the command ended, as a shell says it (128 + n for signal n), once the guest has halted.

        After `limit` seconds the guest is ended, and TimeoutError raised. Raises Failed when nothing could be run.
        """
        if not self._events.over.wait(limit):
            self.kill()
            raise TimeoutError(f"not over after {limit:g} seconds")
        try:
            self._keeper.wait(_HALT_LIMIT)
        except subprocess.TimeoutExpired:
            pass  # to a server that is gone nothing can be written back
        self.kill()
        if self._events.last == "exit":
            return self._events.status
        raise Failed(self._why())

    def kill(self) -> None:
        """Ends the guest and all that belongs to it; it is gone when this returns. May be repeated."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait()
        self._streams.join()
        self._events.join()

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        self._streams.close()

    def _boot(self, spec: str, wire: Optional[Wire], memory: str) -> None:
        lines = [*self._streams.lines, self._events.line]
        kernel = uml.command(memory, self._folder, lines, wire.guests if wire else None, [str(_INIT), spec])
        commands = [wire.command, kernel] if wire else [kernel]
        passed = [*self._streams.passed, *self._events.passed, *([wire.helpers, wire.guests] if wire else [])]
        self._keeper = subprocess.Popen(
            [sys.executable, "-ISB", str(_KEEPER), json.dumps(commands), self._folder, *self._streams.keeper_options],
            stdin=subprocess.PIPE,
            stdout=self._events.log_end,
            stderr=self._events.log_end,
            pass_fds=passed,
            env=uml.environment(),
            process_group=0,
        )
        if wire:
            wire.close()
        self._streams.start()
        self._events.start()

    def _why(self) -> str:
        if self._events.last == "failed":
            mounts = "; ".join(map(str, self._mounts)) or "nothing"
            return (
                f"the guest could not mount: {self._events.why}. Is the server running, on an address and port that "
                f"this machine reaches, and does it export that? Asked for: {mounts}"
            )
        said = self._events.log.strip()[-2000:] or "nothing"
        if self._events.last == "ready":
            return f"the guest died while the command ran; its kernel said:\n{said}"
        return (
            "user-mode Linux did not boot. It needs ptrace (a container may forbid it: --cap-add SYS_PTRACE, "
            f"--security-opt seccomp=unconfined) and memory for the guest. It said:\n{said}"
        )


def run(mounts: Sequence[Mount], command: Sequence[str], *, limit: Optional[float] = None, **options) -> int:
    """Runs a command in a guest with the options of Guest; its status, or TIMED_OUT, or CANNOT with the reason on
    standard error."""
    try:
        with Guest(mounts, command, **options) as guest:
            return guest.wait(limit)
    except TimeoutError as why:
        print(f"{' '.join(command)}: {why}", file=sys.stderr)
        return TIMED_OUT
    except Failed as why:
        print(why, file=sys.stderr)
        return CANNOT


def _environment(given: Optional[Mapping[str, str]]) -> dict[str, str]:
    usual = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/run"}
    return {**usual, "TERM": os.environ.get("TERM", "dumb"), "LANG": "C.UTF-8", **(given or {})}
