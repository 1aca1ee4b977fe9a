"""DittoFS from Python: a server to script, clients in the specifications' words, and a pytest plugin.

    import dittofs
    from dittofs import nfs3, mount

    with dittofs.Server(clock="manual", seed=7) as srv:
        root = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
        c = nfs3.Client(srv.host, srv.nfs_port)
        f = c.create(root, "hello", mode=0o644).obj
        c.write(f, 0, b"hi")

What is imported is loaded when it is first used: `import dittofs` alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dittofs import mount as mount
    from dittofs import nfs3 as nfs3
    from dittofs import portmap as portmap
    from dittofs import rpc as rpc
    from dittofs import wire as wire
    from dittofs.clock import Clock as Clock
    from dittofs.rpc import NONE as NONE
    from dittofs.rpc import Auth as Auth
    from dittofs.rpc import Sys as Sys
    from dittofs.rpc import Unexpected as Unexpected
    from dittofs.server import Server as Server

_HOMES = {
    "Server": "dittofs.server",
    "Clock": "dittofs.clock",
    "Sys": "dittofs.rpc",
    "Auth": "dittofs.rpc",
    "NONE": "dittofs.rpc",
    "Unexpected": "dittofs.rpc",
}
_MODULES = frozenset({"faults", "mount", "nfs3", "portmap", "rpc", "trace", "wire"})


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"dittofs.{name}")
    raise AttributeError(f"module 'dittofs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_MODULES])
