"""Handlers in Python, in front of those of a running server (dittofs.handlers)."""

import logging
import threading

import pytest

from dittofs import Server, mount, nfs3, nfs4
from dittofs.handlers import HandlerFailed
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc import TimedOut, accept_stat
from dittofs.wire import mount as wmount
from dittofs.wire import nfs3 as w3
from dittofs.wire import nfs4 as w4


@pytest.fixture
def srv():
    with Server(clock="manual", seed=7) as srv:
        yield srv


def connected(srv, minorversion=2, **options):
    s, root = nfs4.connect(srv.url, minorversion=minorversion, **options)
    return s, root


def test_an_operation_is_wrapped(srv):
    s, root = connected(srv)
    s.mkdir(root, "gone")
    seen = []

    @srv.nfs4.op("LOOKUP")
    def gone(call):
        seen.append((call.name, call.args, call.minor, call.index, call.uid, call.current))
        return call.fail(NFS4ERR.STALE) if call.args.objname == "gone" else call.next()

    s.compound(op.putfh(root), op.lookup("gone").fails(NFS4ERR.STALE))
    s.compound(op.putfh(root), op.lookup("other").fails(NFS4ERR.NOENT))
    assert seen[0] == ("LOOKUP", w4.LOOKUP4args("gone"), 2, 2, 0, root)
    gone.remove()
    s.compound(op.putfh(root), op.lookup("gone"))
    assert len(seen) == 2


def test_who_calls(srv):
    s, root = connected(srv)
    with srv.nfs4.op("GETATTR")(lambda call: calls.append(call) or call.next()):
        calls = []
        r = s.as_(nfs4.Sys(uid=1000, gid=5, gids=(6, 7))).compound(op.putfh(root), op.getattr("size"), sa_slotid=3)
    (call,) = calls
    assert (call.uid, call.gid, call.gids, call.flavor) == (1000, 5, [6, 7], 1)
    assert (call.session, call.slot, call.sequence) == (s.sessionid, 3, r.sequence.sr_sequenceid)
    assert call.client == srv.state.clients[0]["id"]
    assert call.xid == r.call.xid and call.peer.startswith("127.0.0.1:")
    with pytest.raises(AttributeError, match="altitude: of GETATTR here is known connection, xid"):
        call.altitude


def test_arguments_are_changed_on_the_way(srv):
    s, root = connected(srv)
    s.mkdir(root, "there")
    with srv.nfs4.op("LOOKUP")(lambda call: call.next(objname="there")):
        s.compound(op.putfh(root), op.lookup("nowhere"), op.getfh())
    f = s.open(root, "f", nfs4.create())
    with srv.nfs4.op("WRITE")(lambda call: call.next(data=call.args.data.upper())):
        s.write(f.fh, 0, b"small" * 1000, f.stateid)
    assert s.read(f.fh, 0, 5000) == b"SMALL" * 1000


def test_the_result_is_changed_on_the_way_back(srv):
    s, root = connected(srv)
    f = s.open(root, "f", nfs4.create())
    s.write(f.fh, 0, b"0123456789", f.stateid)

    @srv.nfs4.op("READ")
    def short(call):
        result = call.next()
        result.resok4.data = result.resok4.data[:3]
        result.resok4.eof = False
        return result

    got = s.compound(op.putfh(f.fh), op.read(f.stateid, 0, 10)).read
    assert (bytes(got.data), got.eof) == (b"012", False)


def test_any_reply(srv):
    s, root = connected(srv)
    with srv.nfs4.op("ACCESS")(lambda call: call.reply(status=w4.NFS4_OK, resok4=w4.ACCESS4resok(63, 1))):
        assert s.compound(op.putfh(root), op.access()).access.access == 1
    with srv.nfs4.op("GETATTR")(lambda call: call.reply(call.next(), resok4=w4.GETATTR4resok(nfs4.fattr(size=7)))):
        assert s.compound(op.putfh(root), op.getattr("size")).getattr.attributes.size == 7


def test_an_operation_that_the_server_does_not_have_is_given_to_it(srv):
    s, root = connected(srv)
    s.compound(op.putfh(root), op.getdevicelist(1).fails(NFS4ERR.NOTSUPP))

    @srv.nfs4.op("GETDEVICELIST")
    def devices(call):
        return call.reply(gdlr_resok4=w4.GETDEVICELIST4resok(5, b"verifier", [b"d" * 16], True))

    r = s.compound(op.putfh(root), op.getdevicelist(1))
    assert (r.getdevicelist.gdlr_cookie, r.getdevicelist.gdlr_deviceid_list) == (5, [b"d" * 16])


