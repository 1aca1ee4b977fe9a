"""Delegations of files in minor version 2: RFC 8881 10.4 and RFC 9754."""

import pytest

from conformance.delegation_cases import *  # noqa: F403
from conformance.delegation_cases import NONE
from conformance.delegations import BOTH, READ, stateid_of, world
from dittofs.nfs4 import OPEN4_RESULT_NO_OPEN_STATEID, OPEN4_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")
w = world(2)


@pytest.mark.parametrize("access", [READ, BOTH], ids=["read", "write"])
@covers("RFC9754 4", "an open or a delegation: with a delegation there is no open, and none is needed")
@meets("9754-4-1")
def test_xor(w, access):
    opened, found = w.open(access, OPEN4_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION)
    assert found.delegation_type not in NONE
    assert opened.results.open.rflags & OPEN4_RESULT_NO_OPEN_STATEID
    assert not w.srv.state.opens()
    stateid = stateid_of(found)
    assert w.c.read(w.fh, 0, 4, stateid) == b"data"
    w.give_back(stateid)


@covers("RFC9754 4", "an open or a delegation: without a delegation there is an open")
@meets("9754-4-1")
def test_xor_open(w):
    w.other.open(w.top, "f", share_access=BOTH)
    opened, found = w.open(READ, OPEN4_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION)
    assert found.delegation_type in NONE and not opened.results.open.rflags & OPEN4_RESULT_NO_OPEN_STATEID
    w.c.close(opened)
