"""CREATE: RFC 1813 3.3.8."""

import pytest

from conformance.nfs3.checks import agrees, attributes, check_wcc, differing, names, unchanged
from dittofs.nfs3 import EXCLUSIVE, GUARDED, NF3REG, NFS3ERR, UNCHECKED
from dittofs.testing.markers import covers, meets

VERF, OTHER_VERF = b"verifier", b"another "


@pytest.mark.parametrize("how", [UNCHECKED, GUARDED], ids=lambda h: h.name)
@covers("RFC1813 3.3.8", "a new regular file, its handle, its attributes, and the directory's")
@meets("1813-2.5-11", "1813-2.5-12", "1813-3.3.8-1", "1813-3.3.8-6")
def test_create(nfs3, home, how):
    before = attributes(nfs3, home)
    r = nfs3.create(home, "f", how, mode=0o640)
    after, made = attributes(nfs3, home), nfs3.lookup(home, "f")
    check_wcc(r.dir_wcc, before, after)
    a = attributes(nfs3, made.object)
    agrees(r.obj_attributes, a)
    assert (a.type, a.mode & 0o7777, a.size, a.nlink) == (NF3REG, 0o640, 0, 1)
    assert not r.obj.handle_follows or r.obj.handle == made.object


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o777, 0o4755, 0o1644], ids=oct)
@covers("RFC1813 3.3.8", "the initial mode is the one given: the client applied its umask")
@meets("1813-3.3.8-6")
def test_mode(nfs3, home, mode):
    assert attributes(nfs3, nfs3.create(home, "f", mode=mode).obj).mode & 0o7777 == mode


@covers("RFC1813 3.3.8", "initial attributes: size and times")
@meets("1813-3.3.8-6")
def test_initial_attributes(nfs3, home):
    f = nfs3.create(home, "f", GUARDED, mode=0o600, size=1000, atime=(1, 0), mtime=(2, 0)).obj
    a = attributes(nfs3, f)
    assert (a.size, a.atime.seconds, a.mtime.seconds) == (1000, 1, 2)


@covers("RFC1813 3.3.8", "root gives a new file any owner")
def test_initial_owner(nfs3, home):
    a = attributes(nfs3, nfs3.create(home, "f", uid=1000, gid=1001).obj)
    assert (a.uid, a.gid) == (1000, 1001)


@covers("POSIX open", "a new file belongs to its maker, and to the maker's group or the directory's")
def test_owner(nfs3, carol, home):
    a = attributes(nfs3, carol.create(home, "f").obj)
    assert a.uid == 1002 and a.gid in (1002, attributes(nfs3, home).gid)


@covers("RFC1813 3.3.8", "GUARDED: NFS3ERR_EXIST if the name is taken, and the file is left alone")
@meets("1813-3.3.8-2")
def test_guarded_exists(nfs3, home, file):
    nfs3.write(file, 0, b"data")
    before, directory = attributes(nfs3, file), attributes(nfs3, home)
    r = nfs3.create(home, "file", GUARDED, mode=0o600, size=0, fails=NFS3ERR.EXIST)
    unchanged(r.dir_wcc, directory)
    assert differing(before, attributes(nfs3, file), but=("atime",)) == {}


@covers("RFC1813 3.3.8", "UNCHECKED takes the file that is there, with its data")
@meets("1813-3.3.8-1")
def test_unchecked_exists(nfs3, home, file):
    nfs3.write(file, 0, b"data")
    r = nfs3.create(home, "file", UNCHECKED)
    assert not r.obj.handle_follows or r.obj.handle == file
    assert bytes(nfs3.read(file).data) == b"data"


@covers("POSIX open", "UNCHECKED with a size of 0 truncates the file that is there")
def test_unchecked_truncates(nfs3, home, file):
    nfs3.write(file, 0, b"data")
    nfs3.create(home, "file", UNCHECKED, size=0)
    assert attributes(nfs3, file).size == 0


