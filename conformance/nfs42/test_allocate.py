"""ALLOCATE and DEALLOCATE: RFC 7862 15.1, 15.4."""

import pytest

from conformance.nfs42.checks import BLOCK, READ, change, content, filled, size
from dittofs.faults import at, error, once
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, op
from dittofs.testing.markers import covers, meets, needs

TOO_LARGE = (NFS4ERR.FBIG, NFS4ERR.INVAL, NFS4ERR.NOSPC)
OUT_OF_RANGE = [(2**64 - 1, 2), (2**64 - 1, 2**64 - 1), (1, 2**64 - 1), (2**63, 2**63)]


@pytest.fixture
def allocate(nfs42, opened, offered):
    offered(op.allocate(ANONYMOUS, 0, 1))
    return lambda *args: nfs42.compound(op.putfh(opened.fh), op.allocate(opened, *args))


@pytest.fixture
def deallocate(nfs42, opened, offered):
    offered(op.deallocate(ANONYMOUS, 0, 1))
    return lambda *args: nfs42.compound(op.putfh(opened.fh), op.deallocate(opened, *args))


@pytest.mark.parametrize("offset, length", [(0, 100), (0, BLOCK), (50, 100), (3 * BLOCK, 10)], ids=str)
@covers("RFC7862 15.1.3", "a range beyond the end makes the file longer; it reads as zeros, what is there stays")
@meets("7862-15.1.3-3")
def test_allocate(nfs42, opened, allocate, offset, length):
    nfs42.write(opened.fh, 0, b"data", opened.stateid)
    allocate(offset, length)
    assert size(nfs42, opened.fh) == max(4, offset + length)
    assert content(nfs42, opened.fh) == b"data" + bytes(max(4, offset + length) - 4)


@covers("RFC7862 15.1.3", "a range inside of the file changes neither its size nor its data")
@meets("7862-15.1.3-3")
def test_allocate_inside(nfs42, opened, allocate):
    nfs42.write(opened.fh, 0, b"0123456789", opened.stateid)
    allocate(2, 5)
    assert content(nfs42, opened.fh) == b"0123456789"


@pytest.mark.parametrize("offset, length", OUT_OF_RANGE, ids=str)
@covers("RFC7862 15.1.3", "a range that no file can have: NFS4ERR_FBIG, NFS4ERR_INVAL or NFS4ERR_NOSPC; nothing changes")
def test_allocate_too_large(nfs42, opened, allocate, offset, length):
    nfs42.compound(op.putfh(opened.fh), op.allocate(opened, offset, length).fails(*TOO_LARGE))
    assert size(nfs42, opened.fh) == 0


@covers("RFC7862 15.1.3", "nothing to allocate: nothing changes, or NFS4ERR_INVAL")
def test_allocate_nothing(nfs42, opened, allocate):
    nfs42.compound(op.putfh(opened.fh), op.allocate(opened, 10, 0).may_fail(NFS4ERR.INVAL))
    assert content(nfs42, opened.fh) in (b"", bytes(10))


@covers("RFC7862 15.1.3", "space is there afterwards: space_used does not shrink, and the change attribute says that the size did change")
def test_allocate_space(nfs42, opened, allocate):
    before = nfs42.getattr(opened.fh, "space_used", "change")
    allocate(0, 16 * BLOCK)
    after = nfs42.getattr(opened.fh, "space_used", "change")
    assert after.change != before.change
    assert after.get("space_used", 0) >= before.get("space_used", 0)


@pytest.mark.parametrize("offset, length", [(0, 10), (5, 10), (20, 10), (0, 30), (29, 1), (0, BLOCK)], ids=str)
@covers("RFC7862 15.4.3", "a range reads as zeros; the rest and the size of the file stay")
@meets("7862-15.4.3-1", "7862-15.4.3-2")
def test_deallocate(nfs42, opened, deallocate, offset, length):
    nfs42.write(opened.fh, 0, b"x" * 30, opened.stateid)
    deallocate(offset, length)
    end = min(offset + length, 30)
    assert content(nfs42, opened.fh) == b"x" * offset + bytes(end - offset) + b"x" * (30 - end)


