"""SETATTR: RFC 1813 3.3.2."""

import pytest

from conformance.nfs3.checks import attributes, check_wcc, differing, nanoseconds, unchanged
from dittofs.nfs3 import NFS3ERR, SET_TO_SERVER_TIME
from dittofs.testing.markers import covers, meets

INSIDE = 1_234_567_890  # a time that everybody can store


@pytest.mark.parametrize("mode", [0o000, 0o644, 0o755, 0o777, 0o4755, 0o2755, 0o1777, 0o7777], ids=oct)
@covers("RFC1813 3.3.2", "mode is set, with all twelve bits of 2.5 mode3")
@meets("1813-2.5-12", "1813-3.3.2-3")
def test_mode(nfs3, file, mode):
    before = attributes(nfs3, file)
    r = nfs3.setattr(file, mode=mode)
    after = attributes(nfs3, file)
    assert after.mode & 0o7777 == mode
    assert set(differing(before, after)) <= {"mode", "ctime", "atime"}
    check_wcc(r.obj_wcc, before, after)


@pytest.mark.parametrize("owner", [{"uid": 1000}, {"gid": 1000}, {"uid": 7, "gid": 8}], ids=str)
@covers("RFC1813 3.3.2", "root sets uid and gid")
def test_owner(nfs3, file, owner):
    nfs3.setattr(file, **owner)
    after = attributes(nfs3, file)
    assert {name: getattr(after, name) for name in owner} == owner


@covers("RFC1813 3.3.2", "what is not named stays as it is")
@meets("1813-2.5-13")
def test_nothing(nfs3, file):
    before = attributes(nfs3, file)
    nfs3.setattr(file)
    assert set(differing(before, attributes(nfs3, file))) <= {"ctime", "atime"}


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097], ids=str)
@covers("RFC1813 3.3.2", "a smaller size discards the data from there on")
@meets("1813-3.3.2-4")
def test_shrink(nfs3, file, size):
    data = bytes(n % 251 for n in range(10000))
    nfs3.write(file, 0, data)
    nfs3.setattr(file, size=size)
    assert attributes(nfs3, file).size == size
    assert nfs3.read(file, 0, 10000).data == data[:size]


@pytest.mark.parametrize("size", [6, 4096, 100_000], ids=str)
@covers("RFC1813 3.3.2", "a larger size adds zeros")
@meets("1813-3.3.2-5")
def test_grow(nfs3, file, size):
    nfs3.write(file, 0, b"12345")
    nfs3.setattr(file, size=size)
    r = nfs3.read(file, 0, size)
    assert r.data == (b"12345" + bytes(size - 5))[: r.count]
    assert attributes(nfs3, file).size == size


@covers("RFC1813 3.3.2", "data cut off does not come back when the file grows again")
@meets("1813-3.3.2-4")
def test_shrink_and_grow(nfs3, file):
    nfs3.write(file, 0, b"secret" * 1000)
    nfs3.setattr(file, size=3)
    nfs3.setattr(file, size=6000)
    assert nfs3.read(file, 0, 6000).data == b"sec" + bytes(5997)


@covers("RFC1813 3.3.2", "changing the size changes mtime")
@meets("1813-3.3.2-6")
def test_size_changes_mtime(nfs3, file):
    nfs3.setattr(file, mtime=(INSIDE, 0))
    nfs3.setattr(file, size=10)
    assert attributes(nfs3, file).mtime.seconds != INSIDE


@pytest.mark.parametrize("which", ["atime", "mtime"])
@covers("RFC1813 3.3.2", "SET_TO_CLIENT_TIME stores the client's time to the granularity of FSINFO time_delta")
@meets("1813-2.5-14", "1813-3.3.19-5")
def test_client_time(nfs3, home, file, which):
    delta = nanoseconds(nfs3.fsinfo(home).time_delta)
    nfs3.setattr(file, **{which: (INSIDE, 987_654_321)})
    stored = nanoseconds(getattr(attributes(nfs3, file), which))
    assert abs(stored - (INSIDE * 1_000_000_000 + 987_654_321)) < max(delta, 1)


@pytest.mark.parametrize("seconds", [0, 1, 2**31 - 1], ids=str)
@covers("RFC1813 2.5", "nfstime3 counts seconds from 1970")
@meets("1813-2.5-10")
def test_extreme_times(nfs3, file, seconds):
    nfs3.setattr(file, atime=(seconds, 0), mtime=(seconds, 0))
    a = attributes(nfs3, file)
    assert (a.atime.seconds, a.mtime.seconds) == (seconds, seconds)


