"""Who may do what: every combination of the permission bits, as owner, as member of the group, as anybody else.

RFC 1813 4.4 gives the server UNIX permissions to check, with two exceptions that a stateless protocol needs: the owner of
a file may always read and write it, and who may execute it may read it. The rest is POSIX.
"""

import pytest

from conformance.nfs3.checks import attributes, exists
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets

READ, WRITE, EXECUTE = 4, 2, 1

# class of users: who is in it, and where its bits are in a mode. Objects belong to alice (1000) and group 1000.
CLASSES = {"owner": ("alice", 6), "group": ("carol", 3), "other": ("bob", 0)}


def matrix(function):
    function = pytest.mark.parametrize("bits", range(8), ids=lambda b: f"{'-r'[b >> 2]}{'-w'[b >> 1 & 1]}{'-x'[b & 1]}")(function)
    return pytest.mark.parametrize("who", CLASSES)(function)


@pytest.fixture
def user(request, who):
    return request.getfixturevalue(CLASSES[who][0])


def mode_of(who: str, bits: int) -> int:
    """A mode in which only this class may do anything."""
    return bits << CLASSES[who][1]


def allowed(call, expected: bool) -> None:
    """The call succeeds if it should, and else is refused for lack of permission."""
    call.result(fails=None if expected else NFS3ERR.ACCES)


@matrix
@covers("RFC1813 4.4", "reading and writing files: by the mode, but the owner always, and readers of programs too")
@meets("1813-4.4-1")
def test_file(nfs3, home, user, who, bits):
    f = nfs3.create(home, "f", uid=1000, gid=1000).obj
    nfs3.write(f, 0, b"data")
    nfs3.setattr(f, mode=mode_of(who, bits))
    allowed(user.read.send(f), who == "owner" or bits & (READ | EXECUTE))
    allowed(user.write.send(f, 0, b"new"), who == "owner" or bits & WRITE)
    allowed(user.setattr.send(f, size=1), who == "owner" or bits & WRITE)


@matrix
@covers("POSIX access", "listing a directory needs read, finding a name in it execute")
def test_directory_read(nfs3, home, user, who, bits):
    d = nfs3.mkdir(home, "d", uid=1000, gid=1000).obj
    nfs3.create(d, "f")
    nfs3.setattr(d, mode=mode_of(who, bits))
    allowed(user.readdir.send(d), bits & READ)
    allowed(user.lookup.send(d, "f"), bits & EXECUTE)


@matrix
@covers("POSIX access", "changing a directory needs write and execute")
def test_directory_write(nfs3, home, user, who, bits):
    d = nfs3.mkdir(home, "d", uid=1000, gid=1000).obj
    old = nfs3.create(d, "old").obj
    nfs3.mkdir(d, "empty")
    nfs3.setattr(d, mode=mode_of(who, bits))
    may = bits & WRITE and bits & EXECUTE
    allowed(user.create.send(d, "new"), may)
    allowed(user.mkdir.send(d, "new-dir"), may)
    allowed(user.symlink.send(d, "new-link", "text"), may)
    allowed(user.mknod.send(d, "new-fifo", 7), may)
    allowed(user.link.send(old, d, "second"), may)
    allowed(user.rename.send(d, "old", d, "renamed"), may)
    allowed(user.rmdir.send(d, "empty"), may)
    allowed(user.remove.send(d, "renamed" if may else "old"), may)
    assert exists(nfs3, d, "new") == bool(may)


@matrix
@covers("RFC1813 3.3.4", "ACCESS says of every mode what then is true")
@meets("1813-3.3.4-3")
def test_access(nfs3, home, user, who, bits):
    d = nfs3.mkdir(home, "d", uid=1000, gid=1000, mode=mode_of(who, bits)).obj
    granted = user.access(d).access
    assert bool(granted & 0x01) == bool(bits & READ)
    assert bool(granted & 0x02) == bool(bits & EXECUTE)
    assert bool(granted & 0x08) == bool(bits & WRITE and bits & EXECUTE)


@pytest.mark.parametrize("who", CLASSES)
@covers("POSIX chmod", "only the owner changes mode, owner and times; the group and others are refused with PERM")
def test_attributes(nfs3, home, user, who):
    f = nfs3.create(home, "f", mode=0o666, uid=1000, gid=1000).obj
    refused = None if who == "owner" else NFS3ERR.PERM
    user.setattr(f, mode=0o600, fails=refused)
    user.setattr(f, mtime=(1, 0), fails=refused)
    user.setattr(f, gid=1000, fails=refused)
    user.setattr(f, uid=1002, fails=NFS3ERR.PERM)
    assert (attributes(nfs3, f).mode & 0o7777 == 0o600) == (who == "owner")


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o777], ids=oct)
@covers("RFC1813 4.4", "root is not refused for lack of permission")
def test_root(nfs3, home, mode):
    d = nfs3.mkdir(home, "d", mode=mode, uid=1000).obj
    f = nfs3.create(d, "f", mode=mode, uid=1000).obj
    nfs3.write(f, 0, b"data")
    nfs3.read(f)
    nfs3.readdir(d)
    nfs3.rename(d, "f", d, "g")
    nfs3.remove(d, "g")
