"""Clients nobody here wrote: libnfs's programs, on memory and on LMDB with a restart in between."""

import subprocess

import pytest


def libnfs(program: str, *args: str) -> str:
    done = subprocess.run([program, *args], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def url(server, path: str) -> str:
    return f"nfs://127.0.0.1/export{path}?version=3&nfsport={server.nfs}&mountport={server.mount}"


@pytest.mark.parametrize("size", [0, 1, 4096, 1 << 20, (5 << 20) + 12345])
def test_files_go_there_and_back(start, tmp_path, size):
    data = bytes((i * 7 + i // 251) & 0xFF for i in range(size))
    (tmp_path / "in").write_bytes(data)
    server = start("--memory")
    libnfs("nfs-cp", str(tmp_path / "in"), url(server, "/file"))
    libnfs("nfs-cp", url(server, "/file"), str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == data
    assert "file" in libnfs("nfs-ls", url(server, ""))


def test_what_was_written_is_there_after_a_restart(start, tmp_path):
    data = bytes(range(256)) * 1000
    (tmp_path / "in").write_bytes(data)
    server = start("--data-dir", "data")
    libnfs("nfs-cp", str(tmp_path / "in"), url(server, "/kept"))
    assert server.stop() == 0
    server = start("--data-dir", "data")
    assert "kept" in libnfs("nfs-ls", url(server, ""))
    libnfs("nfs-cp", url(server, "/kept"), str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == data
    assert server.stop() == 0
