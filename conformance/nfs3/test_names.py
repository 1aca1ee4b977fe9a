"""Names, in every procedure that takes one: RFC 1813 3.2, general comments on filenames."""

import pytest

from conformance.nfs3.calls import usage
from conformance.nfs3.checks import names
from dittofs.nfs3 import GUARDED, NF3FIFO, NFS3ERR
from dittofs.testing.markers import covers, meets

# (procedure, the arguments with this name): a name that is looked for, and a name that is made
FINDS = {
    "lookup": lambda d, f, n: (d, n),
    "remove": lambda d, f, n: (d, n),
    "rmdir": lambda d, f, n: (d, n),
    "rename-from": lambda d, f, n: (d, n, d, "new"),
}
MAKES = {
    "create": lambda d, f, n: (d, n, GUARDED),
    "mkdir": lambda d, f, n: (d, n),
    "symlink": lambda d, f, n: (d, n, "text"),
    "mknod": lambda d, f, n: (d, n, NF3FIFO),
    "rename-to": lambda d, f, n: (d, "file", d, n),
    "link": lambda d, f, n: (f, d, n),
}


def every(table, what):
    def mark(key):
        name, _, place = key.partition("-")
        section = usage("link", "dir").section if name == "link" else usage(name, place).section
        return [covers("RFC1813 3.2", what), covers(f"RFC1813 {section}", what)]

    return pytest.mark.parametrize("key", [pytest.param(key, marks=mark(key)) for key in table])


def bind(nfs3, key):
    return getattr(nfs3, key.partition("-")[0])


@every(MAKES, "a name of name_max bytes is whole")
@meets("1813-3.2-3", "1813-3.3.20-1")
def test_longest_name(nfs3, home, file, key):
    name = "n" * nfs3.pathconf(home).name_max
    bind(nfs3, key)(*MAKES[key](home, file, name))
    assert name in names(nfs3, home)


@every(MAKES, "a name one byte longer: NFS3ERR_NAMETOOLONG if no_trunc, cut off if not")
@meets("1813-3.2-3", "1813-3.3.20-1")
def test_too_long_name(nfs3, home, file, key):
    limits = nfs3.pathconf(home)
    name = "n" * (limits.name_max + 1)
    if limits.no_trunc:
        bind(nfs3, key)(*MAKES[key](home, file, name), fails=NFS3ERR.NAMETOOLONG)
        assert names(nfs3, home) == {"file"}
    else:
        bind(nfs3, key)(*MAKES[key](home, file, name))
        assert name[:-1] in names(nfs3, home)


@every(FINDS, "a name that is too long to exist: NFS3ERR_NAMETOOLONG if no_trunc")
@meets("1813-3.2-3")
def test_too_long_to_find(nfs3, home, file, key):
    limits = nfs3.pathconf(home)
    if limits.no_trunc:
        name = "n" * (limits.name_max + 1)
        bind(nfs3, key)(*FINDS[key](home, file, name), fails=NFS3ERR.NAMETOOLONG)


@pytest.mark.parametrize("size", [1024, 4096, 65536])
@every(MAKES, "a name much too long: NFS3ERR_NAMETOOLONG")
@meets("1813-3.2-3")
def test_much_too_long_name(nfs3, home, file, key, size):
    if nfs3.pathconf(home).no_trunc:
        bind(nfs3, key)(*MAKES[key](home, file, "n" * size), fails=NFS3ERR.NAMETOOLONG)


@every(FINDS | MAKES, "the null string is no name: NFS3ERR_ACCES")
@meets("1813-3.2-1")
def test_empty_name(nfs3, home, file, key):
    args = (FINDS | MAKES)[key]
    bind(nfs3, key)(*args(home, file, b""), fails=NFS3ERR.ACCES)
    assert names(nfs3, home) == {"file"}


@pytest.mark.parametrize("name", [".", ".."])
@every(MAKES, '"." and ".." are taken')
@meets("1813-3.2-2")
def test_dots(nfs3, home, file, subdir, key, name):
    nfs3.create(subdir, "file")
    bind(nfs3, key)(*MAKES[key](subdir, file, name), fails=...)
    assert names(nfs3, subdir) == {"file"}


AWKWARD = {
    "space": b" ",
    "spaces around": b" name ",
    "three dots": b"...",
    "leading dot": b".name",
    "leading dash": b"-name",
    "newline": b"a\nb",
    "backslash": b"a\\b",
    "colon": b"a:b",
    "star": b"*",
    "delete": b"\x7f",
    "UTF-8": "größe-日本-🙂".encode(),
    "composed": "é".encode(),
    "decomposed": "e\u0301".encode(),
    "not UTF-8": b"\xff\xfe\x80",
    "overlong UTF-8": b"\xc0\xaf",
}


@pytest.mark.parametrize("name", AWKWARD.values(), ids=AWKWARD)
@covers("RFC1813 3.2", "a name that the server accepts comes back as it was; one it cannot handle: NFS3ERR_ACCES")
@meets("1813-3.2-4")
def test_awkward_name(nfs3, home, name):
    r = nfs3.create(home, name, GUARDED, may_fail=(NFS3ERR.ACCES, NFS3ERR.INVAL))
    if r.outcome == 0:
        assert {n.encode("utf-8", "surrogateescape") for n in names(nfs3, home)} == {name}
        assert nfs3.lookup(home, name).object == r.obj.handle
        nfs3.remove(home, name)


@pytest.mark.parametrize("name", ["a/b", "/", "/b", "a/", "../b", "./b"], ids=repr)
@every(MAKES, "a name with the separator of UNIX paths does not reach into another directory")
@meets("1813-3.2-4")
def test_slash(nfs3, home, key, name):
    here = nfs3.mkdir(home, "here", mode=0o777).obj
    inner = nfs3.mkdir(here, "a", mode=0o777).obj
    file = nfs3.create(here, "file").obj
    bind(nfs3, key).call(*MAKES[key](here, file, name))
    assert names(nfs3, inner) == set()
    assert names(nfs3, home) == {"here"}
    assert names(nfs3, here) <= {"a", "file", name}


@pytest.mark.parametrize("name", ["a\0b", "\0", "a\0"], ids=repr)
@covers("RFC1813 3.2", "a name with a NUL is refused or kept whole, never cut at it")
@meets("1813-3.2-4")
def test_nul(nfs3, home, name):
    r = nfs3.create.call(home, name, GUARDED)
    assert names(nfs3, home) == ({name} if r.outcome == 0 else set())


@covers("RFC1813 3.2", "names that differ in the last byte are two")
def test_long_names_differ(nfs3, home):
    size = min(nfs3.pathconf(home).name_max, 255)
    for last in ("a", "b"):
        nfs3.create(home, "n" * (size - 1) + last, GUARDED)
    assert len(names(nfs3, home)) == 2


@covers("RFC1813 3.2", "a name never seen before is not found because it resembles another")
def test_prefixes(nfs3, home):
    nfs3.create(home, "name")
    for other in ("nam", "names", "name ", "name.", "Name"[1:]):
        nfs3.lookup(home, other, fails=NFS3ERR.NOENT)
