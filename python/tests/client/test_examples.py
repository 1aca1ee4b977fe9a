"""docs/examples: every program and every cell of the notebook is run, and says what it is there to say."""

import ast
import json
import pathlib
import subprocess
import sys

import pytest

import dittofs

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "docs" / "examples"
PACKAGE = str(pathlib.Path(dittofs.__file__).absolute().parents[1])

SAYS = {
    "claims.py": ["refuse because of alice", "recall of alice's", "[(0, 39), (60, 99)]", "told: ['bob']", "given up: ['bob']"],
    "compound.py": ["2 bytes written; the size is 2"],
    "crash_and_restart.py": ["FILE_SYNC: b'on disk'", "the write verifier has changed: True"],
    "custom_operation_handler.py": ["devices: [b'16 bytes: a disk']", "without the handler: NFS4ERR_NOENT"],
    "custom_store.py": ["NFS3ERR_NOSPC", "NFS4ERR_NOSPC", "kept: 1048576 bytes"],
    "delegation.py": ["OPEN_DELEGATE_WRITE", "CB_RECALL", "NFS4_OK"],
    "differential_run.py": ["call 6, RENAME: status: NFS3_OK != NFS3ERR_XDEV", "call 7, GETATTR: the same"],
    "lease_expiry.py": ["NFS4ERR_DENIED", "the other client has the lock", "SEQ4_STATUS_EXPIRED"],
    "lost_reply.py": ["duplicate request cache: NFS3_OK", "session's slot: NFS4_OK"],
    "malformed_message.py": ["ILLEGAL NFS4ERR_OP_ILLEGAL", "dripped: NFS3_OK SUCCESS", "is served: SUCCESS"],
    "two_client_race.py": ["('NFS3_OK', 'NFS3ERR_EXIST')", "('NFS3ERR_EXIST', 'NFS3_OK')"],
    "without_a_socket.py": ["ports: 0 opens: 1", "in the store: b'name' b'data'", "len(what.name)"],
}


def test_every_program_is_here_and_in_the_list():
    assert {path.name for path in FOLDER.glob("*.py")} == SAYS.keys()
    listed = (FOLDER / "README.md").read_text()
    assert all(f"({path.name})" in listed for path in FOLDER.iterdir() if path.name != "README.md")


@pytest.mark.parametrize("name", sorted(SAYS))
def test_a_program(name, tmp_path):
    command = [sys.executable, str(FOLDER / name)]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": PACKAGE, "PYTHONNOUSERSITE": "1"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for line in SAYS[name]:
        assert line in done.stdout


def run_cell(source: str, names: dict) -> object:
    """Runs a cell; the value of its last line, if that is an expression."""
    parsed = ast.parse(source)
    last = parsed.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(parsed, "cell", "exec"), names)
        return None
    exec(compile(ast.Module(parsed.body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_the_notebook():
    cells = json.loads((FOLDER / "notebook.ipynb").read_text())["cells"]
    names: dict = {}
    values = [run_cell("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    assert values[0].size == (1 << 30) + 8 and values[0].space_used < 1 << 20
    assert int(values[1], 16) <= 1 << 30
    assert len(values[2]) == 1
