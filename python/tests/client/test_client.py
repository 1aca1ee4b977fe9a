"""Clients: expectations, lies, and the procedures' arguments."""

import pytest

from dittofs import mount, nfs3, portmap, wire
from dittofs.nfs3 import EXCLUSIVE, GUARDED, NFS3ERR, SET_TO_SERVER_TIME
from dittofs.rpc import NONE, Client, Sys, Unexpected, accept_stat, auth_stat
from dittofs.wire import nfs3 as w

from .responder import accepted

FH = b"handle"


@pytest.fixture
def answering(responder):
    """answering(result): an NFSv3 client of a server that always says this, and the server."""

    def start(result, stat=0):
        body = result if isinstance(result, bytes) else wire.encode(result)
        server, connection = responder(lambda got: [accepted(got, body, stat)])
        return nfs3.Client(connection), server

    return start


OK = w.GETATTR3res(status=0, resok=w.GETATTR3resok(w.fattr3(size=5)))
STALE = w.GETATTR3res(status=w.NFS3ERR_STALE)


def test_success_is_expected(answering):
    c, _ = answering(OK)
    assert c.getattr(FH).obj_attributes.size == 5


def test_a_failure_raises_with_the_exchange(answering):
    c, _ = answering(STALE)
    with pytest.raises(Unexpected) as caught:
        c.getattr(FH)
    text = str(caught.value)
    assert "expected success, got NFS3ERR_STALE" in text
    assert "> GETATTR xid" in text and "object.data 'handle'" in text
    assert caught.value.reply.outcome == NFS3ERR.STALE


def test_a_named_failure_returns(answering):
    c, _ = answering(STALE)
    assert c.getattr(FH, fails=NFS3ERR.STALE).status == NFS3ERR.STALE
    assert c.getattr(FH, fails=(NFS3ERR.IO, NFS3ERR.STALE)).status == NFS3ERR.STALE
    assert c.getattr(FH, may_fail=NFS3ERR.STALE).status == NFS3ERR.STALE
    assert c.getattr(FH, fails=...).status == NFS3ERR.STALE


@pytest.mark.parametrize("expected", [{"fails": NFS3ERR.IO}, {"may_fail": NFS3ERR.IO}, {"fails": ()}])
def test_another_failure_raises(answering, expected):
    c, _ = answering(STALE)
    with pytest.raises(Unexpected, match="got NFS3ERR_STALE"):
        c.getattr(FH, **expected)


@pytest.mark.parametrize("expected", [{"fails": NFS3ERR.STALE}, {"fails": ...}])
def test_success_where_a_failure_was_expected(answering, expected):
    c, _ = answering(OK)
    with pytest.raises(Unexpected, match="got NFS3_OK"):
        c.getattr(FH, **expected)


def test_statuses_of_different_kinds_are_not_mixed_up(answering):
    c, _ = answering(b"", stat=int(accept_stat.PROC_UNAVAIL))
    with pytest.raises(Unexpected, match="got PROC_UNAVAIL"):
        c.getattr(FH, fails=auth_stat.AUTH_BADVERF)  # the same number, 3
    with pytest.raises(Unexpected, match="got PROC_UNAVAIL"):
        c.getattr(FH, fails=...)  # a protocol's status was meant
    c.getattr(FH, fails=accept_stat.PROC_UNAVAIL)


def test_call_never_raises(answering):
    c, _ = answering(STALE)
    assert c.getattr.call(FH).outcome == NFS3ERR.STALE


def test_send_waits_when_asked(answering):
    c, _ = answering(OK)
    assert [p.result().status for p in [c.getattr.send(FH) for _ in range(3)]] == [0, 0, 0]


def test_header_fields_are_sent_as_they_are(answering):
    c, server = answering(OK)
    c.getattr(FH, xid=5, vers=4, proc=2, rpcvers=2, prog=9, cred=Sys(7, 8), verf=Sys(1, 1))
    got = server.got[0]
    assert (got.xid, got.call.vers, got.call.proc, got.call.prog) == (5, 4, 2, 9)
    assert (got.call.cred.flavor, got.call.verf.flavor) == (1, 1)


def test_raw_arguments(answering):
    c, server = answering(OK)
    c.getattr(raw=b"\0\0\0\1")
    assert server.got[0].args == b"\0\0\0\1"


def test_patched_arguments(answering):
    c, server = answering(OK)
    c.getattr(FH, patch={"len(object.data)": 0xFFFFFFFF})
    assert server.got[0].args[:4] == b"\xff\xff\xff\xff" and server.got[0].args[4:10] == FH


