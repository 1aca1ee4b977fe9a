"""The port mapper, version 2: RFC 1833 3."""

import pytest

from dittofs import portmap as portmap_
from dittofs.nfs3 import NFS_PROGRAM, NFS_V3
from dittofs.portmap import IPPROTO_TCP, IPPROTO_UDP, PMAP_PROG
from dittofs.rpc import accept_stat, auth_stat
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("portmap")

OURS = 0x20000000 + 0xD1770  # of the range for programs without a number of their own (RFC 5531 14.3)
PORT = 54321


@pytest.fixture
def mapper(portmap):
    """The port mapper, without a trace of our program, before and after."""
    for vers in range(1, 6):
        portmap.unset(OURS, vers)
    yield portmap
    for vers in range(1, 6):
        portmap.unset(OURS, vers)


def ours(client) -> set[tuple[int, int, int]]:
    found = (entry.map for entry in client.dump().result)
    return {(m.vers, m.prot, m.port) for m in found if m.prog == OURS}


@covers("RFC1833 3.2", "PMAPPROC_NULL does nothing and answers")
@meets("1833-3.2-1")
def test_null(portmap):
    assert portmap.null().body == b""


@covers("RFC1833 3.2", "PMAPPROC_GETPORT tells where NFS is")
@meets("1833-3.2-5", "1833-3.2-9")
def test_getport(portmap, srv):
    assert portmap.getport(NFS_PROGRAM, NFS_V3, IPPROTO_TCP).result == srv.nfs.port


@covers("RFC1833 3.2", "PMAPPROC_GETPORT: zero for a program that is not registered")
@meets("1833-3.2-5")
def test_getport_unknown(portmap):
    assert portmap.getport(OURS, 1, IPPROTO_TCP).result == 0


@covers("RFC1833 3.2", "PMAPPROC_GETPORT: the port field of the arguments is ignored")
@meets("1833-3.2-6")
@pytest.mark.parametrize("port", [0, 1, 2**32 - 1])
def test_getport_ignores_port(portmap, srv, port):
    assert portmap.getport(NFS_PROGRAM, NFS_V3, IPPROTO_TCP, port).result == srv.nfs.port


@covers("RFC1833 3.2", "PMAPPROC_GETPORT: zero for a protocol without a number")
@meets("1833-3.2-5")
def test_getport_unknown_protocol(portmap):
    assert portmap.getport(NFS_PROGRAM, NFS_V3, 250).result == 0


@covers("RFC1833 3.2", "PMAPPROC_DUMP lists all mappings: NFS, MOUNT and the port mapper itself")
@meets("1833-3.2-7")
def test_dump(portmap, srv):
    found = {(e.map.prog, e.map.vers, e.map.prot): e.map.port for e in portmap.dump().result}
    assert found[NFS_PROGRAM, NFS_V3, IPPROTO_TCP] == srv.nfs.port
    assert found[100005, 3, IPPROTO_TCP] == srv.mount.port
    assert (PMAP_PROG, 2, IPPROTO_TCP) in found


@covers("RFC1833 3.2", "PMAPPROC_SET registers, GETPORT and DUMP know it, PMAPPROC_UNSET forgets")
@meets("1833-3.2-2", "1833-3.2-4")
def test_set_and_unset(mapper):
    assert mapper.set(OURS, 1, IPPROTO_TCP, PORT).result is True
    assert mapper.getport(OURS, 1, IPPROTO_TCP).result == PORT
    assert ours(mapper) == {(1, IPPROTO_TCP, PORT)}
    assert mapper.unset(OURS, 1).result is True
    assert mapper.getport(OURS, 1, IPPROTO_TCP).result == 0
    assert ours(mapper) == set()


@covers("RFC1833 3.2", "PMAPPROC_SET refuses to replace a mapping of the same program, version and protocol")
@meets("1833-3.2-3")
def test_set_twice(mapper):
    assert mapper.set(OURS, 1, IPPROTO_TCP, PORT).result is True
    assert mapper.set(OURS, 1, IPPROTO_TCP, PORT + 1).result is False
    assert mapper.getport(OURS, 1, IPPROTO_TCP).result == PORT


