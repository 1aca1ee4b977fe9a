"""What is wrong with an answer, whatever was asked."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Optional

from dittofs import wire
from dittofs.fuzz.parts import Step
from dittofs.rpc import Reply
from dittofs.wire import nfs4 as w


class Trouble(enum.Enum):
    GONE = "the server no longer takes connections"
    HANGS = "no answer"
    CLOSES = "the server closed the connection"
    MALFORMED = "the answer is no RPC reply, or its results are not of their type"
    WRONG = "the answer is none to the request"


@dataclass(frozen=True)
class Finding:
    """Requests in whose course a server fails, the last of them being the one it fails at."""

    trouble: Trouble
    says: str
    version: str  # "3", "4.1"
    steps: tuple[Step, ...]


def wrong(step: Step, reply: Reply) -> Optional[str]:
    """What contradicts the request in a reply that is well-formed; None: nothing."""
    if reply.result is None or reply.call.procedure is None or reply.call.procedure.result is None:
        return None
    if wire.encode(reply.result, reply.call.procedure.result) != bytes(reply.body):
        return "its results are not encoded as RFC 4506 has it: encoded again they are other bytes"
    return _compound(step, reply.result) if step.parts[0].protocol == "nfs4" else None


def _compound(step: Step, result: Any) -> Optional[str]:
    """RFC 8881 16.2.3: results in order, none after one that failed, and the compound's status is the last one's. What the
    operations are cannot be said where a field lies: what follows it may be read as something else."""
    results = list(result.resarray)
    statuses = [status_of(each) for each in results]
    if any(status != w.NFS4_OK for status in statuses[:-1]):
        return "there are results after one that failed"
    if statuses and statuses[-1] != result.status:
        return f"the compound's status is {result.status}, the last result's {statuses[-1]}"
    return None if step.lies else _in_order(step, results, result.status)


def _in_order(step: Step, results: list[Any], status: Any) -> Optional[str]:
    asked = [int(w.nfs_opnum4[f"OP_{part.name}"]) for part in step.parts]
    if results and results[0].resop == w.OP_SEQUENCE and asked[0] != w.OP_SEQUENCE:
        asked.insert(0, int(w.OP_SEQUENCE))
    if len(results) > len(asked):
        return f"{len(results)} results of {len(asked)} operations"
    for at, (each, opnum) in enumerate(zip(results, asked)):
        if each.resop not in (opnum, w.OP_ILLEGAL):
            return f"result {at} is of {each.resop}, operation {at} was {opnum}"
    if status == w.NFS4_OK and len(results) < len(asked):
        return f"{len(results)} results of {len(asked)} operations, and no status that says why"
    return None


def status_of(resop: Any) -> Any:
    """The status of one result of a compound."""
    body = next((getattr(resop, slot) for slot in resop.__slots__[1:] if getattr(resop, slot) is not None), None)
    return getattr(body, body.__slots__[0]) if body is not None else None


def signature(step: Step, reply: Reply) -> tuple[str, ...]:
    """What a request has brought to light: who said what last, and behind what if all went well. Two with the same are alike."""
    results = getattr(reply.result, "resarray", None)
    if results is None:
        return (step.parts[0].name, str(reply.outcome))
    behind = 2 if reply.outcome == w.NFS4_OK else 1
    return (*(str(each.resop) for each in results[-behind:]), str(reply.outcome))
