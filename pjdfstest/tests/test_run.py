"""A run of the suite that cannot be made says so, and fails."""

import os
import subprocess
import sys
from pathlib import Path

SUITE = Path(__file__).parents[1]


def suite(*options: str, path: str = os.environ["PATH"]) -> tuple[int, str]:
    environment = {**os.environ, "PATH": path}
    environment["PYTHONPATH"] = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(SUITE.parent)])
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-q", "cases/chmod.cases", *options]
    done = subprocess.run(command, cwd=SUITE, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_without_user_mode_linux():
    status, said = suite("--local", "tmpfs", path="/nowhere")
    assert status != 0 and "user-mode Linux is not installed: apt-get install" in said and " passed" not in said


def test_server_that_is_not_there():
    status, said = suite("--server", "nfs://127.0.0.1:1/export", "--mount-port", "1")
    assert status != 0 and "could not mount" in said and "ECONNREFUSED" in said


def test_guest_that_does_not_boot(tmp_path):
    """A kernel that ends at once, as one that may not use ptrace does."""
    kernel = tmp_path / "linux.uml"
    kernel.write_text("#!/bin/sh\necho no ptrace for you >&2\nexit 1\n")
    kernel.chmod(0o755)
    status, said = suite("--local", "tmpfs", path=f"{tmp_path}:{os.environ['PATH']}")
    assert status != 0 and "did not boot" in said and "no ptrace for you" in said
