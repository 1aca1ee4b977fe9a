"""What one client may use, measured in a process of its own: memory, turns, descriptors."""

import contextlib
import itertools
import resource
import select
import subprocess
import threading

import pytest

from dittofs import Server, Sys, mount, nfs3
from dittofs.faults import at, first, pause
from hostile.attack import (
    MiB, allow_descriptors, connect, ended, memory, read_request, reply, request, send_all_it_takes,
)  # fmt: skip


@contextlib.contextmanager
def clients(server):
    """The root directory and a client that behaves."""
    with mount.Client("127.0.0.1", server.mount, cred=Sys()) as m:
        root = m.mnt("/export").fhandle
    with nfs3.Client("127.0.0.1", server.nfs, cred=Sys()) as c:
        yield root, c


def big_file(root, c, size=MiB):
    file = c.create(root, "big").obj.handle.data
    c.write(file, 0, bytes(range(256)) * (size // 256), stable=nfs3.stable_how.UNSTABLE)
    c.commit(file)
    return file


@pytest.mark.parametrize("store", ["--memory", "--data-dir=data"])
def test_who_takes_no_replies_costs_its_quota(start, store):
    server = start(store, "--set", "limits.max_connection_bytes=4194304")
    with clients(server) as (root, c), contextlib.ExitStack() as stack:
        file = big_file(root, c)
        before = memory(server.process.pid)
        requests = b"".join(read_request(file, MiB, xid) for xid in range(5000))
        for _ in range(8):
            flood = stack.enter_context(connect(server.nfs))
            assert send_all_it_takes(flood, requests) > 0
        for _ in range(50):
            assert c.read(file, 0, 65536).count == 65536
        # 8 x 5 GB were asked for. Each may have its quota, the reply in work, and what waits to be looked at.
        assert memory(server.process.pid) - before < 8 * (4 + 2 + 1) * MiB


def test_all_together_cost_their_total(start):
    server = start(
        "--data-dir=data", "--set", "limits.max_total_bytes=16777216", "--set", "limits.max_connection_bytes=16777216"
    )
    with clients(server) as (root, c), contextlib.ExitStack() as stack:
        file = big_file(root, c)
        before = memory(server.process.pid)
        requests = b"".join(read_request(file, MiB, xid) for xid in range(200))
        for _ in range(20):
            flood = stack.enter_context(connect(server.nfs))
            flood.sendall(requests)
        for _ in range(50):
            assert c.read(file, 0, 65536).count == 65536
        # Beside the total: for each a reply in work or 64 KiB, and its unread requests.
        assert memory(server.process.pid) - before < (16 + 20 * 2) * MiB


def test_unfinished_requests_give_way(start):
    server = start("--memory", "--set", "limits.max_unfinished_bytes=16777216", "--set", "server.loops=1")
    with clients(server) as (root, c), contextlib.ExitStack() as stack:
        file = c.create(root, "f").obj.handle.data
        halves = []
        write = nfs3.WRITE3args(file=nfs3.fh(file), offset=0, count=MiB, stable=2, data=bytes(MiB))
        half = request("WRITE", write)[: MiB - 1]
        for _ in range(40):
            halves.append(stack.enter_context(connect(server.nfs)))
            halves[-1].sendall(half)
        waiting = set(halves)
        while len(waiting) > 16:  # until all have arrived, which is when so many are left
            gone, _, _ = select.select(waiting, [], [])
            assert all(ended(s) for s in gone)
            waiting -= set(gone)
        for _ in range(20):
            assert c.write(file, 0, bytes(MiB), stable=2).count == MiB
        assert memory(server.process.pid) < 120 * MiB


def test_idle_connections_cost_little(start):
    count = 1000
    allow_descriptors(count + 200)
    server = start("--memory", "--set", "server.loops=1")
    with clients(server) as (root, c), contextlib.ExitStack() as stack:
        file = big_file(root, c)
        before = memory(server.process.pid)
        idle = [stack.enter_context(connect(server.nfs)) for _ in range(count)]
        write = nfs3.WRITE3args(file=nfs3.fh(file), offset=0, count=300_000, stable=2, data=bytes(300_000))
        for n, s in enumerate(idle):
            # Each has been at work before: large and small requests, large and small replies.
            s.sendall(request("WRITE", write, n) + read_request(file, 200_000, n) + request("NULL", None, n))
            for _ in range(3):
                assert reply(s)
        c.null()
        cost = (memory(server.process.pid) - before) / count
        print(f"{cost / 1024:.1f} KiB an idle connection")
        assert cost < 64 * 1024  # the bar; what one holds is a few structs
        assert cost < 8 * 1024


def test_ten_thousand_connections(start):
    wanted = 10_000
    count = min(wanted, allow_descriptors(wanted + 200) - 200)
    if count < wanted:
        print(f"this machine allows {count} connections (the hard limit of open files is {count + 200})")
    server = start("--memory")
    with clients(server) as (_, c), contextlib.ExitStack() as stack:
        before = memory(server.process.pid)
        many = []
        for _ in range(count):
            many.append(stack.enter_context(connect(server.nfs)))
        for n, s in enumerate(many):
            s.sendall(request("NULL", None, n))
        for s in many:
            assert len(reply(s)) == 24
        c.null()
        assert (memory(server.process.pid) - before) / count < 8 * 1024


def test_without_descriptors(start):
    server = start("--memory", "--portmap-port", "-1")
    # As few as it has now, and ten.
    pid = server.process.pid
    used = len(subprocess.run(["ls", f"/proc/{pid}/fd"], capture_output=True, text=True, check=True).stdout.split())
    with clients(server) as (root, c), contextlib.ExitStack() as stack:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 11, used + 11))
        many = [stack.enter_context(connect(server.nfs)) for _ in range(40)]
        served = []
        for s in many:
            with contextlib.suppress(ConnectionError):
                s.sendall(request("NULL", None))
                if reply(s):
                    served.append(s)
        assert 5 <= len(served) <= 11
        c.getattr(root)  # who was there is served as before
        before = cpu(pid)
        for s in served:
            s.close()
        with connect(server.nfs) as late:
            # What was refused may still be waiting to be accepted and closed before this one is.
            late.sendall(request("NULL", None))
            assert reply(late)
        assert cpu(pid) - before < 1.0


