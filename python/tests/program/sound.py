"""The durable store that a server has left."""

from __future__ import annotations

import subprocess

from dittofs import Server

from program.running import DFS, clean_environment


def sound(srv: Server) -> None:
    """`dfs check --deep` finds nothing wrong with it. The server does not run."""
    assert srv.data_dir is not None
    command = [str(DFS), "check", "--deep", "--data-dir", srv.data_dir]
    done = subprocess.run(command, env=clean_environment(), cwd=srv.data_dir, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
