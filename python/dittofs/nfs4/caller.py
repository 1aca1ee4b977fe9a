"""What sends compounds: a client of a minor version, or a session."""

from __future__ import annotations

import copy
import dataclasses
import struct
from typing import Any, Callable, Iterable, Optional, Sequence, TypeVar, Union

from dittofs import wire
from dittofs.nfs4.expect import Outcomes, judge
from dittofs.nfs4.operation import Operation
from dittofs.nfs4.results import Results
from dittofs.rpc import NONE, Auth, Call, Connection, Endpoint, Pending, Reply, Sys
from dittofs.rpc.record import Sizes
from dittofs.wire import nfs4 as w

Ops = Union[Operation, Iterable["Ops"]]
T = TypeVar("T", bound="Caller")

NULL, COMPOUND = w.procedures
_NO_TAG = bytes(4)


@dataclasses.dataclass
class Prepared:
    """Operations with everything computed, and how many were put before the caller's.

    `learn` takes the results when they come, or None when the compound was never sent.
    """

    operations: list[Operation]
    added: int = 0
    learn: Callable[[Optional[Results]], None] = lambda results: None


class Sent:
    """A compound under way."""

    def __init__(self, pending: Pending, prepared: Prepared, strict: bool) -> None:
        self.pending, self._prepared, self._strict = pending, prepared, strict
        self._results: Optional[Results] = None
        pending.then = self._answered

    @property
    def call(self) -> Call:
        return self.pending.call

    @property
    def done(self) -> bool:
        """The reply has come."""
        return self.pending.answer is not None

    def results(self) -> Results:
        """Waits for the reply, whatever it says."""
        __tracebackhide__ = True
        self.pending.reply()
        assert self._results is not None
        return self._results

    reply = results

    def result(self, fails: Outcomes = None, may_fail: Outcomes = ()) -> Results:
        """Waits for the reply; anything but what was expected raises Unexpected."""
        __tracebackhide__ = True
        r = self.results()
        judge(r, fails, may_fail, self._strict)
        return r

    def decoded(self, reply: Reply) -> Results:
        """The results in another reply to the same compound."""
        return Results(reply, self._prepared.operations, self._prepared.added)

    def _answered(self, reply: Reply) -> None:
        self._results = self.decoded(reply)
        self._prepared.learn(self._results)


class Caller:
    """Sends compounds of one minor version over one connection, as one user.

    Every method takes operations, or sequences of them, and how to send: `tag`, `minorversion`; any field of the RPC
    call (`cred`, `xid`, `proc`, ...); `raw`, bytes in the place of the whole COMPOUND4args; `fragments`.
    """

    minorversion: int

    def __init__(self, endpoint: Endpoint, cred: Union[Auth, Sys], minorversion: int) -> None:
        self.endpoint, self.cred, self.minorversion = endpoint, cred, minorversion

    def compound(self, *ops: Ops, fails: Outcomes = None, may_fail: Outcomes = (), **how: Any) -> Results:
        """Sends and waits; raises Unexpected unless everything succeeds, or fails as its operation says.

        `fails`, `may_fail`: what the whole compound, or the RPC call, has to say instead.
        """
        __tracebackhide__ = True
        return self.send(*ops, **how).result(fails, may_fail)

    def call(self, *ops: Ops, **how: Any) -> Results:
        """Sends and waits; never raises, whatever the reply says."""
        __tracebackhide__ = True
        return self.send(*ops, **how).results()

    def send(self, *ops: Ops, **how: Any) -> Sent:
        """Sends without waiting."""
        prepared = self.prepare(flat(ops), how)
        strict = not how.keys() & {"raw", "proc", "prog", "vers"}  # else what comes back is no COMPOUND4res of ours
        fragments: Sizes = how.pop("fragments", None)
        sent = Sent(Pending(self.endpoint, self._message(prepared.operations, how)), prepared, strict)
        self.endpoint.start(sent.pending, fragments)
        return sent

    def encode(self, *ops: Ops, tag: Union[str, bytes] = "", minorversion: Optional[int] = None) -> bytes:
        """A COMPOUND4args as it would be sent, for `raw`."""
        prepared = self.prepare(flat(ops), {})
        prepared.learn(None)
        return encode(prepared.operations, tag, self.minorversion if minorversion is None else minorversion)

    def replay(self, earlier: Union[Results, Sent], *, same_xid: bool = True) -> Results:
        """Sends an earlier compound again, bit for bit, over this connection; with an xid of its own if asked."""
        __tracebackhide__ = True
        call = earlier.call
        if not same_xid:
            call = dataclasses.replace(call, xid=next(self.endpoint.xids))
        return earlier.decoded(self.endpoint.send(call).reply())

    def null(self, **header: Any) -> Reply:
        """Procedure 0."""
        return self.endpoint.send(self._call(NULL, b"", header)).result()

    def as_(self: T, cred: Union[Auth, Sys]) -> T:
        """The same, under another credential; all state is shared."""
        other = copy.copy(self)
        other.cred = cred
        return other

    def over(self: T, endpoint: Endpoint) -> T:
        """The same, over another connection; all state is shared."""
        other = copy.copy(self)
        other.endpoint = endpoint
        return other

    def _message(self, operations: Sequence[Operation], how: dict[str, Any]) -> Call:
        tag = how.pop("tag", "")
        minorversion = how.pop("minorversion", self.minorversion)
        raw = how.pop("raw", None)
        if raw is None:
            raw = encode(operations, tag, minorversion)
        return self._call(COMPOUND, raw, how)

    def _call(self, procedure: wire.Procedure, args: bytes, header: dict[str, Any]) -> Call:
        fields: dict[str, Any] = {
            "prog": procedure.prog, "vers": procedure.vers, "proc": procedure.proc, "cred": self.cred, "verf": NONE
        }  # fmt: skip
        fields |= header
        if "xid" not in fields:
            fields["xid"] = next(self.endpoint.xids)
        return Call(args=args, procedure=procedure, **fields)

    def prepare(self, operations: list[Operation], how: dict[str, Any]) -> Prepared:
        """What a kind of client adds. Takes the keys that are its own from `how`."""
        raise NotImplementedError


def flat(ops: Iterable[Ops]) -> list[Operation]:
    found: list[Operation] = []
    for each in ops:
        if isinstance(each, Operation):
            found.append(each)
        else:
            found += flat(each)
    return found


def encode(operations: Sequence[Operation], tag: Union[str, bytes], minorversion: int) -> bytes:
    head = (wire.encode(tag, w.utf8str_cs) if tag else _NO_TAG) + struct.pack(">II", minorversion, len(operations))
    return b"".join([head, *(op.bytes for op in operations)])


def connected(where: Union[str, Endpoint], port: int, options: dict[str, Any]) -> Endpoint:
    return where if isinstance(where, Endpoint) else Connection(where, port, **options)
