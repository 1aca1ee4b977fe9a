"""Minor versions 1 and 2: a client id by EXCHANGE_ID, and sessions."""

from __future__ import annotations

import os
from typing import Any, Optional, Union

from dittofs import wire
from dittofs.nfs4 import op
from dittofs.nfs4.callback import Callbacks
from dittofs.nfs4.caller import Caller, Prepared, connected
from dittofs.nfs4.complete import CLIENTID, filled, with_clientid
from dittofs.nfs4.op41 import FORE, channel, client_owner
from dittofs.nfs4.operation import AUTO, Operation
from dittofs.nfs4.results import Results
from dittofs.nfs4.session import Session
from dittofs.rpc import Auth, Endpoint, Sys
from dittofs.wire import nfs4 as w


class Client(Caller):
    """A client of minor version 1 or 2, outside of any session: what it sends has no SEQUENCE unless one is given.

    `ownerid` and `verifier` are those of client_owner4; by default drawn at random, so that no two clients are the same.
    Calls that the server makes over this connection are answered by `callbacks`.
    """

    def __init__(
        self,
        where: Union[str, Endpoint] = "127.0.0.1",
        port: int = 2049,
        *,
        minorversion: int = 1,
        cred: Union[Auth, Sys] = Sys(),
        ownerid: Optional[bytes] = None,
        verifier: Optional[bytes] = None,
        **options: Any,
    ) -> None:
        super().__init__(connected(where, port, options), cred, minorversion)
        self.ownerid = ownerid if ownerid is not None else b"dittofs " + os.urandom(8).hex().encode()
        self.verifier = verifier if verifier is not None else os.urandom(8)
        self.clientid = 0
        self.sequence = 0  # what the next CREATE_SESSION carries
        self.callbacks = Callbacks()
        self.callbacks.answer(self.endpoint)

    def exchange_id(self, **fields: Any) -> Results:
        """EXCHANGE_ID; the client id is used from here on. `fields`: as op.exchange_id()."""
        __tracebackhide__ = True
        return self.compound(op.exchange_id(**fields))

    def session(self, slots: Optional[int] = None, **fields: Any) -> Session:
        """CREATE_SESSION, after an EXCHANGE_ID if there was none. `fields`: as op.create_session()."""
        __tracebackhide__ = True
        if not self.clientid:
            self.exchange_id()
        if slots is not None:
            fields["csa_fore_chan_attrs"] = channel(fields.get("csa_fore_chan_attrs", FORE), maxrequests=slots)
        r = self.compound(op.create_session(**fields))
        return Session(self, r.create_session.csr_resok4)

    def destroy(self) -> Results:
        """DESTROY_CLIENTID; its sessions have to be destroyed before."""
        __tracebackhide__ = True
        r = self.compound(op.destroy_clientid())
        self.clientid = 0
        return r

    def prepare(self, operations: list[Operation], how: dict[str, Any]) -> Prepared:
        return Prepared([self.completed(each) for each in operations], learn=self._learn)

    def completed(self, each: Operation) -> Operation:
        """The operation with what this client knows in the places that the caller left out."""
        if each.opnum not in _INCOMPLETE:
            return each
        if each.opnum == w.OP_EXCHANGE_ID:
            return filled(each, {"eia_clientowner": lambda: client_owner(self.verifier, self.ownerid)})
        if each.opnum == w.OP_CREATE_SESSION:
            return filled(each, {"csa_clientid": lambda: self.clientid, "csa_sequence": lambda: self.sequence})
        if each.opnum == w.OP_DESTROY_CLIENTID:
            return filled(each, {"dca_clientid": lambda: self.clientid})
        # Owners belong to the session's client, whatever stands there (RFC 8881 18.16.3, 18.10.3).
        return numberless(with_clientid(each, 0))

    def _learn(self, r: Optional[Results]) -> None:
        for result in r.all if r is not None else ():
            if result.status != w.NFS4_OK:
                return
            if result.opnum == w.OP_EXCHANGE_ID:
                self.clientid, self.sequence = result.eir_clientid, result.eir_sequenceid
            elif result.opnum == w.OP_CREATE_SESSION:
                self.sequence = result.csr_sequence + 1 & 0xFFFFFFFF


_SEQIDS: dict[int, str] = {
    w.OP_OPEN: "seqid", w.OP_CLOSE: "seqid", w.OP_OPEN_CONFIRM: "seqid", w.OP_OPEN_DOWNGRADE: "seqid", w.OP_LOCKU: "seqid"
}  # fmt: skip

# Whose arguments may have something left out that a client fills in.
_INCOMPLETE = {w.OP_EXCHANGE_ID, w.OP_CREATE_SESSION, w.OP_DESTROY_CLIENTID, w.OP_LOCK, *_SEQIDS, *CLIENTID}


def numberless(each: Operation) -> Operation:
    """The operation with zero where minor version 0 has the sequence numbers of owners (RFC 8881 8.2.2)."""
    if each.opnum in _SEQIDS:
        return filled(each, {_SEQIDS[each.opnum]: lambda: 0})
    if each.opnum == w.OP_LOCK and each.body is None:
        return each.but(locker=_numberless(each.args.locker))
    return each


def _numberless(locker: w.locker4) -> w.locker4:
    if locker.new_lock_owner:
        return w.locker4(True, open_owner=_zeros(locker.open_owner, "open_seqid", "lock_seqid"))
    return w.locker4(False, lock_owner=_zeros(locker.lock_owner, "lock_seqid"))


def _zeros(part: Any, *fields: str) -> Any:
    return wire.replace(part, **{name: 0 for name in fields if getattr(part, name) is AUTO})
