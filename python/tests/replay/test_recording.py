"""Recordings: what is kept, in memory and in a file."""

import json

import pytest

from dittofs import Sys, nfs3
from dittofs.replay import Proxy, Recording
from dittofs.replay.recording import CLIENT, SERVER
from dittofs.rpc import Connection
from replay.conftest import nfs3_session, url


def test_calls_with_their_replies(recorded):
    names = [(e.call.name, e.reply.outcome.name) for e in recorded(nfs3_session).exchanges() if e.reply]
    assert ("CREATE", "NFS3_OK") in names and ("RMDIR", "NFS3ERR_NOTEMPTY") in names
    assert names.index(("MKDIR", "NFS3_OK")) < names.index(("RENAME", "NFS3_OK"))


def test_a_file(recorded, tmp_path):
    recording = recorded(nfs3_session)
    path = tmp_path / "r.jsonl"
    recording.save(path)
    again = Recording.load(path)
    assert [m.data for m in again.messages] == [m.data for m in recording.messages]
    assert [m.sender for m in again.messages] == [m.sender for m in recording.messages]
    assert json.loads(path.read_text().splitlines()[0]) == {"format": "dittofs recording", "version": 1}


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "no recording"),
        ("hello\n", "no recording"),
        ('{"format": "dittofs recording", "version": 9}\n', "no recording of version 1"),
        ('{"format": "dittofs recording", "version": 1}\n{"at": 0}\n', ":2: no message"),
        ('{"format": "dittofs recording", "version": 1}\n{"at":0,"connection":0,"from":"moon","message":""}\n', "from 'moon'"),
        ('{"format": "dittofs recording", "version": 1}\n{"at":0,"connection":0,"from":"client","message":"xy"}\n', ":2: no message"),
    ],
)
def test_what_is_no_recording(tmp_path, text, says):
    path = tmp_path / "r.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        Recording.load(path)


def test_a_connection_of_ours(a):
    recording = Recording()
    with Connection("127.0.0.1", a.nfs_port) as endpoint:
        recording.tap(endpoint)
        nfs3.Client(endpoint, cred=Sys()).null()
    assert [m.sender for m in recording.messages] == [CLIENT, SERVER]
    assert [e.call.name for e in recording.exchanges()] == ["NULL"]


def test_many_under_way_are_matched(a):
    """Replies are those of their calls, in whatever order they come, two calls with one xid too."""
    recording = Recording()
    with Proxy("127.0.0.1", a.nfs_port, recording) as proxy:
        c, root = nfs3.connect(url(a, proxy.port))
        calls = [c.access.send(root, n) for n in range(1, 60)] + [c.getattr.send(root, xid=5) for _ in range(2)]
        replies = [call.result().bytes for call in calls]
        c.endpoint.close()
    found = list(recording.exchanges())[-len(calls) :]
    assert [e.reply.bytes for e in found] == replies


def test_connections_are_told_apart(a):
    recording = Recording()
    with Proxy("127.0.0.1", a.nfs_port, recording) as proxy:
        for _ in range(3):
            with nfs3.Client("127.0.0.1", proxy.port) as c:
                c.null(xid=1)
    assert [e.connection for e in recording.exchanges()] == [0, 1, 2]
    assert all(e.reply for e in recording.exchanges())


def test_a_server_that_is_gone():
    """Who connects is sent away, and can be again."""
    with Proxy("127.0.0.1", 9, Recording()) as proxy:
        for _ in range(2):
            with pytest.raises(Exception, match="closed|reset"):
                nfs3.Client("127.0.0.1", proxy.port).null()
