"""Servers that end and come back: what must still hold then (RFC 1813 1.6, 3.3.7, 3.3.8, 4.8)."""

import pytest

from conformance.nfs3.checks import BAD_HANDLE, attributes, names
from dittofs import mount, nfs3
from dittofs.nfs3 import DATA_SYNC, EXCLUSIVE, FILE_SYNC, NFS3ERR, UNSTABLE
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")


def connected(srv) -> tuple[nfs3.Client, nfs3.nfs_fh3]:
    """A new client and the root of the export."""
    top = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
    return nfs3.Client(srv.host, srv.nfs_port), nfs3.fh(top)


def again(srv, how: str):
    """The same server after a clean stop or a crash."""
    if how == "crash":
        srv.crash()
    return connected(srv.restart())


both_ways = pytest.mark.parametrize("how", ["stop", "crash"])


@both_ways
@covers("RFC1813 4.8", "what was answered is on stable storage: files, directories, links, attributes")
@meets("1813-1.6-1", "1813-4.8-1")
def test_namespace_survives(instance, how):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    d = c.mkdir(top, "d", mode=0o750).obj
    f = c.create(d, "f", mode=0o640, uid=5).obj
    c.symlink(d, "l", "text")
    c.link(f, d, "g")
    c.rename(d, "l", d, "m")
    c, top = again(srv, how)
    assert names(c, d) == {"f", "g", "m"}
    a = attributes(c, f)
    assert (a.mode & 0o7777, a.uid, a.nlink) == (0o640, 5, 2)
    assert c.readlink(c.lookup(d, "m").object).data == "text"


@both_ways
@pytest.mark.parametrize("stable", [DATA_SYNC, FILE_SYNC], ids=lambda s: s.name)
@covers("RFC1813 3.3.7", "FILE_SYNC and DATA_SYNC data are there after a restart")
@meets("1813-3.3.7-1", "1813-3.3.7-2", "1813-4.8-1")
def test_stable_data_survive(instance, how, stable):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    f = c.create(top, "f").obj
    data = bytes(n % 251 for n in range(100_000))
    c.write(f, 0, data, stable)
    c, top = again(srv, how)
    assert bytes(c.read(f, 0, len(data)).data) == data


@both_ways
@covers("RFC1813 3.3.21", "data written UNSTABLE and committed are there after a restart")
@meets("1813-3.3.21-1")
def test_committed_data_survive(instance, how):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    f = c.create(top, "f").obj
    c.write(f, 0, b"data" * 1000, UNSTABLE)
    c.commit(f)
    c, top = again(srv, how)
    assert bytes(c.read(f).data) == b"data" * 1000


@covers("RFC1813 3.3.7", "unstable data are there after a crash, or the verifier says that they may be gone")
@meets("1813-3.3.7-4")
def test_verifier_tells(instance):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    f = c.create(top, "f").obj
    verf = c.write(f, 0, b"data", UNSTABLE).verf
    c, top = again(srv, "crash")
    lost = bytes(c.read(f).data) != b"data"
    assert not lost or c.commit(f).verf != verf


@covers("RFC1813 3.3.7", "the verifier differs between instances where data may be lost, and stays in each")
@meets("1813-3.3.7-6")
def test_verifier_changes(instance):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    f = c.create(top, "f").obj
    verifiers = [c.commit(f).verf]
    for _ in range(3):
        c, top = again(srv, "crash")
        assert c.commit(f).verf == c.write(f, 0, b"x", UNSTABLE).verf
        verifiers.append(c.commit(f).verf)
    assert len(set(verifiers)) == len(verifiers)


@both_ways
@covers("RFC1813 3.3.8", "the verifier of an exclusive create is in stable storage: a retry after a restart succeeds")
@meets("1813-3.3.8-5")
def test_exclusive_create(instance, how):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    fileid = attributes(c, c.create(top, "f", EXCLUSIVE, verf=b"8 bytes!").obj).fileid
    c, top = again(srv, how)
    assert attributes(c, c.create(top, "f", EXCLUSIVE, verf=b"8 bytes!").obj).fileid == fileid
    c.create(top, "f", EXCLUSIVE, verf=b"8 others", fails=NFS3ERR.EXIST)


@both_ways
@covers("RFC1813 2.5", "file handles stay valid: a client goes on as if the server had only been slow")
@meets("1813-1.6-2")
def test_handles_survive(instance, how):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    handles = [top] + [c.create(top, f"f{n}").obj.handle for n in range(10)]
    c.remove(top, "f3")
    c, same_top = again(srv, how)
    assert same_top == top
    for n, handle in enumerate(handles):
        c.getattr(handle, fails=NFS3ERR.STALE if n == 4 else None)


@both_ways
@covers("RFC1813 3.3.16", "a listing goes on after a restart, or NFS3ERR_BAD_COOKIE sends the client back to the start")
def test_cookies(instance, how):
    srv = instance(store="lmdb")
    c, top = connected(srv)
    for n in range(50):
        c.create(top, f"f{n:02}")
    page = c.readdir(top, count=600)
    found = [entry.name for entry in page.reply.entries]
    c, top = again(srv, how)
    rest = c.readdir(top, page.reply.entries[-1].cookie, page.cookieverf, may_fail=NFS3ERR.BAD_COOKIE)
    if rest.outcome == 0:
        found += [entry.name for entry in rest.reply.entries]
        assert sorted(set(found) - {".", ".."}) == [f"f{n:02}" for n in range(50)]
        assert len(found) == len(set(found))


@covers("RFC1813 2.6", "what a server without stable storage forgot is stale")
def test_memory_forgets(instance):
    srv = instance(store="memory")
    c, top = connected(srv)
    f = c.create(top, "f").obj
    c, top = again(srv, "crash")
    c.getattr(f, fails=BAD_HANDLE)
    assert names(c, top) == set()
