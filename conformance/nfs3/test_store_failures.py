"""Errors that only a failing store provokes: NFS3ERR_IO, NOSPC, DQUOT, JUKEBOX (RFC 1813 2.6), in every procedure.

On a server whose store fails on purpose, once; the same request with a new xid must then be as if nothing had been.
"""

import pytest

from conformance.nfs3.calls import USAGES, usage
from conformance.nfs3.checks import attributes, differing, names, unchanged
from dittofs import nfs3 as module
from dittofs.faults import at, error, once
from dittofs.nfs3 import NFS3ERR, UNSTABLE
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("faults")

# Procedures whose ERRORS list does not have NFS3ERR_IO: a server fault is what is left to them.
WITHOUT_IO = ("fsinfo", "pathconf")
CHANGING = ("setattr", "create", "mkdir", "symlink", "mknod", "remove", "rmdir", "rename", "link")
MAKING = ("setattr", "create", "mkdir", "symlink", "mknod", "rename", "link")
READING = [u.name for u in USAGES if not u.changes and u.name not in ("read", "commit")]


def arguments(name, home, file, symlink):
    """Arguments with which the procedure succeeds in `stage`."""
    return {
        "setattr": (file,),
        "create": (home, "new"),
        "mkdir": (home, "new"),
        "symlink": (home, "new", "text"),
        "mknod": (home, "new", 7),
        "remove": (home, "file"),
        "rmdir": (home, "subdir"),
        "rename": (home, "file", home, "new"),
        "link": (file, home, "new"),
        "lookup": (home, "file"),
        "readlink": (symlink,),
        "readdir": (home,),
        "readdirplus": (home,),
    }.get(name, (file,))


@pytest.fixture
def stage(home, file, subdir, symlink):
    return home


def each(procedures, what):
    place = {"rename": "from", "link": "file"}
    params = [
        pytest.param(name, marks=covers(f"RFC1813 {usage(name, place.get(name, '')).section}", what))
        for name in procedures
    ]
    return pytest.mark.parametrize("name", params)


@each(READING, "NFS3ERR_IO when the store cannot be read; the next request is answered")
@meets("1813-2.6-9")
def test_read_error(nfs3, stage, file, symlink, faults, name):
    procedure, args = getattr(nfs3, name), arguments(name, stage, file, symlink)
    expected = (NFS3ERR.IO, NFS3ERR.SERVERFAULT) if name in WITHOUT_IO else NFS3ERR.IO
    with faults.arm(at.store("view").before, once, error("io")) as rule:
        procedure(*args, fails=expected)
    assert rule.fired == 1
    procedure(*args)


ERRORS = {"io": NFS3ERR.IO, "no_space": NFS3ERR.NOSPC, "quota": NFS3ERR.DQUOT, "busy": NFS3ERR.JUKEBOX}


def check_failed_change(nfs3, stage, file, symlink, faults, name, failure):
    procedure, args = getattr(nfs3, name), arguments(name, stage, file, symlink)
    more = {"mode": 0o600} if name == "setattr" else {}
    before, directory, object_ = names(nfs3, stage), attributes(nfs3, stage), attributes(nfs3, file)
    with faults.arm(at.store("update").before, once, error(failure)) as rule:
        r = procedure(*args, fails=ERRORS[failure], **more)
    assert rule.fired == 1
    assert names(nfs3, stage) == before
    assert differing(object_, attributes(nfs3, file), but=("atime",)) == {}
    for field, was in (("dir_wcc", directory), ("fromdir_wcc", directory), ("linkdir_wcc", directory), ("obj_wcc", object_)):
        if hasattr(r.arm, field):
            unchanged(getattr(r, field), was)
    procedure(*args, **more)


@each(CHANGING, "NFS3ERR_IO when the store fails: nothing changed, and the next request succeeds")
@meets("1813-2.5-1", "1813-2.6-9")
def test_change_fails(nfs3, stage, file, symlink, faults, name):
    check_failed_change(nfs3, stage, file, symlink, faults, name, "io")


@pytest.mark.parametrize("failure", ["no_space", "quota"])
@each(MAKING, "NFS3ERR_NOSPC and NFS3ERR_DQUOT: nothing changed, and the next request succeeds")
@meets("1813-2.6-8")
def test_no_room(nfs3, stage, file, symlink, faults, name, failure):
    check_failed_change(nfs3, stage, file, symlink, faults, name, failure)


@pytest.mark.parametrize("name", CHANGING)
@covers("RFC1813 2.6", "NFS3ERR_JUKEBOX: the client tries again with a new transaction id, and the request is executed")
@meets("1813-2.6-10")
def test_later(nfs3, stage, file, symlink, faults, name):
    check_failed_change(nfs3, stage, file, symlink, faults, name, "busy")


@covers("RFC1813 3.3.6", "NFS3ERR_IO when data cannot be read; what can be is read then")
def test_data_cannot_be_read(nfs3, file, faults):
    nfs3.write(file, 0, b"data")
    with faults.arm(at.store("read").before, once, error("io")) as rule:
        nfs3.read(file, fails=NFS3ERR.IO)
    assert rule.fired == 1
    assert bytes(nfs3.read(file).data) == b"data"


@pytest.mark.parametrize("failure", ERRORS)
@covers("RFC1813 3.3.7", "the failed write's error, the old data, and no new size")
@meets("1813-3.3.7-10")
def test_data_cannot_be_written(nfs3, file, faults, failure):
    nfs3.write(file, 0, b"old")
    before = attributes(nfs3, file)
    with faults.arm(at.store("write").before, once, error(failure)) as rule:
        r = nfs3.write(file, 0, b"new data", fails=ERRORS[failure])
    assert rule.fired == 1
    unchanged(r.file_wcc, before)
    assert bytes(nfs3.read(file).data) == b"old"
    nfs3.write(file, 0, b"new data")
    assert bytes(nfs3.read(file).data) == b"new data"


@needs("own")
@covers("RFC1813 3.3.21", "NFS3ERR_IO: what could not be made stable is not called stable, then or after a restart")
@meets("1813-3.3.21-1")
def test_commit_fails(instance):
    srv = instance(store="lmdb")
    c, root = module.connect(srv.url)
    f = c.create(root, "f").obj
    verf = c.write(f, 0, b"data", UNSTABLE).verf
    with srv.faults.arm(at.store("sync").before, once, error("io")) as rule:
        c.commit(f, fails=NFS3ERR.IO)
    assert rule.fired == 1
    # A store that failed to flush may refuse everything until it is opened again.
    srv.crash()
    c, root = module.connect(srv.restart().url)
    assert c.commit(f).verf != verf or bytes(c.read(f).data) == b"data"
