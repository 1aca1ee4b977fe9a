"""Scenarios: data that is right, and a server that does what they say. Linux's client meets them in pjdfstest/tests."""

import pytest

from dittofs import Server, nfs3, nfs4, scenarios
from dittofs.faults import Trigger, delay, fail, from_data, set_
from dittofs.nfs4 import NFS4ERR, op
from dittofs.rpc import Closed


@pytest.mark.parametrize("name", scenarios.scenarios())
def test_every_rule_can_be_armed(name):
    chosen = scenarios.find(name)
    assert chosen.says and chosen.demands and chosen.rules
    with Server() as srv, chosen.arm(srv) as rules:
        assert srv.faults.armed == rules
    with Server() as srv:
        assert srv.faults.armed == []


def test_a_name_that_there_is_not():
    with pytest.raises(KeyError, match="there is no scenario moon; there are lost-reply, "):
        scenarios.find("moon")


def test_rules_as_data():
    point, trigger, action = from_data({"point": "net.read", "every": 3, "conn": 5, "do": {"delay": 0.5}})
    assert (point, trigger, action) == ("net.read", Trigger({"conn": 5, "every": 3}), delay(0.5))
    assert from_data({"point": "nfs4.op.*.enter", "do": {"fail": "NFS4ERR_DELAY"}})[2] == fail(NFS4ERR.DELAY)
    assert from_data({"point": "rpc.reply.tx", "do": {"set": {"path": "a", "value": "text"}}})[2] == set_("a", b"text")


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"point": "net.read"}, "a rule has point, do, conn, client, "),
        ({"point": "net.reed", "do": "note"}, "there is no point net.reed; there are:\n  net.accept\n"),
        ({"point": "net.read", "do": "explode"}, 'do is one of note, fail, .*, with its arguments; not "explode"'),
        ({"point": "net.read", "do": "note", "moon": 1}, "a rule has .*; not moon"),
        ({"point": "net.read", "do": "note", "nth": "2"}, 'nth is a number; not "2"'),
        ({"point": "net.read", "do": {"fail": "EIO"}}, 'there is no status "EIO"'),
        ({"point": "net.read", "do": {"delay": {"hours": 1}}}, "delay takes seconds; not hours"),
        ({"point": "net.read", "do": {"pause": 1}}, "pause takes nothing; not 1"),
        ({"point": "rpc.reply.tx", "do": {"patch": {"path": "xid"}}}, "patch takes path, value, level; there is no value"),
        ({"point": "store.read.before", "do": {"error": "eio"}}, 'there is no error "eio"; there are ok, '),
    ],
)
def test_data_that_is_no_rule(wrong, says):
    with pytest.raises(ValueError, match=says):
        from_data(wrong)


def test_rules_of_anybody_are_listed():
    with Server() as srv, scenarios.find("delay-storm").arm(srv) as rules:
        listed = srv.faults.list()
        assert [r.data["point"] for r in listed] == [r.point for r in rules]
        assert listed[0].data == {"point": "nfs4.op.OPEN.enter", "every": 3, "first": 12, "do": {"fail": {"status": "NFS4ERR_DELAY"}}}
        assert [from_data(r.data) for r in listed] == [from_data(r.data) for r in rules]


def test_lost_reply():
    with Server() as srv, scenarios.find("lost-reply").arm(srv):
        c, root = nfs3.connect(srv.url)
        with pytest.raises(Closed):
            for n in range(20):
                c.create(root, f"f{n}", nfs3.GUARDED)
        again, root = nfs3.connect(srv.url)
        again.lookup(root, f"f{n}")  # it has happened


def test_slot_table_shrunk():
    with Server() as srv, scenarios.find("slot-table-shrunk").arm(srv):
        s, _ = nfs4.connect(srv.url)
        assert s.compound(op.putrootfh()).all[0].sr_resok4.sr_target_highest_slotid == 0


def test_session_forgotten():
    with Server() as srv, scenarios.find("session-forgotten").arm(srv):
        s, _ = nfs4.connect(srv.url)
        told = {s.call(op.putrootfh()).status for _ in range(80)}
        assert told == {nfs4.NFS4_OK, NFS4ERR.BADSESSION}


def test_wrong_write_verifier():
    with Server() as srv, scenarios.find("wrong-write-verifier").arm(srv):
        c, root = nfs3.connect(srv.url)
        f = c.create(root, "f").obj.handle
        written = bytes(c.write(f, 0, b"x", nfs3.UNSTABLE).verf)
        verifiers = [bytes(c.commit(f).verf) for _ in range(4)]
        assert verifiers == [b"changed!"] * 3 + [written]
