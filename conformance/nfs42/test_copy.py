"""COPY within one server, COPY_NOTIFY, OFFLOAD_STATUS and OFFLOAD_CANCEL: RFC 7862 15.2, 15.3, 15.8, 15.9, 4."""

import pytest

from conformance.nfs42.checks import BAD_STATEID, BLOCK, READ, WRITE, change, content, filled, new_file, size
from dittofs.nfs4 import ANONYMOUS, NFS4ERR, NL4_NAME, OP_COPY, netloc4, op
from dittofs.testing.markers import covers, meets

TEXT = b"0123456789" * 1000


@pytest.fixture(autouse=True)
def copy_is_there(offered):
    offered(op.copy(ANONYMOUS, ANONYMOUS))


@pytest.fixture
def source(nfs42, home):
    return filled(nfs42, home, "source", (0, TEXT))


@pytest.fixture
def target(nfs42, home):
    return filled(nfs42, home, "target", (0, b"old"), owner=b"target owner")


def where(source, target):
    return op.putfh(source.fh), op.savefh(), op.putfh(target.fh)


def copied(c, source, target, src=0, dst=0, count=0):
    """Copies all of a range, in as many COPYs as the server wants; what the last one said."""
    left = count or size(c, source.fh) - src
    while True:
        r = c.compound(where(source, target), op.copy(source, target, src, dst, left)).copy
        assert r.cr_requirements.cr_synchronous and not r.cr_response.wr_callback_id
        done = r.cr_response.wr_count
        assert 0 < done <= left
        src, dst, left = src + done, dst + done, left - done
        if not left:
            return r


@covers("RFC7862 15.2.3", "all of the source; a count of zero is to its end")
@meets("7862-15.2.3-2", "7862-15.2.3-3", "7862-15.2.3-6", "7862-15.2.3-8")
def test_whole(nfs42, source, target):
    r = nfs42.compound(where(source, target), op.copy(source, target)).copy
    assert content(nfs42, target.fh)[: r.cr_response.wr_count] == TEXT[: r.cr_response.wr_count]
    copied(nfs42, source, target)
    assert content(nfs42, target.fh) == TEXT


@pytest.mark.parametrize("src, dst, count", [(0, 0, 10), (5, 0, 1), (9990, 3, 10), (0, 10_000, 100), (1, BLOCK, 9999)], ids=str)
@covers("RFC7862 15.2.3", "a range; the rest of the target stays, what is between reads as zeros")
@meets("7862-15.2.3-2", "7862-15.2.3-9")
def test_range(nfs42, source, target, src, dst, count):
    copied(nfs42, source, target, src, dst, count)
    want = bytearray(b"old".ljust(max(3, dst + count), b"\0"))
    want[dst : dst + count] = TEXT[src : src + count]
    assert content(nfs42, target.fh) == bytes(want)


@covers("RFC7862 15.2.3", "a large file with holes")
@meets("7862-15.2.3-2")
def test_sparse(nfs42, home, target):
    sparse = filled(nfs42, home, "sparse", (0, b"a" * BLOCK), (20 * BLOCK, b"b" * BLOCK))
    copied(nfs42, sparse, target)
    assert content(nfs42, target.fh) == b"a" * BLOCK + bytes(19 * BLOCK) + b"b" * BLOCK


@pytest.mark.parametrize("src, count", [(10_000, 1), (10_001, 0), (9_999, 2), (0, 10_001), (2**63, 1), (2**64 - 1, 2)], ids=str)
@covers("RFC7862 15.2.3", "NFS4ERR_INVAL: past the end of the source; nothing is copied")
@meets("7862-15.2.3-4")
def test_past_the_end(nfs42, source, target, src, count):
    nfs42.compound(where(source, target), op.copy(source, target, src, 0, count).fails(NFS4ERR.INVAL))
    assert content(nfs42, target.fh) == b"old"


@covers("RFC7862 15.2.3", "NFS4ERR_INVAL: source and target are one file")
@meets("7862-15.2.3-5")
def test_same_file(nfs42, source):
    nfs42.compound(where(source, source), op.copy(source, source, 0, 20_000, 100).fails(NFS4ERR.INVAL))
    assert content(nfs42, source.fh) == TEXT


@covers("RFC7862 15.2.3", "asked for asynchronously: done synchronously and said so, or a stateid to ask by")
@meets("7862-15.2.3-8")
def test_asynchronous(nfs42, source, target):
    r = nfs42.compound(where(source, target), op.copy(source, target, ca_synchronous=False)).copy
    assert bool(r.cr_response.wr_callback_id) != bool(r.cr_requirements.cr_synchronous)


