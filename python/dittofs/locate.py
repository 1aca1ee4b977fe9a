"""Finding a server's services from an nfs:// URL."""

from __future__ import annotations

from typing import Optional
from urllib.parse import unquote, urlsplit

from dittofs import mount, portmap
from dittofs.rpc import RpcError, accept_stat

NFS_PORT = 2049


class NotFound(Exception):
    """What was looked for, where, and what can be said instead."""


def parse(url: str) -> tuple[str, int, str]:
    """Host, port and export of nfs://HOST[:PORT]/EXPORT."""
    parts = urlsplit(url)
    if parts.scheme != "nfs" or not parts.hostname or not parts.path.strip("/"):
        raise ValueError(f"{url} is not nfs://HOST[:PORT]/EXPORT")
    return parts.hostname, parts.port or NFS_PORT, unquote(parts.path)


def mount_port(host: str, nfs_port: int, portmap_port: Optional[int] = None) -> int:
    """Where MOUNT is: on NFS's own port, or where the port mapper says."""
    try:
        with mount.Client(host, nfs_port) as same_port:
            if same_port.null.call().outcome == accept_stat.SUCCESS:
                return nfs_port
        with portmap.Client(host, portmap_port or portmap.PMAP_PORT) as mapper:
            port = mapper.getport(mount.MOUNT_PROGRAM, mount.MOUNT_V3, portmap.IPPROTO_TCP).result
    except (OSError, RpcError) as why:
        raise NotFound(f"no MOUNT on {host}:{nfs_port}, and no port mapper to ask ({why})") from why
    if not port:
        raise NotFound(f"no MOUNT on {host}:{nfs_port}, and the port mapper knows of none")
    return port
