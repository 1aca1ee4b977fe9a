"""A server that somebody else runs, reached over the network only."""

from __future__ import annotations

from typing import Any

import pytest

from dittofs import locate
from dittofs.testing.targets.target import ROLES, Address, Target, Twin


class Foreign(Target):
    """From --server nfs://HOST[:PORT]/EXPORT, --mount-port, --portmap-port and --export ROLE=PATH[=TWIN]."""

    def __init__(self, options: Any) -> None:
        try:
            host, port, path = locate.parse(options.server)
            mount_port = options.mount_port or locate.mount_port(host, port, options.portmap_port)
        except (ValueError, locate.NotFound) as why:
            raise pytest.UsageError(f"--server {options.server}: {why}; see also --mount-port, --portmap-port") from why
        exports, twins = {"rw": path}, {}
        for text in options.export:
            role, _, where = text.partition("=")
            where, _, twin = where.partition("=")
            if role not in ROLES or not where:
                raise pytest.UsageError(f"--export {text}: not ROLE=PATH, roles are {', '.join(ROLES)}")
            exports[role] = where
            if twin:
                twins[role] = Twin(exports["rw"], below=twin)
        super().__init__(
            name=f"{host}:{port}",
            nfs=Address(host, port),
            mount=Address(host, mount_port),
            portmap=Address(host, options.portmap_port) if options.portmap_port else None,
            exports=exports,
            twins=twins,
            rerun=f"--server {options.server}",
        )