@pytest.mark.parametrize("how", [GUARDED, EXCLUSIVE], ids=lambda h: h.name)
@pytest.mark.parametrize("kind", ["subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.8", "NFS3ERR_EXIST: the name belongs to something that is no regular file")
def test_other_kind_exists(nfs3, home, request, how, kind):
    request.getfixturevalue(kind)
    nfs3.create(home, kind, how, fails=NFS3ERR.EXIST)


@pytest.mark.parametrize("kind", ["subdir", "symlink", "fifo"])
@covers("RFC1813 3.3.8", "UNCHECKED does not succeed where the name is no regular file's")
def test_unchecked_other_kind(nfs3, home, request, kind):
    request.getfixturevalue(kind)
    nfs3.create(home, kind, UNCHECKED, fails=...)


@covers("RFC1813 3.3.8", "EXCLUSIVE creates")
def test_exclusive(nfs3, home):
    f = nfs3.create(home, "f", EXCLUSIVE, verf=VERF).obj
    a = attributes(nfs3, f)
    assert (a.type, a.size) == (NF3REG, 0)


@covers("RFC1813 3.3.8", "EXCLUSIVE again with the same verifier: a duplicate, and a success on the same file")
@meets("1813-3.3.8-3")
def test_exclusive_replay(nfs3, home):
    first = nfs3.create(home, "f", EXCLUSIVE, verf=VERF)
    again = nfs3.create(home, "f", EXCLUSIVE, verf=VERF)
    fileids = {attributes(nfs3, r.obj).fileid for r in (first, again)}
    assert len(fileids) == 1 and names(nfs3, home) == {"f"}


@covers("RFC1813 3.3.8", "EXCLUSIVE again with another verifier: NFS3ERR_EXIST")
@meets("1813-3.3.8-4")
def test_exclusive_other_verifier(nfs3, home):
    nfs3.create(home, "f", EXCLUSIVE, verf=VERF)
    before = attributes(nfs3, home)
    r = nfs3.create(home, "f", EXCLUSIVE, verf=OTHER_VERF, fails=NFS3ERR.EXIST)
    unchanged(r.dir_wcc, before)


@pytest.mark.parametrize("verf", [bytes(8), b"\xff" * 8, bytes(range(8)), b"\x80" + bytes(7)], ids=bytes.hex)
@covers("RFC1813 3.3.8", "all eight bytes of the verifier count, whatever they are")
@meets("1813-3.3.8-3")
def test_exclusive_verifiers(nfs3, home, verf):
    nfs3.create(home, "f", EXCLUSIVE, verf=verf)
    nfs3.create(home, "f", EXCLUSIVE, verf=verf)
    for at in range(8):
        other = verf[:at] + bytes([verf[at] ^ 1]) + verf[at + 1 :]
        nfs3.create(home, "f", EXCLUSIVE, verf=other, fails=NFS3ERR.EXIST)


@covers("RFC1813 3.3.8", "EXCLUSIVE on a file made otherwise: NFS3ERR_EXIST")
@meets("1813-3.3.8-4")
def test_exclusive_on_plain_file(nfs3, home, file):
    nfs3.create(home, "file", EXCLUSIVE, verf=VERF, fails=NFS3ERR.EXIST)


@covers("RFC1813 3.3.8", "the SETATTR after an EXCLUSIVE create sets the attributes")
def test_exclusive_then_setattr(nfs3, home):
    f = nfs3.create(home, "f", EXCLUSIVE, verf=VERF).obj
    nfs3.setattr(f, mode=0o640, atime=(1, 0), mtime=(2, 0))
    a = attributes(nfs3, f)
    assert (a.mode & 0o7777, a.atime.seconds, a.mtime.seconds) == (0o640, 1, 2)


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write in the directory")
@meets("1813-2.6-2")
def test_no_permission(nfs3, alice, subdir):
    nfs3.setattr(subdir, mode=0o755)
    before = attributes(nfs3, subdir)
    for how in (UNCHECKED, GUARDED, EXCLUSIVE):
        r = alice.create(subdir, "f", how, fails=NFS3ERR.ACCES)
        unchanged(r.dir_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_NOTDIR: the place is no directory")
def test_not_a_directory(nfs3, file):
    nfs3.create(file, "f", fails=NFS3ERR.NOTDIR)


@covers("RFC1813 2.6", "NFS3ERR_STALE: the directory is gone")
def test_removed_directory(nfs3, home, subdir):
    nfs3.rmdir(home, "subdir")
    nfs3.create(subdir, "f", fails=NFS3ERR.STALE)


@covers("RFC1813 3.3.8", "of many GUARDED creates of one name, one succeeds")
@meets("1813-3.3.8-2")
def test_race(nfs3, home):
    calls = [nfs3.create.send(home, "f", GUARDED) for _ in range(20)]
    outcomes = [call.result(may_fail=NFS3ERR.EXIST).outcome for call in calls]
    assert outcomes.count(0) == 1


@covers("POSIX open", "in a set-group-id directory a new file gets the directory's group")
def test_setgid_directory(nfs3, carol, home):
    d = nfs3.mkdir(home, "d", mode=0o2777, gid=1000).obj
    nfs3.setattr(d, mode=0o2777)
    assert attributes(nfs3, carol.create(d, "f").obj).gid == 1000


@covers("RFC1813 3.3.8", "a user's initial attributes cannot give the file away")
@meets("1813-3.3.20-2")
def test_initial_owner_by_user(nfs3, alice, home):
    r = alice.create(home, "f", uid=1001, may_fail=(NFS3ERR.PERM, NFS3ERR.ACCES))
    if r.outcome == 0 and nfs3.pathconf(home).chown_restricted:
        assert attributes(nfs3, r.obj).uid == 1000
