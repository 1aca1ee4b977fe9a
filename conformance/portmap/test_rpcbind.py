"""rpcbind, versions 3 and 4: RFC 1833 2."""

import pytest

from dittofs.nfs3 import NFS_PROGRAM, NFS_V3
from dittofs.portmap import RPCBPROG, host_port, universal
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("portmap")

OURS = 0x20000000 + 0xD1771
ADDRESS = universal("127.0.0.1", 54321)


@pytest.fixture(params=[3, 4], ids=["v3", "v4"])
def rpcbind(request):
    """rpcbind in both versions, without a trace of our program, before and after."""
    client = request.getfixturevalue(f"rpcbind{request.param}")
    for vers in (1, 2):
        client.unset(OURS, vers)
    yield client
    for vers in (1, 2):
        client.unset(OURS, vers)


def ours(client) -> set[tuple[int, str, str]]:
    found = (entry.rpcb_map for entry in client.dump().result)
    return {(m.r_vers, m.r_netid, m.r_addr) for m in found if m.r_prog == OURS}


@covers("RFC1833 2.2.1", "RPCBPROC_NULL does nothing and answers")
@meets("1833-2.2.1-1")
def test_null(rpcbind):
    assert rpcbind.null().body == b""


@covers("RFC1833 2.2.1", "RPCBPROC_GETADDR tells the universal address of NFS")
@meets("1833-2.2.1-6")
def test_getaddr(rpcbind, srv):
    _, port = host_port(rpcbind.getaddr(NFS_PROGRAM, NFS_V3, "tcp").result)
    assert port == srv.nfs.port


@covers("RFC1833 2.2.1", "RPCBPROC_GETADDR: an empty string for a program that is not registered")
@meets("1833-2.2.1-6")
def test_getaddr_unknown(rpcbind):
    assert rpcbind.getaddr(OURS, 1, "tcp").result == ""


@covers("RFC1833 2.2.1", "RPCBPROC_GETADDR: the netid of the connection is used, not that of the arguments")
@meets("1833-2.2.1-7")
def test_getaddr_without_netid(rpcbind, srv):
    _, port = host_port(rpcbind.getaddr(NFS_PROGRAM, NFS_V3).result)
    assert port == srv.nfs.port


@covers("RFC1833 2.2.1", "RPCBPROC_DUMP lists all mappings: NFS and rpcbind itself")
@meets("1833-2.2.1-8")
def test_dump(rpcbind, srv):
    found = {(e.rpcb_map.r_prog, e.rpcb_map.r_vers, e.rpcb_map.r_netid): e.rpcb_map for e in rpcbind.dump().result}
    assert host_port(found[NFS_PROGRAM, NFS_V3, "tcp"].r_addr)[1] == srv.nfs.port
    assert {(RPCBPROG, vers, "tcp") for vers in (2, 3, 4)} <= found.keys()


@covers("RFC1833 2.2.1", "RPCBPROC_SET registers, GETADDR and DUMP know it, RPCBPROC_UNSET forgets")
@meets("1833-2.2.1-2", "1833-2.2.1-4")
def test_set_and_unset(rpcbind):
    assert rpcbind.set(OURS, 1, "tcp", ADDRESS, "owner").result is True
    assert host_port(rpcbind.getaddr(OURS, 1, "tcp").result)[1] == 54321
    assert {(vers, netid) for vers, netid, _ in ours(rpcbind)} == {(1, "tcp")}
    assert rpcbind.unset(OURS, 1, "tcp").result is True
    assert rpcbind.getaddr(OURS, 1, "tcp").result == ""


@covers("RFC1833 2.2.1", "RPCBPROC_SET: FALSE when the program, version and netid have an address")
@meets("1833-2.2.1-3")
def test_set_twice(rpcbind):
    assert rpcbind.set(OURS, 1, "tcp", ADDRESS, "owner").result is True
    assert rpcbind.set(OURS, 1, "tcp", universal("127.0.0.1", 1), "owner").result is False
    assert host_port(rpcbind.getaddr(OURS, 1, "tcp").result)[1] == 54321


@covers("RFC1833 2.2.1", "RPCBPROC_UNSET without a netid takes all transports")
@meets("1833-2.2.1-5")
def test_unset_all(rpcbind):
    rpcbind.set(OURS, 1, "tcp", ADDRESS, "owner")
    rpcbind.set(OURS, 1, "udp", ADDRESS, "owner")
    rpcbind.unset(OURS, 1, "", "", "owner")
    assert ours(rpcbind) == set()


@covers("RFC1833 2.2.1", "RPCBPROC_UNSET with a netid takes that one")
@meets("1833-2.2.1-4")
def test_unset_one(rpcbind):
    rpcbind.set(OURS, 1, "tcp", ADDRESS, "owner")
    rpcbind.set(OURS, 1, "udp", ADDRESS, "owner")
    rpcbind.unset(OURS, 1, "udp", "", "owner")
    assert {netid for _, netid, _ in ours(rpcbind)} == {"tcp"}


