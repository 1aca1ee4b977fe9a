"""The same machine over a server that loses replies and whose store fails."""

from __future__ import annotations

from typing import Any, Callable, Optional

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from conformance.files.machine import Files
from conformance.files.model import OK, Expected
from dittofs.faults import at, drop_reply, error, once, when

# What a client is told of an error of the store.
STATUSES = {"io": {"IO"}, "no_space": {"NOSPC"}, "quota": {"DQUOT"}, "busy": {"JUKEBOX", "DELAY"}}


def may_be_torn(found: bytes, old: bytes, new: bytes) -> bool:
    """Whether a write that failed may have left this: each byte old or new, and the size the old one."""
    return len(found) == len(old) and all(byte in pair for byte, *pair in zip(found, old, new))


class BrokenFiles(Files):
    """`faults`: those of the server. What is to go wrong waits for the next change of the tree."""

    faults: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.next: Optional[str] = None  # "lose", or an error of the store

    @precondition(lambda self: self.next is None)
    @rule(what=st.sampled_from(["lose", *STATUSES]))
    def go_wrong(self, what):
        self.next = what

    def said(self, who: int, expected: Expected, send: Callable[[], Any]) -> Any:
        if self.next is None or not expected.changes:
            return super().said(who, expected, send)
        what, self.next = self.next, None
        return self.lost(who, expected, send) if what == "lose" else self.refused(who, expected, send, what)

    def lost(self, who: int, expected: Expected, send: Callable[[], Any]) -> Any:
        """Applied, its reply lost, and sent again: the answer is that of the first time."""
        speaker = self.speaker(who)
        with self.faults.arm("rpc.reply.tx", once, drop_reply()) as rule_:
            sent = send()
            rule_.wait()
        speaker.again(sent)
        return self.judged(who, expected, speaker.answer(sent))

    def refused(self, who: int, expected: Expected, send: Callable[[], Any], what: str) -> Any:
        """The store's first update of the call fails: no name, link or size has changed, and the client is told why."""
        speaker = self.speaker(who)
        with self.faults.arm(at.store("update").before, when(conn=speaker.caller) & once, error(what)) as rule_:
            answer = speaker.answer(send())
            if not rule_.fired:
                return self.judged(who, expected, answer)
        assert answer.status in STATUSES[what] | expected.failures, f"{answer.status} for {what}"
        assert answer.status != OK
        if expected.file is not None and not expected.failures:
            self.torn(who, expected)
        return None

    def torn(self, who: int, expected: Expected) -> None:
        """A write that failed may have written some of its bytes, but no others (docs/durability.md)."""
        assert expected.file is not None
        node = self.model.nodes[expected.file]
        old = node.data
        expected.apply()
        speaker = self.speaker(who)
        found = speaker.answer(speaker.read(self.handle(who, expected.file))).value
        assert may_be_torn(found, old, node.data)
        node.data = found
