"""What the package costs, and that its stubs are whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import dittofs.wire
import pytest

PACKAGE = Path(dittofs.wire.__file__).parent.parent.parent
TESTS = next(Path(p) for p in sys.path if (Path(p) / "torture.pyi").exists())


def test_import_of_all_records_is_quick() -> None:
    """20 ms is the budget on an idle machine; this is for whoever makes it ten times that."""
    code = (
        "import enum, time\n"
        "start = time.perf_counter()\n"
        "from dittofs.wire import mount, nfs3, nfs4, nfs4_cb, portmap, rpc, rpcbind\n"
        "print(time.perf_counter() - start)\n"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    assert min(float(run.stdout) for run in runs) < 0.2


@pytest.mark.skipif(shutil.which("mypy") is None, reason="mypy is not installed")
def test_stubs_satisfy_mypy(tmp_path: Path) -> None:
    use = tmp_path / "use.py"
    use.write_text(
        "import torture\n"
        "from dittofs import wire\n"
        "from dittofs.wire import mount, nfs3, nfs4, nfs4_cb\n"
        "args = nfs3.READ3args(nfs3.nfs_fh3(b'x'), count=7)\n"
        "reveal_type(wire.decode(nfs3.READ3res, b'').resok.data)\n"
        "reveal_type(args.file.data)\n"
        "reveal_type(nfs3.READDIR3res().resok.reply.entries[0].name)\n"
        "reveal_type(torture.tree().left)\n"
        "reveal_type(wire.message(args).patch('count', 1).bytes)\n"
        "reveal_type(nfs4.COMPOUND4res().resarray[0].opgetattr.resok4.obj_attributes.attrmask)\n"
        "reveal_type(nfs4_cb.CB_RECALL4args(nfs4.stateid4(1), fh=b'').stateid)\n"
        "nfs3.READ3args(zzz=7)\n"
        "nfs3.READ3args(count=b'7')\n"
    )
    run = subprocess.run(
        ["mypy", "--strict", "--no-error-summary", f"--cache-dir={tmp_path / 'cache'}", str(use)],
        capture_output=True,
        text=True,
        env={"MYPYPATH": f"{PACKAGE}:{TESTS}", "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
    )
    # The rest of the package is held to its own rules elsewhere.
    wire_files = ("use.py", "torture.pyi", "/wire/", "_wire.pyi")
    lines = [line.split(": ", 1) for line in run.stdout.splitlines()]
    said = [message for place, message in lines if any(file in place for file in wire_files)]
    assert [line for line in said if line.startswith("note: Revealed")] == [
        'note: Revealed type is "builtins.bytes"',
        'note: Revealed type is "builtins.bytes"',
        'note: Revealed type is "builtins.str"',
        'note: Revealed type is "Union[torture.tree, None]"',
        'note: Revealed type is "builtins.bytes"',
        'note: Revealed type is "builtins.list[builtins.int]"',
        'note: Revealed type is "dittofs.wire.nfs4.stateid4"',
    ]
    assert [line for line in said if line.startswith("error")] == [
        'error: Unexpected keyword argument "zzz" for "READ3args"  [call-arg]',
        'error: Argument "count" to "READ3args" has incompatible type "bytes"; expected "int"  [arg-type]',
    ]


# pybind11's classes have a metaclass of its own; those that only a server makes have no constructor.
ALLOWED = r"""
dittofs\._server\.\w+
dittofs\._server\.\w+\.__init__
"""


def test_stubs_of_the_extension_modules_are_those_of_the_modules(tmp_path: Path) -> None:
    """Every name, and what can be known of signatures."""
    (tmp_path / "allowed").write_text(ALLOWED)
    options = ["--allowlist", str(tmp_path / "allowed"), "--ignore-unused-allowlist", "--concise"]
    run = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "dittofs._server", "dittofs._wire", *options],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(PACKAGE), "MYPYPATH": str(PACKAGE), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_who_installs_it_has_the_types() -> None:
    assert (PACKAGE / "dittofs" / "py.typed").exists()
