"""Damage on disk: refused at the start or answered as an error, and said in words; never served silently."""

import os
import pathlib
import shutil

import pytest

from dittofs import mount, nfs3
from dittofs.nfs3 import NFS3ERR

DATA = bytes(range(256)) * 2000  # two chunks
START = ("start", "--data-dir", "data", "--nfs-port", "0", "--portmap-port", "0")


class Stored:
    """A store with two files, sealed or not, and a directory."""

    def __init__(self, start, folder: pathlib.Path, seal_after: float) -> None:
        self.start, self.folder = start, folder
        server = self.serve(seal_after)
        with mount.Client("127.0.0.1", server.mount) as m:
            self.root = m.mnt("/export").fhandle
        with nfs3.Client("127.0.0.1", server.nfs) as c:
            self.file, self.intact = (c.create(self.root, name).obj.handle.data for name in ("file", "intact"))
            c.write(self.file, 0, DATA)
            c.write(self.intact, 0, b"intact")
            c.mkdir(self.root, "d")
        # Sealed is what has left its staging file.
        while seal_after < 1 and any(p.is_file() for p in (folder / "content" / "staging").rglob("*")):
            os.sched_yield()
        assert server.stop() == 0

    def serve(self, seal_after: float = 1000):
        return self.start("--data-dir", "data", "--set", f"store.seal_after={seal_after}")

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "data.mdb"

    def content_files(self, part: str) -> list[pathlib.Path]:
        return sorted((p for p in (self.folder / "content" / part).rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)


@pytest.fixture
def stored(start, tmp_path):
    return lambda seal_after=1000: Stored(start, tmp_path / "data" / "exports" / "export", seal_after)


def flip(path: pathlib.Path, what: bytes) -> None:
    """Flips a bit in every place where these bytes are."""
    data = bytearray(path.read_bytes())
    at = data.find(what)
    assert at >= 0
    while at >= 0:
        data[at] ^= 1
        at = data.find(what, at + 1)
    path.write_bytes(data)


def refused(dfs, why: str) -> None:
    answer = dfs(*START)
    assert answer.returncode == 1 and why in answer.stderr, answer.stderr
    check = dfs("check", "--data-dir", "data")
    assert check.returncode == 1 and why in check.stdout, check.stdout


def test_a_flipped_bit_in_a_row(dfs, stored):
    flip(stored().database, b"intact")
    refused(dfs, "the metadata store data/exports/export is damaged: its database has a row of kind")


def test_a_database_cut_short(dfs, stored):
    database = stored().database
    os.truncate(database, database.stat().st_size // 2)
    refused(dfs, "where its last commit needs")


def test_a_database_of_zeros(dfs, stored):
    database = stored().database
    database.write_bytes(bytes(database.stat().st_size))
    refused(dfs, "has no first page of LMDB")


def test_the_content_of_another_store(dfs, stored):
    content = stored().folder / "content"
    (content / "FORMAT").write_text("DittoFS content 1 0123456789abcdef0123456789abcdef\n")
    refused(dfs, "does not belong to this metadata store")


@pytest.mark.parametrize("text, why", [("DittoFS content 9 ab\n", "has format 9; this program knows formats up to 1"),
                                       ("", "its FORMAT cannot be read"), (None, "its FORMAT is missing")])  # fmt: skip
def test_the_marker_of_the_content_store(dfs, stored, text, why):
    marker = stored().folder / "content" / "FORMAT"
    marker.unlink() if text is None else marker.write_text(text)
    refused(dfs, why)


@pytest.mark.parametrize("part", ["staging", "chunks"])
def test_a_folder_of_the_content_store(dfs, stored, part):
    folder = stored().folder / "content" / part
    shutil.rmtree(folder)
    refused(dfs, f"/content/{part} is missing")


def read_fails(s: Stored, dfs, finding: str, *options: str) -> None:
    """The damaged file answers NFS3ERR_IO (RFC 1813 3.3.6), the other is served, and the check names the object."""
    server = s.serve()
    with nfs3.Client("127.0.0.1", server.nfs) as c:
        fileid = c.getattr(s.file).obj_attributes.fileid
        c.read(s.file, fails=NFS3ERR.IO)
        assert bytes(c.read(s.intact).data) == b"intact"
    assert server.stop() == 0
    check = dfs("check", "--data-dir", "data", *options)
    assert check.returncode == 1
    assert f"/export: damage: object {fileid} (/file): " in check.stdout and finding in check.stdout, check.stdout
    assert "restore it from a backup" in check.stdout


def test_a_staging_file_is_missing(dfs, stored):
    s = stored()
    s.content_files("staging")[-1].unlink()
    read_fails(s, dfs, "its staging file cannot be opened")


def test_a_staging_file_cut_short(dfs, stored):
    s = stored()
    os.truncate(s.content_files("staging")[-1], 1000)
    read_fails(s, dfs, "its staging file has 1000 bytes where")


def test_a_chunk_file_is_missing(dfs, stored):
    s = stored(0.01)
    s.content_files("chunks")[-1].unlink()
    read_fails(s, dfs, "cannot be opened: not_found")


def test_a_chunk_file_cut_short(dfs, stored):
    s = stored(0.01)
    os.truncate(s.content_files("chunks")[-1], 1000)
    read_fails(s, dfs, "has 1000 bytes where 262144 are named")


def test_a_flipped_bit_in_a_chunk_file(dfs, stored):
    s = stored(0.01)
    chunk = s.content_files("chunks")[-1]
    data = bytearray(chunk.read_bytes())
    data[100_000] ^= 1
    chunk.write_bytes(data)
    read_fails(s, dfs, "has other bytes than its name says", "--deep")


def test_the_handle_key(dfs, stored, tmp_path):
    stored()
    (tmp_path / "data" / "handle.key").write_bytes(b"short")
    answer = dfs(*START)
    assert answer.returncode == 1 and "handle.key is damaged" in answer.stderr
    check = dfs("check", "--data-dir", "data")
    assert check.returncode == 1 and "handle.key is damaged" in check.stdout
