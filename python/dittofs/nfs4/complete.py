"""Fills in who sends: client ids of owners and of operations that name a client, where the caller left them out."""

from __future__ import annotations

from typing import Any, Callable

from dittofs import wire
from dittofs.nfs4.operation import AUTO, Operation
from dittofs.wire import nfs4 as w


def owner(value: w.state_owner4, clientid: int) -> w.state_owner4:
    return wire.replace(value, clientid=clientid) if value.clientid is AUTO else value


def _clientid(op: Operation, clientid: int) -> Operation:
    return op.but(clientid=clientid) if op.args.clientid is AUTO else op


def _owner(op: Operation, clientid: int) -> Operation:
    return op.but(owner=owner(op.args.owner, clientid))


def _lock_owner(op: Operation, clientid: int) -> Operation:
    return op.but(lock_owner=owner(op.args.lock_owner, clientid))


def _lock(op: Operation, clientid: int) -> Operation:
    locker = op.args.locker
    if not locker.new_lock_owner:
        return op
    new = wire.replace(locker.open_owner, lock_owner=owner(locker.open_owner.lock_owner, clientid))
    return op.but(locker=w.locker4(True, open_owner=new))


_FILL: dict[int, Callable[[Operation, int], Operation]] = {
    w.OP_OPEN: _owner,
    w.OP_LOCK: _lock,
    w.OP_LOCKT: _owner,
    w.OP_RENEW: _clientid,
    w.OP_DELEGPURGE: _clientid,
    w.OP_RELEASE_LOCKOWNER: _lock_owner,
}


# The operations that name a client, or an owner that belongs to one.
CLIENTID = frozenset(_FILL)


def with_clientid(op: Operation, clientid: int) -> Operation:
    """The operation with this client id wherever the caller gave none."""
    fill = _FILL.get(op.opnum)
    return op if fill is None or op.body is not None else fill(op, clientid)


def filled(op: Operation, values: dict[str, Callable[[], Any]]) -> Operation:
    """The operation with fields of its arguments computed where they are AUTO."""
    if op.body is not None:
        return op
    changes = {name: make() for name, make in values.items() if getattr(op.args, name) is AUTO}
    return op.but(**changes) if changes else op
