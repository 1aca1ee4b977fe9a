"""A reply that was lost, and the client asks again: RFC 1813 4.5, on a server that loses replies on purpose."""

import pytest

from conformance.nfs3.checks import attributes, names
from dittofs import nfs3 as module
from dittofs.faults import at, drop_reply, once
from dittofs.nfs3 import GUARDED, NF3FIFO, NFS3ERR
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("faults")

CALLS = {
    "create": lambda d: (d, "new", GUARDED),
    "mkdir": lambda d: (d, "new"),
    "symlink": lambda d: (d, "new", "text"),
    "mknod": lambda d: (d, "new", NF3FIFO),
    "remove": lambda d: (d, "old"),
    "rmdir": lambda d: (d, "empty"),
    "rename": lambda d: (d, "old", d, "new"),
}


@pytest.fixture
def stage(nfs3, home):
    nfs3.create(home, "old")
    nfs3.mkdir(home, "empty")
    return home


@pytest.mark.parametrize("name", CALLS)
@covers("RFC1813 4.5", "executed, the reply lost, the connection broken: the retransmission succeeds, done once")
@meets("1813-4.5-1")
def test_lost_after_execution(connect, nfs3, stage, faults, name):
    dying = module.Client(connect())
    call = getattr(dying, name).message(*CALLS[name](stage))
    with faults.arm(at.nfs3(name.upper()).leave, once, drop_reply()) as rule:
        dying.endpoint.send(call)
        rule.wait()
    done = names(nfs3, stage)
    dying.close()
    again = module.Client(connect()).endpoint.send(call).result()
    assert again.outcome == 0
    assert names(nfs3, stage) == done


@pytest.mark.parametrize("name", CALLS)
@covers("RFC1813 4.5", "lost before it was executed: the retransmission is executed")
def test_lost_before_execution(connect, nfs3, stage, faults, name):
    dying = module.Client(connect())
    call = getattr(dying, name).message(*CALLS[name](stage))
    with faults.arm(at.nfs3(name.upper()).enter, once, drop_reply()) as rule:
        dying.endpoint.send(call)
        rule.wait()
    assert names(nfs3, stage) == {"old", "empty"}
    module.Client(connect()).endpoint.send(call).result()
    assert names(nfs3, stage) != {"old", "empty"} or name == "rmdir"


@covers("RFC1813 3.3.2", "a guarded SETATTR whose reply was lost is not refused when it comes again")
def test_guarded_setattr(connect, nfs3, file, faults):
    dying = module.Client(connect())
    call = dying.setattr.message(file, guard=attributes(nfs3, file).ctime, mode=0o600)
    with faults.arm(at.nfs3("SETATTR").leave, once, drop_reply()) as rule:
        dying.endpoint.send(call)
        rule.wait()
    module.Client(connect()).endpoint.send(call).result()
    assert attributes(nfs3, file).mode & 0o7777 == 0o600


@covers("RFC1813 4.5", "a new request with another xid is not mistaken for the lost one")
def test_new_request(nfs3, home, faults):
    with faults.arm(at.nfs3("MKDIR").leave, once, drop_reply()) as rule:
        nfs3.mkdir.send(home, "d")
        rule.wait()
    nfs3.mkdir(home, "d", fails=NFS3ERR.EXIST)
