"""A store whose disk is full: NOSPC (RFC 1813 2.6), nothing lost, and everything as before when there is room."""

import contextlib
import errno
import os
import pathlib
import subprocess
import time

import pytest

from dittofs import Sys, mount, nfs3
from hostile.attack import MiB
from program.running import DFS, Running, clean_environment

SIZE = 96 * MiB  # the store keeps 32 MiB of it, so that there is always room to remove something
FULL = (nfs3.NFS3ERR.NOSPC,)


class SmallDisk:
    """A tmpfs in a mount namespace of its own, and programs in that namespace."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "disk"
        self.folder.mkdir()
        script = f'mount -t tmpfs -o size={SIZE} tmpfs "$0" && echo mounted && exec sleep infinity'
        self._holder = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(self.folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout.readline() == "mounted\n", "this machine allows no mount namespaces"
        # The tmpfs as it is seen from outside.
        self.seen = pathlib.Path(f"/proc/{self._holder.pid}/root{self.folder}")

    def close(self) -> None:
        self._holder.kill()
        self._holder.communicate()

    def command(self, *args: str) -> list[str]:
        namespace = ["nsenter", f"--target={self._holder.pid}", "--user", "--mount", "--preserve-credentials", "--"]
        return [*namespace, str(DFS), *args, "--data-dir", f"{self.folder}/data"]

    def start(self) -> Running:
        return Running(
            subprocess.Popen(
                self.command("start", "--nfs-port", "0", "--portmap-port", "-1", "--set", "store.seal_after=0.5"),
                env=clean_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )

    def check(self) -> str:
        done = subprocess.run(self.command("check", "--deep"), env=clean_environment(), capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    @contextlib.contextmanager
    def no_room(self):
        """Every free byte is taken by somebody else."""
        ballast = self.seen / "ballast"
        with ballast.open("wb", buffering=0) as out, contextlib.suppress(OSError):
            while True:
                out.write(bytes(4096))
        yield
        ballast.unlink()


@pytest.fixture
def disk(tmp_path):
    one = SmallDisk(tmp_path)
    yield one
    one.close()


@pytest.fixture
def serve(disk):
    """Starts a server on the disk; a client of it and its root directory."""
    with contextlib.ExitStack() as stack:

        def begin():
            server = disk.start()
            stack.callback(lambda: server.process.poll() is None and server.stop())
            with mount.Client("127.0.0.1", server.mount, cred=Sys()) as m:
                root = m.mnt("/export").fhandle
            return server, stack.enter_context(nfs3.Client("127.0.0.1", server.nfs, cred=Sys())), root

        yield begin


def block(n: int) -> bytes:
    return bytes([n % 251 + 1]) * MiB


def when_there_is_room(call):
    """The reply of a call that is no longer refused for want of space."""
    deadline = time.monotonic() + 60
    while (reply := call()).status == nfs3.NFS3ERR.NOSPC:
        assert time.monotonic() < deadline, "the space of removed files does not come back"
    return reply


def test_data_until_it_is_full(disk, serve):
    server, c, root = serve()
    kept = []
    for n in range(2 * SIZE // MiB):
        made = c.create(root, f"f{n}", may_fail=FULL)
        if made.status == nfs3.NFS3ERR.NOSPC:
            break
        file = made.obj.handle.data
        written = c.write(file, 0, block(n), stable=nfs3.stable_how.FILE_SYNC, may_fail=FULL)
        if written.status == nfs3.NFS3ERR.NOSPC:
            break
        assert written.count == MiB
        kept.append((n, file))
    else:
        pytest.fail("the disk was never full")
    assert len(kept) > 10

    def all_there(c):
        for n, file in kept:
            got = c.read(file, 0, MiB)
            assert bytes(got.data) == block(n), f"f{n}"

    all_there(c)
    assert server.stop() == 0, server.err
    assert disk.check() == ""
    server, c, root = serve()
    all_there(c)
    # Room is made by removing files. Their data is deleted behind the replies, once it is durable that they are gone.
    for n, _ in kept[::2]:
        c.remove(root, f"f{n}")
    kept = kept[1::2]
    file = when_there_is_room(lambda: c.create(root, "again", may_fail=FULL)).obj.handle.data
    for n in range(4):
        data = block(n)
        when_there_is_room(lambda: c.write(file, n * MiB, data, stable=nfs3.stable_how.FILE_SYNC, may_fail=FULL))
    all_there(c)
    assert server.stop() == 0, server.err
    assert disk.check() == ""


def test_names_while_it_is_full(disk, serve):
    server, c, root = serve()
    made = {}
    for n in range(50):
        made[f"before{n}"] = c.create(root, f"before{n}").obj.handle.data
    with disk.no_room():
        refused = 0
        for n in range(3000):
            reply = c.create(root, f"during{n}", may_fail=FULL)
            if reply.status == 0:
                made[f"during{n}"] = reply.obj.handle.data
                continue
            refused += 1
            if refused == 20:
                break
        assert refused == 20, "names found room on a full disk"
        for name, handle in made.items():
            assert c.lookup(root, name).object.data == handle
        names = {e.name for e in c.readdirplus(root, maxcount=MiB).reply.entries} - {".", ".."}
        assert names <= made.keys()
    for n in range(100):
        made[f"after{n}"] = c.create(root, f"after{n}").obj.handle.data
    assert server.stop() == 0, server.err
    assert disk.check() == ""
    server, c, root = serve()
    for name, handle in made.items():
        assert c.lookup(root, name).object.data == handle
    assert server.stop() == 0, server.err


def test_a_full_disk_at_the_start_is_said_in_words(disk):
    with disk.no_room():
        refused = subprocess.run(
            disk.command("start", "--nfs-port", "0"), env=clean_environment(), capture_output=True, text=True
        )
    assert refused.returncode == 1
    assert os.strerror(errno.ENOSPC) in refused.stderr