@covers("RFC1833 3.2", "protocols are mapped apart")
@meets("1833-3.2-3")
def test_protocols(mapper):
    mapper.set(OURS, 1, IPPROTO_TCP, PORT)
    mapper.set(OURS, 1, IPPROTO_UDP, PORT + 1)
    assert mapper.getport(OURS, 1, IPPROTO_TCP).result == PORT
    assert mapper.getport(OURS, 1, IPPROTO_UDP).result == PORT + 1


@covers("RFC1833 3.2", "PMAPPROC_UNSET ignores protocol and port: the program's version goes as a whole")
@meets("1833-3.2-4")
def test_unset_ignores_protocol(mapper):
    mapper.set(OURS, 1, IPPROTO_TCP, PORT)
    mapper.set(OURS, 1, IPPROTO_UDP, PORT)
    mapper.unset(OURS, 1, IPPROTO_TCP, 99)
    assert ours(mapper) == set()


@covers("RFC1833 3.2", "versions are mapped apart")
@meets("1833-3.2-3")
def test_versions(mapper):
    mapper.set(OURS, 1, IPPROTO_TCP, PORT)
    mapper.set(OURS, 2, IPPROTO_TCP, PORT + 2)
    mapper.unset(OURS, 1)
    assert ours(mapper) == {(2, IPPROTO_TCP, PORT + 2)}


@covers("RFC1833 3.2", "PMAPPROC_UNSET of what is not registered: FALSE, or TRUE because it is not there now")
def test_unset_unknown(mapper):
    assert mapper.unset(OURS, 9).result in (False, True)


@covers("RFC1833 3.2", "another version of a registered program: the port of what there is, or zero")
def test_getport_other_version(mapper):
    mapper.set(OURS, 1, IPPROTO_TCP, PORT)
    assert mapper.getport(OURS, 2, IPPROTO_TCP).result in (0, PORT)


@covers("RFC1833 3.2", "PMAPPROC_CALLIT answers only on success; a server may not offer it at all")
@meets("1833-3.2-8")
def test_callit(portmap, srv):
    refused = (accept_stat.PROC_UNAVAIL, auth_stat.AUTH_TOOWEAK, accept_stat.SYSTEM_ERR)
    if "udp" in srv.can:
        # "It does not send any error replies": over TCP too the server may keep silent, so it is asked something else.
        call = portmap.callit.send(NFS_PROGRAM, NFS_V3, 0)
        portmap.null()
        if call.answer is not None:
            call.result(may_fail=refused)


@pytest.mark.parametrize("name", ["set", "unset", "getport"])
@covers("RFC5531 9", "GARBAGE_ARGS for arguments cut off at any length")
@meets("1833-3.1-1", "5531-9-7")
def test_garbage(portmap, name):
    procedure = getattr(portmap, name)
    whole = procedure.encode(OURS, 1, IPPROTO_TCP, PORT)
    for size in range(0, len(whole)):
        procedure(raw=whole[:size], fails=accept_stat.GARBAGE_ARGS)
    portmap.null()


@needs("udp")
@covers("RFC1833 3.2", "the port mapper answers over UDP, where clients ask first")
@meets("1833-3.2-9")
def test_over_udp(connect, srv):
    udp = portmap_.Client(connect("portmap", udp=True))
    assert udp.getport(NFS_PROGRAM, NFS_V3, IPPROTO_TCP).result == srv.nfs.port


@covers("RFC1833 3", "the table holds all that is registered")
@meets("1833-3.2-2")
def test_many(mapper):
    calls = [mapper.set.send(OURS, 3, prot, 1000 + prot) for prot in (IPPROTO_TCP, IPPROTO_UDP)]
    assert all(call.result().result for call in calls)
    assert ours(mapper) == {(3, IPPROTO_TCP, 1006), (3, IPPROTO_UDP, 1017)}
