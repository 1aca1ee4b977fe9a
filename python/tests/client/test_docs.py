"""docs/python.md: every example is run, one after the other, as a reader would."""

import contextlib
import importlib
import io
import pathlib
import re

import pytest

from dittofs import Server, nfs3

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "python.md"

# What an example takes as given: by the first words of its code.
PREPARED = {
    "c.lookup(root, \"gone\"": "c.mkdir(root, 'dir')",
    "c.getattr(f, fragments": "c = nfs3.Client(host, port)",
    "nfs3.Client(host, port, udp": "c = nfs3.Client(host, port)",
    "class Client(rpc.Client)": "wire_nlm = nfs3.wire; nlm4_testargs = dict",
    "with srv.faults.arm": "c.create(root, 'hello')",
    "srv = dittofs.Server(store=\"lmdb\")": "SKIP",  # the lines after it need what it makes; it has a test of its own
    "@covers": "SKIP",  # that is a test itself, and in the suites
}


def examples():
    text = PAGE.read_text()
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def names():
    with Server(exports=("/export=rw",)) as srv:
        yield {
            **vars(importlib.import_module("dittofs.rpc")),
            **vars(importlib.import_module("dittofs.faults")),
            **{name: importlib.import_module(f"dittofs.{name}") for name in ("nfs3", "mount", "portmap", "rpc")},
            "dittofs": importlib.import_module("dittofs"),
            "NFS3ERR": nfs3.NFS3ERR,
            "host": srv.host,
            "port": srv.nfs_port,
            "ports": {"12049": str(srv.nfs_port), "10111": str(srv.portmap_port)},
        }


def test_every_example_runs(names):
    for code in examples():
        prepared = next((p for start, p in PREPARED.items() if code.startswith(start)), "")
        if prepared == "SKIP":
            continue
        for documented, real in names["ports"].items():
            code = code.replace(documented, real)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(prepared, names)
            try:
                exec(compile(code, str(PAGE), "exec"), names)
            except Exception as why:
                raise AssertionError(f"{why}\n\n{code}") from why
    names["srv"].close()


def test_a_crash_leaves_what_was_durable():
    with Server(store="lmdb") as srv:
        c, root = nfs3.connect(srv.url)
        f = c.create(root, "f").obj
        c.write(f, 0, b"kept", nfs3.FILE_SYNC)
        srv.crash()
        srv.restart()
        c, root = nfs3.connect(srv.url)
        assert c.read(f).data == b"kept"
