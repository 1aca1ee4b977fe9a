"""Credentials and verifiers: RFC 5531 8.2, 9, 10 and appendix A."""

import struct

import pytest

from conformance.nfs3.checks import attributes
from dittofs.rpc import NONE, Auth, Sys, accept_stat, auth_stat, reply_stat
from dittofs.testing.markers import covers, meets

BADCRED = (auth_stat.AUTH_BADCRED, auth_stat.AUTH_REJECTEDCRED)


@covers("RFC5531 10.1", "AUTH_NONE: no body needed, and NULL takes it")
@meets("5531-10.1-1")
def test_none(nfs3):
    nfs3.null(cred=NONE)


@covers("RFC5531 10.1", "the body of AUTH_NONE is undefined, zero length recommended; another does not break the call")
@meets("5531-10.1-2")
def test_none_with_body(nfs3):
    nfs3.null(cred=Auth(0, b"body"), may_fail=BADCRED)
    nfs3.null()


@pytest.mark.parametrize("groups", [0, 1, 15, 16])
@covers("RFC5531 A", "AUTH_SYS with up to 16 groups")
@meets("5531-A-1", "5531-A-4")
def test_sys_groups(nfs3, home, groups):
    last = 5000 + groups
    f = nfs3.create(home, "f", mode=0o040, uid=0, gid=last - 1).obj
    member = nfs3.as_(Sys(uid=1000, gid=1000, gids=tuple(range(5000, last))))
    assert (member.read.call(f).outcome == 0) == (groups > 0)


@covers("RFC5531 A", "17 groups are more than gids<16>: AUTH_BADCRED")
@meets("5531-A-1")
def test_too_many_groups(nfs3):
    r = nfs3.null(cred=Sys(gids=tuple(range(17))), fails=BADCRED)
    assert r.reply_stat == reply_stat.MSG_DENIED
    nfs3.null()


@pytest.mark.parametrize("size", [0, 1, 254, 255])
@covers("RFC5531 A", "a machine name of up to 255 bytes")
@meets("5531-A-1")
def test_machine_name(nfs3, size):
    nfs3.null(cred=Sys(machinename="m" * size))


@covers("RFC5531 A", "a machine name of 256 bytes: AUTH_BADCRED")
@meets("5531-A-1")
def test_long_machine_name(nfs3):
    nfs3.null(cred=Sys(machinename="m" * 256), fails=BADCRED)


@pytest.mark.parametrize("stamp", [0, 1, 2**32 - 1])
@covers("RFC5531 A", "the stamp is arbitrary")
def test_stamp(nfs3, stamp):
    nfs3.null(cred=Sys(stamp=stamp))


def truncations():
    body = Sys(uid=1, gid=2, gids=(3, 4), machinename="name").body
    return [body[:size] for size in range(0, len(body), 4)]


@pytest.mark.parametrize("body", truncations(), ids=len)
@covers("RFC5531 9", "AUTH_BADCRED for an AUTH_SYS body that ends too early")
@meets("5531-8.2-3")
def test_truncated_sys(nfs3, body):
    nfs3.getattr(bytes(32), cred=Auth(1, body), fails=BADCRED)
    nfs3.null()


@pytest.mark.parametrize("count", [5, 2**16, 2**31, 2**32 - 1])
@covers("RFC5531 9", "AUTH_BADCRED for more groups than the body holds")
def test_group_count_past_end(nfs3, count):
    body = bytearray(Sys(gids=(1, 2)).body)
    body[-12:-8] = struct.pack(">I", count)
    nfs3.null(cred=Auth(1, bytes(body)), fails=BADCRED)


@covers("RFC5531 A", "bytes after the AUTH_SYS body: AUTH_BADCRED, or as if they were not there")
def test_sys_with_more(nfs3):
    nfs3.null(cred=Auth(1, Sys().body + bytes(8)), may_fail=BADCRED)
    nfs3.null()


@pytest.mark.parametrize("flavor", [3, 4, 5, 7, 390003, 2**31 - 1])
@covers("RFC5531 8.2", "a flavor the server does not know is refused with an auth_stat, and nothing is executed")
@meets("5531-8.2-3")
def test_unknown_flavor(nfs3, home, flavor):
    refused = (*BADCRED, auth_stat.AUTH_TOOWEAK)
    nfs3.mkdir(home, "d", cred=Auth(flavor, b"1234"), fails=refused)
    assert nfs3.lookup.call(home, "d").outcome != 0


@covers("RFC5531 8.2", "AUTH_SHORT that the server never gave: AUTH_REJECTEDCRED")
@meets("5531-8.2-3", "5531-A-3")
def test_short(nfs3):
    nfs3.null(cred=Auth(2, b"handle"), fails=BADCRED)


@pytest.mark.parametrize("size", [396, 400])
@covers("RFC5531 8.2", "opaque_auth holds up to 400 bytes")
@meets("5531-8.2-2")
def test_longest_body(nfs3, size):
    nfs3.null(cred=Auth(0, bytes(size)), may_fail=BADCRED)
    nfs3.null()


@pytest.mark.parametrize("size", [401, 404, 1024, 65536])
@covers("RFC5531 8.2", "a body of more than 400 bytes is no opaque_auth: refused, and nothing is executed")
@meets("5531-8.2-2")
def test_too_long_body(nfs3, rpc, home, size):
    from dittofs.rpc import Closed

    refused = (*BADCRED, accept_stat.GARBAGE_ARGS, auth_stat.AUTH_BADVERF)
    try:
        nfs3.mkdir(home, "d", cred=Auth(1, bytes(size)), fails=refused)
    except Closed:
        pass  # a message whose header cannot be read has no xid to answer to


@pytest.mark.parametrize("verf", [Auth(0, b"body"), Auth(1, b""), Sys()], ids=["none with body", "empty sys", "sys"])
@covers("RFC5531 8.2", "a verifier that does not belong to the credential is ignored or refused, not fatal")
@meets("5531-8.2-1")
def test_other_verifier(nfs3, verf):
    nfs3.null(verf=verf, may_fail=(auth_stat.AUTH_BADVERF, auth_stat.AUTH_REJECTEDVERF))
    nfs3.null()


@covers("RFC5531 8.1", "each call carries its own credential, many on one connection")
@meets("5531-8.2-1")
def test_credentials_change(nfs3, alice, bob, home):
    for client, uid in ((alice, 1000), (bob, 1001), (nfs3, 0), (alice, 1000)):
        name = f"by-{uid}-{client.endpoint.xids.__next__()}"
        assert attributes(nfs3, client.create(home, name).obj).uid == uid


@pytest.mark.parametrize("uid", [1, 65534, 65535, 2**31 - 1, 2**31, 2**32 - 2])
@covers("RFC5531 A", "uids are unsigned and 32 bits wide")
@meets("5531-A-4")
def test_uids(nfs3, home, uid):
    made = nfs3.as_(Sys(uid=uid, gid=uid)).create(home, "f").obj
    a = attributes(nfs3, made)
    assert (a.uid, a.gid) == (uid, uid)
