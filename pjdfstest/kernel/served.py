"""The exports of a server under test as mounts of a guest."""

from __future__ import annotations

from dittofs.testing.targets import Target
from pjdfstest.kernel.mounts import Mount, nfs


def mounted(target: Target, role: str = "rw", vers: str = "3", options: str = "", name: str = "test") -> Mount:
    """The export of the server for a role; KeyError if it has none."""
    port = target.mount.port if target.mount else None
    return nfs(target.nfs.host, target.nfs.port, target.exports[role], vers, port, options, name)
