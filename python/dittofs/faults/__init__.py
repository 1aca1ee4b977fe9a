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
    close,
    delay,
    drop_reply,
    duplicate,
    error,
    fail,
    flip,
    half_close,
    note,
    pad,
    patch,
    pause,
    reorder,
    reset,
    set_,
    slice_,
    slow_close,
    throttle,
    truncate,
    yield_,
)
from dittofs.faults.when import Trigger, after, after_bytes, always, chance, every, first, nth, once, when
from dittofs.faults.where import At, Moments, at

__all__ = [
    "Action", "At", "Faults", "Moments", "Rule", "Trigger", "after", "after_bytes", "always", "at", "blackhole", "chance",
    "close", "delay", "drop_reply", "duplicate", "error", "every", "fail", "first", "flip", "from_data", "half_close",
    "note", "nth", "once", "pad", "patch", "pause", "reorder", "reset", "set_", "slice_", "slow_close", "throttle",
    "truncate", "when", "yield_",
]  # fmt: skip
