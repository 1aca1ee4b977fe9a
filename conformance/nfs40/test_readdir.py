"""READDIR and READLINK: RFC 7530 16.24, 16.25."""

import pytest

from conformance.nfs40.checks import OBJECTS, new_file
from dittofs import wire
from dittofs.nfs4 import NF4REG, NFS4ERR, attributes, names as attr_names, numbers, op
from dittofs.testing.markers import covers, meets
from dittofs.testing.tree import entries4

COUNT = 200


@pytest.fixture
def crowded(nfs40, home):
    """A directory of 200 directories, listed in several pages."""
    d = nfs40.mkdir(home, "crowded")
    for sent in [nfs40.send(op.putfh(d), op.create(2, f"entry-{n:03}")) for n in range(COUNT)]:
        sent.result()
    return d


def page(c, directory, *attrs, **how):
    return c.compound(op.putfh(directory), op.readdir(*attrs, **how)).readdir


def pages(c, directory, *attrs, limit=2000, **how):
    """All pages, each of at most so many bytes."""
    cookie, verifier, found = 0, bytes(8), []
    while True:
        found.append(page(c, directory, *attrs, cookie=cookie, cookieverf=verifier, **how))
        assert len(found) < limit, "a listing that does not end"
        if found[-1].reply.eof:
            return found
        assert found[-1].reply.entries, "an empty page that is not the last"
        cookie, verifier = found[-1].reply.entries[-1].cookie, found[-1].cookieverf


@covers("RFC7530 16.24", "an empty directory: no entries, eof; neither \".\" nor \"..\"")
@meets("7530-16.24-1")
def test_empty(nfs40, subdir):
    r = page(nfs40, subdir)
    assert r.reply.entries == [] and r.reply.eof


@covers("RFC7530 16.24", "every object once, with the attributes that were asked for")
@meets("7530-16.24-1")
def test_attributes(nfs40, home, file, subdir, symlink, fifo, socket, block, character):
    asked = ("type", "fileid", "mode", "numlinks", "size", "change", "filehandle")
    found = {e.name: attributes(e.attrs) for e in entries4(nfs40, home, *asked)}
    assert found.keys() == OBJECTS.keys()
    for name, values in found.items():
        handle = nfs40.lookup(home, name)
        assert values.type == OBJECTS[name] and bytes(values.filehandle) == handle
        assert values == nfs40.getattr(handle, *asked)


@covers("RFC7530 16.24", "no attributes asked for: none given")
def test_no_attributes(nfs40, home, file):
    (entry,) = page(nfs40, home).reply.entries
    assert numbers(entry.attrs.attrmask) == [] and bytes(entry.attrs.attr_vals) == b""


@pytest.mark.parametrize("maxcount", [300, 512, 1000, 4096, 32768, 2**20, 2**32 - 1])
@covers("RFC7530 16.24", "every entry exactly once, whatever the size of the pages")
@meets("7530-16.24-1")
def test_pages(nfs40, crowded, maxcount):
    found = [e.name for p in pages(nfs40, crowded, "fileid", maxcount=maxcount) for e in p.reply.entries]
    assert sorted(found) == [f"entry-{n:03}" for n in range(COUNT)]


@pytest.mark.parametrize("maxcount", [300, 512, 1000, 4096])
@covers("RFC7530 16.24", "maxcount bounds the READDIR4resok, XDR and all")
@meets("7530-16.24-2")
def test_maxcount(nfs40, crowded, maxcount):
    for p in pages(nfs40, crowded, "fileid", "type", maxcount=maxcount):
        assert _size(p) <= maxcount


@covers("RFC7530 16.24", "dircount is a hint: any value lists everything")
def test_dircount(nfs40, crowded):
    for dircount in (0, 1, 100, 2**32 - 1):
        found = [e.name for p in pages(nfs40, crowded, dircount=dircount, maxcount=4096) for e in p.reply.entries]
        assert len(found) == len(set(found)) == COUNT


@pytest.mark.parametrize("maxcount", [0, 1, 8, 16])
@covers("RFC7530 16.24", "NFS4ERR_TOOSMALL: not even one entry fits")
@meets("7530-16.24-3")
def test_too_small(nfs40, home, file, maxcount):
    nfs40.compound(op.putfh(home), op.readdir("fileid", maxcount=maxcount).fails(NFS4ERR.TOOSMALL))


@covers("RFC7530 16.24", "TOOSMALL where the next entry has too long a name for the page")
@meets("7530-16.24-3")
def test_too_small_later(nfs40, home):
    new_file(nfs40, home, "n" * 200)
    nfs40.compound(op.putfh(home), op.readdir("fileid", maxcount=100).fails(NFS4ERR.TOOSMALL))


@covers("RFC7530 16.24", "cookies are never 0, 1 or 2, and differ")
@meets("7530-16.24-4")
def test_cookies(nfs40, crowded):
    cookies = [e.cookie for p in pages(nfs40, crowded, maxcount=1000) for e in p.reply.entries]
    assert len(set(cookies)) == COUNT and not {0, 1, 2} & set(cookies)


@covers("RFC7530 16.24", "from any cookie the listing goes on behind its entry")
@meets("7530-16.24-6")
def test_any_cookie(nfs40, crowded):
    r = page(nfs40, crowded)
    everything = [e.name for e in r.reply.entries]
    for at, entry in enumerate(r.reply.entries):
        if at % 17 == 0:
            rest = page(nfs40, crowded, cookie=entry.cookie, cookieverf=r.cookieverf)
            assert [e.name for e in rest.reply.entries] == everything[at + 1 : at + 1 + len(rest.reply.entries)]


