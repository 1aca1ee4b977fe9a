"""The callback program from the client's side: what a server calls, answered (RFC 8881 20, RFC 7530 17).

    c.callbacks.on("CB_RECALL", lambda args: nfs4_cb.CB_RECALL4res(NFS4ERR.BADHANDLE))
    c.callbacks.calls                      # the operations that came, oldest first

Over a session's connection (the back channel of 4.1) the calls are taken whenever the connection is read. Minor version
0 calls a Listener, which has an address to give to SETCLIENTID and a thread of its own.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

from dittofs import wire
from dittofs.rpc import Endpoint, record
from dittofs.rpc.connection import Answers, each_of
from dittofs.wire import nfs4 as w
from dittofs.wire import nfs4_cb as cb
from dittofs.wire import rpc

_ROWS = {row.op: row for row in cb.nfs_cb_argop4_ops}
_NUMBERS = {row.name: row.op for row in cb.nfs_cb_argop4_ops}
KEPT = 200

Handler = Callable[[Any], Any]


@dataclass(frozen=True)
class CallbackOp:
    """An operation that the server called."""

    opnum: int
    args: Any
    header: Any  # of the rpc_msg
    compound: Any  # the CB_COMPOUND4args it came in

    @property
    def name(self) -> str:
        return _ROWS[self.opnum].name if self.opnum in _ROWS else f"operation {self.opnum}"


@dataclass
class CallbackReply:
    """The reply to a callback: an RPC reply that accepts it, and the CB_COMPOUND4res, when it was carried out."""

    xid: int
    accept_stat: int = rpc.SUCCESS
    result: Optional[cb.CB_COMPOUND4res] = None

    @property
    def bytes(self) -> Any:
        """The message."""
        head = struct.pack(">IIIIII", self.xid, rpc.REPLY, rpc.MSG_ACCEPTED, 0, 0, self.accept_stat)
        return head if self.result is None else head + wire.encode(self.result)

    @property
    def slot(self) -> Any:
        """The result of its CB_SEQUENCE, to be changed in place: reply.slot.csr_slotid = 9."""
        assert self.result is not None
        return self.result.resarray[0].opcbsequence.csr_resok4

    def but(self, **changes: Any) -> CallbackReply:
        """The same with other fields."""
        return replace(self, **changes)


Twist = Callable[[CallbackReply], Any]


class Callbacks:
    """Answers callbacks: CB_NULL, CB_SEQUENCE rightly, every other operation as a handler says, or with success."""

    def __init__(self) -> None:
        self.calls: deque[CallbackOp] = deque(maxlen=KEPT)
        self.arrived = threading.Condition()
        self.silent = False  # answers nothing at all, like a client that is gone
        self._handlers: dict[int, Handler] = {cb.OP_CB_SEQUENCE: _sequence}
        self._twists: deque[Twist] = deque()

    def on(self, name: str, handler: Handler) -> None:
        """`handler(args)` returns the result of an operation: on("CB_RECALL", ...)."""
        self._handlers[_NUMBERS[name]] = handler

    def twist(self, how: Twist, times: int = 1) -> None:
        """The next replies are what `how` makes of them: a CallbackReply, its own or another one; bytes in the place of
        the message; several of either; None for no reply.

            c.callbacks.twist(lambda reply: reply.but(xid=7))
            c.callbacks.twist(lambda reply: [reply, reply])
            c.callbacks.twist(lambda reply: reply.bytes[:-4])
        """
        self._twists.extend([how] * times)

    def answer(self, endpoint: Endpoint) -> None:
        """From now on the calls that arrive over this connection are answered here."""
        endpoint.serve = self.serve

    def of(self, name: str) -> list[CallbackOp]:
        return [call for call in self.calls if call.name == name]

    def serve(self, message: bytes) -> Answers:
        """The reply to a call message, or what a twist makes of it."""
        reply = self._reply(message)
        if reply is None:
            return None
        if not self._twists:
            return reply.bytes
        said = self._twists.popleft()(reply)
        return [each if isinstance(each, bytes) else each.bytes for each in _each(said)]

    def _reply(self, message: bytes) -> Optional[CallbackReply]:
        header, end = wire.decode_prefix(rpc.rpc_msg, message)
        if self.silent:
            return None
        proc = header.body.cbody.proc
        if proc == 0:
            return CallbackReply(header.xid)
        if proc != 1:
            return CallbackReply(header.xid, rpc.PROC_UNAVAIL)
        try:
            compound = wire.decode(cb.CB_COMPOUND4args, message[end:])
        except wire.DecodeError:
            return CallbackReply(header.xid, rpc.GARBAGE_ARGS)
        return CallbackReply(header.xid, result=self._execute(header, compound))

    def _execute(self, header: Any, compound: cb.CB_COMPOUND4args) -> cb.CB_COMPOUND4res:
        results: list[cb.nfs_cb_resop4] = []
        status: int = w.NFS4_OK
        for each in compound.argarray:
            args = wire.selected(each)
            with self.arrived:
                self.calls.append(CallbackOp(each.argop, args, header, compound))
                self.arrived.notify_all()
            result = self._result(each.argop, args)
            results.append(result)
            status = _status(result)
            if status != w.NFS4_OK:
                break
        return cb.CB_COMPOUND4res(status, compound.tag, results)

    def _result(self, opnum: int, args: Any) -> cb.nfs_cb_resop4:
        if opnum == cb.OP_CB_ILLEGAL:
            return cb.nfs_cb_resop4(opnum, opcbillegal=cb.CB_ILLEGAL4res(w.NFS4ERR_OP_ILLEGAL))
        name, zero = cb.nfs_cb_resop4.__cases__[opnum]
        handler = self._handlers.get(opnum, lambda args: zero())  # type: ignore[misc]
        return cb.nfs_cb_resop4(opnum, **{name: handler(args)})  # type: ignore[misc, arg-type]


def _sequence(args: cb.CB_SEQUENCE4args) -> cb.CB_SEQUENCE4res:
    """RFC 8881 20.9: the slots are those that the server may use; it is told that no more are wanted."""
    ok = cb.CB_SEQUENCE4resok(
        args.csa_sessionid, args.csa_sequenceid, args.csa_slotid, args.csa_highest_slotid, args.csa_highest_slotid
    )
    return cb.CB_SEQUENCE4res(w.NFS4_OK, csr_resok4=ok)


def _status(result: cb.nfs_cb_resop4) -> int:
    value = wire.selected(result)
    return getattr(value, value.__slots__[0])


def _each(said: Any) -> list[Any]:
    return [] if said is None else [*said] if isinstance(said, (list, tuple)) else [said]


class Listener:
    """Where a server of minor version 0 finds the callback program: SETCLIENTID's cb_location is `location`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.callbacks = Callbacks()
        self._listener = socket.create_server((host, 0))
        self.host, self.port = self._listener.getsockname()
        self._open: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def location(self) -> tuple[str, str]:
        """netid and universal address (RFC 5665 5.2.3.3)."""
        return "tcp", f"{self.host}.{self.port >> 8}.{self.port & 255}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        frames = record.Deframer()
        with connection:
            try:
                while data := connection.recv(1 << 16):
                    for message in frames.feed(data):
                        for answer in each_of(self.callbacks.serve(message)):
                            connection.sendall(record.mark(answer))
            except OSError:
                return

    def close(self) -> None:
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other side was faster
            each.close()
