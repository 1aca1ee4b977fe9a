"""A persistent session over exports that have a store each: the reply is in the store that was changed last (RFC
8881 2.10.6.5)."""

import pytest

from dittofs import Server, nfs4
from dittofs.nfs4 import CREATE_SESSION4_FLAG_PERSIST, NF4DIR, NFS4_OK, NFS4ERR, op

A, B = "/a", "/b"


@pytest.fixture
def srv():
    with Server(store="lmdb", clock="manual", exports=(f"{A}=rw,no_root_squash", f"{B}=rw,no_root_squash")) as server:
        yield server
        assert server.check_state() == []


@pytest.fixture
def s(srv):
    session = nfs4.Client(srv.host, srv.nfs_port).session(csa_flags=CREATE_SESSION4_FLAG_PERSIST)
    assert session.created.csr_flags == CREATE_SESSION4_FLAG_PERSIST
    session.compound(op.reclaim_complete())
    return session


def left(srv, s):
    s.endpoint.close()
    srv.crash()
    srv.restart()
    return s.over(nfs4.Client(srv.host, srv.nfs_port).endpoint)


def made(s, export, name):
    return op.putfh(s.path(export)), op.create(NF4DIR, name), op.getfh()


@pytest.mark.parametrize("first, last", [(A, B), (B, A)])
def test_one_request(srv, s, first, last):
    """Changes in both: everything is answered, from the row of the second."""
    answer = s.compound(*made(s, first, "d"), *made(s, last, "d"))
    over = left(srv, s)
    assert over.replay(answer, same_xid=False).body == answer.body
    over.destroy()
    assert srv.state.dead_sessions == []
    assert left(srv, over).call(op.sequence()).status == NFS4ERR.BADSESSION


@pytest.mark.parametrize("first, last", [(A, B), (B, A)])
def test_one_slot(srv, s, first, last):
    """The last request counts, whichever store it changed."""
    earlier = s.compound(*made(s, first, "d"), sa_slotid=3)
    later = s.compound(*made(s, last, "d"), sa_slotid=3)
    over = left(srv, s)
    assert over.replay(later, same_xid=False).body == later.body
    assert over.replay(earlier, same_xid=False).status == NFS4ERR.SEQ_MISORDERED


def test_each_its_own(srv, s):
    """Slots have their replies in different stores."""
    answers = [s.compound(*made(s, export, f"d{n}"), sa_slotid=n) for n, export in enumerate([A, B, A, B])]
    over = left(srv, s)
    for answer in answers:
        again = over.replay(answer, same_xid=False)
        assert again.status == NFS4_OK and again.body == answer.body
