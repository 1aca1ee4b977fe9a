"""NFS-Ganesha as a peer: a private instance on free loopback ports, its files on a tmpfs of its own.

Ganesha serves NFSv3 only when it can register with an rpcbind over /run/rpcbind.sock, and it answers JUKEBOX
for a whole grace period when /var/lib/nfs remembers a client of some earlier instance. So a supervisor process
moves into a mount namespace of its own, puts a tmpfs on both directories, starts rpcbind inside a further network
namespace (its port 111 disturbs nobody), then Ganesha in the host's network. It ends both when its standard
input closes, however the test run ended, and itself when Ganesha is gone. Needs root: for the mounts, and because
Ganesha's VFS opens files by handle.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Optional

from dittofs.testing.targets.namespace import loopback_up, socket_inside
from dittofs.testing.targets.target import Address, Target, Twin

MODULE = "dittofs.testing.targets.ganesha"
LEASE = 60  # seconds; longer than any test goes without a word to the server
WATCH = 0.2  # seconds between looks at whether Ganesha lives
START_LIMIT = 20.0  # seconds until Ganesha has to serve; it takes about 0.3

CONFIG = """
NFS_CORE_PARAM {{
    NFS_Port = {nfs}; MNT_Port = {mount}; Bind_addr = 127.0.0.1; Protocols = 3, 4;
    Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = true;
}}
NFSv4 {{ Graceless = true; Minor_Versions = 0, 1, 2; Lease_Lifetime = {lease}; }}
LOG {{ Default_Log_Level = EVENT; }}
EXPORT_DEFAULTS {{ Protocols = 3, 4; SecType = sys, none; Anonymous_Uid = 65534; Anonymous_Gid = 65534; }}
{exports}
"""

EXPORT = """
EXPORT {{
    Export_Id = {number}; Path = {directory}; Pseudo = {path}; Tag = tag{number};
    {options}
    FSAL {{ Name = VFS; }}
}}
"""

# role: path of the export, its directory below the tmpfs, Ganesha's options
EXPORTS = {
    "rw": ("/export", "data", "Access_Type = RW; Squash = No_Root_Squash;"),
    "ro": ("/ro", "data/ro", "Access_Type = RO; Squash = No_Root_Squash;"),
    "root_squash": ("/root_squash", "data/root_squash", "Access_Type = RW; Squash = Root_Squash;"),
    "all_squash": ("/all_squash", "data/all_squash", "Access_Type = RW; Squash = All_Squash;"),
    "limited": (
        "/limited",
        "data/limited",
        "Access_Type = None; Squash = No_Root_Squash; CLIENT {{ Clients = {client}; Access_Type = RW; }}",
    ),
}


class Unavailable(Exception):
    """Ganesha cannot run here; the message says why and what would help."""


class Ganesha(Target):
    """Started by the constructor, ended by stop()."""

    def __init__(self) -> None:
        check()
        command = ["unshare", "--mount", "--", sys.executable, "-m", MODULE]
        # The supervisor imports this package the same way, wherever it was found.
        path = os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin = self._process.stdin
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise Unavailable("Ganesha did not start: see its log above")
        ready = json.loads(line)
        super().__init__(
            name="ganesha",
            nfs=Address("127.0.0.1", ready["nfs"]),
            mount=Address("127.0.0.1", ready["mount"]),
            portmap=Address("127.0.0.1", 111, lambda kind: socket_inside(ready["rpcbind"], kind, 111)),
            exports={role: path for role, (path, _, _) in EXPORTS.items()},
            twins={role: Twin("/export", below=role) for role in EXPORTS if role != "rw"},
            can=frozenset({"udp", "rpcbind"}),
            rerun="--server ganesha",
        )

    def stop(self) -> None:
        self._stdin.close()
        self._process.wait()

    def alive(self) -> Optional[str]:
        try:
            socket.create_connection((self.nfs.host, self.nfs.port)).close()
            return None
        except OSError:
            return f"Ganesha is gone, its supervisor ended with status {self._process.wait()}"


def check() -> None:
    """Raises Unavailable with the reason when Ganesha cannot run here."""
    if os.geteuid() != 0:
        raise Unavailable("Ganesha needs root: for its mount namespace, and to open files by handle")
    for program, package in (("ganesha.nfsd", "nfs-ganesha nfs-ganesha-vfs"), ("rpcbind", "rpcbind")):
        if not shutil.which(program):
            raise Unavailable(f"{program} is missing: apt-get install {package}")


def _free_ports(count: int) -> list[int]:
    """Ports free for TCP on loopback now; they are held until all are known, so they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def _configuration(base: Path, nfs: int, mount: int) -> str:
    exports = ""
    for number, (path, directory, options) in enumerate(EXPORTS.values(), 1):
        where = base / directory
        where.mkdir(mode=0o755, parents=True)
        exports += EXPORT.format(
            number=number, directory=where, path=path, options=options.format(client="127.0.0.2")
        )
    return CONFIG.format(lease=LEASE, nfs=nfs, mount=mount, exports=exports)


