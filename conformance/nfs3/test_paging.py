"""Reading a directory in pages, with READDIR and READDIRPLUS alike: RFC 1813 3.3.16 and 3.3.17."""

import pytest

from conformance.nfs3.checks import fill, names
from dittofs.nfs3 import NFS3ERR
from dittofs.testing.markers import covers, meets

MANY = 10_000


class Plain:
    """READDIR with pages of about `size` bytes."""

    section = "RFC1813 3.3.16"

    @staticmethod
    def page(client, directory, cookie, verifier, size, **expected):
        return client.readdir(directory, cookie, verifier, size, **expected)


class Plus:
    """READDIRPLUS with pages of about `size` bytes."""

    section = "RFC1813 3.3.17"

    @staticmethod
    def page(client, directory, cookie, verifier, size, **expected):
        return client.readdirplus(directory, cookie, verifier, size, size, **expected)


def both(what: str):
    marks = [pytest.param(way, id=way.__name__, marks=covers(way.section, what)) for way in (Plain, Plus)]
    return pytest.mark.parametrize("way", marks)


def pages(way, client, directory, size):
    cookie, verifier = 0, bytes(8)
    while True:
        page = way.page(client, directory, cookie, verifier, size)
        yield page
        if page.reply.eof:
            return
        assert page.reply.entries, "a page without entries that is not the last leads nowhere"
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf


def read_all(way, client, directory, size) -> list[str]:
    found = [entry.name for page in pages(way, client, directory, size) for entry in page.reply.entries]
    return [name for name in found if name not in (".", "..")]


@pytest.fixture(scope="module")
def wanted() -> list[str]:
    return [f"entry-{n:05}" for n in range(MANY)]


@both("ten thousand entries in pages, each once")
@pytest.mark.parametrize("size", [4096, 65536])
@meets("1813-3.3.16-1")
def test_ten_thousand(way, nfs3, home, wanted, size):
    fill(nfs3, home, wanted)
    found = read_all(way, nfs3, home, size)
    assert len(found) == MANY and set(found) == set(wanted)


@both("pages of every size add up to the same directory")
@pytest.mark.parametrize("size", [600, 1000, 1500, 2048, 10_000])
@meets("1813-3.3.16-1")
def test_page_sizes(way, nfs3, crowded, size):
    found = read_all(way, nfs3, crowded, size)
    assert sorted(found) == sorted(names(nfs3, crowded))


@both("cookies tell the entries of a directory apart")
def test_cookies_differ(way, nfs3, crowded):
    cookies = [entry.cookie for page in pages(way, nfs3, crowded, 4096) for entry in page.reply.entries]
    assert len(set(cookies)) == len(cookies)


@both("reading goes on after any entry, not only after the last of a page")
@meets("1813-3.3.16-4")
def test_resume_anywhere(way, nfs3, crowded):
    page = way.page(nfs3, crowded, 0, bytes(8), 4096)
    entries = page.reply.entries
    for at in range(len(entries) - 1):
        rest = way.page(nfs3, crowded, entries[at].cookie, page.cookieverf, 4096)
        assert rest.reply.entries[0].name == entries[at + 1].name


@both("the cookie of the last entry gives an empty list and eof")
@meets("1813-3.3.16-3")
def test_after_the_last(way, nfs3, crowded):
    for page in pages(way, nfs3, crowded, 4096):
        if page.reply.entries:
            cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf
    end = way.page(nfs3, crowded, cookie, verifier, 4096)
    assert end.reply.entries == [] and end.reply.eof


@both("reading twice from the start gives the same")
def test_again(way, nfs3, crowded):
    assert read_all(way, nfs3, crowded, 2048) == read_all(way, nfs3, crowded, 2048)


@both("NFS3ERR_BAD_COOKIE, or the entries after it: a cookie that was never given is no crash and no loop")
@pytest.mark.parametrize("cookie", [2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1], ids=hex)
@meets("1813-3.3.16-4")
def test_invented_cookie(way, nfs3, home, crowded, cookie):
    verifier = way.page(nfs3, crowded, 0, bytes(8), 4096).cookieverf
    r = way.page(nfs3, crowded, cookie, verifier, 4096, may_fail=(NFS3ERR.BAD_COOKIE, NFS3ERR.INVAL))
    if r.outcome == 0:
        assert {entry.name for entry in r.reply.entries} <= names(nfs3, crowded) | {".", ".."}


@both("a cookie with another verifier than it came with: NFS3ERR_BAD_COOKIE, unless verifiers are always zero")
@meets("1813-3.3.16-4")
def test_other_verifier(way, nfs3, crowded):
    page = way.page(nfs3, crowded, 0, bytes(8), 2048)
    other = bytes(byte ^ 0xFF for byte in page.cookieverf)
    r = way.page(nfs3, crowded, page.reply.entries[-1].cookie, other, 2048, may_fail=NFS3ERR.BAD_COOKIE)
    # "Servers in which directory cookies are always valid are free to use zero as the verifier always."
    assert r.outcome == NFS3ERR.BAD_COOKIE or page.cookieverf == bytes(8)