@covers("RFC7862 15.2.3", "consecutive or not: what the server says is what it did; not consecutive is no reason to fail")
@meets("7862-15.2.3-6", "7862-15.2.3-7")
def test_consecutive(nfs42, source, target):
    for consecutive in (True, False):
        r = nfs42.compound(where(source, target), op.copy(source, target, ca_count=10, ca_consecutive=consecutive)).copy
        assert r.cr_requirements.cr_consecutive or not consecutive


@covers("RFC7862 15.2.3", "wr_committed and wr_writeverf say what COMMIT is needed")
@meets("7862-15.2.3-11")
def test_commit(nfs42, source, target):
    r = copied(nfs42, source, target)
    committed = nfs42.compound(op.putfh(target.fh), op.commit()).commit
    if not r.cr_response.wr_committed:
        assert committed.writeverf == r.cr_response.wr_writeverf
    assert content(nfs42, target.fh) == TEXT


@covers("RFC7862 15.2.3", "the change attribute of the target says that it changed")
def test_change(nfs42, source, target):
    before = change(nfs42, target.fh)
    copied(nfs42, source, target)
    assert change(nfs42, target.fh) != before


@covers("RFC7862 15.2.3", "NFS4ERR_OPENMODE: the target not open for writing; the source not for reading, where the server holds it to that")
@meets("7862-15.2.3-10")
def test_openmode(nfs42, home, source, target):
    writer = nfs42.open(home, "source", share_access=WRITE, owner=b"writer")
    reader = nfs42.open(home, "target", share_access=READ, owner=b"reader")
    nfs42.compound(where(source, target), op.copy(source, reader, ca_count=1).fails(NFS4ERR.OPENMODE))
    nfs42.compound(where(source, target), op.copy(writer, target, ca_count=1).may_fail(NFS4ERR.OPENMODE))


@covers("RFC7862 15.2.3", "NFS4ERR_ACCESS: who may not read the source, or not write the target")
@meets("7862-15.2.3-10")
def test_access(nfs42, bob, home, source):
    target = new_file(nfs42, home, "t")
    files = (op.putfh(source.fh), op.savefh(), op.putfh(target))
    attempt = op.copy(ANONYMOUS, ANONYMOUS, ca_count=1)
    nfs42.setattr(source.fh, mode=0o600)
    bob.compound(files, attempt.fails(NFS4ERR.ACCESS))
    nfs42.setattr(source.fh, mode=0o644)
    nfs42.setattr(target, mode=0o644)
    bob.compound(files, attempt.fails(NFS4ERR.ACCESS))


@covers("RFC7862 15.2.3", "of another server that this one knows nothing of: refused")
def test_other_server(nfs42, source, target):
    servers = [netloc4(NL4_NAME, nl_name="elsewhere.example.invalid")]
    nfs42.compound(where(source, target), op.copy(source, target, ca_count=1, ca_source_server=servers).fails(...))
    assert content(nfs42, target.fh) == b"old"


@covers("RFC7862 15.2.3", "the same request again on the same slot: not copied again")
def test_replay(nfs42, source, target):
    first = nfs42.compound(where(source, target), op.copy(source, target, ca_count=10), sa_cachethis=True)
    nfs42.compound(op.putfh(target.fh), op.write(target, 0, b"changed"), sa_slotid=1)
    assert first[3].opnum == OP_COPY
    assert nfs42.replay(first, same_xid=False).body == first.body
    assert content(nfs42, target.fh)[:7] == b"changed"


@covers("RFC7862 15.3.3", "COPY_NOTIFY: a stateid for the other server, or NFS4ERR_NOTSUPP")
def test_copy_notify(nfs42, source):
    r = nfs42.compound(op.putfh(source.fh), op.copy_notify(source).may_fail(NFS4ERR.NOTSUPP))
    if r.status == 0:
        assert r.copy_notify.cnr_source_server


@pytest.mark.parametrize("make", [op.offload_status, op.offload_cancel], ids=["OFFLOAD_STATUS", "OFFLOAD_CANCEL"])
@covers("RFC7862 15.9.3", "of no copy under way: NFS4ERR_BAD_STATEID, or NFS4ERR_NOTSUPP where all copies are synchronous")
@meets("7862-15.9.3-2")
def test_offload(nfs42, source, make):
    for stateid in (ANONYMOUS, source):
        nfs42.compound(op.putfh(source.fh), make(stateid).fails(*BAD_STATEID, NFS4ERR.NOTSUPP, NFS4ERR.COMPLETE_ALREADY))
