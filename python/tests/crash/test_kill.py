"""A server on LMDB and files, killed under load, again and again: docs/durability.md, held to the letter.

    pytest python/tests/crash --rounds 200        a long run
    pytest python/tests/crash --crash-seed N      the workload of the run that printed N
"""

from __future__ import annotations

import pathlib
import random
import signal
import subprocess
import time
from typing import Optional

from crash.client import Client
from crash.model import Order, Tree
from crash.verify import verify
from program.running import DFS, Running, clean_environment, launch

from dittofs import mount, nfs3
from dittofs.rpc.errors import RpcError

CLIENTS = 5
ROUNDS_OF_A_STORE = 10  # then a new one, so that first starts are killed too
# Files are sealed all the time, so that a kill finds housekeeping at every step.
OPTIONS = ("--data-dir", "data", "--set", "store.seal_after=0.05", "--set", "log.level=warn")


class Store:
    """A folder, what its clients know of it, and the server that serves it now."""

    def __init__(self, folder: pathlib.Path, rng: random.Random) -> None:
        folder.mkdir()
        self.folder, self.rng = folder, rng
        self.trees: Optional[list[Tree]] = None
        self.probe: Optional[bytes] = None  # a file that tells the write verifier

    def start(self) -> Running:
        return Running(launch(self.folder, *OPTIONS))

    def kill_while_starting(self) -> None:
        process = launch(self.folder, *OPTIONS)
        time.sleep(self.rng.uniform(0, 0.06))
        process.kill()
        process.communicate()

    def check(self) -> None:
        done = subprocess.run(
            [str(DFS), "check", "--deep", "--data-dir", "data"],
            cwd=self.folder, env=clean_environment(), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0 and ": damage:" not in done.stdout, done.stdout + done.stderr

    def make_trees(self, server: Running) -> None:
        with mount.Client("127.0.0.1", server.mount) as m:
            root = m.mnt("/export").fhandle
        with nfs3.Client("127.0.0.1", server.nfs) as c:
            self.probe = c.create(root, "probe").obj.handle.data
            self.trees = [Tree(c.mkdir(root, f"client {i}", mode=0o755).obj.handle.data) for i in range(CLIENTS)]

    def verifier(self, c: nfs3.Client) -> bytes:
        return bytes(c.commit(self.probe).verf)


def load(store: Store, server: Running, how: int, seed: str) -> tuple[list[Client], Order]:
    """Clients at work until the server is gone."""
    order = Order()
    clients = [Client(server.nfs, tree, order, f"{seed}/{i}") for i, tree in enumerate(store.trees)]
    for client in clients:
        client.start()
    time.sleep(store.rng.uniform(0.02, 0.5))
    status = server.stop(how)
    for client in clients:
        client.join(60)
        assert not client.is_alive(), f"{client.name} hangs"
        if client.failure is not None:
            raise AssertionError(f"{client.name} met a wrong answer") from client.failure
    if how != signal.SIGKILL:
        assert status == 0, server.err
        order.everything_durable()
    return clients, order


def play(store: Store, seed: str, clean: bool) -> tuple[int, int]:
    """One round; the calls answered in it and those it cut off."""
    if store.rng.random() < 0.3:
        store.kill_while_starting()
    server = store.start()
    if store.trees is None:
        store.make_trees(server)
    with nfs3.Client("127.0.0.1", server.nfs) as c:
        before = store.verifier(c)
    clients, order = load(store, server, signal.SIGTERM if clean else signal.SIGKILL, seed)
    assert set().union(*(client.verifiers for client in clients)) <= {before}, "the verifier changed in a running server"

    store.check()
    server = store.start()
    with nfs3.Client("127.0.0.1", server.nfs) as c:
        after = store.verifier(c)
        # RFC 1813 3.3.7: changed when data may have been lost, and kept when none was.
        assert (after == before) == clean, "the write verifier"
        store.trees = [verify(c, client, order) for client in clients]
    # The next round begins from here, and what verify() did was answered.
    server.stop(signal.SIGKILL)
    cut = sum((c.unanswered is not None) or any(w.answered is None for n in c.tree.nodes.values() for w in n.pending) for c in clients)
    return sum(client.answered for client in clients), cut


def test_kill_under_load(tmp_path, request, capfd):
    rounds = request.config.getoption("--rounds", default=30)
    seed = request.config.getoption("--crash-seed", default=None)
    seed = random.randrange(1 << 32) if seed is None else seed
    started, answered, cut = time.monotonic(), 0, 0
    store = None
    for n in range(rounds):
        if n % ROUNDS_OF_A_STORE == 0:
            store = Store(tmp_path / f"store{n}", random.Random(f"{seed}/{n}"))
        try:
            a, k = play(store, f"{seed}/{n}", clean=n % 6 == 5)
        except RpcError as e:
            raise AssertionError(f"--crash-seed {seed}, round {n}: the server does not answer") from e
        except Exception as e:
            e.add_note(f"--crash-seed {seed}, round {n}, store {store.folder}")
            raise
        answered, cut = answered + a, cut + k
    with capfd.disabled():
        print(f"\n{rounds} rounds, seed {seed}: {answered} calls answered, {cut} clients cut off in a call, "
              f"{time.monotonic() - started:.0f} s")
    assert answered > 20 * rounds, "hardly anything was asked for"
