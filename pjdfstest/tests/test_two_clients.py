"""Two kernels on one server at once: what each may rely on, whatever the other does."""

from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted
from pjdfstest.tests.conftest import read_line

ROUNDS = 200

# Each says which names it was the first to make, once both have started. Linux makes the verifier of an exclusive create
# of its clock's ticks and the process's number: two kernels that boot alike have the same, unless the numbers differ.
RACER = f"""
import os, sys
for _ in range(int(sys.argv[1])):
    if child := os.fork():
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print("ready", flush=True); sys.stdin.readline()
won = []
for n in range({ROUNDS}):
    try:
        os.close(os.open(f"file-{{n}}", os.O_CREAT | os.O_EXCL | os.O_WRONLY)); won.append(f"file-{{n}}")
    except FileExistsError: pass
    try:
        os.mkdir(f"dir-{{n}}"); won.append(f"dir-{{n}}")
    except FileExistsError: pass
print(" ".join(won), flush=True)
"""


def test_a_name_is_made_once(server):
    """RFC 1813 3.3.8 and 3.3.9: of two that make a name, one does, and the other is told that it exists."""
    mounts = [mounted(server)]
    commands = [[PYTHON, "-c", RACER, processes] for processes in ("0", "1")]
    with Guest(mounts, commands[0], stdin=PIPE, stdout=PIPE) as one, Guest(mounts, commands[1], stdin=PIPE, stdout=PIPE) as two:
        guests = (one, two)
        for guest in guests:
            assert read_line(guest.stdout) == b"ready\n"
        for guest in guests:
            guest.stdin.write(b"go\n")
        won = [read_line(guest.stdout).split() for guest in guests]
        assert [guest.wait(60) for guest in guests] == [0, 0]
    everything = [name for names in won for name in names]
    assert len(everything) == len(set(everything)) == 2 * ROUNDS


def test_close_to_open(server):
    """What one client wrote and closed, the other reads when it opens the file afterwards."""
    mounts = [mounted(server)]
    with Guest(mounts, ["/bin/sh"], stdin=PIPE, stdout=PIPE) as one, Guest(mounts, ["/bin/sh"], stdin=PIPE, stdout=PIPE) as two:
        for round in range(5):
            one.stdin.write(f"echo round {round} > f; echo done\n".encode())
            assert read_line(one.stdout) == b"done\n"
            two.stdin.write(b"cat f\n")
            assert read_line(two.stdout) == f"round {round}\n".encode()
