"""What a server's sockets receive and send, in a file that Wireshark reads.

    with srv.capture("session.pcapng"):
        ...
    # tshark -r session.pcapng, or: python3 -m dittofs record --from session.pcapng session.jsonl
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from dittofs import _server
    from dittofs.server import Server


class Capture:
    """Runs until its block, or stop(), ends it; over restarts of the server, each of which begins a section of the file.

    Packets carry as a comment which request of the trace came or is answered with them, and which fault rules fired.
    """

    def __init__(self, server: "Server", path: Union[str, Path]) -> None:
        self.path = Path(path)
        if server._captures:
            raise RuntimeError(f"packets are captured already, to {server._captures[0].path}")
        self._of = server
        if server.running:
            self._begin(server._native(), append=False)
        else:
            self.path.unlink(missing_ok=True)
        server._captures.append(self)

    def _begin(self, native: "_server.Server", *, append: bool) -> None:
        if why := native.capture_to(os.fspath(self.path), append):
            raise OSError(why)

    def flush(self) -> Path:
        """What has been seen so far is in the file."""
        if self._of.running and self in self._of._captures:
            self._of._native().capture_flush()
        return self.path

    def stop(self) -> Path:
        if self in self._of._captures:
            self._of._captures.remove(self)
            if self._of.running:
                self._of._native().capture_stop()
        return self.path

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
