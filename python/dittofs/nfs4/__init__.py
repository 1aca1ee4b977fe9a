"""NFS version 4 (RFC 7530, RFC 8881, RFC 7862, RFC 8276) from the client's side.

    c = nfs4.Client("127.0.0.1", 12049, minorversion=2)
    s = c.session(slots=4)
    r = s.compound(op.putrootfh(), op.lookup("export"), op.open("f", create(mode=0o644)), op.getfh())
    s.compound(op.putfh(r.getfh), op.write(r.open, 0, b"hi"))
    s.compound(op.putfh(r.getfh), op.lookup("x").fails(NFS4ERR.NOTDIR))
    again = s.replay(r)                          # same slot, same sequence id

    c = nfs4.Client40("127.0.0.1", 12049)        # minor version 0: owners and their sequence numbers
    c.setclientid()

Success is expected of every operation, unless it says op.lookup("x").fails(NFS4ERR.NOENT), or .may_fail(...); `compound`
raises Unexpected with the exchange otherwise, `call` never, `send` does not wait. What is left out is computed, what
is given is sent: op.sequence(sa_sequenceid=7), op.open("f", seqid=3), op.getattr("size").patch({"attr_request[0]": -1}),
op.raw(4711, b"..."), compound(..., minorversion=9, tag=b"\\xff", raw=b"...").
"""

from __future__ import annotations

from typing import Any, Union

from dittofs.nfs4 import op
from dittofs.nfs4.attributes import NAMES, NUMBERS, Attributes, Words, attributes, bitmap, fattr, names, numbers
from dittofs.nfs4.callback import Callbacks, Listener
from dittofs.nfs4.caller import Caller, Sent
from dittofs.nfs4.client import Client
from dittofs.nfs4.client40 import Client40
from dittofs.nfs4.errors import NFS4ERR
from dittofs.nfs4.op41 import BACK, FORE, channel, client_owner
from dittofs.nfs4.opening import Open, create
from dittofs.nfs4.operation import AUTO, Operation
from dittofs.nfs4.results import Result, Results
from dittofs.nfs4.session import Session, Slot
from dittofs.nfs4.stateids import ANONYMOUS, CURRENT, INVALID, READ_BYPASS, but, current_seqid, stateid
from dittofs.rpc import Auth, Sys
from dittofs.wire.nfs4 import *  # noqa: F403


def connect(url: str, *, minorversion: int = 2, cred: Union[Auth, Sys] = Sys(), **options: Any) -> Any:
    """A client ready for use, and the filehandle of a path: s, root = nfs4.connect("nfs://host:2049/export").

    A Client40 with a client id for minor version 0, else a Session.
    """
    from dittofs import locate

    host, port, path = locate.parse(url)
    if minorversion == 0:
        client = Client40(host, port, cred=cred, **options)
        client.setclientid()
        return client, client.path(path)
    session = Client(host, port, minorversion=minorversion, cred=cred, **options).session()
    session.compound(op.reclaim_complete())
    return session, session.path(path)
