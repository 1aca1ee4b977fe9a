"""Files and directories as a session sees them: what RFC 8881 18 demands of the operations that minor version 0 has as well."""

import pytest

from conformance.nfs41.checks import OBJECTS, SPECIAL, change, check_cinfo, exists, names, new_file
from dittofs import wire
from dittofs.nfs4 import (
    ANONYMOUS, DATA_SYNC4, FILE_SYNC4, NF4DIR, NF4FIFO, NF4REG, NFS4ERR, UNSTABLE4, create, names as attr_names, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs

READ, LOOKUP, MODIFY, EXTEND, DELETE, EXECUTE = 1, 2, 4, 8, 16, 32


# --- making, finding, removing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [k for k in OBJECTS if k not in ("file", "symlink")])
@covers("RFC8881 18.4.3", "the new object is current and of its type; attrset and the change of its directory are told")
@meets("8881-18.4.3-1")
def test_create(nfs41, home, kind):
    before = change(nfs41, home)
    r = nfs41.compound(op.putfh(home), op.create(OBJECTS[kind], "new", mode=0o640), op.getfh(), op.getattr("type", "mode"))
    assert (r.getattr.attributes.type, r.getattr.attributes.mode) == (OBJECTS[kind], 0o640)
    assert attr_names(r.create.attrset) == {"mode"}
    assert bytes(r.getfh.object) == nfs41.lookup(home, "new")
    check_cinfo(r.create.cinfo, before, change(nfs41, home))


@covers("RFC8881 18.4.3", "NFS4ERR_BADTYPE of a regular file, NFS4ERR_EXIST of a name that is taken; the directory stays current")
@meets("8881-18.4.3-1", "8881-18.4.3-2")
def test_create_refused(nfs41, home, file):
    nfs41.compound(op.putfh(home), op.create(NF4REG, "new").fails(NFS4ERR.BADTYPE))
    nfs41.compound(op.putfh(home), op.create(NF4DIR, "file").fails(NFS4ERR.EXIST))
    assert names(nfs41, home) == {"file"}


@covers("RFC8881 18.16.3", "who makes a file or a directory owns it, where nothing else is asked for")
@meets("8881-18.4.3-3", "8881-18.16.3-10")
def test_owner(nfs41, alice, home, file):
    nfs41.setattr(file, owner="1000")
    for made in (alice.open(home, "f", create(), owner=b"alice").fh, alice.mkdir(home, "d")):
        assert alice.getattr(made, "owner") == nfs41.getattr(file, "owner")


@pytest.mark.parametrize("name", [b"", b".", b".."], ids=["empty", "dot", "dot dot"])
@covers("RFC8881 14.5", "NFS4ERR_INVAL: a name of no bytes; NFS4ERR_BADNAME: names that directories have for themselves")
@meets("8881-14.5-1")
def test_bad_names(nfs41, home, subdir, name):
    wanted = (NFS4ERR.BADNAME, NFS4ERR.INVAL) if name else (NFS4ERR.INVAL,)
    for last in (op.create(NF4DIR, name), op.lookup(name), op.remove(name)):
        nfs41.compound(op.putfh(subdir), last.fails(*wanted))
    nfs41.compound(op.putfh(home), op.savefh(), op.putfh(subdir), op.rename("subdir", name).fails(*wanted))


@covers("RFC8881 18.13.3", "one name is found, and no symbolic link followed")
@meets("8881-18.13.3-1")
def test_lookup(nfs41, home, file, subdir, symlink):
    for name, handle in (("file", file), ("subdir", subdir), ("symlink", symlink)):
        assert nfs41.lookup(home, name) == handle
    nfs41.compound(op.putfh(home), op.lookup("gone").fails(NFS4ERR.NOENT))
    nfs41.compound(op.putfh(symlink), op.lookup("x").fails(NFS4ERR.SYMLINK))
    nfs41.compound(op.putfh(file), op.lookup("x").fails(NFS4ERR.NOTDIR))


@covers("RFC8881 18.24.3", "READLINK: the text as it was given; NFS4ERR_WRONG_TYPE of what is no symbolic link")
@meets("8881-18.24.3-1")
def test_readlink(nfs41, home, file, subdir):
    for n, text in enumerate(("target", "/no/such//thing/", "ünïcode \u2603", "x" * 1000)):
        link = nfs41.symlink(home, f"link {n}", text)
        assert nfs41.compound(op.putfh(link), op.readlink()).readlink.link == text
    for other in (file, subdir):
        nfs41.compound(op.putfh(other), op.readlink().fails(NFS4ERR.WRONG_TYPE, NFS4ERR.INVAL))


@covers("RFC8881 18.14.3", "the parent directory, and NFS4ERR_NOENT at the root")
@meets("8881-18.14.3-1")
def test_lookupp(nfs41, home, subdir):
    assert bytes(nfs41.compound(op.putfh(subdir), op.lookupp(), op.getfh()).getfh.object) == home
    nfs41.compound(op.putrootfh(), op.lookupp().fails(NFS4ERR.NOENT))


@covers("RFC8881 18.9.3", "another name of the same object; NFS4ERR_EXIST where the name is taken")
@meets("8881-18.9.3-1")
def test_link(nfs41, home, file, subdir):
    before = change(nfs41, subdir)
    r = nfs41.compound(op.putfh(file), op.savefh(), op.putfh(subdir), op.link("second"))
    check_cinfo(r.link.cinfo, before, change(nfs41, subdir))
    assert nfs41.lookup(subdir, "second") == file and nfs41.getattr(file, "numlinks").numlinks == 2
    nfs41.compound(op.putfh(file), op.savefh(), op.putfh(subdir), op.link("second").fails(NFS4ERR.EXIST))


@pytest.mark.parametrize("kind", OBJECTS)
@covers("RFC8881 18.25.3", "the name of any object goes; NFS4ERR_NOTEMPTY: a directory with entries; NFS4ERR_NOENT: no such name")
@meets("8881-18.25.3-1")
def test_remove(nfs41, home, request, kind):
    handle = request.getfixturevalue(kind)
    if kind == "subdir":
        nfs41.mkdir(handle, "inner")
        nfs41.compound(op.putfh(home), op.remove(kind).fails(NFS4ERR.NOTEMPTY, NFS4ERR.EXIST))
        nfs41.remove(handle, "inner")
    before = change(nfs41, home)
    check_cinfo(nfs41.remove(home, kind).remove.cinfo, before, change(nfs41, home))
    nfs41.compound(op.putfh(home), op.remove(kind).fails(NFS4ERR.NOENT))
    nfs41.compound(op.putfh(handle), op.getattr("type"), fails=NFS4ERR.STALE)


def rename(c, dir, old, new, *fails):
    last = op.rename(old, new)
    return c.compound(op.putfh(dir), op.savefh(), op.rename(old, new).fails(*fails) if fails else last)


@covers("RFC8881 18.26.3", "a compatible target is replaced, another refuses; of two names of one file nothing happens")
@meets("8881-18.26.3-2")
def test_rename(nfs41, home, file, subdir):
    target = new_file(nfs41, home, "target")
    rename(nfs41, home, "file", "target")
    assert nfs41.lookup(home, "target") == file != target
    empty = nfs41.mkdir(home, "empty")
    rename(nfs41, home, "subdir", "empty")
    assert nfs41.lookup(home, "empty") == subdir != empty
    nfs41.mkdir(subdir, "inner")
    nfs41.mkdir(home, "other")
    taken = (NFS4ERR.EXIST, NFS4ERR.NOTEMPTY, NFS4ERR.ISDIR, NFS4ERR.NOTDIR)
    for old, new in (("other", "empty"), ("other", "target"), ("target", "other")):
        rename(nfs41, home, old, new, *taken)
    nfs41.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link("again"))
    rename(nfs41, home, "target", "again")
    assert names(nfs41, home) == {"target", "again", "empty", "other"}