@covers("RFC1833 2.2.1", "RPCBPROC_CALLIT, BCAST in version 4, of what fails or is not there: no reply of an error")
@meets("1833-2.2.1-9")
def test_callit(rpcbind):
    forward = rpcbind.bcast if rpcbind.version == 4 else rpcbind.callit  # the same procedure by another name
    calls = [forward.send(OURS, 1, 0), forward.send(NFS_PROGRAM, NFS_V3, 1, b"no handle")]
    rpcbind.null()
    assert [call.answer for call in calls] == [None, None]


@covers("RFC1833 2.2.1", "RPCBPROC_GETTIME: seconds since 1970, of the server")
@meets("1833-2.2.1-10")
def test_gettime(rpcbind, srv, nfs3, home):
    # Its own idea of the time is all that can be held against it: that of the files it serves.
    written = nfs3.getattr(home).obj_attributes.ctime.seconds
    assert abs(rpcbind.gettime().result - written) < 3600


@pytest.mark.parametrize("port", [0, 1, 255, 256, 2049, 65535])
@covers("RFC1833 2.2.1", "RPCBPROC_UADDR2TADDR and TADDR2UADDR are each other's reverse")
@meets("1833-2.2.1-11")
def test_address_conversions(rpcbind, port):
    address = universal("127.0.0.1", port)
    r = rpcbind.uaddr2taddr(address).result
    assert rpcbind.taddr2uaddr(r.buf, r.maxlen).result == address


@pytest.mark.parametrize("address", ["", "nonsense", "1.2.3", "1.2.3.4.5", "999.0.0.1.8.1", "127.0.0.1.256.1"])
@covers("RFC1833 2.2.1", "an address that is none: an empty result, or refused; nothing breaks")
def test_bad_address(rpcbind, address):
    rpcbind.uaddr2taddr(address, may_fail=(accept_stat.GARBAGE_ARGS, accept_stat.SYSTEM_ERR))
    rpcbind.null()


@pytest.mark.parametrize("buf", [b"", b"\0", b"\xff" * 16, bytes(200)], ids=len)
@covers("RFC1833 2.2.1", "a transport address that is none: an empty result, or refused; nothing breaks")
def test_bad_transport_address(rpcbind, buf):
    rpcbind.taddr2uaddr(buf, may_fail=(accept_stat.GARBAGE_ARGS, accept_stat.SYSTEM_ERR))
    rpcbind.null()


@covers("RFC1833 2.2.1", "RPCBPROC_GETVERSADDR: the address of exactly this version, or an empty string")
@meets("1833-2.2.2-1")
def test_getversaddr(rpcbind4, srv):
    rpcbind4.unset(OURS, 1)
    rpcbind4.set(OURS, 1, "tcp", ADDRESS, "owner")
    assert host_port(rpcbind4.getversaddr(OURS, 1, "tcp").result)[1] == 54321
    assert rpcbind4.getversaddr(OURS, 2, "tcp").result == ""
    rpcbind4.unset(OURS, 1)
    assert host_port(rpcbind4.getversaddr(NFS_PROGRAM, NFS_V3, "tcp").result)[1] == srv.nfs.port


@covers("RFC1833 2.2.1", "RPCBPROC_GETADDRLIST: every transport of the program and version, with its semantics")
@meets("1833-2.2.2-2")
def test_getaddrlist(rpcbind4, srv):
    entries = [e.rpcb_entry_map for e in rpcbind4.getaddrlist(NFS_PROGRAM, NFS_V3, "tcp").result]
    tcp = next(e for e in entries if e.r_nc_netid == "tcp")
    assert host_port(tcp.r_maddr)[1] == srv.nfs.port
    assert (tcp.r_nc_protofmly, tcp.r_nc_proto) == ("inet", "tcp")
    assert tcp.r_nc_semantics in (2, 3)  # NC_TPI_COTS, NC_TPI_COTS_ORD


@covers("RFC1833 2.2.1", "RPCBPROC_GETADDRLIST: an empty list for a program that is not registered")
@meets("1833-2.2.2-2")
def test_getaddrlist_unknown(rpcbind4):
    assert rpcbind4.getaddrlist(OURS, 1, "tcp").result == []


@covers("RFC1833 2.2.1", "RPCBPROC_GETSTAT counts the calls of each version, this one too")
@meets("1833-2.2.2-3")
def test_getstat(rpcbind4):
    before = rpcbind4.getstat().result
    rpcbind4.null()
    after = rpcbind4.getstat().result
    assert len(after) == 3 and after[2].info[0] > before[2].info[0]


@covers("RFC1833 2", "what version 2 registered, versions 3 and 4 know, and the other way round")
@meets("1833-2-1")
def test_versions_share_a_table(rpcbind, portmap):
    portmap.set(OURS, 1, 6, 54321)
    assert host_port(rpcbind.getaddr(OURS, 1, "tcp").result)[1] == 54321
    portmap.unset(OURS, 1)
    rpcbind.set(OURS, 2, "tcp", ADDRESS, "owner")
    assert portmap.getport(OURS, 2, 6).result == 54321
    rpcbind.unset(OURS, 2, "tcp", "", "owner")
