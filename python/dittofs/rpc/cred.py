"""Credentials and verifiers: the opaque_auth of RFC 5531 8.2, AUTH_NONE (10.1) and AUTH_SYS (appendix A)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cached_property

AUTH_NONE = 0
AUTH_SYS = 1
AUTH_SHORT = 2


def opaque(data: bytes) -> bytes:
    """XDR opaque<>: length, bytes, zeros to a multiple of four (RFC 4506 4.10)."""
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


@dataclass(frozen=True)
class Auth:
    """Any opaque_auth, sent as it is: flavor and body need not belong together."""

    flavor: int
    body: bytes = b""

    @cached_property
    def wire(self) -> bytes:
        return struct.pack(">I", self.flavor) + opaque(self.body)

    def __str__(self) -> str:
        if self.flavor == AUTH_NONE and not self.body:
            return "AUTH_NONE"
        return f"flavor {self.flavor} body {self.body.hex() or 'empty'}"


NONE = Auth(AUTH_NONE)


@dataclass(frozen=True)
class Sys:
    """An AUTH_SYS credential: the numbers as the server will read them."""

    uid: int = 0
    gid: int = 0
    gids: tuple[int, ...] = ()
    machinename: str = "dittofs"
    stamp: int = 0

    flavor = AUTH_SYS

    @cached_property
    def body(self) -> bytes:
        numbers = (self.uid, self.gid, len(self.gids), *self.gids)
        name = opaque(self.machinename.encode())
        return struct.pack(">I", self.stamp) + name + struct.pack(f">{len(numbers)}I", *numbers)

    @cached_property
    def wire(self) -> bytes:
        return struct.pack(">I", AUTH_SYS) + opaque(self.body)

    def but(self, **changes: object) -> Sys:
        """The same credential with some fields changed."""
        return replace(self, **changes)

    def __str__(self) -> str:
        groups = f" gids {','.join(map(str, self.gids))}" if self.gids else ""
        return f"AUTH_SYS uid {self.uid} gid {self.gid}{groups}"
