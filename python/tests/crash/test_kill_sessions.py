"""A server on LMDB and files, killed again and again under clients with persistent sessions: every change that they ask
for happens, and happens once (RFC 8881 2.10.6.5).

    pytest python/tests/crash/test_kill_sessions.py --restarts 200        a long run
    pytest python/tests/crash/test_kill_sessions.py --crash-seed N        the workload of the run that printed N
"""

from __future__ import annotations

import contextlib
import pathlib
import random
import signal
import subprocess
import time
from typing import Any

from crash.sessions import SLOTS, Account, Client, Place
from program.running import DFS, Running, clean_environment, launch

from dittofs import nfs4
from dittofs.nfs4 import op

CLIENTS = 4
OPTIONS = ("--data-dir", "data", "--set", "store.seal_after=0.05", "--set", "log.level=warn")


class Room:
    """The server's folder, its clients, and what they were answered."""

    def __init__(self, folder: pathlib.Path, rng: random.Random) -> None:
        self.folder, self.rng, self.account = folder, rng, Account()
        self.clients = [Client(n, 1 + n % 2, self.account, random.Random(rng.random())) for n in range(CLIENTS)]
        self.shared = b""
        self.shared_change = 0

    def start(self) -> Running:
        server = Running(launch(self.folder, *OPTIONS))
        for client in self.clients:
            client.connect(server.nfs)
        return server

    def run(self, *phases: str) -> None:
        for client in self.clients:
            client.begin(*(getattr(client, phase) for phase in phases))

    def finish(self) -> None:
        for client in self.clients:
            client.end()

    def kill(self, server: Running, answers: int) -> None:
        """When so many more requests are answered."""
        self.account.wait(self.account.answered + answers, self.clients)
        server.stop(signal.SIGKILL)
        self.finish()
        for client in self.clients:
            client.c.endpoint.close()

    def furnish(self, server: Running) -> None:
        with contextlib.closing(nfs4.Client("127.0.0.1", server.nfs).endpoint) as endpoint:
            s = nfs4.Client(endpoint).session()
            s.compound(op.reclaim_complete())
            top = s.path("/export")
            self.shared = s.mkdir(top, "shared")
            self.shared_change = s.getattr(self.shared, "change").get("change")
            for client in self.clients:
                client.shared = self.shared
                for slot in range(SLOTS):
                    fh = s.mkdir(top, f"{client.number}-{slot}")
                    client.places.append(Place(fh, s.getattr(fh, "change").get("change")))

    def verify(self, server: Running) -> None:
        """Everything is as it was answered."""
        with contextlib.closing(nfs4.Client("127.0.0.1", server.nfs).endpoint) as endpoint:
            c = nfs4.Client(endpoint, minorversion=2)
            s = c.session()
            for client in self.clients:
                for place in client.places:
                    self._verify_place(s, place)
            assert set(listing(s, self.shared)) == set().union(*(client.mine for client in self.clients))
            change = s.getattr(self.shared, "change").get("change")
            assert change - self.shared_change == self.account.shared, "changes of the shared directory"
            s.destroy()
            c.compound(op.destroy_clientid())

    def _verify_place(self, s: Any, place: Place) -> None:
        assert set(listing(s, place.fh)) == set(place.entries)
        assert s.getattr(place.fh, "change").get("change") == place.change
        for name, node in place.entries.items():
            assert s.lookup(place.fh, name) == node.fh
            attrs = s.getattr(node.fh, "change", "size", "numlinks")
            assert attrs.get("change") == node.change
            if node.directory:
                continue
            assert attrs.get("numlinks") == sum(n is node for n in place.entries.values())
            assert s.read(node.fh, 0, 1 << 20) == node.data[: 1 << 20] and attrs.get("size") == len(node.data)
            found = s.compound(op.putfh(node.fh), op.listxattrs()).listxattrs.lxr_names
            assert {str(each) for each in found} == node.xattrs

    def check(self) -> None:
        done = subprocess.run(
            [str(DFS), "check", "--deep", "--data-dir", "data"],
            cwd=self.folder, env=clean_environment(), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0 and ": damage:" not in done.stdout, done.stdout + done.stderr
        assert "session" not in done.stdout, done.stdout


def listing(s: Any, dir: bytes) -> list[str]:
    names: list[str] = []
    cookie, verifier = 0, bytes(8)
    while True:
        r = s.compound(op.putfh(dir), op.readdir(cookie, verifier)).readdir
        entry = r.reply.entries
        for each in entry:
            names.append(str(each.name))
            cookie = each.cookie
        if r.reply.eof:
            return names
        verifier = bytes(r.cookieverf)


def play(room: Room, restarts: int) -> None:
    server = room.start()
    room.furnish(server)
    room.run("recover", "load")
    for n in range(restarts):
        room.kill(server, room.rng.randrange(1, 120))
        if n % 10 == 9:
            room.check()
        server = room.start()
        if room.rng.random() < 0.25:
            room.run("recover", "load")  # and killed in the middle of it, perhaps
            continue
        room.run("recover")
        room.finish()
        room.verify(server)
        room.run("load")
    room.kill(server, 20)
    server = room.start()
    room.run("recover")
    room.finish()
    room.verify(server)
    assert server.stop() == 0, server.err
    room.check()


def test_kill_under_persistent_sessions(tmp_path, request, capfd):
    restarts = request.config.getoption("--restarts", default=20)
    seed = request.config.getoption("--crash-seed", default=None)
    seed = random.randrange(1 << 32) if seed is None else seed
    room, started = Room(tmp_path, random.Random(seed)), time.monotonic()
    try:
        play(room, restarts)
    except Exception as e:
        e.add_note(f"--crash-seed {seed}, store {tmp_path}")
        raise
    a = room.account
    with capfd.disabled():
        print(f"\n{restarts} restarts, seed {seed}: {a.answered} requests answered, {a.retried} of them by a retry after a restart, "
              f"{a.redone} not carried out before it, {a.cut} cut in the middle or told to wait, {time.monotonic() - started:.0f} s")
    assert a.answered > 10 * restarts and a.retried > 0, "hardly anything was asked for"
