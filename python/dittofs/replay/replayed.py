"""A recording sent again to another server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Iterator, Optional

from dittofs import wire
from dittofs.nfs4.callback import Callbacks
from dittofs.replay.calls import is_call, read_call
from dittofs.replay.compare import Difference, Rules, differences
from dittofs.replay.minted import Minted
from dittofs.replay.recording import CLIENT, Message, Recording
from dittofs.rpc import Call, Closed, Connection, Malformed, Pending, Reply, TimedOut
from dittofs.rpc.message import xids
from dittofs.rpc.procedure import decode_args, encode_args
from dittofs.rpc.transcript import call_lines, reply_lines


@dataclass(frozen=True)
class Replay:
    """One call of a recording: what the recorded server said to it, what the other says, and where that differs."""

    number: int  # of the call in the recording, from 1
    call: Call  # as it was sent now
    recorded: Optional[Reply]
    live: Optional[Reply]
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        where = "; ".join(map(str, self.differences)) or "the same"
        return f"call {self.number}, {self.call.name}: {where}"

    @property
    def transcript(self) -> str:
        """The call and both replies in words."""
        lines = list(call_lines(self.call))
        for who, reply in (("one", self.recorded), ("the other", self.live)):
            lines.append(f"{who}:")
            lines += reply_lines(reply) if reply is not None else ["    no reply"]
        return "\n".join(lines)


@dataclass
class _Sent:
    number: int
    pending: Optional[Pending]
    call: Call


@dataclass
class _Line:
    """A connection of the recording, and its twin."""

    endpoint: Connection
    waiting: dict[bytes, list[_Sent]] = field(default_factory=dict)  # by xid, oldest first


def replay(
    recording: Recording, host: str, port: int, rules: Rules = Rules(), *, timeout: float = 10.0
) -> Iterator[Replay]:
    """Sends every call of the recording to the server at host:port, in the recorded order, and yields them as they are
    answered. A call waits for the replies that had come before it was sent; what was under way at once is again.

    Callbacks of the live server are answered with success.
    """
    run = _Run(host, port, rules, timeout)
    try:
        for message in recording.messages:
            if message.sender == CLIENT:
                run.send(message)
            else:
                yield from run.answered(message)
        yield from run.rest()
    finally:
        run.close()


class _Run:
    def __init__(self, host: str, port: int, rules: Rules, timeout: float) -> None:
        self._where, self._rules, self._timeout = (host, port), rules, timeout
        self._lines: dict[int, _Line] = {}
        self._minted = Minted()
        self._numbers = xids()
        self._xids: dict[int, int] = {}
        self._callbacks = Callbacks()
        self._count = 0

    def _line(self, connection: int) -> _Line:
        if connection not in self._lines:
            endpoint = Connection(*self._where, timeout=self._timeout)
            self._callbacks.answer(endpoint)
            self._lines[connection] = _Line(endpoint)
        return self._lines[connection]

    def send(self, message: Message) -> None:
        if not is_call(message.data):
            return  # the answer to a callback
        try:
            call = self._translated(read_call(message.data))
        except ValueError:
            return
        self._count += 1
        line = self._line(message.connection)
        try:
            pending = line.endpoint.send(call)
        except Closed:
            pending = None
        line.waiting.setdefault(message.data[:4], []).append(_Sent(self._count, pending, call))

    def _translated(self, call: Call) -> Call:
        """The call with what this server gave out.

        Its xid is new, or the server could take it for one that it has answered in an earlier replay; what was sent
        twice with one xid is so again.
        """
        if call.xid not in self._xids:
            self._xids[call.xid] = next(self._numbers)
        return replace(call, xid=self._xids[call.xid], args=self._arguments(call))

    def _arguments(self, call: Call) -> bytes:
        """Translated; such as do not decode, or are not what they would be encoded as, go out as they were."""
        if call.procedure is None or call.procedure.args is None:
            return call.args
        try:
            args = decode_args(call.procedure, call.args)
        except ValueError:
            return call.args
        if encode_args(call.procedure, args) != call.args:
            return call.args
        return encode_args(call.procedure, self._minted.translate(args))

    def answered(self, message: Message) -> Iterator[Replay]:
        """Where the recording has a reply: the same call's now."""
        queue = self._line(message.connection).waiting.get(message.data[:4])
        if is_call(message.data) or not queue:
            return
        sent = queue.pop(0)
        recorded = Reply(sent.call, message.data)
        live = _reply(sent)
        if live is not None and isinstance(recorded.result, wire.Record) and isinstance(live.result, wire.Record):
            self._minted.learn(recorded.result, live.result)
        yield self._judged(sent, recorded, live)

    def rest(self) -> Iterator[Replay]:
        """Calls that had no reply when the recording ended. Whether there is one now says nothing."""
        for line in self._lines.values():
            for queue in line.waiting.values():
                for sent in queue:
                    yield Replay(sent.number, sent.call, None, None)

    def _judged(self, sent: _Sent, recorded: Reply, live: Optional[Reply]) -> Replay:
        return Replay(sent.number, sent.call, recorded, live, tuple(differences(recorded, live, self._rules)))

    def close(self) -> None:
        for line in self._lines.values():
            line.endpoint.close()


def _reply(sent: _Sent) -> Optional[Reply]:
    try:
        return sent.pending.reply() if sent.pending else None
    except (Closed, TimedOut, Malformed):
        return None
