"""Call messages read back from their bytes, with the procedure that they name."""

from __future__ import annotations

from typing import Optional

from dittofs import wire
from dittofs.rpc.cred import Auth
from dittofs.rpc.message import Call
from dittofs.wire import Procedure, mount, nfs3, nfs4, nfs4_cb, portmap, rpc, rpcbind

_PROCEDURES = {
    (p.prog, p.vers, p.proc): p
    for module in (portmap, rpcbind, mount, nfs3, nfs4, nfs4_cb)
    for p in module.procedures
}


def procedure(prog: int, vers: int, proc: int) -> Optional[Procedure]:
    """The procedure with these numbers, if a description here has it."""
    return _PROCEDURES.get((prog, vers, proc))


def is_call(message: bytes) -> bool:
    """Whether the message says that it is a call (RFC 5531 9)."""
    return message[4:8] == rpc.CALL.to_bytes(4, "big")


def read_call(message: bytes) -> Call:
    """The call that a message is. ValueError when its header does not decode."""
    header, end = wire.decode_prefix(rpc.rpc_msg, message)
    body = header.body.cbody
    if body is None:
        raise ValueError("no call message")
    return Call(
        xid=header.xid,
        prog=body.prog,
        vers=body.vers,
        proc=body.proc,
        args=bytes(message[end:]),
        cred=Auth(body.cred.flavor, bytes(body.cred.body)),
        verf=Auth(body.verf.flavor, bytes(body.verf.body)),
        rpcvers=body.rpcvers,
        procedure=procedure(body.prog, body.vers, body.proc),
    )
