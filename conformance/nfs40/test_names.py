"""Names: RFC 7530 12 and 13.1.7, in every operation that takes one."""

import pytest

from conformance.nfs40.checks import exists, names, new_file
from dittofs.nfs4 import NF4DIR, NFS4ERR, create, op
from dittofs.testing.markers import covers, meets

# name -> the operations with it; each needs a directory as the current filehandle, and the same as the saved one.
TAKERS = {
    "LOOKUP": lambda n: op.lookup(n),
    "CREATE": lambda n: op.create(NF4DIR, n),
    "OPEN": lambda n: op.open(n),
    "OPEN create": lambda n: op.open(n, create(mode=0o600)),
    "REMOVE": lambda n: op.remove(n),
    "RENAME from": lambda n: op.rename(n, "new"),
    "RENAME to": lambda n: op.rename("file", n),
    "LINK": lambda n: op.link(n),
    "SECINFO": lambda n: op.secinfo(n),
}
every_taker = pytest.mark.parametrize("taker", TAKERS)


def with_name(home, file, taker, name):
    """The operations that use `name`."""
    saved = file if taker == "LINK" else home
    return op.putfh(saved), op.savefh(), op.putfh(home), TAKERS[taker](name)


@every_taker
@covers("RFC7530 13.1.7", "a name of no length: NFS4ERR_INVAL")
@meets("7530-13.1.7-1")
def test_empty(nfs40, home, file, taker):
    *before, last = with_name(home, file, taker, "")
    nfs40.compound(before, last.fails(NFS4ERR.INVAL))


@every_taker
@pytest.mark.parametrize("name", [".", ".."])
@covers("RFC7530 13.1.7.2", '"." and "..": NFS4ERR_BADNAME where the server does not take them; they are never entries')
@meets("7530-13.1.7-2")
def test_dots(nfs40, home, file, taker, name):
    *before, last = with_name(home, file, taker, name)
    # A server need not support them, and then says BADNAME; one that has no such entry may say NOENT (13.1.7.2).
    nothing = (NFS4ERR.NOENT,) if taker in ("LOOKUP", "OPEN", "SECINFO", "REMOVE", "RENAME from") else ()
    nfs40.compound(before, last.fails(NFS4ERR.BADNAME, NFS4ERR.INVAL, *nothing))
    assert not {".", ".."} & names(nfs40, home)


@every_taker
@covers("RFC7530 12.7", "a name with a slash: NFS4ERR_BADCHAR or NFS4ERR_BADNAME, and no path is followed")
@meets("7530-13.1.7-2")
def test_slash(nfs40, home, file, subdir, taker):
    new_file(nfs40, subdir, "inner")
    *before, last = with_name(home, file, taker, "subdir/inner")
    nothing = (NFS4ERR.NOENT,) if taker in ("LOOKUP", "OPEN", "SECINFO", "REMOVE", "RENAME from") else ()
    nfs40.compound(before, last.fails(NFS4ERR.BADCHAR, NFS4ERR.BADNAME, NFS4ERR.INVAL, *nothing))


@every_taker
@covers("RFC7530 13.1.7.3", "a name longer than maxname: NFS4ERR_NAMETOOLONG")
@meets("7530-5.8.2-1", "7530-5.8.2.20-1", "7530-13.1.7-3")
def test_too_long(nfs40, home, file, taker):
    limit = nfs40.getattr(home, "maxname").maxname
    for size in (limit + 1, 4 * limit, 5000):
        *before, last = with_name(home, file, taker, "n" * size)
        nfs40.compound(before, last.fails(NFS4ERR.NAMETOOLONG))


@covers("RFC7530 5.8.2.15", "a name of maxname bytes can be made, looked up, renamed and removed")
@meets("7530-5.8.2-1")
def test_longest(nfs40, home):
    limit = nfs40.getattr(home, "maxname").maxname
    longest, another = "n" * limit, "m" * limit
    handle = new_file(nfs40, home, longest)
    assert nfs40.lookup(home, longest) == handle
    nfs40.compound(op.putfh(home), op.savefh(), op.rename(longest, another))
    assert names(nfs40, home) == {another}
    nfs40.remove(home, another)


# RFC 3629 3: what is no UTF-8: stray continuation, overlong forms, halves of surrogates, beyond U+10FFFF, cut short.
NO_UTF8 = [b"\x80", b"a\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"caf\xc3", b"\xff\xfe"]


@every_taker
@pytest.mark.parametrize("name", NO_UTF8, ids=bytes.hex)
@covers("RFC7530 12.7", "a name that is no UTF-8: NFS4ERR_INVAL, or it is a name like any other")
@meets("7530-12.7-1")
def test_not_utf8(nfs40, home, file, taker, name):
    *before, last = with_name(home, file, taker, name)
    nothing = () if taker in ("CREATE", "OPEN create", "RENAME to", "LINK") else (NFS4ERR.NOENT,)
    r = nfs40.compound(before, last.may_fail(NFS4ERR.INVAL, NFS4ERR.BADCHAR, *nothing))
    if r.status == 0 and taker in ("CREATE", "LINK"):
        assert exists(nfs40, home, name)


GOOD = ["a", "caf\u00e9", "cafe\u0301", "\u65e5\u672c\u8a9e", "\U0001f600", "with space", " ", "-", "~", "\\", "a:b", "a*?", "...", ".hidden", "\t"]


@pytest.mark.parametrize("name", GOOD, ids=lambda n: n.encode().hex())
@covers("RFC7530 12.4", "names of any characters: made, listed as they were given, found, removed")
@meets("7530-12.4-1")
def test_characters(nfs40, home, name):
    handle = new_file(nfs40, home, name)
    assert nfs40.lookup(home, name) == handle
    assert names(nfs40, home) == {name}
    nfs40.remove(home, name)
    assert not exists(nfs40, home, name)


@covers("RFC7530 12.5", "two forms of one text are two names, or one and the same in every operation")
@meets("7530-12.5-1")
def test_normalization(nfs40, home):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    handle = new_file(nfs40, home, composed)
    r = nfs40.compound(op.putfh(home), op.lookup(decomposed).may_fail(NFS4ERR.NOENT), op.getfh())
    if r.status == NFS4ERR.NOENT:
        assert new_file(nfs40, home, decomposed) != handle
        assert names(nfs40, home) == {composed, decomposed}
    else:
        assert bytes(r.getfh.object) == handle


@covers("RFC7530 5.8.2.3", "case is kept, and matters, as case_preserving and case_insensitive say")
@meets("7530-5.8.2.3-1")
def test_case(nfs40, home):
    new_file(nfs40, home, "MixedCase")
    a = nfs40.getattr(home, "case_insensitive", "case_preserving")
    if a.get("case_preserving", True):
        assert names(nfs40, home) == {"MixedCase"}
    assert exists(nfs40, home, "mixedcase") == bool(a.get("case_insensitive", False))


@covers("RFC7530 13.1.7.1", "a byte of zero within a name: refused, and nothing is made of the part before it")
@meets("7530-13.1.7-2")
def test_zero_byte(nfs40, home):
    nfs40.compound(op.putfh(home), op.create(NF4DIR, b"a\0b"), may_fail=(NFS4ERR.BADCHAR, NFS4ERR.BADNAME, NFS4ERR.INVAL))
    assert not exists(nfs40, home, "a")
