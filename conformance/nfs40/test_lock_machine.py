"""Byte-range locks against a model: RFC 7530 9.1, 16.10, 16.11, 16.12."""

import pytest

from conformance import locks
from dittofs.testing.markers import covers, meets


@pytest.mark.parametrize("far", [False, True], ids=["near", "up to 2^64-1"])
@covers("RFC7530 16.10", "any sequence of LOCK, LOCKT and LOCKU by two owners of each of two clients")
@meets("7530-16.10-1")
def test_locks(nfs40, other, home, srv, seed, far):
    locks.run(nfs40, other, home, seed, far=far, shrink="own" in srv.can)