@covers("RFC7862 15.4.3", "whole blocks in the middle of a large file")
@meets("7862-15.4.3-1")
def test_deallocate_blocks(nfs42, home, deallocate):
    f = filled(nfs42, home, "f", (0, b"x" * 4 * BLOCK))
    nfs42.compound(op.putfh(f.fh), op.deallocate(f, BLOCK, 2 * BLOCK))
    assert content(nfs42, f.fh) == b"x" * BLOCK + bytes(2 * BLOCK) + b"x" * BLOCK


@covers("RFC7862 15.4.3", "behind the end there is nothing to free: the size stays, the data stays")
@meets("7862-15.4.3-2")
def test_deallocate_behind(nfs42, opened, deallocate):
    nfs42.write(opened.fh, 0, b"data", opened.stateid)
    deallocate(100, 100)
    deallocate(2, 2**32)
    assert content(nfs42, opened.fh) == b"da\0\0"


@pytest.mark.parametrize("offset, length", OUT_OF_RANGE, ids=str)
@covers("RFC7862 15.4.3", "a range past 2^64-1 is refused, or ends with the file; what is before it stays")
@meets("7862-15.4.3-2")
def test_deallocate_too_large(nfs42, opened, deallocate, offset, length):
    nfs42.write(opened.fh, 0, b"d", opened.stateid)
    nfs42.compound(op.putfh(opened.fh), op.deallocate(opened, offset, length).may_fail(*TOO_LARGE))
    assert content(nfs42, opened.fh) == b"d"


@covers("RFC7862 15.4.3", "the change attribute says that data changed")
def test_deallocate_change(nfs42, opened, deallocate):
    nfs42.write(opened.fh, 0, b"x" * 30, opened.stateid)
    before = change(nfs42, opened.fh)
    deallocate(0, 10)
    assert change(nfs42, opened.fh) != before


@pytest.mark.parametrize("make", [op.allocate, op.deallocate], ids=["ALLOCATE", "DEALLOCATE"])
@covers("RFC7862 15.1.3", "NFS4ERR_OPENMODE: open for reading only; NFS4ERR_ACCESS: who may not write")
@meets("7862-15.1.3-4")
def test_refused(nfs42, bob, home, file, offered, make):
    offered(make(ANONYMOUS, 0, 1))
    reading = nfs42.open(home, "file", share_access=READ, owner=b"reader")
    nfs42.compound(op.putfh(file), make(reading, 0, 10).fails(NFS4ERR.OPENMODE))
    nfs42.setattr(file, mode=0o644)
    bob.compound(op.putfh(file), make(ANONYMOUS, 0, 10).fails(NFS4ERR.ACCESS))


@pytest.mark.parametrize("make", [op.allocate, op.deallocate], ids=["ALLOCATE", "DEALLOCATE"])
@covers("RFC7862 15.1.3", "NFS4ERR_LOCKED: another's open denies writing, where the server holds special stateids to it")
@meets("7862-15.1.3-4")
def test_denied(nfs42, other, home, file, offered, make):
    offered(make(ANONYMOUS, 0, 1))
    nfs42.open(home, "file", share_deny=2, owner=b"denies")
    other.compound(op.putfh(file), make(ANONYMOUS, 0, 10).fails(NFS4ERR.LOCKED, NFS4ERR.SHARE_DENIED))


@needs("faults")
@covers("RFC7862 15.1.3", "NFS4ERR_NOSPC: more than there is room for, and the room runs out halfway; the file is what it was")
@meets("7862-15.1.3-2")
def test_no_room(nfs42, opened, allocate, faults):
    nfs42.write(opened.fh, 0, b"data", opened.stateid)
    avail = nfs42.getattr(opened.fh, "space_avail").space_avail
    nfs42.compound(op.putfh(opened.fh), op.allocate(opened, 0, 2 * avail).fails(NFS4ERR.NOSPC, NFS4ERR.FBIG))
    with faults.arm(at.store("write").before, once, error("no_space")) as rule:
        nfs42.compound(op.putfh(opened.fh), op.allocate(opened, 0, 16 * BLOCK).fails(NFS4ERR.NOSPC))
    assert rule.fired == 1
    assert content(nfs42, opened.fh) == b"data"
    allocate(0, 16 * BLOCK)
