"""The port mapper, version 2, and rpcbind, versions 3 and 4 (RFC 1833), from the client's side."""

# mypy: disable-error-code="misc"
# @procedure takes functions of the arguments alone: a method without self is what it wants.

from __future__ import annotations

from dittofs.rpc import Client as RpcClient
from dittofs.rpc import procedure, table
from dittofs.wire import portmap as wire
from dittofs.wire import rpcbind as wire_rpcbind
from dittofs.wire.portmap import *  # noqa: F403
from dittofs.wire.portmap import PMAP_PROG, PMAP_VERS, call_args, mapping
from dittofs.wire.rpcbind import *  # noqa: F403
from dittofs.wire.rpcbind import RPCBPROG, RPCBVERS, RPCBVERS4, netbuf, rpcb, rpcb_rmtcallargs

Text = str | bytes


def universal(host: str, port: int) -> str:
    """A universal address of the netids tcp and udp: h1.h2.h3.h4.p1.p2 (RFC 5665 5.2.3.3)."""
    return f"{host}.{port >> 8}.{port & 255}"


def host_port(address: str) -> tuple[str, int]:
    """The host and port of such a universal address."""
    host, high, low = address.rsplit(".", 2)
    return host, int(high) * 256 + int(low)


class Client(RpcClient):
    """The port mapper, version 2 (RFC 1833 3)."""

    program = PMAP_PROG
    version = PMAP_VERS
    procedures = table(wire, PMAP_PROG, PMAP_VERS)

    @procedure
    def set(prog: int, vers: int, prot: int, port: int) -> mapping:
        return mapping(prog=prog, vers=vers, prot=prot, port=port)

    @procedure
    def unset(prog: int, vers: int, prot: int = 0, port: int = 0) -> mapping:
        return mapping(prog=prog, vers=vers, prot=prot, port=port)

    @procedure
    def getport(prog: int, vers: int, prot: int, port: int = 0) -> mapping:
        return mapping(prog=prog, vers=vers, prot=prot, port=port)

    @procedure
    def dump() -> None:
        return None

    @procedure
    def callit(prog: int, vers: int, proc: int, args: bytes = b"") -> call_args:
        return call_args(prog=prog, vers=vers, proc=proc, args=args)


class ClientV3(RpcClient):
    """rpcbind, version 3 (RFC 1833 2.2)."""

    program = RPCBPROG
    version = RPCBVERS
    procedures = table(wire_rpcbind, RPCBPROG, RPCBVERS)

    @procedure
    def set(prog: int, vers: int, netid: Text, addr: Text, owner: Text = "") -> rpcb:
        return _rpcb(prog, vers, netid, addr, owner)

    @procedure
    def unset(prog: int, vers: int, netid: Text = "", addr: Text = "", owner: Text = "") -> rpcb:
        return _rpcb(prog, vers, netid, addr, owner)

    @procedure
    def getaddr(prog: int, vers: int, netid: Text = "", addr: Text = "", owner: Text = "") -> rpcb:
        return _rpcb(prog, vers, netid, addr, owner)

    @procedure
    def dump() -> None:
        return None

    @procedure
    def callit(prog: int, vers: int, proc: int, args: bytes = b"") -> rpcb_rmtcallargs:
        return rpcb_rmtcallargs(prog=prog, vers=vers, proc=proc, args=args)

    @procedure
    def gettime() -> None:
        return None

    @procedure
    def uaddr2taddr(uaddr: Text) -> Text:
        return uaddr

    @procedure
    def taddr2uaddr(buf: bytes, maxlen: int = 0) -> netbuf:
        return netbuf(maxlen=maxlen or len(buf), buf=buf)


class ClientV4(ClientV3):
    """rpcbind, version 4 (RFC 1833 2.2.1)."""

    version = RPCBVERS4
    procedures = table(wire_rpcbind, RPCBPROG, RPCBVERS4)

    @procedure
    def bcast(prog: int, vers: int, proc: int, args: bytes = b"") -> rpcb_rmtcallargs:
        return rpcb_rmtcallargs(prog=prog, vers=vers, proc=proc, args=args)

    @procedure
    def getversaddr(prog: int, vers: int, netid: Text = "", addr: Text = "", owner: Text = "") -> rpcb:
        return _rpcb(prog, vers, netid, addr, owner)

    @procedure
    def indirect(prog: int, vers: int, proc: int, args: bytes = b"") -> rpcb_rmtcallargs:
        return rpcb_rmtcallargs(prog=prog, vers=vers, proc=proc, args=args)

    @procedure
    def getaddrlist(prog: int, vers: int, netid: Text = "", addr: Text = "", owner: Text = "") -> rpcb:
        return _rpcb(prog, vers, netid, addr, owner)

    @procedure
    def getstat() -> None:
        return None


def _rpcb(prog: int, vers: int, netid: Text, addr: Text, owner: Text) -> rpcb:
    return rpcb(r_prog=prog, r_vers=vers, r_netid=netid, r_addr=addr, r_owner=owner)
