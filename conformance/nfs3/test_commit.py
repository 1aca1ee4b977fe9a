"""COMMIT: RFC 1813 3.3.21."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc
from dittofs.nfs3 import NFS3ERR, UNSTABLE
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize(
    "offset, count",
    [(0, 0), (0, 5), (5, 5), (5, 0), (0, 10), (10, 10), (0, 2**32 - 1), (2**40, 4096)],
    ids=str,
)
@covers("RFC1813 3.3.21", "any range, whole or in part, past the end too: NFS3_OK and the write verifier")
@meets("1813-3.3.21-2", "1813-3.3.21-3")
def test_range(nfs3, file, offset, count):
    verf = nfs3.write(file, 0, b"0123456789", UNSTABLE).verf
    before = attributes(nfs3, file)
    r = nfs3.commit(file, offset, count)
    assert r.verf == verf
    check_wcc(r.file_wcc, before, attributes(nfs3, file))
    assert bytes(nfs3.read(file).data) == b"0123456789"


@pytest.mark.parametrize("offset, count", [(2**63, 0), (2**64 - 1, 0), (2**64 - 1, 2**32 - 1)], ids=str)
@covers("RFC1813 3.3.21", "a range that nothing can lie in: nothing to flush, or refused")
def test_far_range(nfs3, file, offset, count):
    nfs3.commit(file, offset, count, may_fail=(NFS3ERR.INVAL, NFS3ERR.FBIG))


@covers("RFC1813 3.3.21", "nothing to flush is no error")
@meets("1813-3.3.21-2")
def test_nothing_to_flush(nfs3, file):
    nfs3.commit(file)
    nfs3.commit(file)


@pytest.mark.parametrize("kind", ["subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.21", "only regular files are flushed")
@meets("1813-3.3.21-4")
def test_not_a_file(nfs3, request, kind):
    nfs3.commit(request.getfixturevalue(kind), fails=(NFS3ERR.INVAL, NFS3ERR.ISDIR))


@covers("RFC1813 3.3.21", "a commit changes neither data nor modification time")
def test_changes_nothing(nfs3, file):
    nfs3.write(file, 0, b"data", UNSTABLE)
    nfs3.setattr(file, mtime=(1000, 0))
    nfs3.commit(file)
    assert attributes(nfs3, file).mtime.seconds == 1000