def test_replay_sends_the_same_bytes(answering):
    c, server = answering(OK)
    c.replay(c.getattr(FH))
    c.replay(c.getattr.send(FH))
    assert server.got[0].bytes == server.got[1].bytes and server.got[2].bytes == server.got[3].bytes


def test_users_share_a_connection(answering):
    c, server = answering(OK)
    c.as_(Sys(1000, 1000)).getattr(FH)
    c.as_(NONE).getattr(FH)
    assert [got.call.cred.flavor for got in server.got] == [1, 0]


@pytest.mark.parametrize("wrong", [{"nonsense": 1}, {"objct": FH}])
def test_a_misspelt_argument_is_an_error(answering, wrong):
    c, _ = answering(OK)
    with pytest.raises(TypeError):
        c.getattr(**wrong)


def test_every_procedure_has_a_method():
    for client in (nfs3.Client, mount.Client, mount.ClientV1, portmap.Client, portmap.ClientV3):
        assert all(hasattr(client, name.lower()) for name in client.procedures)
    # RFC 1833 gives procedure 5 of version 4 its third name.
    assert all(hasattr(portmap.ClientV4, name.lower()) for name in portmap.ClientV4.procedures)


def test_a_parameter_hides_the_header_field_of_its_name(responder):
    server, connection = responder(lambda got: [accepted(got, b"\0\0\0\x15")])
    assert portmap.Client(connection).getport(100003, vers=3, prot=6).result == 0x15
    assert server.got[0].call.vers == 2


ARGUMENTS = {
    "getattr": ((FH,), {}, w.GETATTR3args(w.nfs_fh3(FH))),
    "lookup": ((FH, "x"), {}, w.LOOKUP3args(w.diropargs3(w.nfs_fh3(FH), "x"))),
    "setattr with guard": (
        (FH,),
        {"guard": (1, 2), "mode": 0o644, "mtime": SET_TO_SERVER_TIME},
        w.SETATTR3args(
            w.nfs_fh3(FH),
            w.sattr3(mode=w.set_mode3(mode=0o644), mtime=w.set_mtime(set_it=w.SET_TO_SERVER_TIME)),
            w.sattrguard3(obj_ctime=w.nfstime3(1, 2)),
        ),
    ),
    "write": ((FH, 5, b"data"), {}, w.WRITE3args(w.nfs_fh3(FH), 5, 4, w.FILE_SYNC, b"data")),
    "write with a lie": ((FH, 5, b"data"), {"count": 9}, w.WRITE3args(w.nfs_fh3(FH), 5, 9, w.FILE_SYNC, b"data")),
    "create": (
        (FH, "x", GUARDED),
        {"size": 1},
        w.CREATE3args(
            w.diropargs3(w.nfs_fh3(FH), "x"),
            w.createhow3(mode=w.GUARDED, obj_attributes=w.sattr3(size=w.set_size3(size=1))),
        ),
    ),
    "create exclusively": (
        (FH, "x", EXCLUSIVE),
        {"verf": b"12345678"},
        w.CREATE3args(w.diropargs3(w.nfs_fh3(FH), "x"), w.createhow3(mode=w.EXCLUSIVE, verf=b"12345678")),
    ),
    "mknod of a device": (
        (FH, "x", w.NF3CHR, (1, 3)),
        {},
        w.MKNOD3args(
            w.diropargs3(w.nfs_fh3(FH), "x"),
            w.mknoddata3(type=w.NF3CHR, device=w.devicedata3(spec=w.specdata3(1, 3))),
        ),
    ),
    "rename": (
        (FH, "a", b"to", "b"),
        {},
        w.RENAME3args(w.diropargs3(w.nfs_fh3(FH), "a"), w.diropargs3(w.nfs_fh3(b"to"), "b")),
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_arguments(case):
    args, more, expected = ARGUMENTS[case]
    assert getattr(nfs3.Client, case.split()[0]).build(*args, **more) == expected


def test_handles_in_every_form():
    same = nfs3.nfs_fh3(FH)
    assert nfs3.fh(FH) == nfs3.fh(same) == nfs3.fh(nfs3.post_op_fh3(handle=same)) == same
    with pytest.raises(ValueError, match="no handle"):
        nfs3.fh(nfs3.post_op_fh3())


def test_universal_addresses():
    assert portmap.universal("127.0.0.1", 2049) == "127.0.0.1.8.1"
    assert portmap.host_port("127.0.0.1.8.1") == ("127.0.0.1", 2049)


def test_client_of_another_program_needs_only_a_table(responder):
    class Echo(Client):
        program, version, procedures = 1, 1, nfs3.Client.procedures

    _, connection = responder()
    assert Echo(connection).null().outcome == accept_stat.SUCCESS
