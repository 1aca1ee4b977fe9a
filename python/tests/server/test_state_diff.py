"""srv.state.diff(): what came, what went, what is otherwise."""

import json

from dittofs import nfs4
from dittofs.nfs4 import WRITE_LT, create, op
from dittofs.state_diff import Change, diff


def test_an_open_comes_and_goes(srv):
    s, root = nfs4.connect(srv.url)
    nothing = srv.state
    f = s.open(root, "f", create(mode=0o644))
    opened = srv.state
    came = opened.diff(nothing)
    where = f"clients[{s.client.clientid}].opens[{bytes(f.stateid.other).hex()}]"
    assert [c.path for c in came.appeared("*.opens*")] == [where]
    assert came.appeared(f"{where.replace('[', '[[]')}")[0].after["access"] == 3
    assert not came.went()
    gone = nothing.diff(opened)
    assert [(c.path, c.after) for c in gone.went("*.opens*")] == [(where, None)]
    s.close(f)
    assert not srv.state.diff(nothing).appeared("*.opens*")


def test_a_value_changes(srv):
    s, root = nfs4.connect(srv.url)
    before = srv.state
    s.compound(op.putrootfh())
    (slot,) = srv.state.diff(before).without("*.lease_left", "*.reply_bytes").changed("*.slots*")
    assert slot.after == slot.before + 1
    assert str(slot) == f"~ {slot.path} {slot.before} -> {slot.after}" and slot.path.endswith("].slots[0].sequence")


def test_it_prints_and_is_json(srv):
    s, root = nfs4.connect(srv.url)
    before = srv.state
    f = s.open(root, "f", create(mode=0o644))
    s.lock(f, WRITE_LT, 0, 10)
    changes = srv.state.diff(before)
    text = str(changes)
    assert "+ clients[" in text and "access=3 deny=0" in text and "ranges=1" in text
    assert json.loads(json.dumps(changes.as_json()))[0].keys() == {"path", "kind", "before", "after"}
    assert str(srv.state.diff(srv.state).without("*.lease_left")) == "nothing has changed"


def test_elements_are_told_apart_by_what_identifies_them():
    a = {"clients": [{"id": 1, "n": 1}, {"id": 2, "n": 2}], "revoked": ["x"]}
    b = {"clients": [{"id": 2, "n": 3}], "revoked": ["y", "x"], "more": None}
    lines = [str(c) for c in diff(a, b)]
    assert lines == ["- clients[1] id=1 n=1", "~ clients[2].n 2 -> 3", "+ revoked[y] y", "+ more None"]
    assert diff(a, b)[0] == Change("clients[1]", "went", {"id": 1, "n": 1})
