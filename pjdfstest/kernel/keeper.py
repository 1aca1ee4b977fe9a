"""Keeps the processes of one guest together: they live no longer than the kernel does, nor than who asked for it.

argv[1] is a JSON list of commands; the last is the kernel, the others serve it. The keeper leads a process group of
its own, so that all that is started in it can be ended at once: user-mode Linux leaves helpers behind when it is
killed. Standard input is a pipe; when it closes, whether on purpose or because the other end died, the guest ends.
argv[2] is the guest's folder, removed at the end. argv[3] is the descriptor of the terminal
that the kernel uses, if it uses one; the group becomes its foreground.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys

_PATIENCE = 2.0  # seconds for the kernel to end by itself, which tidies its folder


def main() -> None:
    *servants, kernel = json.loads(sys.argv[1])
    terminal = int(sys.argv[3]) if len(sys.argv) > 3 else None
    if terminal is not None:
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # sent to those who take a terminal from behind
        os.tcsetpgrp(terminal, os.getpgrp())
    try:
        for servant in servants:
            subprocess.Popen(servant, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        stdin = subprocess.DEVNULL if terminal is None else terminal
        process = subprocess.Popen(kernel, close_fds=False, stdin=stdin)
        ended = os.pidfd_open(process.pid)
        select.select([0, ended], [], [])
        if process.poll() is None:
            process.terminate()
            process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        shutil.rmtree(sys.argv[2], ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
