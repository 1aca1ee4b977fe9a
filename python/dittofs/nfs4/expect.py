"""How the results of a compound are held against what its caller expects of each operation."""

from __future__ import annotations

from typing import Any, Iterator, Optional

from dittofs.nfs4.operation import Operation
from dittofs.nfs4.results import Results
from dittofs.rpc.errors import Unexpected
from dittofs.rpc.pending import judge as judge_reply
from dittofs.rpc.transcript import call_lines, reply_lines
from dittofs.wire.nfs4 import NFS4_OK, OP_ILLEGAL
from dittofs.wire.rpc import SUCCESS

Outcomes = Any


def judge(r: Results, fails: Outcomes = None, may_fail: Outcomes = (), strict: bool = True) -> None:
    """Raises Unexpected unless the reply is what was asked for.

    `fails` and `may_fail` are statuses of the whole compound, wherever it failed, or of the RPC layer; without them
    every operation is held to its own fails() or may_fail(). `strict`: the reply must also have the form that RFC 8881
    16.2.3 gives it: results in the order of the operations, up to the first failure, whose status is the compound's.
    """
    __tracebackhide__ = True
    if r.accept_stat != SUCCESS:
        judge_reply(r.reply, fails, may_fail)
        return
    complaint = next(_malformed(r), None) if strict else None
    if complaint is None:
        complaint = _overall(r, fails, may_fail) if fails is not None or may_fail else _each(r)
    if complaint is not None:
        exchange = "\n".join([*call_lines(r.call), *reply_lines(r.reply)])
        raise Unexpected(f"{complaint}\n{exchange}", r)


def _malformed(r: Results) -> Iterator[str]:
    ops, results = r.operations, r.all
    if len(results) > len(ops):
        yield f"{len(results)} results of {len(ops)} operations"
    for at, (op, result) in enumerate(zip(ops, results)):
        if result.opnum != op.opnum and result.opnum != OP_ILLEGAL:
            yield f"result {at} is of {result.name}, not of {op.name}"
        if at < len(results) - 1 and result.status != NFS4_OK:
            yield f"{op.name} failed with {_name(result.status)}, and still the next was executed"
    if results and results[-1].status != r.status:
        yield f"the compound says {_name(r.status)}, its last operation {_name(results[-1].status)}"
    if r.status == NFS4_OK and len(results) < len(ops):
        yield f"success with {len(results)} results of {len(ops)} operations"


def _overall(r: Results, fails: Outcomes, may_fail: Outcomes) -> Optional[str]:
    if fails is None and r.status == NFS4_OK or fails is ... and r.status != NFS4_OK:
        return None
    allowed = _many(may_fail if fails is None else fails)
    if any(_same(x, r.status) for x in allowed):
        return None
    wanted = _either(allowed) if fails is not None else " or ".join(["success", *map(_name, allowed)])
    return f"expected {wanted}, got {_name(r.status)}"


def _each(r: Results) -> Optional[str]:
    for at, op in enumerate(r.operations):
        if at >= len(r.all):
            return f"{op.name} was not executed: the compound failed with {_name(r.status)}"
        status = r.all[at].status
        if status == NFS4_OK and op.success:
            continue
        if status != NFS4_OK and any(x is ... or _same(x, status) for x in op.allowed):
            return None  # as it should; nothing after it is executed
        return f"{op.name}: expected {_wanted(op)}, got {_name(status)}"
    return None


def _wanted(op: Operation) -> str:
    return " or ".join([*(["success"] if op.success else []), *map(_name, op.allowed)])


def _same(allowed: Any, status: Any) -> bool:
    """Statuses of different enumerations are never the same, whatever their numbers."""
    return type(allowed) is type(status) and allowed == status


def _many(outcomes: Outcomes) -> tuple:
    return tuple(outcomes) if isinstance(outcomes, (tuple, list, set, frozenset)) else (outcomes,)


def _either(outcomes: tuple) -> str:
    return " or ".join(map(_name, outcomes))


def _name(outcome: Any) -> str:
    return "any failure" if outcome is ... else getattr(outcome, "name", str(outcome))
