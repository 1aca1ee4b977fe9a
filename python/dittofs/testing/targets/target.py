"""What a suite runs against: addresses, exports, and what can be done to the server from here."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

# Exports by what they are for. A test names a role; a server that has no such export skips it.
ROLES = {
    "rw": "read and write, root stays root",
    "ro": "read only",
    "root_squash": "uid 0 becomes the anonymous user",
    "all_squash": "everybody becomes the anonymous user",
    "limited": "only for clients at the address `limited_to`",
}


@dataclass(frozen=True)
class Twin:
    """Where root may do everything with the files that an export shows otherwise to others.

    An export, a directory below its root ("" is the root itself), and the address a client must come from.
    """

    path: str
    below: str = ""
    source: Optional[str] = None


@dataclass
class Address:
    """Where a service listens. `connect` makes a connected socket when host and port do not say it all."""

    host: str
    port: int
    connect: Optional[Callable[[int], socket.socket]] = None  # takes the socket type

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass
class Target:
    """A running server."""

    name: str
    nfs: Address
    mount: Optional[Address] = None
    portmap: Optional[Address] = None
    exports: dict[str, str] = field(default_factory=dict)  # role -> path
    twins: dict[str, Twin] = field(default_factory=dict)  # role -> its files for root
    limited_to: str = "127.0.0.2"  # where the clients of the limited export are
    anonymous: tuple[int, int] = (65534, 65534)  # uid, gid of squashed users
    can: frozenset[str] = frozenset()  # faults, trace, udp, own (servers of a test's own)
    server: Any = None  # the in-process dittofs.Server, when it is one
    rerun: str = ""  # the options that select this server again

    def stop(self) -> None:
        """Ends what was started for this target."""

    def alive(self) -> Optional[str]:
        """None while the server runs, else what became of it."""
        return None

    def missing(self, need: str) -> Optional[str]:
        """Why `need` (a capability, `export:ROLE`, `mount` or `portmap`) cannot be had here; None if it can."""
        if need.startswith("export:"):
            role = need[len("export:") :]
            if role not in ROLES:
                raise ValueError(f"no such export role: {role}")
            return None if role in self.exports else f"{self.name} has no export for the role {role}"
        if need in ("mount", "portmap"):
            return None if getattr(self, need) else f"{self.name}: address of {need} not known"
        return None if need in self.can else f"{self.name} offers no {need} to a test"
