"""What each action of a fault rule does, as the client and the trace see it, at whatever point it is armed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Callable

from dittofs import nfs3
from dittofs.nfs3 import NFS3ERR

# What an answer to a request of `fail`, `error` and `reply` says, whichever protocol it is of.
STATUSES = {"fail": ("NFS3ERR_JUKEBOX", "NFS4ERR_DELAY", "got 10008"), "error": ("ERR_IO",), "reply": ("ERR_IO",)}

XID = 4  # bytes of a reply that are another each time

# Where the effect is none that shows in the request's reply: the cache forgets it, and it is carried out as it is without
# that; a bit of a call that nothing depends on.
UNSEEN = [("rpc.drc.lookup", "fail"), ("rpc.record.rx", "flip")]

# What happens next at a point where a step can be skipped.
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "state.lease.expire": ("nfs4.client.courtesy", {"time": 90_000_000_000}),  # skipped, it is asked for again later
    "state.grace.end": ("nfs4.grace.ended", {}),
    "state.grant.offer": ("nfs4.state.begun", {"kind": "delegation"}),
    "state.grant.recall": ("nfs4.cb.send", {}),
    "state.grant.revoke": ("nfs4.delegation.revoked", {}),
}

# Where the server knows which client the request is of.
OF_A_CLIENT = ("nfs4.compound.end", "nfs4.op.@.enter", "nfs4.op.@.leave")

# What becomes of a callback, as nfs4.cb.reply has it; without the rule, or with another action, it is answered.
ANSWERED, TIMED_OUT, LOST = 0, 3, 4
CALLBACKS = {
    ("nfs4.cb.@.reply", "drop_reply"): TIMED_OUT,
    ("nfs4.cb.@.send", "blackhole"): TIMED_OUT, ("nfs4.cb.@.reply", "blackhole"): TIMED_OUT,
    ("nfs4.cb.@.send", "slow_close"): LOST, ("nfs4.cb.@.reply", "slow_close"): TIMED_OUT,
    ("nfs4.cb.@.send", "close"): LOST, ("nfs4.cb.@.reply", "close"): LOST,
    ("nfs4.cb.@.send", "reset"): LOST, ("nfs4.cb.@.reply", "reset"): LOST,
}  # fmt: skip


@dataclass
class Met:
    """A rule that has fired, and the request in whose course it did."""

    srv: Any
    point: str
    detail: str
    action: str
    rule: Any
    mark: int  # of the trace, before
    again: Callable[[], Any]  # the request
    thread: threading.Thread  # in which it was sent
    outcome: list[Any] = field(default_factory=list)  # its reply, or what it failed with, when it has come

    @property
    def calls_back(self) -> bool:
        """The rule acts on a callback, which the request makes necessary."""
        return self.point.startswith("nfs4.cb.")

    @property
    def asks(self) -> bool:
        """The rule acts on the request, and not on a callback or a timer."""
        return not self.calls_back and self.point != "clock.tick"

    def events(self, name: str, **fields: Any) -> list[Any]:
        return self.srv.trace.events(name, after=self.mark, **fields)

    def comes(self) -> Any:
        self.thread.join(20)
        assert self.outcome, "neither a reply nor a failure"
        return self.outcome[0]

    def bystander(self) -> None:
        """Somebody else is served."""
        with nfs3.Client(self.srv.host, self.srv.nfs_port, timeout=20) as c:
            c.null()

    # --- effects ---

    def goes_on(self) -> None:
        """The request has the reply it always has."""
        came = self.comes()
        assert not isinstance(came, Exception), came

    def waits(self) -> None:
        self.bystander()
        assert not self.outcome

    def waits_to_be_released(self) -> None:
        self.waits()
        self.rule.release()
        self.goes_on()

    def waits_a_second(self) -> None:
        self.waits()
        self.srv.clock.advance(0.9)
        self.waits()
        self.srv.clock.advance(0.2)
        self.goes_on()

    def comes_in_pieces(self) -> None:
        self.waits()
        self.srv.clock.advance(30)
        self.goes_on()

    def is_silent(self) -> None:
        self.waits()
        self.srv.clock.advance(30)
        self.waits()

    def is_cut_off(self) -> None:
        assert isinstance(self.comes(), Exception)

    def is_closed(self) -> None:
        self.is_cut_off()
        if self.point != "net.accept":
            self.srv.trace.wait("net.close", after=self.mark)

    def is_closed_later(self) -> None:
        self.waits()
        self.srv.clock.advance(2)
        self.is_closed()

    def says_so(self) -> None:
        came = self.comes()
        assert any(status in f"{came!r} {came}" for status in STATUSES[self.action]), came

    def is_not_what_it_was(self) -> None:
        """What arrives, if anything does, is not the reply that the request has without the rule."""
        self.bystander()
        for came in self.outcome:
            assert isinstance(came, Exception) or came.bytes[XID:] != self.again().bytes[XID:]

    def has_no_space(self) -> None:
        self.comes()
        c, root = nfs3.connect(self.srv.url, timeout=20)
        c.create(root, "one too many", fails=NFS3ERR.NOSPC)
        c.endpoint.close()

    def is_skipped(self) -> None:
        self.comes()
        if self.point in STEPS:
            name, fields = STEPS[self.point]
            assert self.events(name, **fields) == []

    def is_only_seen(self) -> None:
        """The step is taken that `skip` would leave out."""
        self.goes_on()
        if self.point in STEPS:
            name, fields = STEPS[self.point]
            assert self.events(name, **fields)

    def ends_the_lease(self) -> None:
        self.goes_on()
        assert len(self.events("nfs4.client.expired")) == (self.point in OF_A_CLIENT)

    def ends_a_callback(self) -> None:
        self.comes()
        self.rule.release()
        outcome = CALLBACKS.get((self.point, self.action), ANSWERED)
        self.srv.clock.advance(30 if outcome == TIMED_OUT or self.action == "drop_reply" else 2)
        # It may end in another way first, and be sent again: time passes whether the peer is quick or not.
        if self.action == "expire":
            self.srv.trace.wait("nfs4.client.expired", after=self.mark)
        elif EFFECTS[self.action] == Met.is_not_what_it_was or (self.point, self.action) == ("nfs4.cb.@.send", "drop_reply"):
            self.srv.trace.wait("nfs4.cb.path", after=self.mark, path="fault")
        else:
            self.srv.trace.wait("nfs4.cb.reply", after=self.mark, outcome=outcome)


EFFECTS: dict[str, Callable[[Met], None]] = {
    "note": Met.is_only_seen, "check": Met.is_only_seen, "call": Met.is_only_seen, "yield": Met.goes_on,
    "duplicate": Met.goes_on, "throttle": Met.goes_on, "revoke": Met.goes_on, "recall": Met.goes_on, "draw": Met.goes_on,
    "expire": Met.ends_the_lease, "full": Met.has_no_space, "skip": Met.is_skipped,
    "fail": Met.says_so, "error": Met.says_so, "reply": Met.says_so,
    "pause": Met.waits_to_be_released, "delay": Met.waits_a_second, "slice": Met.comes_in_pieces,
    "drop_reply": Met.is_silent, "reorder": Met.is_silent, "blackhole": Met.is_silent,
    "reset": Met.is_closed, "close": Met.is_closed, "half_close": Met.is_cut_off, "cut": Met.is_closed,
    "slow_close": Met.is_closed_later,
    "set": Met.is_not_what_it_was, "patch": Met.is_not_what_it_was, "flip": Met.is_not_what_it_was,
    "truncate": Met.is_not_what_it_was, "pad": Met.is_not_what_it_was, "garble": Met.is_not_what_it_was,
    "crash": Met.is_cut_off, "restart": Met.is_cut_off,
}  # fmt: skip


def check_fired(m: Met) -> None:
    """The trace has it, once."""
    (fired,) = m.events("fault.fired", rule=m.rule.id)
    assert (fired["point"], fired["action"]) == (m.point, m.action)
    assert "@" not in m.point or fired["detail"] == m.detail


def check_effect(m: Met) -> None:
    if m.calls_back and m.action not in ("crash", "restart"):
        m.ends_a_callback()
    elif (m.asks or m.action in ("crash", "restart")) and (m.point, m.action) not in UNSEEN:
        EFFECTS[m.action](m)


def check_end(m: Met) -> None:
    """The connection is closed: a reply that was withheld does not come."""
    if m.asks and EFFECTS[m.action] == Met.is_silent:
        assert isinstance(m.comes(), Exception)
