"""File handles that are wrong, in every procedure that takes one: RFC 1813 2.5 nfs_fh3 and 2.6."""

import pytest

from conformance.nfs3.calls import DIRECTORY, FILE, LINK, USAGES, each
from conformance.nfs3.checks import BAD_HANDLE
from dittofs.nfs3 import NFS3_OK, NFS3ERR
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets


def usages(what):
    return pytest.mark.parametrize("use", each(what))


@pytest.fixture
def of_kind(request, nfs3, home):
    """An object of the kind that a procedure wants, as (its name, its handle)."""

    def make(use):
        name = {DIRECTORY: "subdir", FILE: "file", LINK: "symlink"}.get(use.handle, "file")
        return name, request.getfixturevalue(name)

    return make


@usages("the handle of an object that was removed: NFS3ERR_STALE")
@meets("1813-2.6-1")
def test_removed(nfs3, home, of_kind, use):
    other = nfs3.mkdir(home, "other", mode=0o777).obj
    nfs3.create(other, "file")
    spare = nfs3.create(home, "spare").obj
    name, handle = of_kind(use)
    (nfs3.rmdir if name == "subdir" else nfs3.remove)(home, name)
    second = spare if (use.name, use.place) == ("link", "dir") else other
    use.bound(nfs3)(*use.args(handle, second), fails=NFS3ERR.STALE)


WRONG = {
    "empty": b"",
    "one byte": b"\x01",
    "zeros": bytes(32),
    "zeros, longest": bytes(64),
    "ones": b"\xff" * 32,
    "ones, longest": b"\xff" * 64,
}


@pytest.mark.parametrize("handle", WRONG.values(), ids=WRONG)
@usages("a handle that the server never gave: NFS3ERR_BADHANDLE or NFS3ERR_STALE")
@meets("1813-2.5-1", "1813-2.6-1")
def test_invented(nfs3, home, file, use, handle):
    second = file if (use.name, use.place) == ("link", "dir") else home
    use.bound(nfs3)(*use.args(handle, second), fails=BAD_HANDLE)


@usages("a handle cut short, to any length: NFS3ERR_BADHANDLE or NFS3ERR_STALE")
@meets("1813-2.5-1", "1813-2.6-1")
def test_truncated(nfs3, home, file, of_kind, use):
    _, handle = of_kind(use)
    second = file if (use.name, use.place) == ("link", "dir") else home
    procedure = use.bound(nfs3)
    calls = [procedure.send(*use.args(handle.data[:size], second)) for size in range(len(handle.data))]
    for call in calls:
        call.result(fails=BAD_HANDLE)


@pytest.mark.parametrize("more", [1, 4, 32])
@covers("RFC1813 2.6", "a handle with bytes after its end is not the handle that was given")
def test_lengthened(nfs3, file, more):
    handle = file.data + bytes(more)
    if len(handle) <= 64:
        nfs3.getattr(handle, fails=BAD_HANDLE)


@pytest.mark.parametrize("kind", ["file", "subdir", "symlink"])
@covers("RFC1813 2.6", "one bit flipped: refused, or a bit without meaning and the same object; nothing breaks")
def test_flipped(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    here = nfs3.getattr(handle).obj_attributes
    calls = []
    for bit in range(len(handle.data) * 8):
        wrong = bytearray(handle.data)
        wrong[bit // 8] ^= 1 << bit % 8
        calls.append(nfs3.getattr.send(bytes(wrong)))
    for call in calls:
        r = call.result(may_fail=BAD_HANDLE)
        if r.outcome == NFS3_OK:
            assert r.obj_attributes.fsid == here.fsid


@pytest.mark.parametrize("size", [65, 68, 128, 1024])
@usages("more than NFS3_FHSIZE bytes are no handle: GARBAGE_ARGS, or a status that says so")
@meets("1813-2.5-4")
def test_over_long(nfs3, home, file, use, size):
    args = use.bound(nfs3).encode(*use.args(file, file))
    counted = len(file.data).to_bytes(4, "big") + file.data + bytes(-len(file.data) % 4)
    longer = size.to_bytes(4, "big") + bytes(size + -size % 4)
    refused = (accept_stat.GARBAGE_ARGS, *BAD_HANDLE)
    use.bound(nfs3)(raw=args.replace(counted, longer, 1), fails=refused)


NOT_DIRECTORIES = [u for u in USAGES if u.handle == DIRECTORY]


@pytest.mark.parametrize("kind", ["file", "symlink", "fifo"])
@pytest.mark.parametrize("use", each("NFS3ERR_NOTDIR: a directory was asked for", NOT_DIRECTORIES))
@meets("1813-2.6-4")
def test_not_a_directory(nfs3, home, request, use, kind):
    handle = request.getfixturevalue(kind)
    nfs3.create(home, "file")
    second = nfs3.create(home, "spare").obj if use.name == "link" else home
    use.bound(nfs3)(*use.args(handle, second), fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.5", "one object, one handle: however it is found")
@meets("1813-2.5-5")
def test_same_handle(nfs3, home, file, subdir):
    nfs3.link(file, subdir, "second")
    found = [nfs3.lookup(home, "file").object, nfs3.lookup(subdir, "second").object]
    found += [e.name_handle.handle for e in nfs3.readdirplus(home).reply.entries if e.name == "file"]
    # "A client may find two handles equal and so the same object; unequal handles prove nothing."
    fileids = {nfs3.getattr(handle).obj_attributes.fileid for handle in found}
    assert len(fileids) == 1


@covers("RFC1813 2.5", "handles of different objects differ")
@meets("1813-2.5-5")
def test_different_handles(nfs3, home, crowded):
    handles = {e.name_handle.handle.data for e in nfs3.readdirplus(crowded).reply.entries}
    assert len(handles) == len(nfs3.readdirplus(crowded).reply.entries)


@covers("RFC1813 2.6", "a new object is not reached by the handle of one that was removed")
@meets("1813-2.6-1")
def test_not_reused(nfs3, home):
    old = nfs3.create(home, "f").obj
    for _ in range(50):
        nfs3.remove(home, "f")
        nfs3.create(home, "f")
        nfs3.getattr(old, fails=NFS3ERR.STALE)


@covers("RFC1813 2.5", "a handle works over any connection, for any user")
def test_other_connection(connect, file):
    from dittofs import nfs3
    from dittofs.testing.fixtures import BOB

    nfs3.Client(connect(), cred=BOB).getattr(file)
