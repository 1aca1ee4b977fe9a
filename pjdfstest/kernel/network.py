"""A guest's network: a socket pair between it and libslirp-helper, which talks TCP and UDP for it. Needs no root."""

from __future__ import annotations

import socket

_QUEUE = 1 << 20  # bytes; with less the two stop each other at every packet


class Wire:
    """`helpers` and `guests` are the descriptors of the two ends, to be passed on and then closed here."""

    def __init__(self) -> None:
        self._ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in self._ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _QUEUE)
        self.helpers, self.guests = (end.fileno() for end in self._ends)

    @property
    def command(self) -> list[str]:
        """The helper. It serves until it is killed."""
        return ["libslirp-helper", "--fd", str(self.helpers)]

    def close(self) -> None:
        for end in self._ends:
            end.close()