def cpu(pid: int) -> float:
    """Seconds of processor time a process has used."""
    with open(f"/proc/{pid}/stat") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / 100


@pytest.mark.parametrize("expensive", ["READDIRPLUS", "READ"])
def test_a_flooding_client_has_its_turn_and_no_more(expensive):
    """Between two answers to the polite client the server answers one turn of the flooding one."""
    turn = 8
    with Server(clock="manual", seed=7, settings={"limits.turn_requests": turn}) as srv, contextlib.ExitStack() as stack:
        with mount.Client(srv.host, srv.nfs_port, cred=Sys()) as m:
            root = m.mnt("/export").fhandle
        c = stack.enter_context(nfs3.Client(srv.host, srv.nfs_port, cred=Sys()))
        for n in range(300):
            c.create(root, f"a name of some length {n}")
        # 1,000 answers stay below the quota, so that nothing but turns holds the flooding client back.
        if expensive == "READ":
            one = read_request(big_file(root, c, 65536), 8192)
        else:
            one = request("READDIRPLUS", nfs3.READDIRPLUS3args(
                dir=nfs3.fh(root), cookie=0, cookieverf=bytes(8), dircount=8192, maxcount=8192
            ))  # fmt: skip
        srv.trace.start()
        held = srv.faults.arm(at("net.read"), first(2), pause())
        flood = stack.enter_context(connect(srv.nfs_port))
        polite = stack.enter_context(connect(srv.nfs_port))
        drain = threading.Thread(target=lambda: [reply(flood) for _ in range(1000)])
        drain.start()
        flood.sendall(one * 1000)
        polite.sendall(b"".join(request("GETATTR", nfs3.GETATTR3args(object=nfs3.fh(root)), n) for n in range(40)))
        held.wait(2)  # what both have sent has arrived
        held.disarm()
        for _ in range(40):
            assert reply(polite)
        drain.join()
        calls = [e for e in srv.trace.events("rpc.call") if e["program"] == nfs3.NFS_PROGRAM]
        polite_conn = next(e["conn"] for e in calls if e["procedure"] == nfs3.NFSPROC3_GETATTR)
        order = [e["conn"] == polite_conn for e in calls]
        assert order.count(True) == 40 and order.count(False) == 1000
        first_answer, last_answer = order.index(True), len(order) - 1 - order[::-1].index(True)
        between = [len(list(run)) for mine, run in itertools.groupby(order[first_answer:last_answer]) if not mine]
        # Two turns when the polite client's first one falls before the flooding client's of the same round.
        assert max(between) <= 2 * turn and sum(n > turn for n in between) <= 1, between
        assert last_answer < len(order) - 1  # it had not the server for itself
