"""A TCP connection that carries RPC: calls, pipelining, replays, and bytes that are no calls at all."""

from __future__ import annotations

import select
import socket
import struct
from collections import deque
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional, Sequence, TypeVar, Union

from dittofs.rpc import record
from dittofs.rpc.errors import Closed, TimedOut
from dittofs.rpc.message import Call, Reply, xids
from dittofs.rpc.pending import Pending
from dittofs.rpc.transcript import Transcript
from dittofs.wire.rpc import msg_type

_CALL = msg_type.CALL.to_bytes(4, "big")
_XIDS = xids()  # shared: two connections of one client must not use the same transaction id by chance


E = TypeVar("E", bound="Endpoint")

# The address to send from, or address and port.
Source = Union[None, str, tuple[str, int]]

# Messages: several, one, or none.
Answers = Union[None, bytes, Sequence[bytes]]


def each_of(answers: Answers) -> Sequence[bytes]:
    return () if answers is None else (answers,) if isinstance(answers, bytes) else answers


class Endpoint:
    """What all ways to a server have in common: calls go out, replies are matched to them by xid.

    Two calls with the same xid (a replay) are answered in the order they were sent. Messages that answer
    nothing that was asked are kept in `strays`.
    """

    def __init__(self, timeout: float, numbers: Optional[Iterator[int]] = None) -> None:
        self.timeout = timeout
        self.xids = numbers or _XIDS
        self.strays: list[bytes] = []
        # Takes the calls that the other side makes over this connection, and returns what to answer.
        # Takes the calls that the other side makes over this connection, and returns what to answer: several
        # messages, one, or nothing.
        self.serve: Optional[Callable[[bytes], Answers]] = None
        # Takes every whole message: whether we sent it, and its bytes.
        self.tap: Optional[Callable[[bool, bytes], None]] = None
        self.log = Transcript()
        self._waiting: dict[int, deque[Pending]] = {}

    def call(self, prog: int, vers: int, proc: int, args: bytes = b"", **header: Any) -> Reply:
        """One untyped call, whatever comes back. `header`: fields of Call, sent as they are."""
        header.setdefault("xid", next(self.xids))
        return self.send(Call(prog=prog, vers=vers, proc=proc, args=args, **header)).reply()

    def send(self, call: Call, fragments: record.Sizes = None) -> Pending:
        """Sends a call without waiting for its reply."""
        pending = Pending(self, call)
        self.start(pending, fragments)
        return pending

    def start(self, pending: Pending, fragments: record.Sizes = None) -> None:
        """Sends the call of `pending`."""
        self._waiting.setdefault(pending.call.xid, deque()).append(pending)
        self.log.sent(pending.call)
        if self.tap is not None:
            self.tap(True, pending.call.bytes)
        self._transmit(pending.call.bytes, fragments)

    def wait(self, pending: Pending) -> None:
        """Receives until `pending` has its reply."""
        __tracebackhide__ = True
        while pending.answer is None:
            self.receive()

    def receive(self) -> None:
        """Waits for the next messages and delivers them."""
        __tracebackhide__ = True
        for message in self._receive():
            self._deliver(message)

    def poll(self, seconds: float = 0.0) -> None:
        """Delivers the messages that have arrived, or else the first that arrives within `seconds`."""
        raise NotImplementedError

    def _deliver(self, message: bytes) -> None:
        if self.tap is not None:
            self.tap(False, message)
        if self.serve is not None and message[4:8] == _CALL:
            for answer in each_of(self.serve(message)):
                if self.tap is not None:
                    self.tap(True, answer)
                self._transmit(answer, None)
            return
        queue = self._waiting.get(int.from_bytes(message[:4], "big"))
        if not queue:
            self.log.note(f"a message nobody asked for: {message[:64].hex()}")
            self.strays.append(message)
            return
        pending = queue.popleft()
        if not queue:
            del self._waiting[pending.call.xid]
        reply = Reply(pending.call, message)
        self.log.received(reply)
        pending.arrived(reply)

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self: E) -> E:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _transmit(self, message: bytes, fragments: record.Sizes) -> None:
        raise NotImplementedError

    def _receive(self) -> list[bytes]:
        raise NotImplementedError


class OverSocket(Endpoint):
    """What TCP and UDP have in common."""

    def __init__(self, sock: socket.socket, timeout: float, numbers: Optional[Iterator[int]]) -> None:
        super().__init__(timeout, numbers)
        self.socket = sock
        sock.settimeout(timeout)

    def poll(self, seconds: float = 0.0) -> None:
        if select.select([self.socket], [], [], seconds)[0]:
            self.receive()

    def close(self) -> None:
        self.socket.close()


