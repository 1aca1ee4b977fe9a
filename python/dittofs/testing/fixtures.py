"""Clients by role, and a fresh directory for every test.

Users are clients over one connection: root, alice (uid 1000, gid 1000), bob (1001, 1001), carol (1002, group of
her own, also in alice's group), nobody (AUTH_NONE).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional, Union

import pytest

from dittofs import mount as mount_
from dittofs import nfs3 as nfs3_
from dittofs import nfs4 as nfs4_
from dittofs import portmap as portmap_
from dittofs.rpc import NONE, Auth, Connection, Datagram, Endpoint, RpcError, Sys
from dittofs.testing.evidence import watched
from dittofs.testing.options import servers
from dittofs.testing.recorded import tapped
from dittofs.testing.targets.target import Target, Twin
from dittofs.testing.tree import remove_tree, remove_tree4

if TYPE_CHECKING:
    from dittofs.server import Server
    from dittofs.trace import Trace

Connect = Callable[..., Any]  # see the fixture

ALICE = Sys(uid=1000, gid=1000)
BOB = Sys(uid=1001, gid=1001)
CAROL = Sys(uid=1002, gid=1002, gids=(1000,))


@pytest.fixture
def srv(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The server under test. After the test the state of our own one, where it can be looked at, has to be sound."""
    target = servers(request.config).current
    yield target
    check_state(target.server)


