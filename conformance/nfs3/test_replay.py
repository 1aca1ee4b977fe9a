"""The same request again: RFC 1813 4.5, the duplicate request cache.

"The duplicate request cache provides a short-term memory mechanism in which the original completion status of a
request is remembered and the operation attempted only once." And over TCP as well: "a connection break with automatic
reestablishment requires duplicate request processing".
"""

import pytest

from conformance.nfs3.checks import attributes, names, retransmit
from dittofs import nfs3 as module
from dittofs.nfs3 import GUARDED, NF3FIFO, NFS3ERR
from dittofs.testing.markers import covers, meets

# procedure: (arguments, what a second execution would say)
NOT_IDEMPOTENT = {
    "create": (lambda d: (d, "new", GUARDED), NFS3ERR.EXIST),
    "mkdir": (lambda d: (d, "new"), NFS3ERR.EXIST),
    "symlink": (lambda d: (d, "new", "text"), NFS3ERR.EXIST),
    "mknod": (lambda d: (d, "new", NF3FIFO), NFS3ERR.EXIST),
    "remove": (lambda d: (d, "old"), NFS3ERR.NOENT),
    "rmdir": (lambda d: (d, "empty"), NFS3ERR.NOENT),
    "rename": (lambda d: (d, "old", d, "new"), NFS3ERR.NOENT),
}


@pytest.fixture
def stage(nfs3, home):
    """A directory with something for each of the calls."""
    nfs3.create(home, "old")
    nfs3.mkdir(home, "empty")
    return home


def each_call():
    params = []
    for name, (args, second) in NOT_IDEMPOTENT.items():
        params.append(pytest.param(name, args, second, id=name))
    return pytest.mark.parametrize("name, args, second", params)


@each_call()
@covers("RFC1813 4.5", "sent again on the same connection: the first reply again, executed once")
@meets("1813-4.5-1")
def test_same_connection(nfs3, stage, name, args, second):
    first = getattr(nfs3, name)(*args(stage))
    after = names(nfs3, stage)
    again = retransmit(nfs3, first)
    assert again.bytes == first.bytes
    assert names(nfs3, stage) == after


@each_call()
@covers("RFC1813 4.5", "sent again on a new connection, as a client does whose old one broke: the first reply again")
@meets("1813-4.5-1")
def test_new_connection(connect, stage, name, args, second):
    broken = module.Client(connect())
    first = getattr(broken, name)(*args(stage))
    broken.close()
    again = retransmit(module.Client(connect()), first)
    assert again.bytes == first.bytes


@each_call()
@covers("RFC1813 4.5", "sent again while the first is under way: two equal replies or one, executed once")
def test_at_once(nfs3, stage, name, args, second):
    procedure = getattr(nfs3, name)
    call = procedure.message(*args(stage))
    first, again = nfs3.endpoint.send(call), nfs3.endpoint.send(call)
    first.result()
    # A server may drop a duplicate of what it is executing. It answers this one behind it:
    nfs3.null()
    if again.answer is not None:
        assert again.answer.bytes == first.answer.bytes


@each_call()
@covers("RFC1813 4.5", "the same call with another xid is a new request, and executed")
def test_other_xid(nfs3, stage, name, args, second):
    getattr(nfs3, name)(*args(stage))
    getattr(nfs3, name)(*args(stage), fails=second)


@each_call()
@covers("RFC1813 4.5", "a failure is remembered as well: it does not turn into a success")
@meets("1813-4.5-1")
def test_failure(nfs3, stage, name, args, second):
    getattr(nfs3, name)(*args(stage))
    failed = getattr(nfs3, name)(*args(stage), fails=second)
    nfs3.rename.call(stage, "new", stage, "old") if second == NFS3ERR.NOENT else nfs3.remove.call(stage, "new")
    if name == "rmdir":
        nfs3.mkdir(stage, "empty")
    if name == "mkdir":
        nfs3.rmdir(stage, "new")
    assert retransmit(nfs3, failed).bytes == failed.bytes


@covers("RFC1813 4.5", "a link is made once")
def test_link(nfs3, home, file):
    first = nfs3.link(file, home, "second")
    assert retransmit(nfs3, first).bytes == first.bytes
    assert attributes(nfs3, file).nlink == 2


@covers("RFC1813 4.5", "a guarded SETATTR that was done does not fail when it is sent again")
def test_guarded_setattr(nfs3, file):
    first = nfs3.setattr(file, guard=attributes(nfs3, file).ctime, mode=0o600)
    assert retransmit(nfs3, first).bytes == first.bytes


@covers("RFC1813 4.5", "a removal sent again does not remove what was made under the name meanwhile")
def test_remove_then_create(nfs3, connect, home, file):
    removed = nfs3.remove(home, "file")
    nfs3.create(home, "file")
    assert retransmit(module.Client(connect()), removed).outcome == 0
    assert names(nfs3, home) == {"file"}


@covers("RFC1813 4.5", "another request with the same xid is no duplicate")
@meets("5531-9-2")
def test_reused_xid(nfs3, connect, home):
    other = module.Client(connect())
    nfs3.mkdir(home, "a", xid=0x5EED0001)
    other.mkdir(home, "b", xid=0x5EED0001)
    assert names(nfs3, home) == {"a", "b"}


@covers("RFC1813 4.5", "an idempotent request sent again may be executed again, and is right then")
def test_idempotent(nfs3, file):
    first = nfs3.getattr(file)
    nfs3.write(file, 0, b"data")
    assert retransmit(nfs3, first).outcome == 0
    again = nfs3.write(file, 0, b"more")
    retransmit(nfs3, again)
    assert bytes(nfs3.read(file).data) == b"more"
