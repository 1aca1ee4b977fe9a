"""One tree, changed through NFSv3, NFSv4.1 and NFSv4.2 at once, against a model of it."""

import itertools

import pytest

from conformance.files.faults import BrokenFiles
from conformance.files.machine import Files
from conformance.files.speakers import V3, V4
from conformance.machines import run
from dittofs.testing.fixtures import fresh_name
from dittofs.testing.markers import covers, needs


@pytest.fixture
def fresh(request, nfs3, nfs41, home, root4):
    """fresh(): a new directory, by its handle in NFSv3 and in NFSv4."""
    numbers = itertools.count()

    def make() -> dict[str, bytes]:
        name = f"tree-{next(numbers)}"
        made = nfs3.mkdir(home, name, mode=0o777).obj.handle
        return {"v3": bytes(made.data), "v4": nfs41.path(f"{root4}/{fresh_name(request.node)}/{name}")}

    return make


@covers("POSIX 4.13", "names, links and contents are the same for every protocol, and so are the reasons to refuse")
def test_protocols_together(nfs3, nfs41, nfs42, fresh, seed):
    speakers = [V3(nfs3), V4(nfs41), V4(nfs42)]
    run(Files, seed, {"speakers": speakers, "fresh": staticmethod(fresh)}, examples=60, steps=60)


@pytest.mark.parametrize("which", ["v3", "v4.1", "v4.2"])
@covers("POSIX 4.13", "a tree is what was made of it")
def test_one_protocol(nfs3, nfs41, nfs42, fresh, seed, which):
    speaker = {"v3": V3(nfs3), "v4.1": V4(nfs41), "v4.2": V4(nfs42)}[which]
    run(Files, seed, {"speakers": [speaker], "fresh": staticmethod(fresh)}, examples=30, steps=60)


@needs("faults", "own")
@covers("RFC1813 4.5", "a lost reply is found again by its retransmission, and nothing is done twice")
@covers("RFC8881 2.10.6.2", "so it is by a session's replay cache")
@covers("POSIX 4.13", "what the store refuses has not happened")
def test_with_faults(nfs3, nfs41, nfs42, fresh, seed, srv):
    speakers = [V3(nfs3), V4(nfs41), V4(nfs42)]
    fields = {"speakers": speakers, "fresh": staticmethod(fresh), "faults": srv.server.faults}
    run(BrokenFiles, seed, fields, examples=60, steps=60)