def test_several_handlers_the_newest_first(srv):
    s, root = connected(srv)
    order = []

    def named(name):
        def handler(call):
            order.append(name)
            return call.next()

        return handler

    first = srv.nfs4.op("GETFH")(named("first"))
    second = srv.nfs4.op("GETFH")(named("second"))
    s.compound(op.putfh(root), op.getfh())
    assert order == ["second", "first"]
    second.remove()
    s.compound(op.putfh(root), op.getfh())
    assert order == ["second", "first", "first"]
    first.remove()
    first.remove()
    assert s.compound(op.putfh(root), op.getfh()).getfh.object == root


def test_next_runs_it_as_often_as_it_is_called(srv):
    s, root = connected(srv)
    with srv.nfs4.op("REMOVE")(lambda call: (call.next(), call.next())[1]):
        s.mkdir(root, "d")
        s.compound(op.putfh(root), op.remove("d").fails(NFS4ERR.NOENT))
    # A COMPOUND has one slot: a second SEQUENCE is one in the wrong place (RFC 8881 18.46.3).
    with srv.nfs4.op("SEQUENCE")(lambda call: (call.next(), call.next())[1]):
        assert s.call(op.putfh(root)).status == NFS4ERR.SEQUENCE_POS
    assert srv.check_state() == []


def test_the_slot_remembers_what_was_answered(srv):
    s, root = connected(srv)
    counted = []
    with srv.nfs4.op("CREATE")(lambda call: counted.append(1) or call.fail(NFS4ERR.DQUOT)):
        r = s.compound(op.putfh(root), op.create(nfs4.NF4DIR, "d").fails(NFS4ERR.DQUOT))
        assert s.replay(r).bytes == r.bytes
    assert s.replay(r).bytes == r.bytes
    assert len(counted) == 1


def test_no_reply_at_all(srv):
    s, root = connected(srv)
    with srv.nfs4.op("CREATE")(lambda call: call.next() and call.silence()):
        lost = s.send(op.putfh(root), op.create(nfs4.NF4DIR, "d"))
        s.endpoint.poll(0.05)
        assert not lost.done
        s.null()  # the connection is as it was
        assert not lost.done
    s2, _ = connected(srv)
    s2.compound(op.putfh(root), op.lookup("d"))


def test_procedures_of_nfs3_and_mount(srv):
    root = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
    c = nfs3.Client(srv.host, srv.nfs_port)
    f = c.create(root, "f", mode=0o644).obj
    c.write(f, 0, b"0123456789")
    with srv.nfs3.proc("READ")(lambda call: call.next(count=4)):
        assert bytes(c.read(f, 0, 10).data) == b"0123"
    with srv.nfs3.proc("LOOKUP")(lambda call: call.fail(NFS3ERR.JUKEBOX)):
        c.lookup(root, "f", fails=NFS3ERR.JUKEBOX)
    with srv.nfs3.proc("WRITE")(lambda call: call.next(data=b"X" * call.args.count)):
        c.write(f, 0, b"y" * 3000)
    assert bytes(c.read(f, 0, 3000).data) == b"X" * 3000
    with srv.mount.proc("MNT")(lambda call: call.fail(wmount.MNT3ERR_ACCES)):
        assert mount.Client(srv.host, srv.nfs_port).mnt.call("/export").outcome == wmount.MNT3ERR_ACCES
    with srv.nfs3.proc("NULL")(lambda call: call.next()):
        c.null()
    with srv.nfs3.proc("GETATTR")(lambda call: call.next()):
        c.getattr(raw=b"\0\0", fails=accept_stat.GARBAGE_ARGS)  # what is no arguments is asked of nobody


def test_the_duplicate_request_cache_remembers_what_was_answered(srv):
    c, root = nfs3.connect(srv.url)
    with srv.nfs3.proc("MKDIR")(lambda call: call.fail(NFS3ERR.DQUOT)):
        r = c.mkdir(root, "d", fails=NFS3ERR.DQUOT)
    assert c.replay(r).bytes == r.bytes


def test_over_udp(srv):
    root = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
    c = nfs3.Client(srv.host, srv.nfs_port, udp=True)
    with srv.nfs3.proc("ACCESS")(lambda call: call.reply(call.next(), resok=w3.ACCESS3resok(access=1))):
        assert c.access(root, 0x3F).access == 1


def test_a_whole_compound(srv):
    s, root = connected(srv)
    with srv.nfs4.proc("COMPOUND")(lambda call: call.next(tag="other")):
        assert s.compound(op.putfh(root), tag="mine").tag == "other"


def test_a_name_that_there_is_not(srv):
    with pytest.raises(ValueError, match="there is no operation LOOKUPQ; there are ACCESS, CLOSE"):
        srv.nfs4.op("LOOKUPQ")
    with pytest.raises(ValueError, match="there is no procedure read; there are NULL, GETATTR"):
        srv.nfs3.proc("read")


