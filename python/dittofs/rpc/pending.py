"""A call under way, and how its reply is held against what the caller expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from dittofs.rpc.errors import Unexpected
from dittofs.rpc.transcript import call_lines, reply_lines
from dittofs.wire.rpc import SUCCESS

if TYPE_CHECKING:
    from dittofs.rpc.connection import Endpoint
    from dittofs.rpc.message import Call, Reply

# What a caller may name: one status, several, or nothing.
Outcomes = Any


class Pending:
    """A call that was sent; its reply comes when it is asked for."""

    __slots__ = ("endpoint", "call", "answer", "then")

    def __init__(self, endpoint: Endpoint, call: Call) -> None:
        self.endpoint, self.call = endpoint, call
        self.answer: Optional[Reply] = None
        self.then: Optional[Callable[[Reply], None]] = None  # called with the reply as soon as it arrives

    def arrived(self, reply: Reply) -> None:
        self.answer = reply
        then, self.then = self.then, None  # whoever waits usually knows us: a cycle that nobody needs any more
        if then is not None:
            then(reply)

    def reply(self) -> Reply:
        """Waits for the reply, whatever it says."""
        __tracebackhide__ = True
        while self.answer is None:
            self.endpoint.wait(self)
        return self.answer

    def result(self, fails: Outcomes = None, may_fail: Outcomes = ()) -> Reply:
        """Waits for the reply; anything but the expected outcome raises Unexpected."""
        __tracebackhide__ = True
        reply = self.answer or self.reply()
        judge(reply, fails, may_fail)
        return reply


def judge(reply: Reply, fails: Outcomes = None, may_fail: Outcomes = ()) -> None:
    """Raises Unexpected unless the reply says success, or one of `fails` when that is given.

    `fails=...` stands for every status but success. `may_fail` are failures that are right as well as success.
    Statuses of different enumerations never compare equal, whatever their numbers.
    """
    __tracebackhide__ = True  # a test that fails shows its own line
    if fails is None and succeeded(reply):
        return
    allowed = _many(fails) if fails is not None else _many(may_fail)
    outcome = reply.outcome
    if fails is ... and reply.accept_stat == SUCCESS and not succeeded(reply):
        return
    if any(type(x) is type(outcome) and x == outcome for x in allowed):
        return
    wanted = " or ".join(_name(x) for x in allowed) if fails is not None else "success"
    if fails is None and allowed:
        wanted += " or " + " or ".join(_name(x) for x in allowed)
    exchange = "\n".join([*call_lines(reply.call), *reply_lines(reply)])
    raise Unexpected(f"expected {wanted}, got {_name(outcome)}\n{exchange}", reply)


def _many(outcomes: Outcomes) -> tuple:
    return tuple(outcomes) if isinstance(outcomes, (tuple, list, set, frozenset)) else (outcomes,)


def _name(outcome: Any) -> str:
    if outcome is ...:
        return "any failure"
    return getattr(outcome, "name", str(outcome))


def succeeded(reply: Reply) -> bool:
    """Executed, and with the status that means success in every protocol here: zero."""
    return reply.accept_stat == SUCCESS and (reply.outcome is reply.accept_stat or reply.outcome == 0)
