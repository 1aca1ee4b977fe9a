"""Clients whose methods are the procedures of a program, in the specification's names.

A client's class lists its procedures as small functions that build the typed arguments; the names, numbers
and types come from the generated table. What a method returns, and when it raises, is the same for all:

    r = c.lookup(d, "name")                       # raises Unexpected unless it succeeds
    c.lookup(d, "name", fails=NFS3ERR.NOENT)      # raises Unexpected unless it fails like this
    c.remove(d, "x", fails=...)                   # any failure will do
    c.remove(d, "x", may_fail=NFS3ERR.ISDIR)      # success or this
    c.lookup.call(d, "name")                      # never raises, whatever the reply says
    p = c.lookup.send(d, "name"); p.result()      # many on the way at once
    c.getattr(fh, xid=7, cred=NONE, vers=5)       # any field of the call, sent as it is
    c.getattr(raw=b"\\0\\0")                        # any bytes as arguments
    c.lookup(d, "name", patch={"what.name": ...}) # one field of the message overwritten
    c.getattr(fh, fragments=[1, 0, 5])            # cut into fragments of these sizes
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, Optional, TypeVar, Union, overload

from dittofs.rpc.connection import Connection, Endpoint
from dittofs.rpc.cred import NONE, Auth, Sys
from dittofs.rpc.datagram import Datagram
from dittofs.rpc.message import Call, Reply
from dittofs.rpc.pending import Pending
from dittofs.rpc.procedure import encode_args
from dittofs.wire import Procedure
from dittofs.wire.about import Help, about

C = TypeVar("C", bound="Client")

# Fields of the call message a caller may set; the names are those of RFC 5531 9.
_HEADER = frozenset({"xid", "mtype", "rpcvers", "prog", "vers", "proc", "cred", "verf"})
_SENDING = frozenset({"raw", "patch", "fragments"})


class procedure:
    __doc__: Any = Help("Makes a method out of a function that builds the arguments of the procedure of the same name.")

    def __init__(self, build: Callable) -> None:
        self.build = build
        self.name = build.__name__.rstrip("_").upper()
        self.row: Optional[Procedure] = None  # in the table of the class that has the method
        parameters = inspect.signature(build).parameters
        # A parameter of the procedure itself hides the header field of that name.
        self.header = _HEADER - parameters.keys()

    def __set_name__(self, owner: type, name: str) -> None:
        self.row = getattr(owner, "procedures", {}).get(self.name)

    def about(self) -> str:
        """Of the procedure, for help()."""
        return self.of(self.row) if self.row else str(self.build.__doc__)

    def of(self, row: Procedure) -> str:
        return about(row, self.name, f"c.{self.build.__name__}", self.build, "r.")

    @overload
    def __get__(self, client: None, owner: type) -> procedure: ...

    @overload
    def __get__(self, client: Client, owner: type) -> Bound: ...

    def __get__(self, client: Optional[Client], owner: type) -> Union[procedure, Bound]:
        return self if client is None else Bound(client, self)


class Bound:
    __doc__: Any = Help("A procedure of a client.")

    __slots__ = ("client", "procedure")

    def __init__(self, client: Client, what: procedure) -> None:
        self.client, self.procedure = client, what

    def __call__(self, *args: Any, fails: Any = None, may_fail: Any = (), **more: Any) -> Reply:
        __tracebackhide__ = True
        return self.send(*args, **more).result(fails, may_fail)

    def call(self, *args: Any, **more: Any) -> Reply:
        """The reply, whatever it says."""
        return self.send(*args, **more).reply()

    def send(self, *args: Any, **more: Any) -> Pending:
        """Sends without waiting."""
        fragments = more.pop("fragments", None)
        return self.client.endpoint.send(self.message(*args, **more), fragments)

    def args(self, *args: Any, **more: Any) -> Any:
        """The typed arguments that these values make."""
        return self.procedure.build(*args, **more)

    def about(self) -> str:
        """Of the procedure, for help()."""
        return self.procedure.of(self.row)

    @property
    def row(self) -> Procedure:
        """Its row in the generated table: numbers and types."""
        return self.client.procedures[self.procedure.name]

    def encode(self, *args: Any, **more: Any) -> bytes:
        """The arguments as bytes."""
        return encode_args(self.row, self.args(*args, **more))

    def message(self, *args: Any, **more: Any) -> Call:
        """The whole call, not sent."""
        client, row = self.client, self.row
        header: dict[str, Any] = {"prog": client.program, "vers": client.version, "proc": row.proc, "cred": client.cred}
        header["verf"] = NONE
        if more:
            for name in self.procedure.header & more.keys():
                header[name] = more.pop(name)
        raw, patch = more.pop("raw", None), more.pop("patch", None)
        if raw is None:
            raw = encode_args(row, self.procedure.build(*args, **more))
        if "xid" not in header:
            header["xid"] = next(client.endpoint.xids)
        return Call(args=raw, procedure=row, patch=patch, **header)


class Client:
    """The procedures of one version of a program over one connection, as one user."""

    program: int
    version: int
    procedures: dict[str, Procedure]

    def __init__(
        self,
        where: Union[str, Endpoint] = "127.0.0.1",
        port: int = 2049,
        *,
        cred: Union[Auth, Sys] = Sys(),
        udp: bool = False,
        **options: Any,
    ) -> None:
        if isinstance(where, Endpoint):
            self.endpoint = where
        else:
            self.endpoint = (Datagram if udp else Connection)(where, port, **options)
        self.cred = cred

    def as_(self: C, cred: Union[Auth, Sys]) -> C:
        """The same connection under another credential."""
        return type(self)(self.endpoint, cred=cred)

    def replay(self, earlier: Union[Reply, Pending]) -> Reply:
        """Sends an earlier call again, the same bytes with the same xid, over this connection."""
        return self.endpoint.send(earlier.call).reply()

    @procedure
    def null() -> None:  # type: ignore[misc]
        """Procedure 0 of every program."""

    def close(self) -> None:
        self.endpoint.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
