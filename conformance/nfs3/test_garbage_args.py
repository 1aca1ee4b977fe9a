"""Arguments that do not decode, in every procedure: RFC 5531 9 GARBAGE_ARGS, RFC 4506."""

import struct

import pytest

from conformance.nfs3.calls import USAGES
from dittofs.nfs3 import NFS3ERR
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

GARBAGE = accept_stat.GARBAGE_ARGS


def once_each():
    """Every procedure once, with attributes that are all there where it takes some."""
    seen = {u.name: u for u in USAGES}
    return pytest.mark.parametrize("use", [pytest.param(u, id=u.name) for u in seen.values()])


def encoded(nfs3, use, handle, **more) -> bytes:
    return use.bound(nfs3).encode(*use.args(handle, handle), **more)


@once_each()
@covers("RFC5531 9", "GARBAGE_ARGS for arguments cut off at any length; the connection goes on")
@meets("1813-2.5-1", "5531-9-7")
def test_truncated(nfs3, file, use):
    whole = encoded(nfs3, use, file)
    procedure = use.bound(nfs3)
    calls = [procedure.send(raw=whole[:size]) for size in range(len(whole))]
    for call in calls:
        call.result(fails=GARBAGE)
    nfs3.null()


ATTRIBUTES = dict(mode=0o644, uid=1, gid=2, size=3, atime=(4, 5), mtime=(6, 7))
WITH_ATTRIBUTES = {
    "setattr": ((), {"guard": (8, 9)}),
    "create": (("name",), {}),
    "mkdir": (("name",), {}),
    "symlink": (("name", "text"), {}),
    "mknod": (("name", 3), {}),
}


@pytest.mark.parametrize("name", WITH_ATTRIBUTES)
@covers("RFC5531 9", "GARBAGE_ARGS for attributes cut off at any length")
def test_truncated_attributes(nfs3, file, name):
    args, more = WITH_ATTRIBUTES[name]
    procedure = getattr(nfs3, name)
    whole = procedure.encode(file, *args, **more, **ATTRIBUTES)
    for call in [procedure.send(raw=whole[:size]) for size in range(len(whole))]:
        call.result(fails=GARBAGE)
    nfs3.null()


@once_each()
@covers("RFC4506 4.10", "a length that reaches past the end of the message: GARBAGE_ARGS")
@meets("5531-9-7")
def test_length_past_end(nfs3, file, use):
    whole = encoded(nfs3, use, file)
    for size in (len(whole), 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1):
        use.bound(nfs3)(raw=struct.pack(">I", size) + whole[4:], fails=GARBAGE)
    nfs3.null()


@pytest.mark.parametrize("size", [2**20, 2**31 - 1, 2**32 - 1], ids=hex)
@covers("RFC4506 4.11", "the length of a name that reaches past the end: GARBAGE_ARGS")
def test_name_past_end(nfs3, home, size):
    raw = nfs3.lookup.encode(home, "name")
    nfs3.lookup(raw=raw[:-8] + struct.pack(">I", size) + raw[-4:], fails=GARBAGE)


@pytest.mark.parametrize("size", [100, 2**31 - 1, 2**32 - 1], ids=hex)
@covers("RFC4506 4.10", "the length of the data of a WRITE that reaches past the end: GARBAGE_ARGS")
def test_data_past_end(nfs3, file, size):
    raw = nfs3.write.encode(file, 0, b"data")
    nfs3.write(raw=raw[:-8] + struct.pack(">I", size) + raw[-4:], fails=GARBAGE)
    assert nfs3.getattr(file).obj_attributes.size == 0


@pytest.mark.parametrize("name", ["getattr", "access", "readlink", "read", "lookup", "fsstat", "fsinfo", "pathconf"])
@covers("RFC5531 9", "bytes after the arguments: GARBAGE_ARGS, or the call as if they were not there")
def test_trailing_bytes(nfs3, home, file, symlink, name):
    use = next(u for u in USAGES if u.name == name)
    handle = {"readlink": symlink, "lookup": home}.get(name, file)
    for more in (4, 400):
        raw = encoded(nfs3, use, handle) + bytes(more)
        use.bound(nfs3)(raw=raw, may_fail=(GARBAGE, NFS3ERR.NOENT))


@covers("RFC4506 4.11", "bytes that pad a string are zero; others are refused or ignored")
def test_padding(nfs3, home):
    nfs3.create(home, "abc")
    raw = nfs3.lookup.encode(home, "abc")
    nfs3.lookup(raw=raw[:-1] + b"\x55", may_fail=GARBAGE)


@pytest.mark.parametrize("value", [2, 256, 2**31, 2**32 - 1], ids=hex)
@covers("RFC4506 4.4", "a boolean is 0 or 1")
def test_boolean(nfs3, file, value):
    raw = nfs3.setattr.encode(file)
    nfs3.setattr(raw=raw[:-4] + struct.pack(">I", value), fails=(GARBAGE, NFS3ERR.INVAL))


@pytest.mark.parametrize("value", [3, 255, 2**31, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an enumeration has no other values than those it names: stable_how")
def test_stable_how(nfs3, file, value):
    raw = nfs3.write.encode(file, 0, b"data")
    nfs3.write(raw=raw[:-12] + struct.pack(">I", value) + raw[-8:], fails=(GARBAGE, NFS3ERR.INVAL))
    assert nfs3.getattr(file).obj_attributes.size == 0


@pytest.mark.parametrize("value", [3, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.15", "a union has no arm for a discriminant it does not name: createmode3")
def test_createmode(nfs3, home, value):
    raw = nfs3.create.encode(home, "name", 2)
    nfs3.create(raw=raw[:-12] + struct.pack(">I", value) + raw[-8:], fails=(GARBAGE, NFS3ERR.INVAL))


@pytest.mark.parametrize("value", [0, 8, 255, 2**32 - 1], ids=hex)
@covers("RFC1813 3.3.11", "a type that ftype3 does not name: GARBAGE_ARGS, or NFS3ERR_BADTYPE for an illegal type")
def test_ftype(nfs3, home, value):
    raw = nfs3.mknod.encode(home, "name", 1)
    nfs3.mknod(raw=raw[:-4] + struct.pack(">I", value), fails=(GARBAGE, NFS3ERR.BADTYPE, NFS3ERR.INVAL))


@pytest.mark.parametrize("value", [3, 255, 2**32 - 1], ids=hex)
@covers("RFC4506 4.3", "an enumeration has no other values than those it names: time_how")
def test_time_how(nfs3, file, value):
    raw = nfs3.setattr.encode(file)
    nfs3.setattr(raw=raw[:-8] + struct.pack(">I", value) + raw[-4:], fails=(GARBAGE, NFS3ERR.INVAL))
