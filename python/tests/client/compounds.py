"""A server of compounds in a few lines: it executes nothing and answers each operation as a test says."""

from __future__ import annotations

from typing import Callable

from dittofs import wire
from dittofs.wire import nfs4 as w
from dittofs.wire.rpc import GARBAGE_ARGS

from .responder import Got, accepted

# Takes an nfs_argop4 and returns the nfs_resop4.
Execute = Callable[[w.nfs_argop4], w.nfs_resop4]


def arms(value):
    return next((getattr(value, name) for name in value.__slots__[1:] if getattr(value, name) is not None), None)


def ok(arg: w.nfs_argop4) -> w.nfs_resop4:
    """Success of any operation; a SEQUENCE answered with what it says."""
    if arg.argop == w.OP_SEQUENCE:
        a = arg.opsequence
        done = w.SEQUENCE4resok(a.sa_sessionid, a.sa_sequenceid, a.sa_slotid, 3, 3, 0)
        return w.nfs_resop4(opsequence=w.SEQUENCE4res(w.NFS4_OK, sr_resok4=done))
    if arg.argop == w.OP_OPEN:
        opened = w.OPEN4resok(w.stateid4(1, b"open" + bytes(8)))
        return w.nfs_resop4(opopen=w.OPEN4res(w.NFS4_OK, resok4=opened))
    if arg.argop == w.OP_LOCK:
        return w.nfs_resop4(oplock=w.LOCK4res(w.NFS4_OK, resok4=w.LOCK4resok(w.stateid4(1, b"lock" + bytes(8)))))
    if arg.argop == w.OP_CREATE_SESSION:
        made = w.CREATE_SESSION4resok(b"s" * 16, arg.opcreate_session.csa_sequence, 0, arg.opcreate_session.csa_fore_chan_attrs)
        return w.nfs_resop4(opcreate_session=w.CREATE_SESSION4res(w.NFS4_OK, csr_resok4=made))
    if arg.argop == w.OP_EXCHANGE_ID:
        known = w.EXCHANGE_ID4resok(0x11, 5)
        return w.nfs_resop4(opexchange_id=w.EXCHANGE_ID4res(w.NFS4_OK, eir_resok4=known))
    return w.nfs_resop4(arg.argop)


def failing(opnum: int, status: int) -> Execute:
    """Success, but for one kind of operation."""

    def execute(arg: w.nfs_argop4) -> w.nfs_resop4:
        if arg.argop != opnum:
            return ok(arg)
        result = w.nfs_resop4(arg.argop)
        value = arms(result)
        name = w.nfs_resop4.__cases__[opnum][0]
        return w.nfs_resop4(opnum, **{name: type(value)(status)})

    return execute


def executing(execute: Execute = ok) -> Callable[[Got], list[bytes]]:
    """An answer for a Responder: the operations in turn, up to the first that fails."""

    def answer(got: Got) -> list[bytes]:
        try:
            args = wire.decode(w.COMPOUND4args, got.args)
        except wire.DecodeError:
            return [accepted(got, stat=GARBAGE_ARGS)]
        results, status = [], w.NFS4_OK
        for arg in args.argarray:
            results.append(execute(arg))
            value = arms(results[-1])
            status = getattr(value, value.__slots__[0])
            if status != w.NFS4_OK:
                break
        return [accepted(got, wire.encode(w.COMPOUND4res(status, args.tag, results)))]

    return answer


def compounds(server) -> list[w.COMPOUND4args]:
    """What a responder got."""
    return [wire.decode(w.COMPOUND4args, got.args) for got in server.got]
