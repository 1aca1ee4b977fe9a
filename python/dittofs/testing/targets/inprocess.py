"""Our own server in this process: the only one a test can stop in time, inspect and break."""

from __future__ import annotations

from typing import Any, Optional

from dittofs.server import Server
from dittofs.testing.targets import own
from dittofs.testing.targets.target import Address, Target


class InProcess(Target):
    def __init__(self, options: Any, seed: int) -> None:
        server = Server(store=options.store, loops=options.loops, seed=seed, exports=own.OPTIONS)
        server.start()
        super().__init__(
            name=f"dittofs {options.store}",
            nfs=Address(server.host, server.nfs_port),
            mount=Address(server.host, server.nfs_port),
            portmap=Address(server.host, server.portmap_port),
            exports=own.EXPORTS,
            twins=own.TWINS,
            can=frozenset({"faults", "trace", "udp", "own"}),
            server=server,
            rerun=f"--store {options.store} --loops {options.loops}",
        )

    def stop(self) -> None:
        self.server.close()

    def alive(self) -> Optional[str]:
        return None if self.server.running else "it was stopped"
