"""What ACCESS promises and keeps back, and whose credentials count: RFC 8881 18.1, 18.16.4."""

import pytest

from conformance.nfs41.acls import EVERYONE, OWNER, allow, need_acls
from conformance.nfs41.acls import READ as READ_DATA
from conformance.nfs41.acls import WRITE as WRITE_DATA
from conformance.nfs41.checks import BOTH, READ, new_file
from dittofs.faults import at, error, once
from dittofs.nfs4 import ACCESS4_EXECUTE, ACCESS4_READ, NFS4ERR, op
from dittofs.testing.markers import covers, meets, needs


def granted(c, file):
    return c.compound(op.putfh(file), op.access(ACCESS4_READ | ACCESS4_EXECUTE)).access.access


@pytest.mark.parametrize("mode", [0o666, 0o600, 0o444, 0], ids=oct)
@covers("RFC8881 18.1.3", "ACCESS4_EXECUTE is granted to nobody, root included, where nobody's bit for it is set")
@meets("8881-18.1.3-3")
def test_nobody_executes(nfs41, alice, home, mode):
    file = new_file(alice, home, "f", mode=mode)
    for c in (nfs41, alice):
        assert not granted(c, file) & ACCESS4_EXECUTE


@covers("RFC8881 18.1.3", "nor where no ACE that allows has ACE4_EXECUTE")
@meets("8881-18.1.3-3")
def test_no_ace_executes(nfs41, alice, home):
    need_acls(nfs41, home)
    file = new_file(alice, home, "f")
    nfs41.setattr(file, acl=[allow(OWNER, READ_DATA | WRITE_DATA), allow(EVERYONE, READ_DATA)])
    for c in (nfs41, alice):
        assert not granted(c, file) & ACCESS4_EXECUTE


@pytest.mark.parametrize("mode, expected", [(0o604, ACCESS4_READ), (0o601, ACCESS4_EXECUTE), (0o605, ACCESS4_READ | ACCESS4_EXECUTE)], ids=str)
@covers("RFC8881 18.1.3", "reading is granted for the bits of reading, executing for those of executing; with either of them the file can be read")
@meets("8881-18.1.3-3", "8881-18.1.3-4", "8881-18.1.3-5")
def test_apart(bob, nfs41, home, mode, expected):
    file = new_file(nfs41, home, "f", mode=mode)
    assert granted(bob, file) == expected
    opened = bob.open(home, "f", share_access=READ)
    bob.read(file, 0, 10, opened.stateid)
    bob.close(opened)


@covers("RFC8881 18.16.4", "who opened a file does not matter to READ and WRITE of a client id that is not bound to principals; permission does")
@meets("8881-18.16.4-4")
def test_other_credentials(nfs41, alice, bob, home):
    file = new_file(alice, home, "f", mode=0o606)
    opened = alice.open(home, "f", share_access=BOTH)
    bob.write(file, 0, b"data", opened.stateid)
    assert bob.read(file, 0, 10, opened.stateid) == b"data"
    nfs41.setattr(file, mode=0o600)
    bob.compound(op.putfh(file), op.read(opened, 0, 10).fails(NFS4ERR.ACCESS))
    bob.compound(op.putfh(file), op.write(opened, 0, b"x").fails(NFS4ERR.ACCESS))


@needs("faults")
@covers("RFC8881 18.7.3", "an attribute that is supported and cannot be had fails the GETATTR, and there is nothing of the others")
@meets("8881-18.7.3-2")
def test_attribute_cannot_be_had(nfs41, file, faults):
    with faults.arm(at.store("view").before, once, error("io")) as rule:
        nfs41.compound(op.putfh(file), op.getattr("lease_time", "size").fails(NFS4ERR.IO))
    assert rule.fired == 1
