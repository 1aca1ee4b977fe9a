"""ACCESS: RFC 1813 3.3.4."""

import pytest

from conformance.nfs3.checks import agrees, attributes
from dittofs.nfs3 import ALL_ACCESS
from dittofs.testing.markers import covers, meets, needs

READ, LOOKUP, MODIFY, EXTEND, DELETE, EXECUTE = 1, 2, 4, 8, 16, 32
WRITE = MODIFY | EXTEND

# what alice, who owns a file of this mode, or bob, who does not, may do with a file
FILE_MODES = [
    (0o400, READ, 0),
    (0o200, WRITE, 0),
    (0o100, EXECUTE, 0),
    (0o700, READ | WRITE | EXECUTE, 0),
    (0o004, 0, READ),
    (0o002, 0, WRITE),
    (0o001, 0, EXECUTE),
    (0o666, READ | WRITE, READ | WRITE),
]


@pytest.mark.parametrize("mode, owner, other", FILE_MODES, ids=[oct(m[0]) for m in FILE_MODES])
@covers("RFC1813 3.3.4", "the rights the mode gives the caller")
@meets("1813-3.3.4-1")
def test_file(nfs3, alice, bob, home, mode, owner, other):
    f = nfs3.create(home, "f", mode=mode, uid=1000, gid=1000).obj
    asked = READ | WRITE | EXECUTE
    assert (alice.access(f, asked).access, bob.access(f, asked).access) == (owner, other)


@covers("POSIX access", "the group class serves members of the file's group only")
def test_group(nfs3, bob, carol, home):
    f = nfs3.create(home, "f", mode=0o640, uid=0, gid=1000).obj
    assert carol.access(f, READ | WRITE).access == READ
    assert bob.access(f, READ | WRITE).access == 0


@covers("POSIX access", "the owner class serves the owner, even if others may do more")
def test_owner_class_only(nfs3, alice, bob, home):
    f = nfs3.create(home, "f", mode=0o077, uid=1000, gid=1000).obj
    assert (alice.access(f, READ).access, bob.access(f, READ).access) == (0, READ)


DIRECTORY_MODES = [
    (0o700, READ | LOOKUP | WRITE | DELETE),
    (0o500, READ | LOOKUP),
    (0o300, LOOKUP | WRITE | DELETE),
    (0o100, LOOKUP),
    (0o400, READ),
    (0o000, 0),
]


@pytest.mark.parametrize("mode, rights", DIRECTORY_MODES, ids=[oct(m[0]) for m in DIRECTORY_MODES])
@covers("RFC1813 3.3.4", "reading, searching and changing a directory")
@meets("1813-3.3.4-1")
def test_directory(nfs3, alice, home, mode, rights):
    d = nfs3.mkdir(home, "d", mode=mode, uid=1000, gid=1000).obj
    assert alice.access(d, READ | LOOKUP | WRITE | DELETE).access == rights


@pytest.mark.parametrize("asked", [0, READ, LOOKUP, MODIFY, EXTEND, DELETE, EXECUTE, READ | EXTEND])
@covers("RFC1813 3.3.4", "nothing is granted that was not asked")
@meets("1813-3.3.4-1")
def test_only_what_was_asked(nfs3, subdir, asked):
    assert nfs3.access(subdir, asked).access & ~asked == 0


@pytest.mark.parametrize("bit", range(6, 32))
@covers("RFC1813 3.3.4", "bits that the protocol does not define do no harm, and grant nothing it does define")
@meets("1813-3.3.4-1")
def test_undefined_bits(nfs3, file, bit):
    assert nfs3.access(file, 1 << bit).access & ALL_ACCESS == 0


@covers("RFC1813 3.3.4", "LOOKUP has no meaning for files, EXECUTE none for directories")
def test_meaningless_rights(nfs3, file, subdir):
    nfs3.setattr(file, mode=0o777)
    assert nfs3.access(file, LOOKUP).access == 0
    assert nfs3.access(subdir, EXECUTE).access == 0


@covers("RFC1813 3.3.4", "DELETE on a file says nothing: the directory decides")
def test_delete_of_file(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o777, uid=1000).obj
    assert alice.access(f, DELETE).access == 0


@covers("RFC1813 3.3.4", "root may read and write whatever the mode says")
def test_root(nfs3, home):
    f = nfs3.create(home, "f", mode=0o000, uid=1000).obj
    assert nfs3.access(f, READ | WRITE).access == READ | WRITE


@covers("POSIX access", "root executes what somebody may execute")
def test_root_execute(nfs3, home):
    f = nfs3.create(home, "f", mode=0o000, uid=1000).obj
    assert nfs3.access(f, EXECUTE).access == 0
    nfs3.setattr(f, mode=0o001)
    assert nfs3.access(f, EXECUTE).access == EXECUTE


@covers("RFC1813 3.3.4", "no permission is needed to ask")
@meets("1813-3.3.4-2")
def test_asking_needs_no_permission(nfs3, bob, file):
    nfs3.setattr(file, mode=0)
    r = bob.access(file)
    assert r.access == 0
    agrees(r.obj_attributes, attributes(nfs3, file))


@pytest.mark.parametrize("mode", range(0, 8), ids=oct)
@covers("RFC1813 3.3.4", "what is granted can be done, what is not cannot")
@meets("1813-3.3.4-3")
def test_truth(nfs3, bob, home, mode):
    f = nfs3.create(home, "f", mode=mode, uid=1000, gid=1000).obj
    granted = bob.access(f, READ | WRITE).access
    assert (bob.read.call(f, 0, 1).outcome == 0) == bool(granted & READ or granted & EXECUTE or mode & 1)
    assert (bob.write.call(f, 0, b"x").outcome == 0) == (granted & WRITE == WRITE)


@needs("export:ro")
@covers("RFC1813 3.3.4", "a read-only file system grants no changes")
def test_read_only(nfs3, exported):
    ro = exported("ro")
    ro.admin.create(ro.twin, "f", mode=0o777)
    f = nfs3.lookup(ro.handle, "f").object
    assert nfs3.access(f, ALL_ACCESS).access & (WRITE | DELETE) == 0
    assert nfs3.access(ro.handle, ALL_ACCESS).access & (WRITE | DELETE) == 0


@covers("RFC1813 3.3.4", "a symbolic link can be asked about")
def test_symbolic_link(nfs3, symlink):
    assert nfs3.access(symlink, READ).access == READ
