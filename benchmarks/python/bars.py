"""./dev bench python: what the package costs whoever writes tests with it, against its bars.

    import, server            import dittofs, a memory server started and stopped, less a bare interpreter's start
    server                    a memory server started and stopped, in a process that has it imported
    test                      a server, a client of NFSv4.2 with its session, one COMPOUND, all of it closed again
    COMPOUND, local           SEQUENCE, PUTROOTFH and GETATTR without a socket
    COMPOUND, TCP             the same over loopback; on one processor, where no wakeup crosses from one to another
    COMPOUND, TCP, anywhere   the same where the system puts the threads
    COMPOUND, sent ahead      the same, 200 on the way at once
    handler                   the local one with a handler in Python in front of PUTROOTFH

A round trip between two threads costs the machine something that is none of ours: `echo` is that of as many bytes
through a bare socket, and over it the ratio is told.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time
from typing import Any, Callable

from dittofs import Server, nfs4
from dittofs.nfs4 import op

ROOT = pathlib.Path(__file__).resolve().parents[2]
BYTES = 200  # of a COMPOUND's request, about
BARS = {"import, server": 50e-3, "test": 10e-3, "COMPOUND, TCP": 60e-6}  # seconds


def median(run: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def started(code: str, times: int) -> float:
    """Seconds that an interpreter takes for it, start and end included."""
    return median(lambda: subprocess.run([sys.executable, "-c", code], check=True), times)


def server() -> None:
    with Server():
        pass


def test() -> None:
    with Server(clock="manual", seed=7) as srv:
        s, root = nfs4.connect(srv.url)
        s.compound(op.putfh(root), op.getattr("size"))
        s.endpoint.close()


def compound(s: nfs4.Session) -> Callable[[], Any]:
    return lambda: s.compound(op.putrootfh(), op.getattr("size", "change"))


def ahead(s: nfs4.Session, count: int = 200) -> None:
    for each in [s.send(op.putrootfh(), op.getattr("size", "change")) for _ in range(count)]:
        each.result()


def echo(times: int) -> float:
    """A round trip between two threads of this process over loopback."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(BYTES):
                peer.sendall(data)

    threading.Thread(target=answer, daemon=True).start()
    with socket.create_connection(listener.getsockname()) as mine, listener:
        mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def once() -> None:
            mine.sendall(bytes(BYTES))
            mine.recv(BYTES)

        return median(once, times)


def compounds(times: int) -> dict[str, float]:
    out = {}
    everywhere = os.sched_getaffinity(0)
    with Server() as srv:  # its loop goes where this thread may at its start
        s, _ = nfs4.connect(srv.url)
        out["COMPOUND, TCP, anywhere"] = median(compound(s), times)
        out["COMPOUND, sent ahead"] = median(lambda: ahead(s), max(times // 200, 5)) / 200
        out["echo, anywhere"] = echo(times)
    os.sched_setaffinity(0, {min(everywhere)})
    with Server() as srv:
        s, _ = nfs4.connect(srv.url)
        out["COMPOUND, TCP"] = median(compound(s), times)
        out["echo"] = echo(times)
        near = nfs4.Client(srv.local()).session()
        near.compound(op.reclaim_complete())
        out["COMPOUND, local"] = median(compound(near), times)
        with srv.nfs4.op("PUTROOTFH")(lambda call: call.next()):
            out["handler"] = median(compound(near), times)
    os.sched_setaffinity(0, everywhere)
    return out


def measured(times: int) -> dict[str, float]:
    bare = started("pass", 15)
    found = {"import, server": started("import dittofs\nwith dittofs.Server(): pass", 15) - bare}
    found |= {"server": median(server, 100), "test": median(test, 100), **compounds(times)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench python", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5000, help="COMPOUNDs of each kind")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build/reports/bench-python.json", help="where the numbers go")
    args = parser.parse_args()
    found = measured(args.times)
    echoes = {"COMPOUND, TCP": "echo", "COMPOUND, TCP, anywhere": "echo, anywhere"}
    for name, seconds in found.items():
        said = f"{name:26}{seconds * 1e6:10,.1f} us"
        if name in BARS:
            said += f"   bar {BARS[name] * 1e6:,.0f} us: {'met' if seconds < BARS[name] else 'NOT met'}"
        if name in echoes:
            said += f"   {seconds / found[echoes[name]]:.1f} times the echo"
        print(said)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps({"medians_s": found, "bars_s": BARS}, indent=1) + "\n")
    print(f"numbers: {args.json}")


if __name__ == "__main__":
    main()