@pytest.mark.parametrize("which", ["atime", "mtime"])
@covers("RFC1813 3.3.2", "SET_TO_SERVER_TIME takes the server's clock, as a write does")
@meets("1813-2.5-14")
def test_server_time(nfs3, home, file, which):
    nfs3.setattr(file, atime=(INSIDE, 0), mtime=(INSIDE, 0))
    nfs3.setattr(file, **{which: SET_TO_SERVER_TIME})
    stored = nanoseconds(getattr(attributes(nfs3, file), which))
    now = nanoseconds(attributes(nfs3, nfs3.create(home, "later").obj).mtime)
    assert abs(now - stored) < 60 * 1_000_000_000


@covers("RFC1813 2.5", "ctime changes with the attributes")
@meets("1813-2.5-9")
def test_ctime(nfs3, file):
    nfs3.setattr(file, mtime=(INSIDE, 0))
    before = attributes(nfs3, file).ctime
    nfs3.setattr(file, mode=0o600)
    assert nanoseconds(attributes(nfs3, file).ctime) >= nanoseconds(before)
    assert before.seconds > INSIDE


@covers("RFC1813 3.3.2", "several attributes at once")
def test_everything(nfs3, file):
    nfs3.setattr(file, mode=0o640, uid=1, gid=2, size=3, atime=(4, 0), mtime=(5, 0))
    a = attributes(nfs3, file)
    found = (a.mode & 0o7777, a.uid, a.gid, a.size, a.atime.seconds, a.mtime.seconds)
    assert found == (0o640, 1, 2, 3, 4, 5)


@covers("RFC1813 3.3.2", "a guard that is the object's ctime lets the change through")
@meets("1813-3.3.2-1")
def test_guard_matches(nfs3, file):
    nfs3.setattr(file, guard=attributes(nfs3, file).ctime, mode=0o600)
    assert attributes(nfs3, file).mode & 0o7777 == 0o600


@pytest.mark.parametrize("change", [{"mode": 0o600}, {"size": 1}, {"uid": 1}, {"mtime": (1, 1)}], ids=str)
@covers("RFC1813 3.3.2", "a guard that differs preserves the attributes: NFS3ERR_NOT_SYNC")
@meets("1813-3.3.2-2")
def test_guard_differs(nfs3, file, change):
    before = attributes(nfs3, file)
    wrong = (before.ctime.seconds - 1, before.ctime.nseconds)
    r = nfs3.setattr(file, guard=wrong, fails=NFS3ERR.NOT_SYNC, **change)
    assert differing(before, attributes(nfs3, file), but=("atime",)) == {}
    unchanged(r.obj_wcc, before)


@covers("RFC1813 3.3.2", "the guard compares nanoseconds too")
@meets("1813-3.3.2-1")
def test_guard_compares_nanoseconds(nfs3, home, file):
    ctime = attributes(nfs3, file).ctime
    wrong = (ctime.seconds, (ctime.nseconds + 1) % 1_000_000_000)
    nfs3.setattr(file, guard=wrong, mode=0o600, fails=NFS3ERR.NOT_SYNC)


@pytest.mark.parametrize("change", [{"mode": 0o777}, {"atime": (1, 0)}, {"mtime": (1, 0)}], ids=str)
@covers("RFC1813 2.6", "NFS3ERR_PERM: neither root nor the owner")
@meets("1813-2.6-2")
def test_not_owner(nfs3, alice, home, change):
    f = nfs3.create(home, "f", mode=0o666, uid=1001).obj
    before = attributes(nfs3, f)
    r = alice.setattr(f, fails=NFS3ERR.PERM, **change)
    unchanged(r.obj_wcc, before)


@covers("RFC1813 2.6", "NFS3ERR_ACCES: no permission to write, so none to truncate")
@meets("1813-2.6-2")
def test_size_without_permission(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o444, uid=1001).obj
    nfs3.write(f, 0, b"data")
    alice.setattr(f, size=0, fails=NFS3ERR.ACCES)
    assert attributes(nfs3, f).size == 4


@covers("RFC1813 4.4", "the owner may write, and so truncate, whatever the mode says: the client checked at open")
def test_owner_truncates_read_only_file(alice, home):
    f = alice.create(home, "f", mode=0o444).obj
    alice.write(f, 0, b"data")
    alice.setattr(f, size=0)