def check_state(server: Optional[Server]) -> None:
    """Fails the test when what an in-process server holds for its clients contradicts itself."""
    if server is None or not server.running:
        return
    # Leases of earlier tests' clients end by themselves, between one table and the next: what is wrong stays so.
    for _ in range(20):
        wrong = server.check_state()
        if not wrong:
            return
    pytest.fail("the server's state after the test: " + "; ".join(wrong), pytrace=False)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run, for whatever a test draws at random."""
    return servers(request.config).seed


@pytest.fixture
def connect(request: pytest.FixtureRequest, srv: Target) -> Iterator[Callable[..., Endpoint]]:
    """connect(service="nfs", udp=False, source=None): another connection, closed after the test.

    What goes over it is shown when the test fails, unless evidence=False.
    """
    opened: list[Endpoint] = []

    def open_(
        service: str = "nfs", udp: bool = False, source: Optional[str] = None, evidence: bool = True, **options: Any
    ) -> Endpoint:
        where = getattr(srv, service)
        if where is None:
            pytest.skip(srv.missing(service) or "")
        options.setdefault("timeout", request.config.option.timeout)
        if where.connect is not None:
            kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
            options["connect"] = lambda: where.connect(kind)
        endpoint = (Datagram if udp else Connection)(where.host, where.port, source=source, **options)
        opened.append(endpoint)
        if evidence:
            watched(request.node).append((f"connection to {service}{' over UDP' if udp else ''}", endpoint))
            tapped(request.node, endpoint)
        return endpoint

    yield open_
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def rpc(connect: Connect) -> Connection:
    """A bare connection to the NFS port."""
    return connect()


@pytest.fixture
def nfs3(rpc: Connection) -> nfs3_.Client:
    """NFSv3 as root, without groups."""
    return nfs3_.Client(rpc, cred=Sys())


@pytest.fixture
def root(nfs3: nfs3_.Client) -> nfs3_.Client:
    return nfs3


@pytest.fixture
def alice(nfs3: nfs3_.Client) -> nfs3_.Client:
    return nfs3.as_(ALICE)


@pytest.fixture
def bob(nfs3: nfs3_.Client) -> nfs3_.Client:
    return nfs3.as_(BOB)


@pytest.fixture
def carol(nfs3: nfs3_.Client) -> nfs3_.Client:
    return nfs3.as_(CAROL)


@pytest.fixture
def nobody(nfs3: nfs3_.Client) -> nfs3_.Client:
    return nfs3.as_(NONE)


@pytest.fixture
def mount(connect: Connect) -> mount_.Client:
    """MOUNT version 3 as root."""
    return mount_.Client(connect("mount"), cred=Sys())


@pytest.fixture
def mount1(connect: Connect) -> mount_.ClientV1:
    """MOUNT version 1 as root."""
    return mount_.ClientV1(connect("mount"), cred=Sys())


@pytest.fixture
def portmap(connect: Connect) -> portmap_.Client:
    """The port mapper, version 2."""
    return portmap_.Client(connect("portmap"))


@pytest.fixture
def rpcbind3(connect: Connect) -> portmap_.ClientV3:
    """rpcbind, version 3."""
    return portmap_.ClientV3(connect("portmap"))


@pytest.fixture
def rpcbind4(connect: Connect) -> portmap_.ClientV4:
    """rpcbind, version 4."""
    return portmap_.ClientV4(connect("portmap"))


@dataclass
class Exported:
    """A fresh directory of an export, mode 0777, and the same directory for a root who may do everything there."""

    handle: nfs3_.nfs_fh3
    admin: nfs3_.Client
    twin: nfs3_.nfs_fh3  # what `admin` calls it


@pytest.fixture
def exported(request: pytest.FixtureRequest, srv: Target, connect: Connect) -> Iterator[Callable[[str], Exported]]:
    """exported(role): a fresh directory of the export for that role, removed after the test."""
    made: list[tuple[nfs3_.Client, nfs3_.nfs_fh3]] = []
    # Connections of its own: what a test does to its connection must not keep this from cleaning up.
    name = fresh_name(request.node)

    def fresh(role: str) -> Exported:
        way = Twin(srv.exports["rw"]) if role == "rw" else srv.twins.get(role)
        if way is None:
            pytest.skip(f"{srv.name}: no way known to prepare files in the export for the role {role}")
        admin = nfs3_.Client(connect(source=way.source, evidence=False))
        parent = mounted(connect, way.path, way.source)
        if way.below:
            parent = admin.lookup(parent, way.below).object
        twin = admin.mkdir(parent, name, mode=0o777).obj.handle
        made.append((admin, parent))
        if role == "rw":
            return Exported(twin, admin, twin)
        user = nfs3_.Client(connect(evidence=False))
        return Exported(user.lookup(mounted(connect, srv.exports[role]), name).object, admin, twin)

    yield fresh
    for admin, parent in made:
        remove_tree(admin, parent, name)


def mounted(connect: Connect, path: str, source: Optional[str] = None) -> nfs3_.nfs_fh3:
    """The root of an export, as MOUNT gives it to a client at `source`."""
    with mount_.Client(connect("mount", source=source, evidence=False), cred=Sys()) as mount:
        return nfs3_.fh(mount.mnt(path).fhandle)


@pytest.fixture
def home(exported: Callable[[str], Exported]) -> nfs3_.nfs_fh3:
    """The handle of a fresh directory that everybody may use, mode 0777, of the read-write export."""
    return exported("rw").handle


@dataclass
class Clients4:
    """Makes NFSv4 clients that are ready for use; see the fixture clients4."""

    connect: Callable[..., Endpoint]
    ended: list[Callable[[], object]]

    def new(self, minorversion: int, cred: Union[Auth, Sys] = Sys(), **options: Any) -> Any:
        """A client with a confirmed client id for minor version 0, else a session; over a connection of its own.

        `options`: those of nfs4.Client40 or nfs4.Client, `slots`, and those of connect().
        """
        wiring = {name: options.pop(name) for name in ("source", "evidence") if name in options}
        if minorversion == 0:
            client = nfs4_.Client40(self.connect(**wiring), cred=cred, **options)
            client.setclientid()
            return client
        slots = options.pop("slots", None)
        session = self.bare(minorversion, cred, **wiring, **options).session(slots)
        session.compound(nfs4_.op.reclaim_complete())
        self.ended.append(lambda: leave(session))
        return session

    def bare(self, minorversion: int, cred: Union[Auth, Sys] = Sys(), **options: Any) -> Any:
        """A client over a connection of its own that has said nothing yet."""
        wiring = {name: options.pop(name) for name in ("source", "evidence") if name in options}
        if minorversion == 0:
            return nfs4_.Client40(self.connect(**wiring), cred=cred, **options)
        return nfs4_.Client(self.connect(**wiring), minorversion=minorversion, cred=cred, **options)


def leave(session: nfs4_.Session) -> None:
    """What a client does that unmounts; the test may have broken anything of it."""
    try:
        session.call(nfs4_.op.destroy_session(), sequence=False)
        session.client.call(nfs4_.op.destroy_clientid())
    except (RpcError, OSError):
        pass


@pytest.fixture
def clients4(connect: Connect) -> Iterator[Clients4]:
    """Further NFSv4 clients: clients4.new(0) is a ready client, clients4.bare(1) one that has said nothing yet."""
    made = Clients4(connect, [])
    yield made
    for end in reversed(made.ended):
        end()


@pytest.fixture
def nfs40(clients4: Clients4) -> nfs4_.Client40:
    """NFSv4.0 as root, with a confirmed client id."""
    return clients4.new(0)


@pytest.fixture
def nfs41(clients4: Clients4) -> nfs4_.Session:
    """A session of NFSv4.1 as root, RECLAIM_COMPLETE sent."""
    return clients4.new(1)


@pytest.fixture
def nfs42(clients4: Clients4) -> nfs4_.Session:
    """A session of NFSv4.2 as root, RECLAIM_COMPLETE sent."""
    return clients4.new(2)


@pytest.fixture
def root4(srv: Target) -> str:
    """The path of the read-write export below the root of the server."""
    return srv.exports["rw"]


@pytest.fixture
def home4(request: pytest.FixtureRequest, root4: str, clients4: Clients4) -> Iterator[bytes]:
    """The filehandle of a fresh directory that everybody may use, mode 0777, of the read-write export.

    Made, and removed after the test, by a client without a client id: minor version 0 needs none for that.
    """
    admin = clients4.bare(0, evidence=False)
    name = fresh_name(request.node)
    parent = admin.path(root4)
    made = admin.mkdir(parent, name)
    admin.setattr(made, mode=0o777)
    yield made
    remove_tree4(admin, parent, name)


def fresh_name(item: pytest.Item) -> str:
    """A directory name that says whose it is."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", item.name)[:100]


@pytest.fixture
def instance(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """instance(store=..., clock=...): a server of the test's own, to restart, crash or stop in time. needs("own")."""
    from dittofs.server import Server as Own

    started: list[Server] = []

    def start(**options: Any) -> Server:
        options.setdefault("seed", servers(request.config).seed)
        started.append(Own(exports=("/export=rw,no_root_squash",), **options).start())
        return started[-1]

    yield start
    try:
        for server in started:
            check_state(server)
    finally:
        for server in started:
            server.close()


@pytest.fixture
def faults(srv: Target) -> Iterator:
    """The fault rules of our own server, healed after the test; for tests that carry needs("faults")."""
    srv.server.trace.start()  # a rule can be waited for
    yield srv.server.faults
    unused = [rule.point for rule in srv.server.faults.armed if not rule.fired]
    srv.server.faults.heal()
    srv.server.trace.stop()
    if unused:
        pytest.fail(f"armed, and nothing ever came by: {', '.join(unused)}", pytrace=False)


@pytest.fixture
def trace(srv: Target) -> Trace:
    """The trace of our own server; for tests that carry needs("trace")."""
    return srv.server.trace