@pytest.mark.parametrize(
    "broken, says",
    [
        (lambda call: 1 / 0, "ZeroDivisionError"),
        (lambda call: None, "it returned None"),
        (lambda call: call.next(objname=7), "not bytes"),
        (lambda call: call.reply(nonsense=1), "nonsense"),
        (lambda call: w4.GETFH4res(), "GETFH4res"),
    ],
)
def test_what_a_handler_raises_is_told(caplog, broken, says):
    caplog.set_level(logging.CRITICAL, logger="dittofs.handlers")
    with pytest.raises(HandlerFailed, match=f"the handler of LOOKUP failed: .*{says}"):
        with Server() as srv:
            s, root = connected(srv)
            srv.nfs4.op("LOOKUP")(broken)
            s.compound(op.putfh(root), op.lookup("x").fails(NFS4ERR.SERVERFAULT))
            s.compound(op.putfh(root), op.getfh())


def test_a_test_that_fails_shows_its_own_failure(caplog):
    caplog.set_level(logging.CRITICAL, logger="dittofs.handlers")
    with pytest.raises(KeyError):
        with Server() as srv:
            c, root = nfs3.connect(srv.url)
            srv.nfs3.proc("GETATTR")(lambda call: 1 / 0)
            c.getattr(root, fails=accept_stat.SYSTEM_ERR)
            raise KeyError


def test_while_one_handler_waits_others_run(srv):
    """A handler waits for an operation that another handler is in front of: a client's DELEGRETURN, say."""
    a, root = connected(srv)
    b, _ = connected(srv)
    a.mkdir(root, "d")
    inner = []

    @srv.nfs4.op("LOOKUP")
    def outer(call):
        if call.args.objname == "d":
            b.compound(op.putfh(root), op.lookup("e").fails(NFS4ERR.NOENT))
        inner.append(call.args.objname)
        return call.next()

    @srv.nfs4.op("PUTFH")
    def counted(call):
        return call.next()

    done = threading.Thread(target=lambda: a.compound(op.putfh(root), op.lookup("missing").fails(NFS4ERR.NOENT)))
    done.start()
    done.join(10)
    assert inner == ["missing"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_a_server_that_stops_waits_for_no_handler(how):
    srv = Server(settings={"server.shutdown_timeout": 0.1}).start()
    s, root = connected(srv)
    entered, let_go = threading.Event(), threading.Event()
    told = []

    @srv.nfs4.op("LOOKUP")
    def stuck(call):
        entered.set()
        let_go.wait(10)
        try:
            return call.next()
        except RuntimeError as why:
            told.append(str(why))
            raise
        finally:
            finished.set()

    finished = threading.Event()
    sent = s.send(op.putfh(root), op.lookup("x"))
    assert entered.wait(10)
    getattr(srv, how)()
    if how == "stop":
        assert sent.results().status == NFS4ERR.SERVERFAULT  # it is told
    let_go.set()
    assert finished.wait(10)
    assert told == ["the server has stopped"]


def test_a_restarted_server_has_its_handlers(srv):
    c, root = nfs3.connect(srv.url)
    srv.nfs3.proc("GETATTR")(lambda call: call.fail(NFS3ERR.JUKEBOX))
    srv.restart()
    c, root = nfs3.connect(srv.url)
    c.getattr(root, fails=NFS3ERR.JUKEBOX)


def test_many_loops_and_clients():
    with Server(loops=4) as srv:
        count = 0

        @srv.nfs4.op("GETFH")
        def counted(call):
            nonlocal count
            count += 1  # one at a time: no lock
            return call.next()

        def work():
            s, root = connected(srv)
            for sent in [s.send(op.putfh(root), op.getfh()) for _ in range(50)]:
                assert sent.result().getfh.object == root
            s.endpoint.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)
        # connect() itself looks up the export's filehandle
        assert count >= 400


def test_the_link_of_faults_and_handlers(srv):
    """Handlers are asked on the way with fault rules as well."""
    from dittofs.faults import at, fail, once

    s, root = connected(srv)
    with srv.nfs4.op("GETFH")(lambda call: call.fail(NFS4ERR.DELAY)):
        with srv.faults.arm("nfs4.op.GETFH.leave", once, fail(NFS4ERR.IO)):
            s.compound(op.putfh(root), op.getfh().fails(NFS4ERR.IO))
        s.compound(op.putfh(root), op.getfh().fails(NFS4ERR.DELAY))


def test_a_timeout_in_a_client_is_no_end_of_the_handler(srv):
    s, root = connected(srv)
    quick, _ = connected(srv, timeout=0.05)
    let_go = threading.Event()
    with srv.nfs4.op("GETFH")(lambda call: let_go.wait(10) and call.next()):
        with pytest.raises(TimedOut):
            quick.compound(op.putfh(root), op.getfh())
        let_go.set()
        assert s.compound(op.putfh(root), op.getfh()).getfh.object == root
