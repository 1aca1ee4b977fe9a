"""The MOUNT protocol, versions 3 (RFC 1813 5) and 1 (RFC 1094 appendix A), from the client's side."""

# mypy: disable-error-code="misc"
# @procedure takes functions of the arguments alone: a method without self is what it wants.

from __future__ import annotations

from dittofs.rpc import Client as RpcClient
from dittofs.rpc import procedure, table
from dittofs.wire import mount as wire
from dittofs.wire.mount import *  # noqa: F403
from dittofs.wire.mount import MOUNT_PROGRAM, MOUNT_V3, MOUNTVERS

Path = str | bytes


class Client(RpcClient):
    """Version 3."""

    program = MOUNT_PROGRAM
    version = MOUNT_V3
    procedures = table(wire, MOUNT_PROGRAM, MOUNT_V3)

    @procedure
    def mnt(dirpath: Path) -> Path:
        return dirpath

    @procedure
    def dump() -> None:
        return None

    @procedure
    def umnt(dirpath: Path) -> Path:
        return dirpath

    @procedure
    def umntall() -> None:
        return None

    @procedure
    def export() -> None:
        return None


class ClientV1(Client):
    """Version 1: the same procedures; a mount's status is 0 or a UNIX error number."""

    version = MOUNTVERS
    procedures = table(wire, MOUNT_PROGRAM, MOUNTVERS)
