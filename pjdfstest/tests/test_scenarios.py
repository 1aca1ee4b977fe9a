"""What Linux's client does of each scenario: it lives through it, and no data is lost (docs/scenarios.md)."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from dittofs import Server, scenarios
from dittofs.faults import at, expire, fail, nth, once
from dittofs.nfs4 import NFS4ERR
from dittofs.testing.targets.target import Address
from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted

LIMIT = 90

# Files are written, synced, renamed and removed, and read again by another open; errors of the server reach us by
# name. Every file that was synced has to be whole. They are small: an NFSv3 client that was cut off connects again from the
# same port, and if it sent more than the 15 bytes a microsecond by which Linux's initial sequence numbers grow, its SYN is
# taken for an old one (RFC 1122 4.2.2.13) by the guest's network, which knows no timestamps.
SCRIPT = """
import errno, os, select, sys

BIG, CARELESS = int(sys.argv[1]), sys.argv[2] == "careless"
PATTERN = bytes(i * 7 % 251 for i in range(251))

def data(n):  # one file takes several WRITEs, and so a COMMIT
    size = 3000000 if n == BIG else 2000
    return PATTERN[n:] + PATTERN * (size // 251)

HERE = os.getcwd()
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

def work(folder):
    os.mkdir(folder); os.chdir(folder)
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

n = 0
while CARELESS and not select.select([sys.stdin], [], [], 0)[0]:  # whatever comes of it, then it has to work
    n += 1
    try:
        os.chdir(HERE)
        work(f"careless-{n}")
    except (OSError, AssertionError): pass
if CARELESS:
    os.chdir(HERE)
    told.clear(); kept.clear()
work("work")
print(len(kept), *(f"{name}*{count}" for name, count in sorted(told.items())))
"""

# The kernels look after two thirds of the lease, and not before five seconds, whether the server knows them still, and take
# some more to connect again.
SOON = {"nfs4.lease_time": 8, "nfs4.grace_time": 16}


@dataclass(frozen=True)
class Case:
    """Versions that a scenario says something to, and the errors that an application may see."""

    versions: tuple[str, ...]
    errors: tuple[str, ...] = ()
    store: str = "memory"
    big: int = -1  # the number of the file that takes several WRITEs
    settings: dict[str, object] = field(default_factory=dict)
    heals: int = 0  # it ends when its rules have fired so often; 0: it does not
    options: str = ""  # of the mount
    careless: bool = False  # errors do not matter before it has ended


CASES = {
    "lost-reply": Case(("3", "4.1")),
    "duplicate-reply": Case(("3", "4.1")),
    "reordered-replies": Case(("3", "4.1")),
    "cut-reply": Case(("3", "4.1")),
    # A transaction id that is garbage leaves a request without an answer: NFSv3 sends it again, after a second and not a
    # minute; NFSv4 waits as long as the connection is there (RFC 8881 2.9.2).
    "garbage": Case(("3",), careless=True, heals=40, options="timeo=10"),
    "delay-storm": Case(("3", "4.0", "4.2")),
    "grace": Case(("4.0", "4.1")),
    "grace-for-ever": Case(("4.0", "4.1"), heals=2),
    "session-forgotten": Case(("4.1", "4.2")),
    "slot-table-shrunk": Case(("4.1",)),
    # On memory everything is stable when it is written, and nothing is committed.
    "wrong-write-verifier": Case(("3", "4.1"), store="lmdb", big=5),
    "stale-handles": Case(("3", "4.1"), ("ESTALE",)),
    "stale-after-a-time": Case(("3", "4.1"), careless=True, heals=5),
    "delegation-recalled": Case(("4.0", "4.1", "4.2")),
    "delegation-revoked": Case(("4.0", "4.1", "4.2")),
    "callback-path-down": Case(("4.1",)),
    "expired-lease": Case(("4.0",), settings=SOON),  # 4.1: below
    "restart": Case(("3", "4.0", "4.1", "4.2"), store="lmdb", settings=SOON),
    "restart-without-state": Case(("4.0", "4.1"), store="lmdb", settings=SOON),
    "slow-store": Case(("3", "4.1")),
    "full-disk": Case(("3", "4.1"), ("ENOSPC",)),
}


def application(srv, vers, case):
    """The script in a guest that has mounted the server."""
    where = SimpleNamespace(nfs=Address(srv.host, srv.nfs_port), mount=None, exports={"rw": "/export"})
    mount = mounted(where, vers=vers, options=case.options)
    command = [PYTHON, "-c", SCRIPT, str(case.big), "careless" if case.careless else ""]
    return Guest([mount], command, stdin=PIPE, stdout=PIPE, stderr=PIPE)


def outcome(guest):
    """How many files it has kept, and of which errors it was told how often, once it is over."""
    status = guest.wait(LIMIT)
    said = (guest.stdout.read(-1) + guest.stderr.read(-1)).decode()
    assert status == 0, said
    kept, *told = said.split()
    return int(kept), told


def test_every_scenario_is_tried():
    assert CASES.keys() == scenarios.scenarios().keys()


@pytest.mark.parametrize("name, vers", [(name, v) for name, case in CASES.items() for v in case.versions])
def test_linux(name, vers):
    case = CASES[name]
    with Server(case.store, loops=2, seed=1, settings=case.settings) as srv:
        srv.trace.start()
        with scenarios.find(name).arm(srv) as rules, application(srv, vers, case) as guest:
            seen = 0
            for _ in range(case.heals):
                seen = srv.trace.wait("fault.fired", after=seen, limit=LIMIT)["seq"]
            fired = sum(rule.fired for rule in rules)
            if case.heals:
                srv.faults.heal()
                guest.stdin.write(b"\n")
            guest.stdin.close()
            kept, told = outcome(guest)
            fired = fired or sum(rule.fired for rule in rules)
        assert fired > 0
        assert {each.split("*")[0] for each in told} <= set(case.errors)
        assert kept == 12 or told


def test_an_expired_lease_in_a_session():
    """Linux has itself a new client ID, and does not send the RECLAIM_COMPLETE that is due before its first OPEN (RFC 8881
    18.51.3): it waits until it must have a client ID once more. Then all goes on."""
    with Server("memory", loops=2, seed=1) as srv:
        srv.trace.start()
        with srv.faults.arm(at.nfs4("WRITE").enter, nth(5), expire()), application(srv, "4.1", Case(("4.1",))) as guest:
            guest.stdin.close()
            fired = srv.trace.wait("fault.fired", limit=LIMIT)["seq"]
            waits = srv.trace.wait("nfs4.op", after=fired, op="OPEN", status=NFS4ERR.GRACE, limit=LIMIT)["seq"]
            since = [e for e in srv.trace.events(after=fired) if e["seq"] < waits]
            assert any(e["name"] == "nfs4.op" and e["op"] == "CREATE_SESSION" for e in since)
            assert not any(e["name"] == "nfs4.op" and e["op"] == "RECLAIM_COMPLETE" for e in since)
            with (
                srv.faults.arm(at.nfs4("SEQUENCE").enter, once, fail(NFS4ERR.BADSESSION)),
                srv.faults.arm(at.nfs4("CREATE_SESSION").enter, once, fail(NFS4ERR.STALE_CLIENTID)),
            ):
                assert outcome(guest) == (12, [])
