"""A server that somebody else runs, reached over the network only."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from dittofs import portmap
from dittofs.rpc import RpcError
from dittofs.testing.targets.target import ROLES, Address, Target, Twin

_MOUNT_PROGRAM, _MOUNT_V3 = 100005, 3


class Foreign(Target):
    """From --server nfs://HOST[:PORT]/EXPORT, --mount-port, --portmap-port and --export ROLE=PATH[=TWIN]."""

    def __init__(self, options) -> None:
        url = urlsplit(options.server)
        if not url.hostname or not url.path.strip("/"):
            raise pytest.UsageError(f"--server {options.server}: not nfs://HOST[:PORT]/EXPORT")
        exports, twins = {"rw": unquote(url.path)}, {}
        for text in options.export:
            role, _, path = text.partition("=")
            path, _, twin = path.partition("=")
            if role not in ROLES or not path:
                raise pytest.UsageError(f"--export {text}: not ROLE=PATH, roles are {', '.join(ROLES)}")
            exports[role] = path
            if twin:
                twins[role] = Twin(exports["rw"], below=twin)
        host = url.hostname
        super().__init__(
            name=url.netloc,
            nfs=Address(host, url.port or 2049),
            mount=Address(host, options.mount_port or _ask_port(host, options.portmap_port or 111)),
            portmap=Address(host, options.portmap_port or 111),
            exports=exports,
            twins=twins,
            rerun=f"--server {options.server}",
        )


def _ask_port(host: str, portmap_port: int) -> int:
    try:
        with portmap.Client(host, portmap_port) as mapper:
            port = mapper.getport(_MOUNT_PROGRAM, _MOUNT_V3, portmap.IPPROTO_TCP).result
    except (OSError, RpcError) as why:
        raise pytest.UsageError(f"no port mapper at {host}:{portmap_port} ({why}); name --mount-port") from why
    if not port:
        raise pytest.UsageError(f"the port mapper at {host}:{portmap_port} knows no MOUNT; name --mount-port")
    return port