def read_while(way, client, directory, size, change) -> list[str]:
    """Reads the directory and calls change(number of page) between pages; begins again on BAD_COOKIE."""
    cookie, verifier, found, number = 0, bytes(8), [], 0
    while True:
        page = way.page(client, directory, cookie, verifier, size, may_fail=NFS3ERR.BAD_COOKIE)
        if page.outcome == NFS3ERR.BAD_COOKIE:
            assert number < 1000, "the listing never ends"
            cookie, verifier, found = 0, bytes(8), []
            number += 1
            continue
        found += [entry.name for entry in page.reply.entries]
        if page.reply.eof:
            return found
        cookie, verifier = page.reply.entries[-1].cookie, page.cookieverf
        change(number)
        number += 1


STAYING = [f"stays-{n:03}" for n in range(300)]


def check_staying(found: list[str]) -> None:
    stayed = [name for name in found if name.startswith("stays-")]
    assert sorted(stayed) == STAYING


@both("entries that are there all the time are listed once, whatever is removed meanwhile")
def test_removed_meanwhile(way, nfs3, home):
    going = [f"goes-{n:03}" for n in range(300)]
    fill(nfs3, home, [name for pair in zip(going, STAYING) for name in pair])

    def change(page):
        for name in going[page * 20 : page * 20 + 20]:
            nfs3.remove(home, name, may_fail=NFS3ERR.NOENT)

    check_staying(read_while(way, nfs3, home, 1024, change))


@both("entries that are there all the time are listed once, whatever is added meanwhile")
def test_added_meanwhile(way, nfs3, home):
    fill(nfs3, home, STAYING)
    added = iter(range(10_000))

    def change(page):
        if page < 50:
            fill(nfs3, home, [f"new-{next(added):05}" for _ in range(10)])

    check_staying(read_while(way, nfs3, home, 1024, change))


@both("entries that are there all the time are listed once, whatever is renamed meanwhile")
def test_renamed_meanwhile(way, nfs3, home):
    moving = [f"moves-{n:03}" for n in range(100)]
    fill(nfs3, home, [name for pair in zip(moving, STAYING) for name in pair] + STAYING[100:])

    def change(page):
        for name in moving[page * 5 : page * 5 + 5]:
            nfs3.rename(home, name, home, f"moved-{name}")

    found = read_while(way, nfs3, home, 1024, change)
    check_staying(found)


@both("the entry a cookie belongs to may be removed: reading goes on behind it")
@meets("1813-3.3.16-4")
def test_entry_of_cookie_removed(way, nfs3, home):
    fill(nfs3, home, STAYING)
    fill(nfs3, home, [f"goes-{n:03}" for n in range(300)])
    cookie, verifier, found = 0, bytes(8), []
    while True:
        page = way.page(nfs3, home, cookie, verifier, 1024, may_fail=NFS3ERR.BAD_COOKIE)
        if page.outcome == NFS3ERR.BAD_COOKIE:
            return  # the server says so, and the client begins again
        found += [entry.name for entry in page.reply.entries]
        if page.reply.eof:
            break
        last = page.reply.entries[-1]
        cookie, verifier = last.cookie, page.cookieverf
        if last.name.startswith("goes-"):
            nfs3.remove(home, last.name)
    check_staying(found)


@both("an emptied directory ends the listing")
def test_emptied_meanwhile(way, nfs3, home):
    fill(nfs3, home, STAYING)
    page = way.page(nfs3, home, 0, bytes(8), 1024)
    for name in names(nfs3, home):
        nfs3.remove(home, name)
    last = page.reply.entries[-1].cookie
    rest = way.page(nfs3, home, last, page.cookieverf, 1024, may_fail=NFS3ERR.BAD_COOKIE)
    if rest.outcome == 0:
        assert {e.name for e in rest.reply.entries} <= {".", ".."} and rest.reply.eof


@both("a removed directory is stale, in the middle of reading too")
def test_removed_directory(way, nfs3, home, subdir):
    fill(nfs3, subdir, STAYING[:50])
    page = way.page(nfs3, subdir, 0, bytes(8), 600)
    for name in names(nfs3, subdir):
        nfs3.remove(subdir, name)
    nfs3.rmdir(home, "subdir")
    way.page(nfs3, subdir, page.reply.entries[-1].cookie, page.cookieverf, 600, fails=NFS3ERR.STALE)


@both("long and short names in one directory")
def test_name_lengths(way, nfs3, home):
    wanted = ["x" * size for size in range(1, 256, 7)]
    fill(nfs3, home, wanted)
    assert sorted(read_all(way, nfs3, home, 1024)) == sorted(wanted)