@covers("RFC7530 16.24", "the cookie of the last entry: no entries, eof")
@meets("7530-16.24-6")
def test_after_the_last(nfs40, home, file):
    r = page(nfs40, home)
    after = page(nfs40, home, cookie=r.reply.entries[-1].cookie, cookieverf=r.cookieverf)
    assert after.reply.entries == [] and after.reply.eof


@pytest.mark.parametrize("cookie", [1, 2])
@covers("RFC7530 16.24", "cookies 1 and 2 are no server's: NFS4ERR_BAD_COOKIE, or taken for some place in the directory")
def test_reserved_cookies(nfs40, home, file, cookie):
    nfs40.compound(op.putfh(home), op.readdir(cookie=cookie).may_fail(NFS4ERR.BAD_COOKIE))


@covers("RFC7530 16.24", "with cookie 0 the verifier is zero; another is ignored or refused")
def test_verifier_at_the_start(nfs40, home, file):
    nfs40.compound(op.putfh(home), op.readdir(cookieverf=b"nonsense").may_fail(NFS4ERR.NOT_SAME))


@covers("RFC7530 16.24", "NFS4ERR_NOT_SAME: a verifier that is not that of the cookie, where the server has some")
@meets("7530-16.24-5")
def test_wrong_verifier(nfs40, crowded):
    r = page(nfs40, crowded, maxcount=1000)
    if bytes(r.cookieverf) != bytes(8):
        wrong = bytes(b ^ 0xFF for b in r.cookieverf)
        cookie = r.reply.entries[-1].cookie
        nfs40.compound(op.putfh(crowded), op.readdir(cookie=cookie, cookieverf=wrong).fails(NFS4ERR.NOT_SAME))


@covers("RFC7530 16.24", "entries that stay are listed exactly once while others come and go")
def test_changes_on_the_way(nfs40, crowded):
    first = page(nfs40, crowded, maxcount=1000)
    seen = [e.name for e in first.reply.entries]
    rest = sorted({f"entry-{n:03}" for n in range(COUNT)} - set(seen))
    removed, added = {seen[0], rest[0]}, {"another-0", "another-1"}
    for name in removed:
        nfs40.remove(crowded, name)
    for name in added:
        nfs40.mkdir(crowded, name)
    cookie, verifier, eof = first.reply.entries[-1].cookie, first.cookieverf, first.reply.eof
    while not eof:
        how = op.readdir(cookie=cookie, cookieverf=verifier, maxcount=1000).may_fail(NFS4ERR.NOT_SAME)
        r = nfs40.compound(op.putfh(crowded), how)
        if r.status == NFS4ERR.NOT_SAME:
            return  # the client starts over
        seen += [e.name for e in r.readdir.reply.entries]
        eof = r.readdir.reply.eof
        if not eof:
            cookie, verifier = r.readdir.reply.entries[-1].cookie, r.readdir.cookieverf
    stayed = [name for name in seen if name not in removed | added]
    assert sorted(stayed) == sorted({f"entry-{n:03}" for n in range(COUNT)} - removed)


@covers("RFC7530 16.24", "NFS4ERR_ACCESS: no permission to read the directory")
def test_no_permission(nfs40, alice, subdir):
    nfs40.setattr(subdir, mode=0o711)
    alice.compound(op.putfh(subdir), op.readdir().fails(NFS4ERR.ACCESS))


@covers("RFC7530 16.24", "names are listed without permission to search; attributes are then an error of their own")
@meets("7530-5.8.1.12-1")
def test_no_search(nfs40, alice, subdir):
    new_file(nfs40, subdir, "f")
    nfs40.setattr(subdir, mode=0o744)
    r = alice.compound(op.putfh(subdir), op.readdir("rdattr_error").may_fail(NFS4ERR.ACCESS))
    if r.status == 0:
        assert [e.name for e in r.readdir.reply.entries] == ["f"]


@covers("RFC7530 5.8.1.12", "rdattr_error: asked for with attributes that can be read, it is zero or left out")
@meets("7530-5.8.1.12-1")
def test_rdattr_error(nfs40, home, file):
    (entry,) = page(nfs40, home, "rdattr_error", "type").reply.entries
    a = attributes(entry.attrs)
    assert a.type == NF4REG and a.get("rdattr_error", 0) == 0


@pytest.mark.parametrize("attr", ["time_access_set", "time_modify_set"])
@covers("RFC7530 5.5", "attributes that can only be set cannot be asked for: NFS4ERR_INVAL")
@meets("7530-5.5-1")
def test_set_only(nfs40, home, file, attr):
    nfs40.compound(op.putfh(home), op.readdir(attr).fails(NFS4ERR.INVAL))


@covers("RFC7530 5.2", "attributes that are not supported are left out")
@meets("7530-5.2-1")
def test_unsupported(nfs40, home, file):
    (entry,) = page(nfs40, home, "type", 90, 127).reply.entries
    assert attr_names(entry.attrs.attrmask) == {"type"}


@covers("RFC7530 16.24", "NFS4ERR_STALE: the directory is gone")
def test_removed_directory(nfs40, home, subdir):
    nfs40.remove(home, "subdir")
    nfs40.compound(op.putfh(subdir), op.readdir(), fails=NFS4ERR.STALE)


@covers("RFC7530 16.25", "READLINK: the text as it was given")
@meets("7530-16.25-1")
def test_readlink(nfs40, symlink):
    assert nfs40.compound(op.putfh(symlink), op.readlink()).readlink.link == "target"


@covers("RFC7530 16.25", "the mode of a symbolic link does not matter to who reads it")
def test_readlink_by_others(alice, symlink):
    assert alice.compound(op.putfh(symlink), op.readlink()).readlink.link == "target"


def _size(result) -> int:
    """Of the READDIR4resok as bytes."""
    return len(wire.encode(result.arm))
