"""What NFSv3 costs here and elsewhere: the same load on our server and on peers, in turns, in one run.

Absolute figures move with the machine, so what is quoted is the ratio of server CPU time per operation. Client and
servers are pinned to one CPU (then the ratio of two servers repeats within a few per cent), the servers take turns
(A B A B), and each figure is the median of the rounds. From 64 KiB on, server and client CPU are counted together:
the kernel charges loopback's work to whoever happens to run.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "build" / "python"))

from dittofs.testing.targets import ganesha  # noqa: E402


class Ours:
    """build/bin/dfs with one loop, on memory or on LMDB and files."""

    def __init__(self, store: str, cpu: int) -> None:
        self.name = f"dittofs {store}"
        self._folder = tempfile.TemporaryDirectory(prefix="dittofs-bench-")
        where = ["--memory"] if store == "memory" else ["--data-dir", self._folder.name]
        command = [str(ROOT / "build/bin/dfs"), "start", *where, "--nfs-port", "0", "--portmap-port", "-1"]
        self._process = subprocess.Popen(
            ["taskset", "-c", str(cpu), *command, "--set", "server.loops=1"], stdout=subprocess.PIPE, text=True
        )
        self.port = self.mount_port = int(re.match(r"ready nfs=(\d+)", self._process.stdout.readline())[1])
        self.pid = self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


class Ganesha:
    """NFS-Ganesha's VFS on a tmpfs."""

    name = "ganesha"

    def __init__(self, cpu: int) -> None:
        self._target = ganesha.Ganesha()
        self.port, self.mount_port = self._target.nfs.port, self._target.mount.port
        supervisor = self._target._process.pid
        children = pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        self.pid = next(int(c) for c in children if "ganesha" in pathlib.Path(f"/proc/{c}/comm").read_text())
        subprocess.run(["taskset", "-a", "-cp", str(cpu), str(self.pid)], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._target.stop()


def measure(server, workload: dict, seconds: float, cpu: int) -> dict:
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = ["taskset", "-c", str(cpu), str(ROOT / "build/bin/dfs-bench"), workload["workload"]]
        command += ["--port", str(server.port), "--mount-port", str(server.mount_port), "--json", out.name]
        command += ["--connections", str(workload["connections"]), "--depth", str(workload["depth"])]
        command += ["--seconds", str(seconds), "--server-pid", str(server.pid)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        # A workload that is listed at several depths runs once for each; all were overridden to the same.
        return json.load(open(out.name))[0]


def cost(result: dict) -> float:
    """CPU microseconds an operation that count for a ratio."""
    large = result["bytes"] and result["bytes"] / max(1, result["operations"]) >= 65536
    return result["server_cpu_us_per_op"] + (result["client_cpu_us_per_op"] if large else 0)


def listed(names: list[str]) -> list[dict]:
    text = subprocess.run([ROOT / "build/bin/dfs-bench", "--list"], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^(\w+)\s+(\d+)c x d(\d+)", text, re.MULTILINE)
    return [
        {"workload": n, "connections": int(c), "depth": int(d)} for n, c, d in rows if not names or n in names
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="NFSv3 against NFS-Ganesha, as ratios of server CPU per operation")
    parser.add_argument("workloads", nargs="*", help="which (default: all of `dfs-bench --list`)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one measurement")
    parser.add_argument("--cpu", type=int, default=(os.cpu_count() or 1) - 1, help="where everything is pinned")
    parser.add_argument("--store", choices=("memory", "lmdb"), default="memory")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build/reports/bench-nfs3.json")
    options = parser.parse_args()
    servers = [Ours(options.store, options.cpu), Ganesha(options.cpu)]
    results = []
    print(f"{'workload':14} {'c x d':>7} {'ours us/op':>11} {'ganesha':>9} {'ratio':>7} {'ours ops/s':>12} {'ganesha':>12} {'p99 us':>14}")
    try:
        for workload in listed(options.workloads):
            rounds = {s.name: [] for s in servers}
            for _ in range(options.rounds):
                for server in servers:
                    rounds[server.name].append(measure(server, workload, options.seconds, options.cpu))
            middle = {
                name: {key: statistics.median(r[key] for r in found) for key in found[0] if key != "workload"}
                | {"cost_us": statistics.median(cost(r) for r in found)}
                for name, found in rounds.items()
            }
            a, b = (middle[s.name] for s in servers)
            shape = f"{workload['connections']}x{workload['depth']}"
            print(
                f"{workload['workload']:14} {shape:>7} {a['cost_us']:11.2f} {b['cost_us']:9.2f} {a['cost_us'] / b['cost_us']:7.3f}"
                f" {a['ops_per_second']:12.0f} {b['ops_per_second']:12.0f} {a['p99_us']:6.0f} {b['p99_us']:7.0f}",
                flush=True,
            )
            results.append({**workload, "ratio": a["cost_us"] / b["cost_us"], "servers": middle})
    finally:
        for server in servers:
            server.stop()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2))
    print(f"written: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
