"""CLONE: RFC 7862 15.13, clone_blksize 12.2."""

import pytest

from conformance.nfs42.checks import BLOCK, READ, WRITE, change, content, filled, new_file, size
from dittofs.nfs4 import ANONYMOUS, CURRENT, NFS4_OK, NFS4ERR, op
from dittofs.testing.fixtures import fresh_name
from dittofs.testing.markers import covers, meets, needs


@pytest.fixture
def unit(nfs42, home, offered):
    """What offsets and lengths have to be multiples of."""
    offered(op.clone(ANONYMOUS, ANONYMOUS))
    return nfs42.getattr(home, "clone_blksize").get("clone_blksize") or 1


@pytest.fixture
def source(nfs42, home, unit):
    """Eight units, each of another letter."""
    return filled(nfs42, home, "source", *((n * unit, bytes([97 + n]) * unit) for n in range(8)))


@pytest.fixture
def target(nfs42, home):
    return filled(nfs42, home, "target", (0, b"old"), owner=b"target owner")


def clone(source, target, *args):
    return op.putfh(source.fh), op.savefh(), op.putfh(target.fh), op.clone(source, target, *args)


def letters(unit, text):
    return b"".join(bytes([c]) * unit for c in text.encode())


@covers("RFC7862 15.13.3", "a count of zero is to the end of the source; the target is what the source was")
@meets("7862-15.13.3-1")
def test_whole(nfs42, unit, source, target):
    nfs42.compound(clone(source, target))
    assert content(nfs42, target.fh) == letters(unit, "abcdefgh")


@pytest.mark.parametrize("src, dst, count, result", [
    (0, 0, 1, "a"), (2, 0, 3, "cde"), (7, 0, 1, "h"), (0, 0, 8, "abcdefgh"), (3, 1, 2, None),
], ids=str)  # fmt: skip
@covers("RFC7862 15.13.3", "a range of units takes the place of another; the target grows where it has to")
@meets("7862-15.13.3-1")
def test_range(nfs42, unit, source, target, src, dst, count, result):
    nfs42.compound(clone(source, target, src * unit, dst * unit, count * unit))
    found = content(nfs42, target.fh)
    if result is not None:
        assert found == letters(unit, result) or unit < 3 and found.startswith(letters(unit, result))
    else:
        assert found[dst * unit :][: count * unit] == letters(unit, "de")


@covers("RFC7862 15.13.3", "the rest of the target stays")
def test_rest(nfs42, home, unit, source):
    other = filled(nfs42, home, "other", (0, letters(unit, "ABCDEFGH")), owner=b"target owner")
    nfs42.compound(clone(source, other, 2 * unit, 4 * unit, 2 * unit))
    assert content(nfs42, other.fh) == letters(unit, "ABCDcdGH")


@covers("RFC7862 15.13.3", "behind the end of the target: what is between reads as zeros")
def test_gap(nfs42, unit, source, target):
    nfs42.compound(clone(source, target, 0, 4 * unit, unit))
    found = content(nfs42, target.fh)
    assert len(found) == 5 * unit and found[4 * unit :] == letters(unit, "a")
    assert not any(found[3 : 4 * unit])


@covers("RFC7862 15.13.3", "after it the two are apart: what is written to one does not show in the other")
@meets("7862-15.13.3-8")
def test_apart(nfs42, unit, source, target):
    nfs42.compound(clone(source, target))
    nfs42.write(target.fh, 0, b"T", target.stateid)
    nfs42.write(source.fh, unit, b"S", source.stateid)
    assert content(nfs42, source.fh)[: unit + 1] == letters(unit, "a") + b"S"
    assert content(nfs42, target.fh)[: unit + 1] == b"T" + letters(unit, "a")[1:] + b"b"


@covers("RFC7862 15.13.3", "within one file, ranges that do not overlap")
def test_same_file(nfs42, unit, source):
    nfs42.compound(clone(source, source, 0, 4 * unit, 2 * unit))
    assert content(nfs42, source.fh) == letters(unit, "abcdabgh")


@pytest.mark.parametrize("src, dst, count", [(0, 1, 2), (1, 0, 2), (0, 0, 4), (2, 2, 1)], ids=str)
@covers("RFC7862 15.13.3", "NFS4ERR_INVAL: within one file, ranges that overlap")
@meets("7862-15.13.3-5")
def test_overlap(nfs42, unit, source, src, dst, count):
    nfs42.compound(op.putfh(source.fh), op.savefh(), op.clone(source, source, src * unit, dst * unit, count * unit).fails(NFS4ERR.INVAL))
    assert content(nfs42, source.fh) == letters(unit, "abcdefgh")


@pytest.mark.parametrize("src, dst, count", [(1, 0, 0), (0, 1, 0), (0, 0, 1)], ids=str)
@covers("RFC7862 15.13.3", "NFS4ERR_INVAL: offsets or a length that are no multiple of clone_blksize")
@meets("7862-12.2-2", "7862-15.13.3-3")
def test_alignment(nfs42, unit, source, target, src, dst, count):
    if unit == 1:
        pytest.skip("every range is aligned")
    nfs42.compound(*clone(source, target, src, dst, count)[:3], op.clone(source, target, src, dst, count).fails(NFS4ERR.INVAL))


