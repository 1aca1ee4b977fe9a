"""Recordings sent again: to a server that does the same, and to some that do not."""

import pytest

from dittofs import nfs3
from dittofs.faults import at, drop_reply, fail, first
from dittofs.replay import Recording, Rules, replay
from dittofs.rpc import Connection
from replay.conftest import nfs3_session, nfs4_session


def told(runs):
    return [str(d) for run in runs for d in run.differences]


def test_nfs3_on_another_server(recorded, b):
    """Handles and cookies of the one are replaced by those of the other."""
    recording = recorded(nfs3_session)
    runs = list(replay(recording, "127.0.0.1", b.nfs_port))
    assert told(runs) == []
    assert len(runs) == len(list(recording.exchanges()))
    c, root = nfs3.connect(b.url)
    d = c.lookup(root, "d").object
    assert c.read(c.lookup(d, "g").object, 0, 100).data == b"0123456789"


@pytest.mark.parametrize("minor", [0, 1, 2])
def test_nfs4_on_another_server(recorded, b, minor):
    """So are client ids, sessions and stateids."""
    recording = recorded(nfs4_session, minor)
    assert told(replay(recording, "127.0.0.1", b.nfs_port)) == []
    c, root = nfs3.connect(b.url)
    assert c.read(c.lookup(root, "f").object, 0, 100).data == b"hello"


def test_twice_on_one_server(recorded, b):
    """What is there already is a difference, and what follows goes on."""
    recording = recorded(nfs3_session)
    list(replay(recording, "127.0.0.1", b.nfs_port))
    found = [run for run in replay(recording, "127.0.0.1", b.nfs_port) if run.differences]
    mkdir = next(run for run in found if run.call.name == "MKDIR")
    assert str(mkdir.differences[0]) == "status: NFS3_OK != NFS3ERR_EXIST"
    assert "one:" in mkdir.transcript and "NFS3ERR_EXIST" in mkdir.transcript


def test_an_error_that_the_other_invents(recorded, b):
    with b.faults.arm(at.nfs3("RENAME").enter, first(1), fail(nfs3.NFS3ERR.SERVERFAULT)):
        found = [run for run in replay(recorded(nfs3_session), "127.0.0.1", b.nfs_port) if run.differences]
    assert found[0].call.name == "RENAME"
    assert str(found[0].differences[0]) == "status: NFS3_OK != NFS3ERR_SERVERFAULT"


def test_a_reply_that_never_comes(recorded, b):
    with b.faults.arm(at.nfs3("COMMIT").leave, first(1), drop_reply()):
        runs = list(replay(recorded(nfs3_session), "127.0.0.1", b.nfs_port, timeout=0.3))
    assert told(runs)[0] == "reply: 'a reply' != 'no reply'"


def test_groups_are_compared_when_asked(recorded, b):
    recording = recorded(nfs3_session)
    found = told(replay(recording, "127.0.0.1", b.nfs_port, Rules().but("verifiers")))
    assert found and all(".verf:" in line for line in found)


def test_what_does_not_decode_goes_out_as_it_was(a, b):
    recording = Recording()
    with Connection("127.0.0.1", a.nfs_port) as endpoint:
        recording.tap(endpoint)
        c = nfs3.Client(endpoint)
        c.getattr.call(raw=b"\0\0\0")
        c.getattr.call(raw=b"", vers=17)
        endpoint.call(4711, 1, 1, b"odd")
    runs = list(replay(recording, "127.0.0.1", b.nfs_port))
    assert told(runs) == []
    assert [run.call.args for run in runs] == [b"\0\0\0", b"", b"odd"]


def test_what_was_under_way_at_once_is_again(a, b):
    recording = Recording()
    with Connection("127.0.0.1", a.nfs_port) as endpoint:
        recording.tap(endpoint)
        calls = [nfs3.Client(endpoint).null.send() for _ in range(50)]
        for call in calls:
            call.result()
    runs = list(replay(recording, "127.0.0.1", b.nfs_port))
    assert len(runs) == 50 and told(runs) == []


def test_a_call_without_a_reply_says_nothing(a, b):
    recording = Recording()
    with Connection("127.0.0.1", a.nfs_port) as endpoint:
        recording.tap(endpoint)
        with a.faults.arm(at.nfs3("NULL").leave, first(1), drop_reply()) as dropped:
            nfs3.Client(endpoint).null.send()
            dropped.wait()
    (run,) = replay(recording, "127.0.0.1", b.nfs_port)
    assert run.recorded is None and not run.differences
