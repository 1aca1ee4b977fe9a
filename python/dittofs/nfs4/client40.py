"""Minor version 0: a client id by SETCLIENTID, owners with sequence numbers."""

from __future__ import annotations

import os
from typing import Any, Optional, Union

from dittofs.nfs4 import op
from dittofs.nfs4.caller import Prepared, connected
from dittofs.nfs4.complete import with_clientid
from dittofs.nfs4.files import Files
from dittofs.nfs4.operation import Operation
from dittofs.nfs4.owners import Owners
from dittofs.nfs4.results import Results
from dittofs.rpc import Auth, Endpoint, Sys


class Client40(Files):
    """A client of minor version 0. It works without a client id until it opens or locks; setclientid() gets one.

    `id` and `verifier` are those of nfs_client_id4; by default drawn at random, so that no two clients are the same.
    """

    def __init__(
        self,
        where: Union[str, Endpoint] = "127.0.0.1",
        port: int = 2049,
        *,
        cred: Union[Auth, Sys] = Sys(),
        id: Optional[bytes] = None,
        verifier: Optional[bytes] = None,
        **options: Any,
    ) -> None:
        super().__init__(connected(where, port, options), cred, 0)
        self.id = id if id is not None else b"dittofs " + os.urandom(8).hex().encode()
        self.verifier = verifier if verifier is not None else os.urandom(8)
        self.clientid = 0
        self.owners = Owners()

    def setclientid(self, **fields: Any) -> Results:
        """SETCLIENTID and its confirmation; the client id is used from here on. `fields`: as op.setclientid()."""
        __tracebackhide__ = True
        r = self.compound(op.setclientid(fields.pop("verifier", self.verifier), fields.pop("id", self.id), **fields))
        self.compound(op.setclientid_confirm(r.setclientid.clientid, r.setclientid.setclientid_confirm))
        if r.setclientid.clientid != self.clientid:
            self.clientid, self.owners = r.setclientid.clientid, Owners()
        return r

    def prepare(self, operations: list[Operation], how: dict[str, Any]) -> Prepared:
        owners = self.owners
        numbered = [owners.number(with_clientid(op, self.clientid)) for op in operations]

        def learn(r: Optional[Results]) -> None:
            for at, (op, turns) in enumerate(numbered):
                owners.learn(op, turns, r.all[at] if r is not None and at < len(r.all) else None)

        return Prepared([op for op, _ in numbered], learn=learn)
