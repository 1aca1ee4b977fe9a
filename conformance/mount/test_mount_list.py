"""The mount list: DUMP, UMNT, UMNTALL and EXPORT of versions 3 (RFC 1813 5.2) and 1 (RFC 1094 appendix A)."""

import pytest

from dittofs import mount as mount_
from dittofs.rpc import Sys, accept_stat
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("mount")


def both(what_v3: str, what_section: str):
    return pytest.mark.parametrize(
        "client",
        [
            pytest.param(mount_.Client, id="v3", marks=covers(f"RFC1813 {what_section}", what_v3)),
            pytest.param(mount_.ClientV1, id="v1", marks=covers("RFC1094 A", what_v3)),
        ],
    )


@pytest.fixture
def clean(mount):
    """No entries of ours in the list, before and after."""
    mount.umntall()
    yield mount
    mount.umntall()


def mounted(client) -> list[str]:
    return [entry.ml_directory for entry in client.dump().result]


@both("NULL does nothing and answers", "5.2.0")
@meets("1813-5.2.0-1")
def test_null(connect, client):
    client(connect("mount")).null()


@both("DUMP lists what this client mounted", "5.2.2")
@meets("1813-5.2.2-1")
def test_dump(connect, clean, srv, client):
    clean.mnt(srv.exports["rw"])
    entries = client(connect("mount")).dump().result
    mine = [entry for entry in entries if entry.ml_directory == srv.exports["rw"]]
    assert mine and all(entry.ml_hostname for entry in mine)


@both("UMNT takes the entry away", "5.2.3")
@meets("1813-5.2.3-1")
def test_umnt(connect, clean, srv, client):
    clean.mnt(srv.exports["rw"])
    client(connect("mount"), cred=Sys()).umnt(srv.exports["rw"])
    assert srv.exports["rw"] not in mounted(clean)


@both("UMNTALL takes all of this client's entries away", "5.2.4")
@meets("1813-5.2.4-1")
def test_umntall(connect, clean, srv, client):
    mine = {path for role, path in srv.exports.items() if role != "limited"}
    for path in mine:
        clean.mnt(path)
    client(connect("mount"), cred=Sys()).umntall()
    assert not set(mounted(clean)) & mine


@covers("RFC1813 5.2.3", "UMNT of what is not mounted, or does not exist, is no error: there is no result")
@pytest.mark.parametrize("path", ["/no-such-export", "", "/"])
def test_umnt_of_nothing(clean, path):
    clean.umnt(path)


@covers("RFC1813 5.2.3", "UMNT does not make handles stale: the server keeps no state for them")
def test_handle_after_umnt(clean, nfs3, srv):
    top = clean.mnt(srv.exports["rw"]).fhandle
    clean.umnt(srv.exports["rw"])
    nfs3.getattr(top)


@covers("RFC1813 5.2.4", "UMNTALL leaves other clients' entries")
@meets("1813-5.2.4-1")
def test_umntall_of_another(connect, clean, srv):
    clean.mnt(srv.exports["rw"])
    mount_.Client(connect("mount", source="127.0.0.9"), cred=Sys()).umntall()
    assert srv.exports["rw"] in mounted(clean)


@covers("RFC1813 5.2.2", "mounting twice leaves at most one entry after one UMNT, and none after UMNTALL")
def test_twice(clean, srv):
    clean.mnt(srv.exports["rw"])
    clean.mnt(srv.exports["rw"])
    clean.umntall()
    assert srv.exports["rw"] not in mounted(clean)


@both("EXPORT lists every export", "5.2.5")
@meets("1813-5.2.5-1")
def test_export(connect, srv, client):
    listed = {entry.ex_dir for entry in client(connect("mount")).export().result}
    assert set(srv.exports.values()) - {srv.exports.get("limited")} <= listed


@covers("RFC1813 5.2.5", "each export once, with the names of those who may use it")
@meets("1813-5.2.5-1")
def test_export_once(mount):
    entries = mount.export().result
    paths = [entry.ex_dir for entry in entries]
    assert len(set(paths)) == len(paths)
    assert all(group.gr_name for entry in entries for group in entry.ex_groups)


@covers("RFC1094 A", "MNT of version 1 gives a handle of 32 bytes, or a UNIX error number")
def test_mnt_version_1(connect, srv):
    client = mount_.ClientV1(connect("mount"), cred=Sys())
    r = client.mnt.call(srv.exports["rw"])
    assert r.accept_stat == accept_stat.SUCCESS
    assert (r.status != 0) == (r.result.directory is None)
    client.mnt("/no-such-export", fails=...)


@needs("udp")
@covers("RFC1813 5.1.3", "MOUNT answers over UDP too")
@meets("1813-5.1.3-1")
def test_over_udp(connect, srv):
    udp = mount_.Client(connect("mount", udp=True), cred=Sys())
    udp.null()
    assert udp.mnt(srv.exports["rw"]).fhandle
