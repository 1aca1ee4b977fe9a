"""dfs check: what is wrong with a durable store, in words."""

import os

import pytest


@pytest.fixture
def stored(start, tmp_path):
    """A store with a file in it, and the file's data."""
    from dittofs import mount, nfs3

    server = start("--data-dir", "data")
    root = mount.Client("127.0.0.1", server.mount).mnt("/export").fhandle
    with nfs3.Client("127.0.0.1", server.nfs) as c:
        f = c.create(root, "f").obj.handle
        c.write(f, 0, b"data" * 100_000, stable=2)
    assert server.stop() == 0
    return tmp_path / "data" / "exports" / "export"


def test_a_sound_store(dfs, stored):
    answer = dfs("check", "--data-dir", "data", "--deep")
    assert (answer.returncode, answer.stdout) == (0, "/export: sound\n")


def test_lost_data_is_damage(dfs, stored, start):
    lost = [p for p in (stored / "content").rglob("*") if p.is_file() and p.stat().st_size > 1000]
    assert lost
    for path in lost:
        os.remove(path)
    answer = dfs("check", "--data-dir", "data")
    assert answer.returncode == 1
    assert "/export: damage: object" in answer.stdout and "restore it from a backup" in answer.stdout


def test_a_store_in_use_and_one_that_is_not_there(dfs, stored, start):
    start("--data-dir", "data")
    assert "in use" in dfs("check", "--data-dir", "data").stdout
    missing = dfs("check", "--data-dir", "elsewhere")
    assert missing.returncode == 1 and "is not there" in missing.stdout
    assert "leaves nothing to check" in dfs("check", "--memory").stderr
