"""SETCLIENTID, SETCLIENTID_CONFIRM and RENEW: RFC 7530 16.33, 16.34, 16.28, each case of 16.33.5 and 16.34.5."""

import os

import pytest

from dittofs.nfs4 import NFS4ERR, Listener, create, op
from dittofs.rpc import accept_stat
from dittofs.testing.fixtures import ALICE, BOB
from dittofs.testing.markers import covers, meets


@pytest.fixture
def c(clients4):
    """A client that has said nothing yet."""
    return clients4.bare(0)


def set_(c, verifier=None, **more):
    return c.compound(op.setclientid(verifier or c.verifier, c.id, **more)).setclientid


def confirm(c, what, *fails):
    last = op.setclientid_confirm(what.clientid, what.setclientid_confirm)
    return c.compound(last.fails(*fails) if fails else last)


def use(c, clientid):
    """From here on the client has this client id."""
    c.clientid = clientid
    c.owners = type(c.owners)()


def stale(c, clientid):
    """The server does not know this client id, or not any more."""
    c.compound(op.renew(clientid).fails(NFS4ERR.STALE_CLIENTID, NFS4ERR.EXPIRED))


@covers("RFC7530 16.33", "a client that is new: a client id, and it is of use once it is confirmed")
def test_new(c, home):
    r = set_(c)
    confirm(c, r)
    use(c, r.clientid)
    c.close(c.open(home, "f", create()))


@covers("RFC7530 16.33", "different clients get different client ids")
def test_different(clients4):
    made = [clients4.bare(0) for _ in range(10)]
    assert len({set_(c).clientid for c in made}) == 10


@covers("RFC7530 16.33", "a client id that is not confirmed is of no use: NFS4ERR_STALE_CLIENTID")
@meets("7530-9.1.1-1")
def test_unconfirmed(c, home):
    r = set_(c)
    use(c, r.clientid)
    c.compound(op.putfh(home), op.open("f", create()).fails(NFS4ERR.STALE_CLIENTID, NFS4ERR.EXPIRED))
    stale(c, r.clientid)


@covers("RFC7530 16.34", "confirmed again with the same verifier: success, a retransmission")
@meets("7530-16.34-2")
def test_confirm_again(c, home):
    r = set_(c)
    confirm(c, r)
    use(c, r.clientid)
    opened = c.open(home, "f", create())
    confirm(c, r)
    c.write(opened.fh, 0, b"x", opened.stateid)


@covers("RFC7530 16.34", "another confirmation verifier: NFS4ERR_STALE_CLIENTID")
@meets("7530-16.34-1")
def test_confirm_wrong_verifier(c):
    r = set_(c)
    wrong = bytes(b ^ 0xFF for b in r.setclientid_confirm)
    c.compound(op.setclientid_confirm(r.clientid, wrong).fails(NFS4ERR.STALE_CLIENTID))
    confirm(c, r)


