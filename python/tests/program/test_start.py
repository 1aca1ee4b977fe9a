"""dfs start: from the command line to a clean end."""

import signal
import socket

import pytest


def test_it_says_when_it_serves_and_how_to_mount(start):
    server = start("--memory", "--export", "/export=rw")
    assert server.nfs == server.mount and server.portmap
    with socket.create_connection(("127.0.0.1", server.nfs)):
        pass
    assert server.stop() == 0
    assert f"mount -t nfs -o vers=4.2,proto=tcp,port={server.nfs} 127.0.0.1:/export /mnt" in server.out
    assert f"mount -t nfs -o vers=3,proto=tcp,port={server.nfs}" in server.out
    assert "127.0.0.1:/export /mnt" in server.out


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(start, how):
    server = start("--memory")
    held = socket.create_connection(("127.0.0.1", server.nfs))
    assert server.stop(how) == 0
    held.close()


def test_no_portmap(start):
    assert start("--memory", "--portmap-port", "-1").portmap is None


def test_a_busy_port_is_said_in_words(start, dfs):
    server = start("--memory")
    second = dfs("start", "--memory", "--nfs-port", str(server.nfs), "--portmap-port", "0")
    assert second.returncode == 1
    assert f"127.0.0.1:{server.nfs} is in use by another program; choose another port" in second.stderr


def test_a_bad_export_is_said_in_words(dfs):
    assert 'the path must start with /' in dfs("start", "--memory", "--export", "export").stderr
    wrong = dfs("start", "--memory", "--export", "/export=wr")
    assert wrong.returncode == 1
    assert '"wr" is no export option; there are rw, ro, no_root_squash' in wrong.stderr


def test_a_store_in_use_is_refused(start, dfs):
    start("--data-dir", "data")
    second = dfs("start", "--data-dir", "data", "--nfs-port", "0", "--portmap-port", "0")
    assert second.returncode == 1
    assert "in use" in second.stderr and "data" in second.stderr


def test_a_foreign_folder_is_not_taken_for_a_store(dfs, tmp_path):
    folder = tmp_path / "data" / "exports" / "export"
    folder.mkdir(parents=True)
    (folder / "data.mdb").write_bytes(b"this is no LMDB file" * 1000)
    refused = dfs("start", "--data-dir", "data", "--nfs-port", "0", "--portmap-port", "0")
    assert refused.returncode == 1
    assert "error:" in refused.stderr and "data/exports/export" in refused.stderr


def test_a_damaged_handle_key_is_refused(start, dfs, tmp_path):
    assert start("--data-dir", "data").stop() == 0
    (tmp_path / "data" / "handle.key").write_bytes(b"short")
    refused = dfs("start", "--data-dir", "data", "--nfs-port", "0", "--portmap-port", "0")
    assert refused.returncode == 1
    assert "handle.key is damaged" in refused.stderr


def test_version(dfs):
    assert dfs("version").stdout.startswith("dfs 0.")


def test_help_names_every_command(dfs):
    text = dfs("--help").stdout
    for command in ("start", "init", "config", "check", "version"):
        assert command in text
