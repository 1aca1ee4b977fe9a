"""When a rule fires: filters by what a request is about, conditions in Python, events."""

import pytest

from dittofs import Server, nfs4
from dittofs.faults import at, call, check, error, fail, first, from_data, if_, note, once, until, when
from dittofs.nfs3 import NFS3ERR
from dittofs.nfs4 import NFS4ERR, op


@pytest.fixture
def session(srv):
    s, export = nfs4.connect(srv.url)
    return s, export


def failed(srv, point, trigger, run):
    """Whether run() is answered with SERVERFAULT under a rule with this trigger."""
    with srv.faults.arm(point, trigger, fail(NFS4ERR.SERVERFAULT)):
        return run().status == NFS4ERR.SERVERFAULT


def test_nfs3_by_filehandle_and_name(srv, c, root):
    with srv.faults.arm(at.nfs3("LOOKUP").enter, when(name="b"), fail(NFS3ERR.IO)) as rule:
        assert [c.lookup.call(root, n).status for n in ("a", "b")] == [NFS3ERR.NOENT, NFS3ERR.IO]
        assert rule.hits == 1
    f = c.create(root, "f").obj.handle
    with srv.faults.arm(at.nfs3("GETATTR").leave, when(fh=f.data), fail(NFS3ERR.IO)):
        assert [c.getattr.call(h).status for h in (root, f)] == [0, NFS3ERR.IO]


def test_nfs4_by_what_the_compound_says(srv, session):
    s, export = session
    getattr_of = lambda: s.call(op.putfh(export), op.getfh())  # noqa: E731
    point = at.nfs4("*").enter
    for yes in (when(op="GETFH"), when(index=2), when(client=s.client), when(session=s.sessionid), when(proc="COMPOUND")):
        assert failed(srv, point, yes, getattr_of), yes
    for no in (when(op="READ"), when(index=7), when(client=1), when(session=bytes(16)), when(uid=4711)):
        assert not failed(srv, point, no, getattr_of), no
    fh = bytes(export)
    assert failed(srv, at.nfs4("GETFH").enter, when(fh=fh), getattr_of)
    assert not failed(srv, at.nfs4("GETFH").enter, when(fh=b"x"), getattr_of)
    lookup = lambda: s.call(op.putfh(export), op.lookup("gone"))  # noqa: E731
    assert failed(srv, at.nfs4("LOOKUP").enter, when(name="gone"), lookup)
    assert not failed(srv, at.nfs4("LOOKUP").enter, when(name="here"), lookup)


def test_a_store_by_whose_request_it_works_for(srv, c, root, mounted):
    other = mounted(srv).c
    with srv.faults.arm(at.store("update").before, when(conn=c), error("io")) as rule:
        assert other.create.call(root, "a").status == 0
        assert c.create.call(root, "b").status == NFS3ERR.IO
        assert rule.hits == 1


def test_background_work_is_nobodys(mounted):
    """What was removed while it was open goes after the grace period, if its client does not come back for it."""
    with Server("lmdb", clock="manual", seed=7) as srv:
        s, export = nfs4.connect(srv.url)
        s.open(export, "f", nfs4.create(mode=0o644))
        s.compound(op.putfh(export), op.remove("f"))
        srv.crash()
        srv.restart()
        c = mounted(srv).c
        with srv.faults.arm(at.store("update").before, when(conn=c), note(), listed=False) as ours:
            with srv.faults.arm(at.store("update").before, note()) as anyone:
                srv.clock.advance(200)
                anyone.wait()
            assert ours.hits == 0


def test_a_filter_that_is_never_known_is_refused(srv):
    with pytest.raises(ValueError, match="client is never known at net.read; filters possible there: conn, after_bytes"):
        srv.faults.arm("net.read", when(client=1), note())
    with pytest.raises(ValueError, match="if is never known at net.read"):
        srv.faults.arm("net.read", if_(lambda hit: True), note())


def test_until_an_event(srv, c, root):
    with srv.faults.arm(at.nfs3("GETATTR").enter, until("rpc.call", program=100003, procedure=4), fail(NFS3ERR.IO)):
        assert c.getattr.call(root).status == NFS3ERR.IO
        c.access(root, 1)
        assert c.getattr.call(root).status == 0


def test_a_condition_in_python(srv, c, root):
    seen = []

    def odd(hit):
        seen.append((hit.point, hit.detail, hit.uid, len(hit.fh) > 0))
        return len(seen) % 2

    with srv.faults.arm(at.nfs3("GETATTR").enter, if_(odd), fail(NFS3ERR.IO)) as rule:
        assert [c.getattr.call(root).status for _ in range(4)] == [NFS3ERR.IO, 0] * 2
        assert (rule.hits, rule.fired) == (2, 2)
    assert seen[0] == ("nfs3.proc.GETATTR.enter", "GETATTR", 0, True)


def test_a_condition_does_not_hold_the_server(srv, c, root, mounted):
    """The request waits for its answer, others go on: the predicate itself makes one."""

    other = mounted(srv).c

    def asks(hit):
        return other.fsstat.call(root).status == 0

    with srv.faults.arm(at.nfs3("GETATTR").enter, if_(asks) & once, fail(NFS3ERR.IO)):
        pending = c.getattr.send(root)
        pending.result(fails=NFS3ERR.IO)


def test_what_a_condition_raises_the_rule_raises(srv, c, root):
    with pytest.raises(ZeroDivisionError):
        with srv.faults.arm(at.nfs3("GETATTR").enter, if_(lambda hit: 1 / 0), fail(NFS3ERR.IO)):
            c.getattr(root)


def test_check_fails_its_test(srv, c, root):
    with srv.faults.arm("rpc.reply.tx", check(lambda hit: hit.bytes > 0)):
        c.getattr(root)

    def small(hit):
        assert hit.bytes < 4, "too many bytes"

    with pytest.raises(AssertionError, match="too many bytes"):
        with srv.faults.arm("net.write", check(small)):
            c.getattr(root)


def test_call_runs_while_the_request_waits(srv, c, root):
    calls = []
    with srv.faults.arm(at.nfs3("CREATE").leave, first(1), call(calls.append)):
        c.create(root, "f")
    assert [(hit.proc, hit.name) for hit in calls] == [("CREATE", "f")]


def test_rules_with_functions_are_not_for_others(srv):
    with srv.faults.arm("rpc.call.decoded", call(lambda hit: None)) as rule:
        assert rule.data["do"] == {"call": {"function": 1}}
        rule.disarm()
    with pytest.raises(ValueError, match="there is no function 1"):
        srv.faults.arm(*from_data(rule.data))
    with Server() as other, pytest.raises(ValueError, match="there is no function 9"):
        other.faults.arm(*from_data({"point": "net.read", "do": {"check": 9}}))
