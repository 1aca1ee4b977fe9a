"""RPC calls and replies as values (RFC 5531 9)."""

from __future__ import annotations

import itertools
import os
import struct
from dataclasses import dataclass
from typing import Any, Iterator, Optional, Union

from dittofs import wire
from dittofs.rpc.cred import AUTH_NONE, NONE, Auth, Sys
from dittofs.rpc.procedure import Patch, arm_of, decode_result
from dittofs.wire import Procedure
from dittofs.wire.rpc import CALL, MSG_ACCEPTED, REPLY, SUCCESS, accept_stat, auth_stat, reject_stat, reply_stat, rpc_msg

RPC_VERSION = 2

_CALL = struct.Struct(">IIIIII")
_REPLY = struct.Struct(">III")
_WORD = struct.Struct(">I")
_RANGE = struct.Struct(">II")
# What nearly every reply has behind its xid: accepted, no verifier, executed.
_EXECUTED = struct.pack(">IIIII", REPLY, MSG_ACCEPTED, AUTH_NONE, 0, SUCCESS)


def xids() -> Iterator[int]:
    """Transaction ids that no earlier run against the same server has likely used: servers remember them."""
    start = int.from_bytes(os.urandom(4), "big")
    return map(lambda n: n & 0xFFFFFFFF, itertools.count(start))  # not a generator: several threads draw from it at once


@dataclass
class Call:
    """A call message. Every field is sent as it is, sensible or not.

    `patch`: other bytes where the message has these fields, by their paths in rpc_msg ("body.cbody.cred.flavor") or in
    the arguments ("what.name", "argarray[1].opwrite.offset"); see wire.Message.patch().
    """

    xid: int
    prog: int
    vers: int
    proc: int
    args: bytes = b""
    cred: Union[Auth, Sys] = NONE
    verf: Union[Auth, Sys] = NONE
    mtype: int = CALL
    rpcvers: int = RPC_VERSION
    procedure: Optional[Procedure] = None  # how to print the arguments and decode the results
    patch: Optional[Patch] = None

    def __post_init__(self) -> None:
        head = _CALL.pack(self.xid, self.mtype, self.rpcvers, self.prog, self.vers, self.proc)
        if self.patch is None:
            self.bytes = b"".join((head, self.cred.wire, self.verf.wire, self.args))
        else:
            head, self.args = _patched(head + self.cred.wire + self.verf.wire, self.args, self.procedure, self.patch)
            self.bytes, self.patch = head + self.args, None  # it is done: a copy has these bytes

    @property
    def name(self) -> str:
        """LOOKUP, or numbers where no name is known."""
        if self.procedure is not None:
            return self.procedure.short
        return f"program {self.prog} version {self.vers} procedure {self.proc}"


def _patched(head: bytes, args: bytes, procedure: Optional[Procedure], patch: Patch) -> tuple[bytes, bytes]:
    """Header and arguments with other bytes in some fields."""
    header = wire.message(wire.decode_prefix(rpc_msg, head)[0])
    known = wire.Message(args, {})
    if procedure is not None and procedure.args is not None:
        known = wire.message(wire.decode(procedure.args, args), procedure.args)
    for path, value in patch.items():
        if path in header.fields and path:
            header = header.patch(path, value)
        elif path in known.fields:
            known = known.patch(path, value)
        else:
            raise KeyError(f"{path!r}; there are {', '.join(name for name in [*header.fields, *known.fields] if name)}")
    return header.bytes, known.bytes


class Malformed(Exception):
    """The server sent what is no RPC reply, or results that do not decode."""


class Reply:
    """The answer to a call: the message's own fields, and the decoded results when it was executed.

    Fields of the results read as fields of the reply: `reply.obj_attributes.size`; of a union, those of its
    arm. `outcome` is the most specific thing the reply says: a protocol status, else accept_stat, reject_stat
    or auth_stat. `bytes` is the message as received.
    """

    __slots__ = (
        "accept_stat", "arm", "auth_stat", "body", "bytes", "call", "high", "low", "outcome", "reject_stat",
        "reply_stat", "result", "verifier", "xid",
    )  # fmt: skip

    def __init__(self, call: Call, data: bytes) -> None:
        self.call, self.bytes = call, data
        self.accept_stat: Optional[int] = None
        self.reject_stat: Optional[int] = None
        self.auth_stat: Optional[int] = None
        self.low: Optional[int] = None  # of the versions there are, with a mismatch
        self.high: Optional[int] = None
        self.verifier: Optional[Auth] = None  # of the reply message; a field `verf` is the results'
        self.result: Any = None
        self.arm: Any = None
        self.outcome: Any = None
        self.body = b""
        try:
            self._read(data)
        except (struct.error, ValueError) as why:
            raise Malformed(f"{why} in the reply {data[:64].hex()} to {call.name}") from why

    def _read(self, data: bytes) -> None:
        if data[4 : len(_EXECUTED) + 4] == _EXECUTED:
            self._read_executed(data)
            return
        self.xid, kind, stat = _REPLY.unpack_from(data)
        if kind != REPLY:
            raise ValueError(f"message type {kind}")
        self.reply_stat = reply_stat(stat)
        if self.reply_stat == reply_stat.MSG_DENIED:
            self._read_denied(data)
        else:
            self._read_accepted(data)

    def _read_executed(self, data: bytes) -> None:
        self.xid = int.from_bytes(data[:4], "big")
        self.reply_stat, self.verifier = MSG_ACCEPTED, NONE
        self.accept_stat = self.outcome = SUCCESS
        self.body = data[len(_EXECUTED) + 4 :]
        if self.call.procedure is not None:
            self._read_results(self.call.procedure)

    def _read_denied(self, data: bytes) -> None:
        self.reject_stat = self.outcome = reject_stat(_WORD.unpack_from(data, 12)[0])
        if self.reject_stat == reject_stat.RPC_MISMATCH:
            self.low, self.high = _RANGE.unpack_from(data, 16)
            end = 24
        else:
            self.auth_stat = self.outcome = auth_stat(_WORD.unpack_from(data, 16)[0])
            end = 20
        self._ends(data, end)

    def _read_accepted(self, data: bytes) -> None:
        flavor, size = _RANGE.unpack_from(data, 12)
        self.verifier = Auth(flavor, data[20 : 20 + size])
        at = 20 + size + -size % 4
        self.accept_stat = self.outcome = accept_stat(_WORD.unpack_from(data, at)[0])
        self.body = data[at + 4 :]
        if self.accept_stat == accept_stat.PROG_MISMATCH:
            self.low, self.high = _RANGE.unpack_from(data, at + 4)
            self._ends(data, at + 12)
        elif self.accept_stat != accept_stat.SUCCESS:
            self._ends(data, at + 4)
        elif self.call.procedure is not None:
            self._read_results(self.call.procedure)

    def _read_results(self, procedure: Procedure) -> None:
        self.result = decode_result(procedure, self.body)
        status, self.arm = arm_of(self.result)
        if status is not None:
            self.outcome = status

    @staticmethod
    def _ends(data: bytes, at: int) -> None:
        if len(data) != at:
            raise ValueError(f"{len(data) - at} bytes after its end")

    def __getattr__(self, name: str) -> Any:
        for part in (self.arm, self.result):
            if part is not None and hasattr(part, name):
                return getattr(part, name)
        raise AttributeError(f"{name} is not in {self!r}")

    def __repr__(self) -> str:
        return f"<{self.call.name} {getattr(self.outcome, 'name', self.outcome)} {self.arm!r}>"