@covers("RFC1813 3.3.20", "chown_restricted: only root gives files away")
@meets("1813-3.3.20-2")
def test_give_away(nfs3, alice, home):
    f = alice.create(home, "f").obj
    outcome = alice.setattr(f, uid=1001, may_fail=(NFS3ERR.PERM, NFS3ERR.ACCES)).outcome
    if nfs3.pathconf(f).chown_restricted:
        assert outcome != 0 and attributes(nfs3, f).uid == 1000


@covers("POSIX chown", "an owner gives a file to a group it belongs to, and to no other")
def test_own_groups(nfs3, carol, home):
    f = carol.create(home, "f").obj
    carol.setattr(f, gid=1000)
    assert attributes(nfs3, f).gid == 1000
    carol.setattr(f, gid=1001, fails=NFS3ERR.PERM)


@covers("POSIX utimensat", "who may write may set the times to now")
def test_touch_by_writer(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o666, uid=1001, mtime=(INSIDE, 0)).obj
    alice.setattr(f, atime=SET_TO_SERVER_TIME, mtime=SET_TO_SERVER_TIME)
    assert attributes(nfs3, f).mtime.seconds > INSIDE


@pytest.mark.parametrize("which", ["atime", "mtime"])
@covers("POSIX utimensat", "[EPERM] only one of the times to now, by who may write but is not the owner")
def test_touch_one_by_writer(nfs3, alice, home, which):
    f = nfs3.create(home, "f", mode=0o666, uid=1001, atime=(INSIDE, 0), mtime=(INSIDE, 0)).obj
    alice.setattr(f, **{which: SET_TO_SERVER_TIME}, fails=(NFS3ERR.PERM, NFS3ERR.ACCES))
    assert getattr(attributes(nfs3, f), which).seconds == INSIDE


@covers("POSIX open", "O_TRUNC by who may write but is not the owner: the size and the time of the change come together")
def test_truncate_by_writer(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o666, uid=1001, mtime=(INSIDE, 0)).obj
    nfs3.write(f, 0, b"data")
    alice.setattr(f, size=0, mtime=SET_TO_SERVER_TIME)
    assert attributes(nfs3, f).size == 0


@covers("POSIX chmod", "a group the owner is not in costs the set-group-id bit")
def test_setgid_of_foreign_group(nfs3, alice, home):
    f = nfs3.create(home, "f", mode=0o755, uid=1000, gid=1001).obj
    alice.setattr(f, mode=0o2755)
    assert attributes(nfs3, f).mode & 0o7777 == 0o755


@covers("POSIX chown", "a change of owner by its owner costs the set-id bits of a program")
def test_chown_clears_setid(nfs3, carol, home):
    f = carol.create(home, "f", mode=0o755).obj
    nfs3.setattr(f, mode=0o6755)
    carol.setattr(f, gid=1000)
    assert attributes(nfs3, f).mode & 0o6000 == 0


@covers("RFC1813 2.6", "the size of a directory cannot be set")
def test_size_of_directory(nfs3, subdir):
    nfs3.setattr(subdir, size=0, fails=(NFS3ERR.INVAL, NFS3ERR.ISDIR))


@pytest.mark.parametrize("size", [2**63, 2**64 - 1], ids=hex)
@covers("RFC1813 3.3.2", "a size beyond FSINFO maxfilesize is refused")
def test_size_beyond_maximum(nfs3, home, file, size):
    if nfs3.fsinfo(home).maxfilesize < size:
        nfs3.setattr(file, size=size, fails=(NFS3ERR.INVAL, NFS3ERR.FBIG))
        assert attributes(nfs3, file).size == 0


@covers("RFC1813 3.3.2", "a directory's mode, owner and times are set as a file's are")
def test_directory(nfs3, subdir):
    nfs3.setattr(subdir, mode=0o711, uid=1, gid=2, mtime=(INSIDE, 0))
    a = attributes(nfs3, subdir)
    assert (a.mode & 0o7777, a.uid, a.gid, a.mtime.seconds) == (0o711, 1, 2, INSIDE)


@covers("RFC1813 3.3.2", "a symbolic link's own owner is set, not its target's")
def test_symbolic_link(nfs3, home, file):
    link = nfs3.symlink(home, "link", "file").obj
    nfs3.setattr(link, uid=1000, gid=1000)
    assert attributes(nfs3, link).uid == 1000
    assert attributes(nfs3, file).uid == 0
