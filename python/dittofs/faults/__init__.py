"""Break the server on purpose: a rule is a point, triggers, and an action.

    with srv.faults.arm(at.nfs3("REMOVE").leave, once, drop_reply()) as f:
        ...
    assert f.fired == 1

Its parts: where (points), when (triggers), what (actions), data (rules as plain data), rules (those of a server).
"""

from dittofs.faults.data import from_data
from dittofs.faults.rules import Faults, Rule
from dittofs.faults.what import (
    Action,
    blackhole,
    call,
    check,
    close,
    crash,
    cut,
    delay,
    draw,
    drop_reply,
    duplicate,
    error,
    expire,
    fail,
    flip,
    full,
    garble,
    half_close,
    note,
    pad,
    patch,
    pause,
    recall,
    reorder,
    reply,
    reset,
    restart,
    revoke,
    set_,
    skip,
    slice_,
    slow_close,
    throttle,
    truncate,
    yield_,
)
from dittofs.faults.when import (
    Hit,
    Trigger,
    after,
    after_bytes,
    always,
    chance,
    every,
    first,
    if_,
    nth,
    once,
    until,
    when,
)
from dittofs.faults.where import At, Moments, at

__all__ = [
    "Action", "At", "Faults", "Hit", "Moments", "Rule", "Trigger", "after", "after_bytes", "always", "at",
    "blackhole", "call", "chance", "check", "close", "crash", "cut", "delay", "draw", "drop_reply", "duplicate", "error",
    "every", "expire", "fail", "first", "flip", "from_data", "full", "garble", "half_close", "if_", "note", "nth", "once",
    "pad", "patch", "pause", "recall", "reorder", "reply", "reset", "restart", "revoke", "set_", "skip", "slice_",
    "slow_close", "throttle", "truncate", "until", "when", "yield_",
]  # fmt: skip