@covers("RFC7862 15.13.3", "the last part of a unit, up to the end of the source, is cloned as well")
@meets("7862-15.13.3-1", "7862-15.13.3-3")
def test_last_part(nfs42, home, unit, target):
    odd = filled(nfs42, home, "odd", (0, letters(unit, "ab") + b"end"))
    nfs42.compound(clone(odd, target, unit, unit, unit + 3))
    assert size(nfs42, target.fh) == 2 * unit + 3
    assert content(nfs42, target.fh)[unit:] == letters(unit, "b") + b"end"


@pytest.mark.parametrize("src, count", [(0, 9), (8, 1), (9, 0), (7, 2)], ids=str)
@covers("RFC7862 15.13.3", "NFS4ERR_INVAL: past the end of the source")
@meets("7862-15.13.3-4")
def test_past_the_end(nfs42, unit, source, target, src, count):
    before = clone(source, target)[:3]
    nfs42.compound(*before, op.clone(source, target, src * unit, 0, count * unit).fails(NFS4ERR.INVAL))
    assert content(nfs42, target.fh) == b"old"


@covers("RFC7862 15.13.3", "NFS4ERR_OPENMODE: the source not open for reading, the target not for writing")
@meets("7862-15.13.3-6")
def test_openmode(nfs42, home, source, target):
    writer = nfs42.open(home, "source", share_access=WRITE, owner=b"writer")
    reader = nfs42.open(home, "target", share_access=READ, owner=b"reader")
    before = clone(source, target)[:3]
    nfs42.compound(*before, op.clone(source, reader).fails(NFS4ERR.OPENMODE))
    nfs42.compound(*before, op.clone(writer, target).may_fail(NFS4ERR.OPENMODE))


@covers("RFC7862 15.13.3", "NFS4ERR_ACCESS: who may not read the source, or not write the target")
@meets("7862-15.13.3-6")
def test_access(nfs42, bob, home, source):
    target = new_file(nfs42, home, "t")
    attempt = op.clone(ANONYMOUS, ANONYMOUS)
    where = (op.putfh(source.fh), op.savefh(), op.putfh(target))
    nfs42.setattr(source.fh, mode=0o600)
    bob.compound(where, attempt.fails(NFS4ERR.ACCESS))
    nfs42.setattr(source.fh, mode=0o644)
    nfs42.setattr(target, mode=0o644)
    bob.compound(where, attempt.fails(NFS4ERR.ACCESS))


@covers("RFC7862 15.13.3", "the change attribute of the target says that it changed, that of the source stays")
def test_change(nfs42, source, target):
    before = change(nfs42, source.fh), change(nfs42, target.fh)
    nfs42.compound(clone(source, target))
    assert change(nfs42, source.fh) == before[0] and change(nfs42, target.fh) != before[1]


@covers("RFC7862 15.13.3", "the current stateid: of the target, which was opened last")
@meets("7862-15.13.3-6")
def test_current_stateid(nfs42, home, unit, source):
    new_file(nfs42, home, "t")
    r = nfs42.call(
        op.putfh(source.fh), op.savefh(), op.putfh(home), op.open("t", owner=b"x"), op.clone(source, CURRENT), op.getattr("size"),
    )  # fmt: skip
    assert r.status == NFS4_OK and r.getattr.attributes.size == 8 * unit


@needs("export:all_squash")
@covers("RFC7862 15.13.3", "NFS4ERR_XDEV: files of two file systems")
@meets("7862-15.13.3-9")
def test_xdev(nfs42, srv, request, exported, home, source):
    there = exported("all_squash")
    there.admin.create(there.twin, "there", mode=0o666)
    elsewhere = nfs42.path(f"{srv.exports['all_squash']}/{fresh_name(request.node)}/there")
    if nfs42.getattr(elsewhere, "fsid") == nfs42.getattr(home, "fsid"):
        pytest.skip("the exports are one file system")
    attempt = op.clone(source, ANONYMOUS)
    nfs42.compound(op.putfh(source.fh), op.savefh(), op.putfh(elsewhere), attempt.fails(NFS4ERR.XDEV))


@covers("RFC7862 15.13.3", "it is atomic: a READ of the target sees all of it or nothing")
@meets("7862-15.13.3-7")
def test_atomic(nfs42, other, home, unit):
    new, old = b"n" * 16 * BLOCK, b"o" * 16 * BLOCK
    sources = [filled(nfs42, home, name, (0, text), owner=name) for name, text in ((b"new", new), (b"old", old))]
    target = filled(nfs42, home, "target", (0, old), owner=b"target owner")
    cloned, seen = [], []
    for n in range(60):
        files = (op.putfh(sources[n % 2].fh), op.savefh(), op.putfh(target.fh))
        cloned.append(nfs42.send(files, op.clone(sources[n % 2], target)))
        seen.append(other.send(op.putfh(target.fh), op.read(ANONYMOUS, 0, len(old))))
    for each in cloned:
        each.result()
    for each in seen:
        data = bytes(each.result().read.data)
        assert data in (new[: len(data)], old[: len(data)])
