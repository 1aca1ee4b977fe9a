"""Where a run's calls are made: an agent with a server mounted in a guest, or on a directory of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Optional

from dittofs import mount as mount_
from dittofs import nfs3
from dittofs.rpc import Connection, Sys
from dittofs.testing.targets import Target
from dittofs.testing.tree import entries, remove_tree
from pjdfstest.kernel import PIPE, PYTHON, Failed, Guest, Mount
from pjdfstest.kernel.served import mounted
from pjdfstest.posix import places

CHECKOUT = Path(__file__).parents[1]
SILENCE = 300.0  # seconds until the next outcome; the slowest script of a suite in shell takes a minute


class Gone(Exception):
    """There will be no more outcomes; the message says why. `any_before`: whether there was one."""

    def __init__(self, why: str, any_before: bool) -> None:
        super().__init__(why)
        self.any_before = any_before


class Field:
    """An agent that runs `names`, and reports an outcome for each in this order."""

    def __init__(self, agent: str, order: dict) -> None:
        self._order = tempfile.NamedTemporaryFile("w", prefix="dittofs-posix-", suffix=".json")
        json.dump(order, self._order)
        self._order.flush()
        self._lines: Queue = Queue()
        self._gone: Optional[str] = None
        self._any = False
        self.command = [PYTHON, "-sB", "-m", agent, self._order.name]
        self.environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}

    def outcome(self, name: str) -> dict:
        """What became of a case. Raises Gone when it was never run."""
        if self._gone is None:
            try:
                line = self._lines.get(timeout=SILENCE)
            except Empty:
                self._gone = f"no answer for {SILENCE:g} seconds, then it was ended"
                self.stop()
            else:
                if line:
                    outcome = json.loads(line)
                    assert outcome["case"] == name, f"{outcome['case']} came instead of {name}"
                    self._any = True
                    return outcome
                self._gone = self.why()
        raise Gone(self._gone, self._any)

    def listen(self, stream: IO[bytes]) -> None:
        def work() -> None:
            with os.fdopen(os.dup(stream.fileno()), "rb") as lines:
                for line in lines:
                    self._lines.put(line)
            self._lines.put(b"")

        Thread(target=work, daemon=True).start()

    def why(self) -> str:
        raise NotImplementedError

    def stop(self) -> None:
        self._order.close()


class InGuest(Field):
    """In user-mode Linux, on its first mount."""

    def __init__(self, agent: str, order: dict, mounts: list[Mount]) -> None:
        super().__init__(agent, order)
        self._guest = Guest(mounts, self.command, environment=self.environment, stdout=PIPE)
        self.listen(self._guest.stdout)

    def why(self) -> str:
        try:
            return f"the agent ended with status {self._guest.wait(10)}"
        except (Failed, TimeoutError) as why:
            return str(why)

    def stop(self) -> None:
        self._guest.__exit__()
        super().stop()


class OnDirectory(Field):
    """On this machine, as root."""

    def __init__(self, agent: str, order: dict, directory: str) -> None:
        super().__init__(agent, order)
        self._process = subprocess.Popen(
            self.command, cwd=directory, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, stdout=PIPE
        )
        assert self._process.stdout is not None
        self.listen(self._process.stdout)

    def why(self) -> str:
        return f"the agent ended with status {self._process.wait()}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        super().stop()


def mounts_of(target: Target, vers: str, options: str) -> tuple[list[Mount], dict[str, str]]:
    """What a guest mounts for a run against a server, and where the places of its cases are then."""
    mounts = [mounted(target, "rw", vers, options), Mount("tmpfs", "other", name="other")]
    found = {"@other": mounts[1].at}
    if "ro" in target.exports and "ro" in target.twins:
        fill_read_only(target)
        mounts.append(mounted(target, "ro", vers, options, name="ro"))
        found["@ro"] = mounts[2].at
    return mounts, found


def fill_read_only(target: Target) -> None:
    """What places.fill makes, below the root of the read-only export, through the export that may write there."""
    twin = target.twins["ro"]
    assert target.mount is not None
    with mount_.Client(Connection(target.mount.host, target.mount.port, source=twin.source), cred=Sys()) as mount:
        parent = nfs3.fh(mount.mnt(twin.path).fhandle)
    with nfs3.Client(Connection(target.nfs.host, target.nfs.port, source=twin.source), cred=Sys()) as client:
        if twin.below:
            parent = client.lookup(parent, twin.below).object
        for entry in list(entries(client, parent)):
            attributes = entry.name_attributes.attributes
            if attributes is not None and attributes.type == nfs3.NF3DIR:
                remove_tree(client, parent, entry.name)
            else:
                client.remove(parent, entry.name)
        kinds = {"fifo": nfs3.NF3FIFO, "socket": nfs3.NF3SOCK, "char": nfs3.NF3CHR, "block": nfs3.NF3BLK}
        for kind in places.KINDS:
            if kind == "dir":
                inner = client.mkdir(parent, kind, mode=0o777).obj.handle
                client.create(inner, "file", mode=0o666)
            elif kind == "file":
                client.create(parent, kind, mode=0o777)
            elif kind == "symlink":
                client.symlink(parent, kind, "nowhere", mode=0o777)
            else:
                client.mknod(parent, kind, kinds[kind], mode=0o777)
