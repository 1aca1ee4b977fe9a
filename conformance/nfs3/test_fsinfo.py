"""FSINFO: RFC 1813 3.3.19. That the server keeps to it is checked where it matters: READ, WRITE, SETATTR, LINK."""

import pytest

from conformance.nfs3.checks import agrees, attributes, nanoseconds
from dittofs.nfs3 import FSF3_CANSETTIME, FSF3_HOMOGENEOUS, FSF3_LINK, FSF3_SYMLINK, NFS3ERR
from dittofs.testing.markers import covers, meets

ENOUGH = 8 << 20  # bytes: some servers take calls of a size that would only show how fast memory is


@pytest.mark.parametrize("kind", ["home", "file", "symlink"])
@covers("RFC1813 3.3.19", "sizes that make sense, asked by any object of the file system")
@meets("1813-2.5-11", "1813-3.3.19-1")
def test_fsinfo(nfs3, request, kind):
    handle = request.getfixturevalue(kind)
    r = nfs3.fsinfo(handle)
    agrees(r.obj_attributes, attributes(nfs3, handle), but=("atime",))
    assert 0 < r.rtpref <= r.rtmax and 0 < r.wtpref <= r.wtmax
    assert r.rtmult > 0 and r.wtmult > 0 and r.dtpref > 0
    assert r.maxfilesize > 0
    assert r.time_delta.nseconds < 1_000_000_000
    assert nanoseconds(r.time_delta) > 0


@covers("RFC1813 3.3.19", "no property beyond those that are defined")
def test_defined_properties(nfs3, home):
    known = FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME
    assert nfs3.fsinfo(home).properties & ~known == 0


@covers("RFC1813 3.3.19", "FSF_LINK: hard links work exactly when it is set")
@meets("1813-3.3.19-6")
def test_links(nfs3, home, file):
    works = nfs3.link(file, home, "l", may_fail=(NFS3ERR.NOTSUPP, NFS3ERR.PERM)).outcome == 0
    assert works == bool(nfs3.fsinfo(home).properties & FSF3_LINK)


@covers("RFC1813 3.3.19", "FSF_SYMLINK: symbolic links work exactly when it is set")
@meets("1813-3.3.19-6")
def test_symbolic_links(nfs3, home):
    works = nfs3.symlink(home, "l", "text", may_fail=NFS3ERR.NOTSUPP).outcome == 0
    assert works == bool(nfs3.fsinfo(home).properties & FSF3_SYMLINK)


@covers("RFC1813 3.3.19", "FSF_CANSETTIME: times are set as asked, to time_delta, when it is set")
@meets("1813-3.3.19-5", "1813-3.3.19-6")
def test_times(nfs3, home, file):
    r = nfs3.fsinfo(home)
    if r.properties & FSF3_CANSETTIME:
        nfs3.setattr(file, mtime=(1_000_000_000, 123_456_789))
        wrong = nanoseconds(attributes(nfs3, file).mtime) - 1_000_000_000_123_456_789_000 // 1000
        assert abs(wrong) < nanoseconds(r.time_delta) or wrong == 0


@covers("RFC1813 3.3.19", "FSF_HOMOGENEOUS: PATHCONF is the same for every object when it is set")
@meets("1813-3.3.19-6")
def test_homogeneous(nfs3, home, file, symlink, subdir):
    if nfs3.fsinfo(home).properties & FSF3_HOMOGENEOUS:
        found = set()
        for handle in (home, file, symlink, subdir):
            r = nfs3.pathconf(handle)
            flags = (r.no_trunc, r.chown_restricted, r.case_insensitive, r.case_preserving)
            found.add((r.linkmax, r.name_max, *flags))
        assert len(found) == 1


@covers("RFC1813 3.3.19", "the largest file can be that large: its size can be set, and no larger one")
@meets("1813-3.3.19-4")
def test_maxfilesize(nfs3, home, file):
    maximum = nfs3.fsinfo(home).maxfilesize
    # A store may lack the room for the last bytes even of a hole.
    r = nfs3.setattr(file, size=maximum, may_fail=NFS3ERR.NOSPC)
    if r.outcome == 0:
        assert attributes(nfs3, file).size == maximum
    if maximum < 2**64 - 1:
        nfs3.setattr(file, size=maximum + 1, fails=(NFS3ERR.FBIG, NFS3ERR.INVAL))


@covers("RFC1813 3.3.19", "a write of wtpref and a read of rtpref bytes are not cut short")
def test_preferred_sizes(nfs3, home, file):
    r = nfs3.fsinfo(home)
    writing, reading = min(r.wtpref, ENOUGH), min(r.rtpref, ENOUGH)
    assert nfs3.write(file, 0, bytes(writing)).count == writing
    nfs3.setattr(file, size=reading)
    assert nfs3.read(file, 0, reading).count == reading


@covers("RFC1813 3.3.19", "a write above wtmax is short or refused as too large for the transport, never lost")
@meets("1813-3.3.19-3")
def test_above_wtmax(nfs3, home, file):
    from dittofs.rpc import Closed, accept_stat

    wtmax = nfs3.fsinfo(home).wtmax
    if wtmax > ENOUGH:
        pytest.skip(f"wtmax is {wtmax}: more than a test sends")
    try:
        r = nfs3.write(file, 0, bytes(wtmax + 4), may_fail=(accept_stat.GARBAGE_ARGS, NFS3ERR.INVAL))
    except Closed:
        return  # the record was longer than the server reads: nothing it said can be wrong
    assert r.outcome != 0 or 0 < r.count <= wtmax
