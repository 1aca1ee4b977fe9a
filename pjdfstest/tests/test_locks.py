"""POSIX byte-range locks of two kernels on one server (RFC 7530 section 9, RFC 8881 section 9)."""

import json

import pytest

from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted
from pjdfstest.tests.conftest import read_line

# Carries out one fcntl a line, [command, type, start, length]; answers with an errno's name, or what F_GETLK found.
LOCKER = """
import errno, fcntl, json, os, struct, sys
fd = os.open("file", os.O_RDWR | os.O_CREAT, 0o666)
print("[]", flush=True)
for line in sys.stdin:
    command, kind, start, length = json.loads(line)
    asked = struct.pack("hhqqi4x", getattr(fcntl, kind), os.SEEK_SET, start, length, 0)
    try:
        kind, _, start, length, _ = struct.unpack("hhqqi4x", fcntl.fcntl(fd, getattr(fcntl, command), asked))
        answer = ["F_RDLCK F_WRLCK F_UNLCK".split()[kind], start, length] if command == "F_GETLK" else []
    except OSError as why:
        answer = errno.errorcode[why.errno]
    print(json.dumps(answer), flush=True)
"""


class Locker:
    """A client with one file open, and one process that locks parts of it."""

    def __init__(self, server, vers: str) -> None:
        self._guest = Guest([mounted(server, vers=vers)], [PYTHON, "-c", LOCKER], stdin=PIPE, stdout=PIPE)

    def __enter__(self) -> "Locker":
        assert self.answer() == []
        return self

    def __exit__(self, *_) -> None:
        self._guest.__exit__()

    def start(self, command: str, kind: str, start: int = 0, length: int = 0) -> None:
        self._guest.stdin.write(f"{json.dumps([command, kind, start, length])}\n".encode())

    def answer(self):
        return json.loads(read_line(self._guest.stdout))

    def __call__(self, command: str, kind: str, start: int = 0, length: int = 0):
        self.start(command, kind, start, length)
        return self.answer()


@pytest.fixture(params=["4.0", "4.1", "4.2"])
def lockers(server, request):
    with Locker(server, request.param) as one, Locker(server, request.param) as two:
        yield one, two


def test_exclusive(lockers):
    """An exclusive lock keeps the other client out of its range, and only of that."""
    one, two = lockers
    assert one("F_SETLK", "F_WRLCK", 100, 50) == []
    assert two("F_SETLK", "F_WRLCK", 149, 1) == "EAGAIN"
    assert two("F_SETLK", "F_RDLCK", 0, 101) == "EAGAIN"
    assert two("F_GETLK", "F_RDLCK", 0, 0) == ["F_WRLCK", 100, 50]
    assert two("F_SETLK", "F_WRLCK", 0, 100) == []
    assert two("F_SETLK", "F_WRLCK", 150, 0) == []
    assert one("F_SETLK", "F_UNLCK", 100, 50) == []
    assert two("F_SETLK", "F_WRLCK", 100, 50) == []


def test_shared(lockers):
    """Shared locks stand side by side; none becomes exclusive while there are two."""
    one, two = lockers
    assert one("F_SETLK", "F_RDLCK") == []
    assert two("F_SETLK", "F_RDLCK") == []
    assert one("F_SETLK", "F_WRLCK") == "EAGAIN"
    assert two("F_SETLK", "F_UNLCK") == []
    assert one("F_SETLK", "F_WRLCK") == []


def test_split(lockers):
    """Unlocking the middle of a range leaves both of its ends locked."""
    one, two = lockers
    assert one("F_SETLK", "F_WRLCK", 0, 300) == []
    assert one("F_SETLK", "F_UNLCK", 100, 100) == []
    assert two("F_GETLK", "F_WRLCK", 0, 0) == ["F_WRLCK", 0, 100]
    assert two("F_SETLK", "F_WRLCK", 100, 100) == []
    assert two("F_GETLK", "F_WRLCK", 200, 0) == ["F_WRLCK", 200, 100]


def test_waiting(lockers):
    """F_SETLKW comes back when the other has unlocked."""
    one, two = lockers
    assert one("F_SETLK", "F_WRLCK") == []
    two.start("F_SETLKW", "F_WRLCK")
    assert one("F_SETLK", "F_UNLCK") == []
    assert two.answer() == []
    assert one("F_GETLK", "F_WRLCK") == ["F_WRLCK", 0, 0]