@covers("RFC8881 18.26.3", "it is atomic to the client: the target name is there all the time")
@meets("8881-18.26.3-1")
def test_rename_atomic(nfs41, other, home, file):
    looked, moved = [], []
    for n in range(200):
        spare = f"spare-{n % 2}"
        # These may run in any order, and so fail; what is looked up is always there.
        moved.append(other.send(op.putfh(home), op.create(NF4FIFO, spare)))
        moved.append(other.send(op.putfh(home), op.savefh(), op.rename(spare, "file")))
        looked.append(nfs41.send(op.putfh(home), op.lookup("file")))
    for each in looked:
        each.result()
    for each in moved:
        each.results()


@covers("RFC8881 5.8.1.4", "the change attribute moves with data, attributes, names and entries, and else stays")
@meets("8881-5.8.1.4-1")
def test_change(nfs41, home, file, subdir):
    seen = [change(nfs41, file)]
    for last in (op.write(ANONYMOUS, 0, b"x"), op.setattr(mode=0o600), op.setattr(size=7)):
        nfs41.compound(op.putfh(file), last)
        seen.append(change(nfs41, file))
    nfs41.compound(op.putfh(file), op.savefh(), op.putfh(subdir), op.link("l"))
    seen.append(change(nfs41, file))
    assert len(set(seen)) == len(seen)
    nfs41.read(file)
    assert change(nfs41, file) == seen[-1]
    entries = [change(nfs41, subdir)]
    for last in (op.create(NF4DIR, "d"), op.remove("d"), op.open("f", create())):
        nfs41.compound(op.putfh(subdir), last)
        entries.append(change(nfs41, subdir))
    assert len(set(entries)) == len(entries)


