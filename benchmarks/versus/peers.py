"""Who takes part in a comparison: each is started on a processor of its own choosing and measured in the same way."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Protocol

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "build" / "python"))

from dittofs.testing.targets import ganesha  # noqa: E402

GENERATOR = str(ROOT / "build/bin/dfs-bench")


class Peer(Protocol):
    name: str
    port: int
    mount_port: int

    def generator_options(self) -> list[str]: ...
    def stop(self) -> None: ...


class Ours:
    """build/bin/dfs with one loop, on memory or on LMDB and files."""

    def __init__(self, store: str, cpu: int, program: pathlib.Path = ROOT / "build/bin/dfs", name: str = "") -> None:
        self.name = f"dittofs {name or store}"
        self._folder = tempfile.TemporaryDirectory(prefix="dittofs-bench-")
        where = ["--memory"] if store == "memory" else ["--data-dir", self._folder.name]
        command = [str(program), "start", *where, "--nfs-port", "0", "--portmap-port", "-1"]
        self._process = subprocess.Popen(
            ["taskset", "-c", str(cpu), *command, "--set", "server.loops=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        ready = re.match(r"ready nfs=(\d+)", self._process.stdout.readline())
        if not ready:
            raise RuntimeError("the server did not start; `./dev serve` says why")
        self.port = self.mount_port = int(ready[1])
        self.pid = self._process.pid

    def generator_options(self) -> list[str]:
        return ["--server-pid", str(self.pid)]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


class Ganesha:
    """NFS-Ganesha's VFS on a tmpfs."""

    name = "NFS-Ganesha"

    def __init__(self, cpu: int) -> None:
        self._target = ganesha.Ganesha()
        self.port, self.mount_port = self._target.nfs.port, self._target.mount.port
        supervisor = self._target._process.pid
        children = pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        self.pid = next(int(c) for c in children if "ganesha" in pathlib.Path(f"/proc/{c}/comm").read_text())
        subprocess.run(["taskset", "-a", "-cp", str(cpu), str(self.pid)], check=True, stdout=subprocess.DEVNULL)

    def generator_options(self) -> list[str]:
        return ["--server-pid", str(self.pid)]

    def stop(self) -> None:
        self._target.stop()


class Limit:
    """A bare epoll loop that repeats another server's replies: the generator starts it for each measurement."""

    name = "bare responder"

    def __init__(self, recorded: Peer) -> None:
        self.port, self.mount_port = recorded.port, recorded.mount_port

    def generator_options(self) -> list[str]:
        return ["--limit"]

    def stop(self) -> None:
        pass


def measure(peer: Peer, workload: dict, seconds: float, cpu: int) -> dict:
    """One run of a workload ({"protocol", "workload", "connections", "depth"}); the generator's figures."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = ["taskset", "-c", str(cpu), GENERATOR, "--protocol", workload["protocol"], workload["workload"], *peer.generator_options()]
        command += ["--port", str(peer.port), "--mount-port", str(peer.mount_port), "--json", out.name]
        command += ["--connections", str(workload["connections"]), "--depth", str(workload["depth"])]
        subprocess.run([*command, "--seconds", str(seconds)], check=True, stdout=subprocess.DEVNULL)
        # A workload that is listed at several depths runs once for each; all were overridden to the same.
        return json.load(open(out.name))[0]


def listed(protocol: str, names: list[str]) -> list[dict]:
    """The generator's workloads, with the shape each is quoted at."""
    text = subprocess.run([GENERATOR, "--protocol", protocol, "--list"], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^(\w+)\s+(\d+)c x d(\d+)", text, re.MULTILINE)
    unknown = set(names) - {n for n, _, _ in rows}
    if unknown:
        raise SystemExit(f"there is no workload {', '.join(sorted(unknown))}; `{GENERATOR} --protocol {protocol} --list` names them")
    return [{"protocol": protocol, "workload": n, "connections": int(c), "depth": int(d)} for n, c, d in rows if not names or n in names]


def last_cpu() -> int:
    return (os.cpu_count() or 1) - 1
