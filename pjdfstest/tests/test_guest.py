"""Guests: statuses, streams, what they may write, and that nothing is left of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pjdfstest.kernel import CANNOT, PIPE, PYTHON, RESULTS, TIMED_OUT, Failed, Guest, Mount, nfs, run

TMPFS = Mount("tmpfs", "tmpfs")
LIMIT = 60  # seconds; a guest is there after one or two


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """No guest of a test leaves a process or a folder behind."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert processes(tmp_path) == []
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("dittofs-")] == []


def processes(folder: Path) -> list[str]:
    """The command lines that name the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def output(command: list[str], **options) -> tuple[int, bytes, bytes]:
    with Guest([TMPFS], command, stdout=PIPE, stderr=PIPE, **options) as guest:
        out, err = guest.stdout.read(-1), guest.stderr.read(-1)
        return guest.wait(LIMIT), out, err


def shell(script: str, **options) -> tuple[int, bytes, bytes]:
    return output(["/bin/sh", "-c", script], **options)


def test_a_command():
    status, out, err = shell("pwd; id -u; echo $COLOUR; echo wrong >&2; exit 7", environment={"COLOUR": "blue"})
    assert (status, out, err) == (7, b"/run/mnt/test\n0\nblue\n", b"wrong\n")


@pytest.mark.parametrize(
    "command, status",
    [(["/bin/true"], 0), (["/bin/sh", "-c", "kill -9 $$"], 137), (["/no/such/thing"], 127), (["/etc/passwd"], 126)],
    ids=["true", "killed", "not found", "not executable"],
)
def test_status(command, status):
    assert run([TMPFS], command, limit=LIMIT) == status


def test_time_limit(capfd):
    assert run([TMPFS], ["/bin/sleep", "1000"], limit=3) == TIMED_OUT
    assert "not over after 3 seconds" in capfd.readouterr().err


def test_mount_that_fails(capfd):
    assert run([nfs("127.0.0.1", 1, "/export")], ["/bin/true"], limit=LIMIT) == CANNOT
    said = capfd.readouterr().err
    assert "could not mount" in said and "ECONNREFUSED" in said and "Is the server running" in said


def test_kernel_that_does_not_boot():
    with pytest.raises(Failed, match="did not boot"):
        with Guest([TMPFS], ["/bin/true"], memory="1M") as guest:
            guest.wait(LIMIT)


def test_program_that_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Failed, match="apt-get install --no-install-recommends user-mode-linux libslirp-helper"):
        Guest([TMPFS], ["/bin/true"])


def test_bytes_come_through():
    """Every byte, in both directions: a serial line edits and translates unless it is told not to."""
    data = bytes(range(256)) * 300
    with Guest([TMPFS], ["/bin/cat"], stdin=PIPE, stdout=PIPE) as guest:
        writer = os.fork()
        if writer == 0:
            guest.stdin.write(data)
            os._exit(0)
        guest.stdin.close()
        found = b"".join(iter(lambda: guest.stdout.read(65536), b""))
        os.waitpid(writer, 0)
        assert guest.wait(LIMIT) == 0
    assert found == data


def test_two_guests_at_once():
    pipes = {"stdin": PIPE, "stdout": PIPE}
    with Guest([TMPFS], ["/bin/cat"], **pipes) as one, Guest([TMPFS], ["/bin/cat"], **pipes) as two:
        one.stdin.write(b"one\n")
        two.stdin.write(b"two\n")
        assert (two.stdout.read(10), one.stdout.read(10)) == (b"two\n", b"one\n")
        one.stdin.close()
        assert one.wait(LIMIT) == 0
        two.stdin.write(b"still here\n")
        assert two.stdout.read(20) == b"still here\n"


def test_the_host_cannot_be_written(tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    elsewhere = tmp_path / "elsewhere"
    script = f"echo yes > {RESULTS}/file; echo no > {elsewhere}; echo no > /etc/dittofs-test; "
    script += "echo tmp > $TMPDIR/x && cat $TMPDIR/x"
    status, out, err = shell(script, results=str(results))
    assert (status, out) == (0, b"tmp\n")
    assert err.count(b"Read-only file system") == 2
    assert (results / "file").read_text() == "yes\n"
    assert not elsewhere.exists() and not Path("/etc/dittofs-test").exists()


def test_owner_that_is_killed(tmp_path):
    """Whoever started a guest may die without a word: the guest ends too."""
    program = (
        "import sys; from pjdfstest.kernel import *; g = Guest([Mount('tmpfs', 't')], ['/bin/sleep', '1000']); "
        "g._events.ready.wait(); print('up', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    owner = subprocess.Popen([PYTHON, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert owner.stdout.readline() == b"up\n"
    assert processes(tmp_path)
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    limit = time.monotonic() + 10
    while processes(tmp_path) and time.monotonic() < limit:
        time.sleep(0.05)