# --- listing -----------------------------------------------------------------------------------------------------------


def pages(c, directory, **how):
    cookie, verifier = 0, bytes(8)
    while True:
        page = c.compound(op.putfh(directory), op.readdir("fileid", cookie=cookie, cookieverf=verifier, **how)).readdir
        yield page
        if page.reply.eof:
            return
        assert page.reply.entries, "an empty page that is not the last"
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf


@pytest.fixture
def crowded(nfs41, home):
    d = nfs41.mkdir(home, "crowded")
    for sent in [nfs41.send(op.putfh(d), op.create(NF4DIR, f"entry-{n:03}")) for n in range(100)]:
        sent.result()
    return d


@pytest.mark.parametrize("maxcount", [400, 1000, 32768])
@covers("RFC8881 18.23.3", "every entry exactly once, by cookies that are not 0, 1 or 2; never \".\" and \"..\"")
@meets("8881-18.23.3-1", "8881-18.23.3-3")
def test_readdir(nfs41, crowded, maxcount):
    entries = [e for page in pages(nfs41, crowded, maxcount=maxcount) for e in page.reply.entries]
    assert sorted(e.name for e in entries) == [f"entry-{n:03}" for n in range(100)]
    assert len({e.cookie for e in entries}) == 100 and not {0, 1, 2} & {e.cookie for e in entries}


@covers("RFC8881 18.23.3", "the READDIR4resok is no longer than maxcount; NFS4ERR_TOOSMALL where not one entry fits")
@meets("8881-18.23.3-2")
def test_readdir_maxcount(nfs41, crowded):
    for page in pages(nfs41, crowded, maxcount=500):
        assert len(wire.encode(page.resok4)) <= 500
    nfs41.compound(op.putfh(crowded), op.readdir("fileid", maxcount=8).fails(NFS4ERR.TOOSMALL))


@covers("RFC8881 18.23.3", "NFS4ERR_NOT_SAME: a verifier that is not that of the cookie, unless all are zero")
@meets("8881-18.23.3-4")
def test_readdir_verifier(nfs41, crowded):
    page = next(pages(nfs41, crowded, maxcount=1000))
    wrong = bytes(b ^ 0xFF for b in page.cookieverf)
    last = op.readdir(cookie=page.reply.entries[-1].cookie, cookieverf=wrong).may_fail(NFS4ERR.NOT_SAME)
    r = nfs41.compound(op.putfh(crowded), last)
    assert r.status == NFS4ERR.NOT_SAME or bytes(page.cookieverf) == bytes(8)


# --- data --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset, count", [(0, 10), (0, 9), (5, 100), (10, 1), (1000, 10), (0, 0), (2**40, 5)])
@covers("RFC8881 18.22.3", "what there is from the offset on; eof exactly where the file ends; nothing of nothing")
@meets("8881-18.22.3-1", "8881-18.22.3-2")
def test_read(nfs41, file, offset, count):
    nfs41.write(file, 0, b"0123456789")
    r = nfs41.compound(op.putfh(file), op.read(ANONYMOUS, offset, count)).read
    assert bytes(r.data) == b"0123456789"[offset : offset + count]
    if count:
        assert r.eof == (offset + count >= 10)


@pytest.mark.parametrize("stable", [UNSTABLE4, DATA_SYNC4, FILE_SYNC4], ids=lambda s: s.name)
@covers("RFC8881 18.32.3", "committed no less than asked, count what was written; of nothing nothing changes")
@meets("8881-18.32.3-1", "8881-18.32.3-3")
def test_write(nfs41, file, stable):
    r = nfs41.compound(op.putfh(file), op.write(ANONYMOUS, 3, b"data", stable)).write
    assert r.committed >= stable and r.count == 4
    assert nfs41.read(file) == b"\0\0\0data"
    before = nfs41.getattr(file, "size", "change", "time_modify")
    assert nfs41.compound(op.putfh(file), op.write(ANONYMOUS, 100, b"", stable)).write.count == 0
    assert nfs41.getattr(file, "size", "change", "time_modify") == before


@covers("RFC8881 18.3.3", "the verifier is that of the WRITEs, as long as the server runs")
@meets("8881-18.3.3-1", "8881-18.32.3-2")
def test_commit(nfs41, home, file):
    second = new_file(nfs41, home, "second")
    found = {bytes(nfs41.compound(op.putfh(f), op.write(ANONYMOUS, 0, b"x", UNSTABLE4)).write.writeverf) for f in (file, second)}
    assert found == {bytes(nfs41.compound(op.putfh(file), op.commit()).commit.writeverf)}


