"""What a server gives out for clients to bring back: handles, stateids, client and session ids, cookies.

Another server gives others in their place. `Minted` learns from two replies to the same call which stands for which, and
puts them into the calls that follow.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from dittofs import wire
from dittofs.replay.fields import pairs

# By type and field of the description; "" stands for any type.
KINDS: dict[tuple[str, str], str] = {
    ("nfs_fh3", "data"): "handle",
    ("mountres3_ok", "fhandle"): "handle",
    ("GETFH4resok", "object"): "handle",
    ("fattr4", "filehandle"): "handle",
    ("PUTFH4args", "object"): "handle",
    ("stateid4", "other"): "stateid",
    ("", "clientid"): "client",
    ("EXCHANGE_ID4resok", "eir_clientid"): "client",
    ("CREATE_SESSION4args", "csa_clientid"): "client",
    ("DESTROY_CLIENTID4args", "dca_clientid"): "client",
    ("EXCHANGE_ID4resok", "eir_sequenceid"): "sequence",
    ("CREATE_SESSION4args", "csa_sequence"): "sequence",
    ("CREATE_SESSION4resok", "csr_sessionid"): "session",
    ("SEQUENCE4args", "sa_sessionid"): "session",
    ("SEQUENCE4resok", "sr_sessionid"): "session",
    ("DESTROY_SESSION4args", "dsa_sessionid"): "session",
    ("BIND_CONN_TO_SESSION4args", "bctsa_sessid"): "session",
    ("BIND_CONN_TO_SESSION4resok", "bctsr_sessid"): "session",
    ("SETCLIENTID4resok", "setclientid_confirm"): "confirm",
    ("SETCLIENTID_CONFIRM4args", "setclientid_confirm"): "confirm",
    ("", "cookie"): "cookie",
    ("", "cookieverf"): "cookieverf",
    ("LISTXATTRS4resok", "lxr_cookie"): "xattr cookie",
    ("LISTXATTRS4args", "lxa_cookie"): "xattr cookie",
}
# What no server gave out, whatever it looks like: RFC 8881 8.2.3, the first cookie and its verifier.
_SPECIAL = {
    "stateid": (bytes(12), b"\xff" * 12),
    "cookie": (0,),
    "xattr cookie": (0,),
    "cookieverf": (bytes(8),),
}


def kind(record: str, field: str) -> Optional[str]:
    """What a field carries, if it is given out: "handle", "stateid", ..."""
    return KINDS.get((record, field)) or KINDS.get(("", field))


class Minted:
    """What the recorded server gave out -> what the other gave in its place."""

    def __init__(self) -> None:
        self._others: dict[tuple[str, Any], Any] = {}
        self._shift = 0  # of the next CREATE_SESSION's number (RFC 8881 18.36.4)

    def learn(self, recorded: Any, live: Any) -> None:
        """Two results of one call."""
        for pair in pairs(recorded, live):
            what = kind(pair.record, pair.field)
            if what == "sequence" and isinstance(pair.a, int) and isinstance(pair.b, int):
                self._shift = pair.b - pair.a
            elif what and type(pair.a) is type(pair.b) and not isinstance(pair.a, list):
                self._others[what, _key(pair.a)] = pair.b

    def translate(self, args: Any) -> Any:
        """Arguments as they were recorded, with what the other server gave out. The record itself is left as it is."""
        return _rebuilt(args, self._other)

    def _other(self, record: str, field: str, value: Any) -> Any:
        what = kind(record, field)
        if what is None or _key(value) in _SPECIAL.get(what, ()):
            return value
        if what == "sequence":
            return (value + self._shift) & 0xFFFFFFFF
        return self._others.get((what, _key(value)), value)


def _key(value: Any) -> Any:
    return bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else value


def _rebuilt(value: Any, other: Callable[[str, str, Any], Any]) -> Any:
    if isinstance(value, list):
        return [_rebuilt(each, other) for each in value]
    if not isinstance(value, wire.Record):
        return value
    changes = {}
    for slot in value.__slots__:
        old = getattr(value, slot)
        if isinstance(old, (wire.Record, list)):
            changes[slot] = _rebuilt(old, other)
        elif old is not None:
            changes[slot] = other(type(value).__name__, slot, old)
    return wire.replace(value, **changes)
