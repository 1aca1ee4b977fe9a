"""A client that changes its directory in every way there is, and keeps account."""

from __future__ import annotations

import dataclasses
import random
import threading
from typing import Callable, Optional

from crash.model import Change, Node, Order, Tree, Write

from dittofs import nfs3
from dittofs.rpc.errors import RpcError
from dittofs.wire.nfs3 import createmode3

SIZES = (1, 7, 100, 512, 4096, 10_000, 65_536, 262_144 + 7, 1 << 20)  # of writes
MAX_FILE = 2 << 20
MAX_FILES, MAX_DIRS = 12, 6
WINDOW = 6  # writes of a client on their way at once


class Client(threading.Thread):
    """Runs until the server is gone. `tree` is then what was answered, `unanswered` the change that was not."""

    def __init__(self, port: int, tree: Tree, order: Order, seed: str) -> None:
        super().__init__(name=f"client {seed}", daemon=True)
        self.tree, self.order = tree, order
        self.rng = random.Random(seed)
        self.c = nfs3.Client("127.0.0.1", port, timeout=30)
        self.unanswered: Optional[Change] = None
        self.verifiers: set[bytes] = set()
        self.answered = 0
        self.failure: Optional[BaseException] = None

    def run(self) -> None:
        try:
            while True:
                self.rng.choices(self.KINDS, self.WEIGHTS)[0](self)
        except (RpcError, OSError):
            pass  # killed
        except BaseException as e:  # told to the test by the thread that waits for this one
            self.failure = e
        finally:
            self.c.close()

    # --- changes of names and attributes: one at a time -------------------------------------------------------------

    def change(self, text: str, call: Callable, apply: Callable[[Tree], object], repeat: Optional[Callable] = None):
        """Makes a call and records what it did."""
        self.unanswered = Change(text, apply, self.order.now(), repeat)
        reply = call()
        self.order.durable(self.unanswered.sent)
        made = apply(self.tree)
        self.unanswered = None
        self.answered += 1
        return reply, made

    def handle(self, key: int) -> bytes:
        handle = self.tree.nodes[key].handle
        assert handle is not None
        return handle

    def place(self) -> tuple[int, str]:
        """A directory, and a name in it that may be taken."""
        return self.rng.choice(self.tree.of("dir")), f"n{self.rng.randrange(20)}"

    def make(self, text: str, dir: int, name: str, node: Node, call: Callable, again: Optional[Callable] = None) -> None:
        reply, key = self.change(
            f"{text} {dir}/{name}", call, lambda t: t.add(dir, name, dataclasses.replace(node, entries={})), again
        )
        self.tree.nodes[key].handle = reply.obj.handle.data

    def create(self) -> None:
        dir, name = self.place()
        taken = self.tree.nodes[dir].entries.get(name)
        mode = self.rng.choice((0o600, 0o640, 0o755))
        if taken is not None:
            if self.tree.nodes[taken].kind == "file" and self.rng.random() < 0.5:
                # RFC 1813 3.3.8: an unchecked create of what exists sets its size.
                self.change(
                    f"CREATE UNCHECKED over {dir}/{name}",
                    lambda: self.c.create(self.handle(dir), name, size=0),
                    lambda t: t.resize(taken, 0),
                )
            return
        if len(self.tree.of("file")) >= MAX_FILES:
            return self.remove()
        how = self.rng.choice((createmode3.UNCHECKED, createmode3.GUARDED, createmode3.EXCLUSIVE))
        if how == createmode3.EXCLUSIVE:
            # Sent again it finds its own work, before and after a crash (RFC 1813 3.3.8).
            verf, at = self.rng.randbytes(8), self.handle(dir)
            again = lambda c: c.create(at, name, how, verf).obj.handle.data  # noqa: E731
            self.make("CREATE EXCLUSIVE", dir, name, Node("file", None, -1), lambda: self.c.create(at, name, how, verf), again)
        else:
            call = lambda: self.c.create(self.handle(dir), name, how, mode=mode)  # noqa: E731
            self.make(f"CREATE {how.name}", dir, name, Node("file", None, mode), call)

    def mkdir(self) -> None:
        dir, name = self.place()
        if name not in self.tree.nodes[dir].entries and len(self.tree.of("dir")) < MAX_DIRS:
            self.make("MKDIR", dir, name, Node("dir", None, 0o750), lambda: self.c.mkdir(self.handle(dir), name, mode=0o750))

    def symlink(self) -> None:
        dir, name = self.place()
        if name not in self.tree.nodes[dir].entries and len(self.tree.of("link")) < 6:
            target = b"../" * self.rng.randrange(300) + b"to"
            node = Node("link", None, -1, target=target)
            self.make("SYMLINK", dir, name, node, lambda: self.c.symlink(self.handle(dir), name, target))

    def mknod(self) -> None:
        dir, name = self.place()
        if name not in self.tree.nodes[dir].entries and len(self.tree.of("fifo")) < 4:
            call = lambda: self.c.mknod(self.handle(dir), name, nfs3.ftype3.NF3FIFO, mode=0o640)  # noqa: E731
            self.make("MKNOD", dir, name, Node("fifo", None, 0o640), call)

    def link(self) -> None:
        dir, name = self.place()
        files = self.tree.of("file")
        if files and name not in self.tree.nodes[dir].entries:
            key = self.rng.choice(files)
            self.change(
                f"LINK {key} {dir}/{name}",
                lambda: self.c.link(self.handle(key), self.handle(dir), name),
                lambda t: t.link(key, dir, name),
            )

    def remove(self) -> None:
        names = self.tree.names("file") + self.tree.names("link") + self.tree.names("fifo")
        if names:
            dir, name = self.rng.choice(names)
            self.change(f"REMOVE {dir}/{name}", lambda: self.c.remove(self.handle(dir), name), lambda t: t.unlink(dir, name))

    def rmdir(self) -> None:
        empty = [(d, n) for d, n in self.tree.names("dir") if not self.tree.nodes[self.tree.nodes[d].entries[n]].entries]
        if empty:
            dir, name = self.rng.choice(empty)
            self.change(f"RMDIR {dir}/{name}", lambda: self.c.rmdir(self.handle(dir), name), lambda t: t.unlink(dir, name))

    def rename(self) -> None:
        kind = self.rng.choice(("file", "file", "file", "link", "fifo", "dir"))
        names = self.tree.names(kind)
        if not names:
            return
        dir, name = self.rng.choice(names)
        to_dir, to = self.place()
        key, over = self.tree.nodes[dir].entries[name], self.tree.nodes[to_dir].entries.get(to)
        if kind == "dir" and (over is not None or to_dir in self.tree.below(key)):
            return
        if over is not None and self.tree.nodes[over].kind == "dir":
            return
        self.change(
            f"RENAME {dir}/{name} {to_dir}/{to}",
            lambda: self.c.rename(self.handle(dir), name, self.handle(to_dir), to),
            lambda t: t.rename(dir, name, to_dir, to),
        )

    def resize(self) -> None:
        files = self.tree.of("file")
        if files:
            key, size = self.rng.choice(files), self.rng.choice((0, 1, 5000, 262_144, 300_000, 1_000_000))
            self.change(
                f"SETATTR {key} size {size}",
                lambda: self.c.setattr(self.handle(key), size=size),
                lambda t: t.resize(key, size),
            )

    def chmod(self) -> None:
        files = self.tree.of("file")
        if files:
            key, mode = self.rng.choice(files), self.rng.choice((0o600, 0o644, 0o711))
            self.change(
                f"SETATTR {key} mode {mode:o}",
                lambda: self.c.setattr(self.handle(key), mode=mode),
                lambda t: setattr(t.nodes[key], "mode", mode),
            )

    # --- data: several on the way, which do not touch each other's bytes --------------------------------------------

    def write(self) -> None:
        files = self.tree.of("file")
        if not files:
            return self.create()
        window: list[tuple[Node, Write, object]] = []
        for _ in range(self.rng.randint(1, WINDOW)):
            node = self.tree.nodes[self.rng.choice(files)]
            size = self.rng.choice(SIZES)
            offset = self.rng.randrange(min(len(node.newest()) + 300_000, MAX_FILE - size) + 1)
            if any(n is node and w.overlaps(offset, offset + size) for n, w, _ in window):
                continue
            w = Write(offset, self.rng.randbytes(size), self.rng.choice((0, 0, 1, 2)), self.order.now())
            node.pending += (w,)
            window.append((node, w, self.c.write.send(node.handle, offset, w.data, w.stable)))
        for node, w, call in window:
            reply = call.result()
            assert reply.count == len(w.data), f"{reply.count} of {len(w.data)} bytes were taken"
            assert reply.committed >= w.stable, f"{reply.committed} where {w.stable} was asked for"  # RFC 1813 3.3.7
            self.verifiers.add(bytes(reply.verf))
            done = dataclasses.replace(w, answered=self.order.now())
            node.pending = tuple(done if x is w else x for x in node.pending)
            if w.stable:
                self.order.durable(w.sent)
            self.answered += 1
        for node, _, _ in window:
            node.settle(self.order.durable_before)

    def commit(self) -> None:
        files = [key for key in self.tree.of("file") if self.tree.nodes[key].pending]
        if files:
            key, sent = self.rng.choice(files), self.order.now()
            reply = self.c.commit(self.handle(key))
            self.verifiers.add(bytes(reply.verf))
            self.order.durable(sent)
            self.answered += 1
            self.tree.settle(self.order.durable_before)

    KINDS = (write, create, rename, commit, resize, remove, link, symlink, mkdir, rmdir, mknod, chmod)
    WEIGHTS = (40, 20, 12, 8, 5, 5, 4, 3, 4, 2, 2, 3)
