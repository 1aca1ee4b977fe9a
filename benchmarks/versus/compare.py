"""What NFS costs here and elsewhere: the same load on our server and on peers, in turns, in one run.

Absolute figures move with the machine, so what is quoted is the ratio of server CPU time per operation. Client and
servers are pinned to one CPU (then the ratio of two servers repeats within a few per cent), the servers take turns
(A B C A B C), and each figure is the median of the rounds. docs/benchmarks.md explains the method.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import sys

from peers import ROOT, Ganesha, Limit, Ours, Peer, last_cpu, listed, measure
from plot import draw

# The share of Ganesha's server CPU per operation that ours may cost, by protocol, workload, connections and depth.
BARS = {
    ("nfs3", "getattr", 1, 1): 0.40,
    ("nfs3", "getattr", 1, 16): 0.10,
    ("nfs3", "getattr", 8, 4): 0.15,
    ("nfs3", "lookup", 1, 16): 0.11,
    ("nfs3", "create_remove", 1, 8): 0.14,
    ("nfs3", "readdirplus", 1, 1): 0.22,
    ("nfs3", "read4k", 1, 16): 0.14,
    ("nfs3", "write4k", 1, 16): 0.14,
    ("nfs3", "read1m", 1, 4): 0.40,
    ("nfs3", "write1m", 1, 4): 0.56,
    ("nfs4", "getattr", 1, 16): 0.14,
    ("nfs4", "open_close", 1, 8): 0.18,
    ("nfs4", "create_close_remove", 1, 8): 0.15,
    ("nfs4", "read4k", 1, 16): 0.17,
    ("nfs4", "write4k", 1, 16): 0.18,
    ("nfs4", "read1m", 1, 4): 0.40,
    ("nfs4", "write1m", 1, 4): 0.56,
}
# What metadata may cost on LMDB, as a share of the memory store's cost.
STORE_BARS = {
    ("nfs3", "getattr", 1, 16): 2.0,
    ("nfs3", "lookup", 1, 16): 2.0,
    ("nfs3", "readdirplus", 1, 1): 2.0,
    ("nfs4", "getattr", 1, 16): 2.0,
}
# What points that no rule is armed at may cost, as a share of a build without them.
POINT_BARS = {("nfs3", "getattr", 1, 16): 1.03}
LARGE = 65536  # bytes an operation from which the client's CPU is counted too


def summary(rounds: list[dict]) -> dict:
    """The medians of one server's rounds, with what an operation moves and costs."""
    middle = {key: statistics.median(r[key] for r in rounds) for key in rounds[0] if isinstance(rounds[0][key], (int, float))}
    middle["mb_per_second"] = middle["bytes"] / middle["seconds"] / 1e6
    middle["total_cpu_us_per_op"] = statistics.median(
        r["server_cpu_us_per_op"] + r["client_cpu_us_per_op"] for r in rounds
    )
    return middle


def compare(workload: dict, rounds: dict[str, list[dict]], bars: dict) -> dict:
    """One row of the table: `ratio` is ours to the peer's, `over_limit` ours to the bare responder's."""
    servers = {name: summary(found) for name, found in rounds.items()}
    ours, peer, limit = servers.values()
    large = ours["bytes"] / max(1, ours["operations"]) >= LARGE
    row = {**workload, "servers": servers, "bar": bars.get(tuple(workload.values()))}
    row["ratio"] = ours["server_cpu_us_per_op"] / peer["server_cpu_us_per_op"]
    row["over_limit"] = ours["server_cpu_us_per_op"] / limit["server_cpu_us_per_op"]
    # The kernel charges loopback's work to whoever happens to run: for large transfers only the sum is solid.
    row["total_ratio"] = ours["total_cpu_us_per_op"] / peer["total_cpu_us_per_op"] if large else None
    return row


