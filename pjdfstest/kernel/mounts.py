"""What a guest mounts: file system type, source and options, as mount(2) takes them."""

from __future__ import annotations

import socket
from dataclasses import dataclass

WHERE = "/run/mnt"  # mount points, on a tmpfs of the guest
RESULTS = "/run/results"  # the one folder of the host that a guest may write, when it is given one
HOST = "10.0.2.2"  # what a guest calls this machine's loopback: libslirp's default


@dataclass(frozen=True)
class Mount:
    """One mount. `name` is its folder below WHERE; `modules` are those of the kernel that it needs."""

    fstype: str
    source: str
    options: str = ""
    name: str = "test"
    read_only: bool = False
    modules: tuple[str, ...] = ()

    @property
    def at(self) -> str:
        return f"{WHERE}/{self.name}"

    @property
    def network(self) -> bool:
        return self.fstype in ("nfs", "nfs4")

    def __str__(self) -> str:
        return f"{self.fstype} {self.source} ({self.options})"


def nfs(
    host: str,
    port: int,
    export: str,
    vers: str = "3",
    mount_port: int | None = None,
    options: str = "",
    name: str = "test",
    read_only: bool = False,
) -> Mount:
    """An NFS export over TCP, version 3, 4.0, 4.1 or 4.2.

    Version 3 is mounted without NLM, locks are the guest's own; `options` are added at the end, in words of nfs(5).
    """
    address = guest_address(host)
    words = [f"vers={vers}", "proto=tcp", f"port={port}", f"addr={address}"]
    if vers == "3":
        words += ["mountproto=tcp", f"mountport={mount_port or port}", f"mountaddr={address}", "nolock"]
    else:
        words.append("clientaddr=10.0.2.15")
    module = "nfsv3" if vers == "3" else "nfsv4"
    all_options = ",".join([*words, *filter(None, [options])])
    return Mount("nfs" if vers == "3" else "nfs4", f"{address}:{export}", all_options, name, read_only, (module,))


def guest_address(host: str) -> str:
    """The IPv4 address under which a guest reaches `host`."""
    address = socket.gethostbyname(host)
    return HOST if address.startswith("127.") else address