def _mount_tmpfs(where: str, size: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", where], check=True)


def _start_rpcbind() -> subprocess.Popen:
    os.makedirs("/run/rpcbind", exist_ok=True)
    shutil.chown("/run/rpcbind", "_rpc")
    rpcbind = subprocess.Popen(
        ["unshare", "--net", "--", sys.executable, "-m", MODULE, "rpcbind"], stdout=sys.stderr
    )
    _until(lambda: os.path.exists("/run/rpcbind.sock"), rpcbind)
    return rpcbind


def _start_ganesha(base: Path, nfs: int, mount: int) -> subprocess.Popen:
    config, log = base / "ganesha.conf", base / "log"
    config.write_text(_configuration(base, nfs, mount))
    os.makedirs("/run/ganesha", exist_ok=True)
    os.makedirs("/var/lib/nfs/ganesha", exist_ok=True)
    ganesha = subprocess.Popen(
        ["ganesha.nfsd", "-F", "-f", config, "-L", log, "-p", base / "pid"], stdout=sys.stderr
    )
    try:
        _until(lambda: log.exists() and "NFS SERVER INITIALIZED" in log.read_text(), ganesha)
    except Unavailable:
        print(log.read_text() if log.exists() else "no log was written", file=sys.stderr)
        raise
    return ganesha


def _until(ready: Callable[[], bool], process: subprocess.Popen) -> None:
    limit = time.monotonic() + START_LIMIT
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            raise Unavailable(f"{process.args!r} did not come up")
        time.sleep(0.01)


def supervise() -> None:
    """Runs inside the mount namespace until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the test run decides when this ends
    base = Path(tempfile.mkdtemp(prefix="dittofs-ganesha-"))
    running: list[subprocess.Popen] = []
    try:
        for kept in ("/run", "/var/lib/nfs"):
            _mount_tmpfs(kept, "16m")
        _mount_tmpfs(str(base), "2g")
        nfs, mount = _free_ports(2)
        running.append(_start_rpcbind())
        running.append(_start_ganesha(base, nfs, mount))
        print(json.dumps({"nfs": nfs, "mount": mount, "rpcbind": running[0].pid}), flush=True)
        while not select.select([sys.stdin], [], [], WATCH)[0]:
            if running[1].poll() is not None:
                sys.exit(f"ganesha.nfsd ended with status {running[1].returncode}")
    except Unavailable as why:
        print(why, file=sys.stderr)
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()
        subprocess.run(["umount", "--lazy", base], check=False)
        base.rmdir()


if __name__ == "__main__":
    if sys.argv[1:] == ["rpcbind"]:
        loopback_up()
        os.execvp("rpcbind", ["rpcbind", "-f", "-w"])
    supervise()