def header(peer: str) -> str:
    return (
        f"{'workload':19} {'c x d':>6} | {'server us an operation':^26} | {'ratio':>6} {'bar':>5} {'x limit':>7} {'+client':>7}"
        f" | {'operations/s':^21} | {'p50 - p99 us':^25} | {'a read':>6}\n"
        f"{'':19} {'':>6} | {'ours':>8} {peer:>8} {'limit':>8} | {'':>6} {'':>5} {'':>7} {'':>7}"
        f" | {'ours':>10} {peer:>10} | {'ours':>12} {peer:>12} | {'ours':>6}"
    )


def line(row: dict) -> str:
    ours, peer, limit = row["servers"].values()
    color = "" if row["bar"] is None or not sys.stdout.isatty() else "\x1b[32m" if row["ratio"] <= row["bar"] else "\x1b[31m"
    ratio = f"{color}{row['ratio']:6.3f}{color and chr(27) + '[0m'}"
    total = "" if row["total_ratio"] is None else f"{row['total_ratio']:.2f}"
    shape = f"{row['connections']}x{row['depth']}"
    return (
        f"{row['workload']:19} {shape:>6}"
        f" | {ours['server_cpu_us_per_op']:8.2f} {peer['server_cpu_us_per_op']:8.2f} {limit['server_cpu_us_per_op']:8.2f}"
        f" | {ratio} {row['bar'] or '':>5} {row['over_limit']:7.2f} {total:>7}"
        f" | {ours['ops_per_second']:10.0f} {peer['ops_per_second']:10.0f}"
        f" | {ours['p50_us']:5.0f} {ours['p99_us']:6.0f} {peer['p50_us']:5.0f} {peer['p99_us']:6.0f}"
        f" | {ours['replies_per_read']:6.1f}"
    )


def opponent(options: argparse.Namespace) -> Peer:
    if options.peer == "ganesha":
        return Ganesha(options.cpu)
    if options.peer == "memory":
        return Ours("memory", options.cpu)
    return Ours(options.store, options.cpu, ROOT / "build-nofaults/bin/dfs", "without points")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="NFS against a peer and a bare responder, as ratios of server CPU per operation",
    )
    parser.add_argument("protocol", choices=("nfs3", "nfs4"), help="nfs4: minor version 1")
    parser.add_argument("workloads", nargs="*", help="which (default: all of `dfs-bench --protocol ... --list`)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one measurement")
    parser.add_argument("--cpu", type=int, default=last_cpu(), help="where everything is pinned")
    parser.add_argument("--store", choices=("memory", "lmdb"), default="memory")
    parser.add_argument("--peer", choices=("ganesha", "memory", "nofaults"), default="ganesha", help="memory: our own memory store; nofaults: our own build without fault points")
    parser.add_argument("--report", type=pathlib.Path, help="JSON and plot go here")
    options = parser.parse_args()
    report = options.report or ROOT / f"build/reports/bench-{options.protocol}"
    workloads = listed(options.protocol, options.workloads)
    ours = Ours(options.store, options.cpu)
    peer = opponent(options)
    servers = [ours, peer, Limit(ours)]
    bars = {"ganesha": BARS, "memory": STORE_BARS, "nofaults": POINT_BARS}[options.peer]
    results = []
    print(header(options.peer))
    try:
        for workload in workloads:
            rounds: dict[str, list[dict]] = {s.name: [] for s in servers}
            for _ in range(options.rounds):
                for server in servers:
                    rounds[server.name].append(measure(server, workload, options.seconds, options.cpu))
            results.append(compare(workload, rounds, bars))
            print(line(results[-1]), flush=True)
    finally:
        for server in servers:
            server.stop()
    report.mkdir(parents=True, exist_ok=True)
    (report / "results.json").write_text(json.dumps(results, indent=2))
    draw(results, options.protocol, peer.name, report / "cost.svg")
    missed = [r for r in results if r["bar"] is not None and r["ratio"] > r["bar"]]
    print(f"bars missed: {len(missed)} of {sum(r['bar'] is not None for r in results)}")
    print(f"written: {report}/results.json, {report}/cost.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