@pytest.mark.parametrize("clientid", [0, 1, 0x1234567890ABCDEF, 2**64 - 1], ids=hex)
@covers("RFC7530 16.34", "a client id that the server never gave: NFS4ERR_STALE_CLIENTID")
@meets("7530-16.34-1")
def test_confirm_unknown(c, clientid):
    c.compound(op.setclientid_confirm(clientid, bytes(8)).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 16.33", "not confirmed yet, and again: the first is forgotten, the second can be confirmed")
@meets("7530-16.33-3")
def test_unconfirmed_replaced(c):
    first, second = set_(c), set_(c, os.urandom(8))
    assert (first.clientid, first.setclientid_confirm) != (second.clientid, second.setclientid_confirm)
    confirm(c, first, NFS4ERR.STALE_CLIENTID)
    confirm(c, second)


@covers("RFC7530 16.33", "not confirmed yet, and again with the same verifier: only the last answer can be confirmed")
@meets("7530-16.33-2")
def test_unconfirmed_repeated(c):
    first, second = set_(c), set_(c)
    confirm(c, second)
    if first.setclientid_confirm != second.setclientid_confirm:
        c.compound(op.setclientid_confirm(first.clientid, first.setclientid_confirm).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 16.33", "confirmed, and again with the same verifier: the same client id, another confirmation verifier; state stays")
@meets("7530-9.1.1-4", "7530-16.33-2", "7530-16.33-4")
def test_callback_update(c, home):
    first = set_(c)
    confirm(c, first)
    use(c, first.clientid)
    opened = c.open(home, "f", create())
    second = set_(c, callback_ident=7)
    assert second.clientid == first.clientid and second.setclientid_confirm != first.setclientid_confirm
    c.write(opened.fh, 0, b"x", opened.stateid)
    confirm(c, second)
    c.write(opened.fh, 0, b"x", opened.stateid)
    c.close(opened)


@covers("RFC7530 16.33", "a rebooted client: its state is kept until the new client id is confirmed, and then gone")
@meets("7530-9.1.1-3", "7530-16.33-4", "7530-16.34-4")
def test_reboot(c, other, home):
    first = set_(c)
    confirm(c, first)
    use(c, first.clientid)
    opened = c.open(home, "f", create(), share_deny=2)
    second = set_(c, os.urandom(8))
    assert second.clientid != first.clientid
    c.write(opened.fh, 0, b"x", opened.stateid)
    other.compound(op.putfh(home), op.open("f", share_access=2).fails(NFS4ERR.SHARE_DENIED))
    confirm(c, second)
    other.open(home, "f", share_access=2)
    wanted = (NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID, NFS4ERR.EXPIRED, NFS4ERR.STALE_CLIENTID)
    c.compound(op.putfh(opened.fh), op.write(opened, 0, b"x").fails(*wanted))
    stale(c, first.clientid)
    use(c, second.clientid)
    c.compound(op.renew())


@covers("RFC7530 16.33", "a rebooted client that reboots before it confirms: only the last client id can be confirmed")
@meets("7530-16.33-3")
def test_reboot_twice(c):
    first = set_(c)
    confirm(c, first)
    second, third = set_(c, b"reboot 1"), set_(c, b"reboot 2")
    confirm(c, second, NFS4ERR.STALE_CLIENTID)
    confirm(c, third)
    stale(c, first.clientid)


@covers("RFC7530 16.33", "a reboot that is never confirmed changes nothing")
@meets("7530-9.1.1-3", "7530-16.33-4")
def test_reboot_not_confirmed(c, home):
    first = set_(c)
    confirm(c, first)
    use(c, first.clientid)
    opened = c.open(home, "f", create())
    set_(c, os.urandom(8))
    c.compound(op.renew())
    c.close(opened)


@covers("RFC7530 16.33", "NFS4ERR_CLID_INUSE: another principal, while the client has state; the address of the user is told")
@meets("7530-9.1.1-2", "7530-16.33-1")
def test_clid_inuse(clients4, home):
    mine = clients4.bare(0, ALICE)
    mine.setclientid()
    mine.open(home, "f", create(), owner=b"alice")
    r = mine.as_(BOB).compound(op.setclientid(mine.verifier, mine.id).fails(NFS4ERR.CLID_INUSE))
    assert r.setclientid.client_using.na_r_netid in ("tcp", "tcp6", "udp", "udp6", "")
    mine.compound(op.renew())


@covers("RFC7530 16.34", "NFS4ERR_CLID_INUSE: confirmed by another principal than asked")
@meets("7530-16.34-3")
def test_confirm_other_principal(clients4):
    mine = clients4.bare(0, ALICE)
    r = set_(mine)
    confirm(mine.as_(BOB), r, NFS4ERR.CLID_INUSE)
    confirm(mine, r)


@pytest.mark.parametrize("size", [0, 1, 100, 1024])
@covers("RFC7530 16.33", "an id of any size up to NFS4_OPAQUE_LIMIT; all of its bytes count")
def test_id_sizes(clients4, size):
    unique = os.urandom(size)
    a, b = clients4.bare(0, id=unique), clients4.bare(0, id=unique[:-1])
    ids = set_(a).clientid, set_(b).clientid
    assert ids[0] != ids[1] or size == 0


@covers("RFC4506 4.10", "an id longer than NFS4_OPAQUE_LIMIT does not decode")
def test_id_too_long(c):
    c.compound(op.setclientid(b"verifier", bytes(1025)), fails=(NFS4ERR.BADXDR, NFS4ERR.INVAL, accept_stat.GARBAGE_ARGS))


@pytest.mark.parametrize("location", [("", ""), ("tcp", ""), ("tcp", "nonsense"), ("xyz", "1.2.3.4.5.6"), ("udp", "0.0.0.0.0.0")], ids=str)
@covers("RFC7530 16.33", "a callback address that is of no use does no harm")
def test_odd_callback(c, home, location):
    r = set_(c, cb_location=location)
    confirm(c, r)
    use(c, r.clientid)
    c.open(home, "f", create())


@covers("RFC7530 16.33", "a callback program that answers: the client is served as any other")
def test_callback(c, home):
    listener = Listener()
    try:
        r = set_(c, cb_program=0x40000001, cb_location=listener.location)
        confirm(c, r)
        use(c, r.clientid)
        c.close(c.open(home, "f", create()))
    finally:
        listener.close()


@covers("RFC7530 16.28", "RENEW of a client id that lives; NFS4ERR_CB_PATH_DOWN only where there is a delegation")
def test_renew(nfs40, home):
    nfs40.compound(op.renew())
    nfs40.open(home, "f", create())
    nfs40.compound(op.renew())


@pytest.mark.parametrize("clientid", [0, 1, 2**64 - 1], ids=hex)
@covers("RFC7530 16.28", "NFS4ERR_STALE_CLIENTID: a client id that the server never gave")
@meets("7530-9.1.1-5", "7530-16.28-2")
def test_renew_unknown(nfs40, clientid):
    nfs40.compound(op.renew(clientid).fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC7530 16.28", "NFS4ERR_ACCESS: RENEW by who neither confirmed the client id nor has a file open with it; then by who has one open")
@meets("7530-16.28-3")
def test_renew_principal(nfs40, home):
    theirs = nfs40.as_(BOB)
    nfs40.open(home, "mine", create(mode=0o666))
    theirs.compound(op.renew(nfs40.clientid).fails(NFS4ERR.ACCESS))
    opened = theirs.open(home, "mine", owner=b"of another user")
    theirs.compound(op.renew(nfs40.clientid))
    theirs.close(opened)
    nfs40.compound(op.renew())


@covers("RFC7530 9.1.7", "a client's state does not hang on its connection")
def test_new_connection(nfs40, connect, home):
    opened = nfs40.open(home, "f", create())
    nfs40.endpoint.close()
    moved = nfs40.over(connect())
    moved.write(opened.fh, 0, b"x", opened.stateid)
    moved.close(opened)


@covers("RFC7530 16.33", "SETCLIENTID needs no filehandle and leaves the one there is")
def test_filehandle(c, home):
    r = c.compound(op.putfh(home), op.setclientid(c.verifier, c.id), op.getfh())
    assert bytes(r.getfh.object) == home
