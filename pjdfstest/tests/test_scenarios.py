"""What Linux's client does of each scenario: it lives through it, and no data is lost (docs/scenarios.md)."""

from types import SimpleNamespace

import pytest

from dittofs import scenarios
from dittofs.testing.targets import choose
from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted

LIMIT = 120

# Files are written, synced, renamed and removed, and read again by another open; errors of the server reach us by
# name. Every file that was synced has to be whole.
SCRIPT = """
import errno, os, sys

BIG = int(sys.argv[1])
PATTERN = bytes(i * 7 % 251 for i in range(251))

def data(n):  # one file takes several WRITEs, and so a COMMIT
    size = 3000000 if n == BIG else 20000
    return PATTERN[n:] + PATTERN * (size // 251)

told, kept = {}, []
def attempt(call, *args):
    try: return call(*args)
    except OSError as why:
        name = errno.errorcode[why.errno]
        told[name] = told.get(name, 0) + 1

def write(n):
    with open(f"new-{n}", "wb") as f:
        f.write(data(n)); f.flush(); os.fsync(f.fileno())
    os.rename(f"new-{n}", f"file-{n}")
    kept.append(n)

os.mkdir("work"); os.chdir("work")
for n in range(12): attempt(write, n)
for n in kept[::4]: attempt(os.remove, f"file-{n}")
os.listdir(".")
for n in kept:
    if n in kept[::4]: continue
    for again in range(3):
        try:
            with open(f"file-{n}", "rb") as f: assert f.read() == data(n), n
            break
        except OSError as why:
            told[errno.errorcode[why.errno]] = told.get(errno.errorcode[why.errno], 0) + 1
    else: raise AssertionError(f"file-{n} cannot be read: {told}")
print(len(kept), *(f"{name}*{count}" for name, count in sorted(told.items())))
"""

# Scenario: versions it says something to, and the errors that an application may see.
CASES = {
    "lost-reply": (("3", "4.1"), ()),
    "duplicate-reply": (("3", "4.1"), ()),
    "reordered-replies": (("3", "4.1"), ()),
    "delay-storm": (("3", "4.0", "4.2"), ()),
    "grace": (("4.0", "4.1"), ()),
    "session-forgotten": (("4.1", "4.2"), ()),
    "slot-table-shrunk": (("4.1",), ()),
    "wrong-write-verifier": (("3", "4.1"), ()),
    "stale-handles": (("3", "4.1"), ("ESTALE",)),
    "callback-path-down": (("4.1",), ()),
    "slow-store": (("3", "4.1"), ()),
    "full-disk": (("3", "4.1"), ("ENOSPC",)),
}


def test_every_scenario_is_tried():
    assert CASES.keys() == scenarios.scenarios().keys()


@pytest.mark.parametrize("name, vers", [(name, v) for name, (versions, _) in CASES.items() for v in versions])
def test_linux(name, vers):
    # On memory everything is stable when it is written, and nothing is committed.
    store = "lmdb" if name == "wrong-write-verifier" else "memory"
    target = choose(SimpleNamespace(server="dittofs", store=store, loops=2), seed=0)
    try:
        big = 5 if name == "wrong-write-verifier" else -1
        guest = Guest([mounted(target, vers=vers)], [PYTHON, "-c", SCRIPT, str(big)], stdout=PIPE, stderr=PIPE)
        with scenarios.find(name).arm(target.server) as rules, guest:
            status = guest.wait(LIMIT)
            said = guest.stdout.read(-1) + guest.stderr.read(-1)
            assert status == 0, said.decode()
            fired = sum(rule.fired for rule in rules)
        kept, *told = said.decode().split()
        assert fired > 0
        assert {each.split("*")[0] for each in told} <= set(CASES[name][1])
        assert int(kept) == 12 or told
    finally:
        target.stop()