class Connection(OverSocket):
    """RPC over TCP (RFC 5531 11).

    `connect` makes the connected socket; by default one to (host, port), from `source` if given, an address
    or an (address, port) pair.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 2049,
        *,
        timeout: float = 10.0,
        source: Source = None,
        connect: Optional[Callable[[], socket.socket]] = None,
        numbers: Optional[Iterator[int]] = None,
    ) -> None:
        if connect is None:
            bind = (source, 0) if isinstance(source, str) else source
            sock = socket.create_connection((host, port), timeout, bind)
        else:
            sock = connect()
        super().__init__(sock, timeout, numbers)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._frames = record.Deframer()
        self._buffer = memoryview(bytearray(1 << 18))  # one for all: a new one of this size costs more than a small reply
        self._held: Optional[Held] = None

    @contextmanager
    def held(self) -> Iterator[Held]:
        """What is sent within the block is kept back; afterwards it is sent as the caller likes.

            with c.endpoint.held() as bytes_:
                a, b = c.getattr.send(f), c.null.send()
            bytes_.send(10); bytes_.send()                   # the first ten bytes; all the rest, in one segment

        Never sending the rest leaves a record unfinished.
        """
        self._held, before = Held(self), self._held
        try:
            yield self._held
        finally:
            self._held = before

    def send_bytes(self, data: bytes, step: Optional[int] = None) -> None:
        """Sends bytes as they are, `step` at a time, each a segment of its own."""
        self.log.note(f"{len(data)} raw bytes sent: {data[:64].hex()}")
        for at in range(0, len(data), step or max(len(data), 1)):
            self.socket.sendall(data[at : at + (step or len(data))])

    def expect(self, call: Call) -> Pending:
        """A reply to wait for, to a call whose bytes are sent by other means."""
        pending = Pending(self, call)
        self._waiting.setdefault(call.xid, deque()).append(pending)
        self.log.sent(call)
        return pending

    def reset(self) -> None:
        """Aborts the connection: the server is sent a RST, and what it has not read is lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def finish(self) -> None:
        """Says that nothing more will be sent; replies can still come."""
        self.socket.shutdown(socket.SHUT_WR)

    def wait_closed(self) -> None:
        """Waits for the server to close the connection; messages before that are delivered."""
        try:
            while True:
                self.receive()
        except Closed:
            return

    @property
    def readable(self) -> bool:
        """Something (a reply, a close) has arrived and waits to be read."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def _transmit(self, message: bytes, fragments: record.Sizes) -> None:
        if self._held is not None:
            self._held.bytes += record.mark(message, fragments)
            return
        self._send_all(record.mark(message, fragments))

    def _send_all(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                try:
                    rest = rest[self.socket.send(rest, socket.MSG_DONTWAIT) :]
                except BlockingIOError:
                    self._make_room()
        except (BrokenPipeError, ConnectionResetError) as why:
            raise Closed(f"the server closed the connection: {why}\n{self.log}") from why

    def _make_room(self) -> None:
        """Waits until more can be sent. A server with many replies to send may first want some of them read."""
        reading, writing, _ = select.select([self.socket], [self.socket], [], self.timeout)
        if not reading and not writing:
            raise TimedOut(f"the server reads nothing for {self.timeout} s\n{self.log}")
        if reading:
            self.receive()

    def _receive(self) -> list[bytes]:
        __tracebackhide__ = True
        try:
            size = self.socket.recv_into(self._buffer)
        except socket.timeout as why:
            raise TimedOut(f"nothing within {self.timeout} s\n{self.log}") from why
        except ConnectionResetError as why:
            raise Closed(f"the server reset the connection\n{self.log}") from why
        if not size:
            self.log.note("the server closed the connection")
            raise Closed(f"the server closed the connection\n{self.log}")
        return self._frames.feed(self._buffer[:size])


class Held:
    """The bytes of messages that are not sent yet, record marks included. Change `bytes` as you like."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.bytes = bytearray()

    def send(self, count: Optional[int] = None) -> None:
        """The next bytes, all that are left unless a number is given; a segment of their own."""
        sent = bytes(self.bytes[:count])
        del self.bytes[:count]
        self._connection.log.note(f"{len(sent)} bytes sent of those held back, {len(self.bytes)} left")
        self._connection._send_all(sent)

    def drip(self, count: int = 1) -> Iterator[int]:
        """Sends `count` bytes each time it is asked for the next, until there are none: `for left in held.drip(): ...`"""
        while self.bytes:
            self.send(count)
            yield len(self.bytes)
