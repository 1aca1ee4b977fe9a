"""COPY and CLONE from one export to another: RFC 7862 15.2, 15.13. The saved filehandle keeps its export's rules."""

from dataclasses import dataclass
from typing import Any

import pytest

from dittofs.nfs4 import ANONYMOUS, NFS4ERR, create, op
from dittofs.testing.fixtures import fresh_name, remove_tree4
from dittofs.testing.markers import covers, meets

TEXT = bytes(range(256)) * 1200 + b"the end"


@dataclass
class Elsewhere:
    """A directory of an export that squashes root."""

    admin: Any  # whom it does not squash
    dir: bytes

    def put(self, name: str, text: bytes, mode: int) -> bytes:
        """The filehandle of a new file, root's."""
        file = self.admin.open(self.dir, name, create(mode=mode))
        for at in range(0, len(text), 1 << 16):
            self.admin.compound(op.putfh(file.fh), op.write(file.stateid, at, text[at : at + (1 << 16)]))
        self.admin.close(file)
        return file.fh


@pytest.fixture
def elsewhere(request, srv, clients4):
    way = srv.twins.get("root_squash")
    if way is None or way.below:
        pytest.skip("the server has no second file system that squashes root")
    admin = clients4.new(2, source=way.source)
    name, parent = fresh_name(request.node), admin.path(way.path)
    yield Elsewhere(admin, admin.mkdir(parent, name))
    remove_tree4(admin, parent, name)


def text_of(client, file: bytes) -> bytes:
    size = client.getattr(file, "size").size
    parts = [client.compound(op.putfh(file), op.read(ANONYMOUS, at, 1 << 16)).read.data for at in range(0, size, 1 << 16)]
    return b"".join(map(bytes, parts))


@pytest.fixture
def target(nfs42, home4) -> bytes:
    file = nfs42.open(home4, "target", create(mode=0o666))
    nfs42.close(file)
    return file.fh


def across(source: bytes, target: bytes, operation):
    return op.putfh(source), op.savefh(), op.putfh(target), operation


@covers("RFC7862 15.2.3", "a copy from another file system moves the bytes, in as many calls as it takes")
@meets("7862-15.2.3-2")
def test_copy(nfs42, elsewhere, target):
    source = elsewhere.put("source", TEXT, 0o644)
    done = 0
    while done < len(TEXT):
        r = nfs42.compound(*across(source, target, op.copy(ANONYMOUS, ANONYMOUS, done, 3 + done, len(TEXT) - done)))
        assert 0 < r.copy.cr_response.wr_count <= len(TEXT) - done
        assert r.copy.cr_requirements.cr_synchronous
        done += r.copy.cr_response.wr_count
    assert text_of(nfs42, target) == bytes(3) + TEXT


@covers("RFC7862 15.2.3", "NFS4ERR_INVAL: the range reaches beyond the end of a source elsewhere")
@meets("7862-15.2.3-4")
def test_beyond_the_end(nfs42, elsewhere, target):
    source = elsewhere.put("source", b"text", 0o644)
    nfs42.compound(*across(source, target, op.copy(ANONYMOUS, ANONYMOUS, 0, 0, 5).fails(NFS4ERR.INVAL)))
    nfs42.compound(*across(source, target, op.copy(ANONYMOUS, ANONYMOUS, 5, 0, 0).fails(NFS4ERR.INVAL)))
    assert text_of(nfs42, target) == b""


@covers("RFC7862 15.2.3", "NFS4ERR_ACCESS: who is squashed where the source is may not read it by writing elsewhere")
@meets("7862-15.2.3-10")
def test_squashed_source(nfs42, elsewhere, target):
    source = elsewhere.put("secret", b"text", 0o600)
    nfs42.compound(*across(source, target, op.copy(ANONYMOUS, ANONYMOUS).fails(NFS4ERR.ACCESS)))
    assert text_of(nfs42, target) == b""


@covers("RFC7862 15.2.3", "NFS4ERR_ACCESS: who is squashed where the target is may not write it")
@meets("7862-15.2.3-10")
def test_squashed_target(nfs42, elsewhere, target):
    closed = elsewhere.put("closed", b"text", 0o644)
    nfs42.compound(*across(target, closed, op.copy(ANONYMOUS, ANONYMOUS).fails(NFS4ERR.ACCESS)))


@covers("RFC7862 15.13.3", "NFS4ERR_XDEV: what lies in two file systems cannot be shared")
@meets("7862-15.13.3-9")
def test_clone(nfs42, elsewhere, target):
    source = elsewhere.put("source", TEXT, 0o644)
    nfs42.compound(*across(source, target, op.clone(ANONYMOUS, ANONYMOUS).fails(NFS4ERR.XDEV)))
    assert nfs42.getattr(target, "size").size == 0