# --- attributes --------------------------------------------------------------------------------------------------------


@covers("RFC8881 18.30.3", "attrset has exactly what was set, and that reads back")
@meets("8881-18.30.3-1")
def test_setattr(nfs41, file):
    r = nfs41.setattr(file, mode=0o604, time_modify_set=(1000, 5))
    assert attr_names(r.setattr.attrsset) == {"mode", "time_modify_set"}
    a = nfs41.getattr(file, "mode", "time_modify")
    assert (a.mode, a.time_modify.seconds) == (0o604, 1000)
    assert attr_names(nfs41.setattr(file).setattr.attrsset) == set()


@covers("RFC8881 18.30.3", "NFS4ERR_ATTRNOTSUPP: not supported; NFS4ERR_INVAL: only to be asked for; attrset tells what was set")
@meets("8881-5.5-2", "8881-18.30.3-1", "8881-18.30.3-2")
def test_setattr_refused(nfs41, file):
    before = nfs41.getattr(file, "mode", "size")
    refused = (
        ({"hidden": True, "mode": 0o600}, NFS4ERR.ATTRNOTSUPP),
        ({"fileid": 5, "mode": 0o600}, NFS4ERR.INVAL),
    )
    for attrs, status in refused:
        r = nfs41.compound(op.putfh(file), op.setattr(**attrs).fails(status))
        assert nfs41.getattr(file, "mode", "size") == before or attr_names(r.setattr.attrsset) == {"mode"}


ODD_MODES = {
    "SETATTR": lambda mode: op.setattr(mode=mode),
    "CREATE": lambda mode: op.create(NF4DIR, "new", mode=mode),
    "OPEN": lambda mode: op.open("new", create(mode=mode)),
    "VERIFY": lambda mode: op.verify(mode=mode),
    "NVERIFY": lambda mode: op.nverify(mode=mode),
}


@pytest.mark.parametrize("bit", [0o10000, 0o100000, 2**31], ids=oct)
@pytest.mark.parametrize("how", ODD_MODES)
@covers("RFC8881 6.2.4", "NFS4ERR_INVAL: bits that a mode does not have, in whatever takes one; nothing is made")
@meets("8881-6.2.4-1")
def test_mode_bits(nfs41, home, file, bit, how):
    current = file if how in ("SETATTR", "VERIFY", "NVERIFY") else home
    nfs41.compound(op.putfh(current), ODD_MODES[how](0o644 | bit).fails(NFS4ERR.INVAL))
    assert names(nfs41, home) == {"file"}


@pytest.mark.parametrize("size", [0, 5, 100])
@covers("RFC8881 18.30.3", "a smaller size discards, a larger one reads as zeros; time_modify moves")
@meets("8881-18.30.3-4")
def test_setattr_size(nfs41, file, size):
    nfs41.write(file, 0, b"0123456789")
    nfs41.setattr(file, time_modify_set=(1000, 0))
    nfs41.setattr(file, size=size)
    assert nfs41.read(file) == b"0123456789"[:size] + bytes(max(0, size - 10))
    assert nfs41.getattr(file, "time_modify").time_modify.seconds != 1000


@pytest.mark.parametrize("kind", ["file", "subdir", *SPECIAL])
@covers("RFC8881 18.1.3", "of what was asked and is supported: what is granted, and that can be done")
@meets("8881-18.1.3-1", "8881-18.1.3-2")
def test_access(nfs41, bob, home, request, kind):
    handle = request.getfixturevalue(kind)
    nfs41.setattr(handle, mode=0o604)
    for asked in (READ, MODIFY | EXTEND, READ | LOOKUP | MODIFY | EXTEND | DELETE | EXECUTE, 0):
        r = bob.compound(op.putfh(handle), op.access(asked)).access
        assert r.supported & ~asked == 0 and r.access & ~r.supported == 0
        assert r.access & (READ | MODIFY | EXTEND) == asked & READ
    if kind == "file":
        bob.read(handle)
        bob.compound(op.putfh(handle), op.write(ANONYMOUS, 0, b"x").fails(NFS4ERR.ACCESS))


@needs("export:ro")
@covers("RFC8881 18.16.3", "NFS4ERR_ROFS: nothing is opened for writing, made or changed on a read-only file system")
@meets("8881-18.16.3-16")
def test_read_only(nfs41, srv):
    ro = nfs41.path(srv.exports["ro"])
    denied = (NFS4ERR.ROFS, NFS4ERR.ACCESS, NFS4ERR.PERM)
    for last in (op.create(NF4DIR, "d"), op.open("f", create()), op.remove("x"), op.setattr(mode=0o700)):
        nfs41.compound(op.putfh(ro), last.fails(*denied))
    assert not exists(nfs41, ro, "d") and not exists(nfs41, ro, "f")
