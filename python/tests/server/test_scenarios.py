"""Scenarios: data that is right, and a server that does what they say. Linux's client meets them in pjdfstest/tests."""

import pytest

from dittofs import Server, nfs3, nfs4, scenarios
from dittofs.faults import Action, Trigger, from_data
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
    point, trigger, action = from_data({"point": "net.read", "every": 3, "uid": 5, "do": {"delay": 0.5}})
    assert (point, trigger, action) == ("net.read", Trigger({"uid": 5, "every": 3}), Action("delay", seconds=0.5))
    assert from_data({"point": "x", "do": {"fail": "NFS4ERR_DELAY"}})[2].number == NFS4ERR.DELAY
    assert from_data({"point": "x", "do": {"set": {"path": "a", "value": "text"}}})[2].value == b"text"
    for wrong in ({"point": "x"}, {"point": "x", "do": "explode"}, {"point": "x", "do": "note", "moon": 1}, {"point": "x", "do": {"fail": "EIO"}}):
        with pytest.raises(ValueError):
            from_data(wrong)


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
