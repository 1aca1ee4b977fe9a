"""./dev bench callbacks: how long a recall takes, and what an outstanding delegation costs.

    conflict -> CB_RECALL     from the conflicting request's first byte to the recall at its holder
    return -> answer          from the holder's DELEGRETURN to the answer of the request that waited for it
    bytes a delegation        the server's memory with and without so many delegations, of files that are there

Both ends are this process, one thread, over loopback: what is told includes what its own Python costs, so the times are
upper bounds of the server's.
"""

from __future__ import annotations

import argparse
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "versus"))

from peers import Ours  # noqa: E402

from dittofs import nfs4  # noqa: E402
from dittofs.nfs4 import CREATE_SESSION4_FLAG_CONN_BACK_CHAN, OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG, create, op  # noqa: E402

HOST = "127.0.0.1"
BATCH = 20  # files whose delegations are asked for in one COMPOUND


def session(port: int, **options: object) -> nfs4.Session:
    s = nfs4.Client(HOST, port, minorversion=1).session(**options)
    s.compound(op.reclaim_complete())
    return s


def holder(port: int) -> nfs4.Session:
    return session(port, csa_flags=CREATE_SESSION4_FLAG_CONN_BACK_CHAN)


def recalls(port: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds to the recall, and from the return to the answer; each round on a file of its own."""
    c, other = holder(port), session(port)
    top = c.path("/export")
    asked, answered = [], []
    for n in range(rounds):
        opened = c.open(top, f"r{n}", create(mode=0o666), share_access=3)
        stateid = opened.results.open.delegation.write.stateid
        c.close(opened)
        began = time.perf_counter()
        waiting = other.send(op.putfh(top), op.open(f"r{n}", share_access=3))
        while len(c.client.callbacks.of("CB_RECALL")) == 0:
            c.endpoint.receive()
        asked.append(time.perf_counter() - began)
        c.client.callbacks.calls.clear()
        returning = c.send(op.putfh(opened.fh), op.delegreturn(stateid))
        began = time.perf_counter()
        waiting.result()
        answered.append(time.perf_counter() - began)
        returning.result()
    return asked, answered


def resident(pid: int) -> int:
    """Bytes of memory that are the process's own."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc says nothing of memory")


def cost(server: Ours, count: int) -> float:
    """Bytes of memory a delegation."""
    c, maker = holder(server.port), session(server.port)
    top = c.path("/export")
    handles = []
    for n in range(count):
        opened = maker.open(top, f"m{n}", create(mode=0o666), share_access=3)
        maker.close(opened)
        handles.append(opened.fh)
    before = resident(server.pid)
    for start in range(0, count, BATCH):
        ops = []
        for fh in handles[start : start + BATCH]:
            ops += [op.putfh(fh), op.want_delegation(OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG)]
        c.compound(*ops)
    return (resident(server.pid) - before) / count


def line(name: str, seconds: list[float]) -> str:
    ranked = sorted(seconds)
    p = {q: ranked[min(len(ranked) - 1, int(len(ranked) * q / 100))] * 1e6 for q in (90, 99)}
    return f"{name:24} median {statistics.median(ranked) * 1e6:7.0f} us   90 % {p[90]:7.0f} us   99 % {p[99]:7.0f} us"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench callbacks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2000, help="recalls")
    parser.add_argument("--delegations", type=int, default=10_000, help="that are outstanding at once")
    args = parser.parse_args()
    server = Ours("memory", 0)
    try:
        asked, answered = recalls(server.port, args.rounds)
        print(line("conflict -> CB_RECALL", asked))
        print(line("return -> answer", answered))
        print(f"{'bytes a delegation':24} {cost(server, args.delegations):7.0f}   of {args.delegations:,}")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
