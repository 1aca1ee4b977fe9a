"""ACCESS: RFC 7530 16.1."""

import pytest

from conformance.nfs40.checks import OBJECTS, new_file
from dittofs.nfs4 import (
    ACCESS4_DELETE, ACCESS4_EXECUTE, ACCESS4_EXTEND, ACCESS4_LOOKUP, ACCESS4_MODIFY, ACCESS4_READ, NFS4ERR, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets

ALL = ACCESS4_READ | ACCESS4_LOOKUP | ACCESS4_MODIFY | ACCESS4_EXTEND | ACCESS4_DELETE | ACCESS4_EXECUTE
CHANGE = ACCESS4_MODIFY | ACCESS4_EXTEND


def access(c, handle, wanted=ALL):
    r = c.compound(op.putfh(handle), op.access(wanted)).access
    assert r.access & ~r.supported == 0, "what is granted is supported"
    assert r.supported & ~wanted == 0, "only what was asked for is answered"
    return r.access, r.supported


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC7530 16.1", "any object answers")
def test_every_type(nfs40, request, kind):
    access(nfs40, request.getfixturevalue(kind))


@pytest.mark.parametrize("bit", range(6))
@covers("RFC7530 16.1", "each bit by itself says what it says among all")
@meets("7530-16.1-1")
def test_single_bits(nfs40, file, subdir, bit):
    for handle in (file, subdir):
        granted, supported = access(nfs40, handle)
        assert access(nfs40, handle, 1 << bit) == (granted & 1 << bit, supported & 1 << bit)


@covers("RFC7530 16.1", "nothing asked, nothing answered")
@meets("7530-16.1-1")
def test_nothing(nfs40, file):
    assert access(nfs40, file, 0) == (0, 0)


@pytest.mark.parametrize("bits", [0x40, 0x1000, 0x80000000, 0xFFFFFFFF], ids=hex)
@covers("RFC7530 16.1", "bits that mean nothing: not supported, or NFS4ERR_INVAL")
@meets("7530-16.1-1")
def test_unknown_bits(nfs40, file, bits):
    r = nfs40.compound(op.putfh(file), op.access(bits).may_fail(NFS4ERR.INVAL))
    if r.status == 0:
        assert r.access.supported & ~ALL == 0


MODES = [0o000, 0o444, 0o222, 0o111, 0o777, 0o700, 0o070, 0o007, 0o640, 0o751]


@pytest.mark.parametrize("mode", MODES, ids=oct)
@covers("RFC7530 16.1", "a file's owner, its group and others are granted what the mode gives them")
@meets("7530-16.1-2")
def test_file_modes(nfs40, alice, bob, carol, home, mode):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=mode, owner="1000", owner_group="1000")
    for user, shift in ((alice, 6), (carol, 3), (bob, 0)):
        bits = mode >> shift & 7
        granted, _ = access(user, f)
        assert bool(granted & ACCESS4_READ) == bool(bits & 4)
        assert bool(granted & ACCESS4_MODIFY) == bool(granted & ACCESS4_EXTEND) == bool(bits & 2)
        assert bool(granted & ACCESS4_EXECUTE) == bool(bits & 1)


@pytest.mark.parametrize("mode", MODES, ids=oct)
@covers("RFC7530 16.1", "a directory: READ to list, LOOKUP to search, MODIFY and EXTEND to change entries")
def test_directory_modes(nfs40, alice, bob, carol, home, mode):
    d = nfs40.mkdir(home, "d")
    nfs40.setattr(d, mode=mode, owner="1000", owner_group="1000")
    for user, shift in ((alice, 6), (carol, 3), (bob, 0)):
        bits = mode >> shift & 7
        granted, supported = access(user, d)
        assert bool(granted & ACCESS4_READ) == bool(bits & 4)
        assert bool(granted & ACCESS4_LOOKUP) == bool(bits & 1)
        if not bits & 2:
            assert not granted & CHANGE & supported


@covers("RFC7530 16.1", "what is granted works, what is refused does not")
@meets("7530-16.1-2")
def test_true(nfs40, bob, home):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=0o604)
    granted, _ = access(bob, f)
    assert granted & (ACCESS4_READ | CHANGE) == ACCESS4_READ
    assert bob.read(f) == b""
    bob.compound(op.putfh(f), op.write(op.ANONYMOUS, 0, b"x").fails(NFS4ERR.ACCESS))


@covers("RFC7530 16.1", "root may read and change what nobody else may")
def test_root(nfs40, home):
    f = new_file(nfs40, home, "f")
    nfs40.setattr(f, mode=0)
    granted, _ = access(nfs40, f)
    assert granted & (ACCESS4_READ | CHANGE) == ACCESS4_READ | CHANGE
