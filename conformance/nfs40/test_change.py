"""The change attribute: RFC 7530 5.8.1.4. Every change moves it, however soon after the last."""

import pytest

from conformance.nfs40.checks import change, new_file
from dittofs.nfs4 import ANONYMOUS, NF4DIR, GUARDED4, create, op
from dittofs.testing.markers import covers, meets


def write(n):
    return op.write(ANONYMOUS, n, b"x")


OF_FILE = {
    "WRITE": write,
    "SETATTR size": lambda n: op.setattr(size=n + 1),
    "SETATTR mode": lambda n: op.setattr(mode=0o600 + n % 8),
    "SETATTR owner": lambda n: op.setattr(owner=str(1000 + n)),
    "SETATTR time": lambda n: op.setattr(time_modify_set=(n, 0)),
}


@pytest.mark.parametrize("what", OF_FILE)
@covers("RFC7530 5.8.1.4", "it moves with every change of a file's data or attributes")
@meets("7530-5.8.1.4-1")
def test_file(nfs40, file, what):
    seen = [change(nfs40, file)]
    for n in range(20):
        seen.append(nfs40.compound(op.putfh(file), OF_FILE[what](n), op.getattr("change")).getattr.attributes.change)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("what", ["CREATE", "OPEN", "REMOVE", "RENAME", "LINK"])
@covers("RFC7530 5.8.1.4", "it moves with every change of a directory's entries")
@meets("7530-5.8.1.4-1")
def test_directory(nfs40, home, subdir, what):
    f = new_file(nfs40, home, "f")
    new_file(nfs40, subdir, "0")
    if what == "REMOVE":
        for n in range(20):
            new_file(nfs40, subdir, f"f{n}")
    seen = [change(nfs40, subdir)]
    for n in range(20):
        last = {
            "CREATE": op.create(NF4DIR, f"d{n}"),
            "OPEN": op.open(f"o{n}", create(GUARDED4)),
            "REMOVE": op.remove(f"f{n}"),
            "RENAME": op.rename(str(n), str(n + 1)),
            "LINK": op.link(f"l{n}"),
        }[what]
        saved = f if what == "LINK" else subdir
        nfs40.compound(op.putfh(saved), op.savefh(), op.putfh(subdir), last)
        seen.append(change(nfs40, subdir))
    assert len(set(seen)) == len(seen)


@covers("RFC7530 5.8.1.4", "LINK and REMOVE of another name change the object, too")
@meets("7530-5.8.1.4-1")
def test_links(nfs40, home, file):
    seen = [change(nfs40, file)]
    for n in range(10):
        nfs40.compound(op.putfh(file), op.savefh(), op.putfh(home), op.link(f"l{n}"))
        seen.append(change(nfs40, file))
        nfs40.remove(home, f"l{n}")
        seen.append(change(nfs40, file))
    assert len(set(seen)) == len(seen)


@covers("RFC7530 5.8.1.4", "it stays while nothing changes: reading is no change")
def test_still(nfs40, home, subdir, file):
    nfs40.write(file, 0, b"data")
    before = change(nfs40, file), change(nfs40, subdir)
    for _ in range(3):
        nfs40.read(file)
        nfs40.compound(op.putfh(subdir), op.readdir(), op.access())
        nfs40.compound(op.putfh(file), op.access(), op.getattr("size", "mode"))
    nfs40.open(home, "file")
    assert (change(nfs40, file), change(nfs40, subdir)) == before


@covers("RFC7530 2.2.9", "change_info4: atomic, and before is what the last change left")
@meets("7530-2.2.9-1")
def test_chain(nfs40, subdir):
    last = None
    for n in range(10):
        cinfo = nfs40.compound(op.putfh(subdir), op.create(NF4DIR, f"d{n}")).create.cinfo
        if cinfo.atomic and last is not None:
            assert cinfo.before == last
        last = cinfo.after
    assert change(nfs40, subdir) == last
