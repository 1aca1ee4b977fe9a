"""Points: where a rule acts. `srv.faults.points()` lists them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moments:
    """A subject of a layer; its moments are its attributes: .before, .after, .enter, .leave, .send, .reply."""

    subject: str

    def __getattr__(self, moment: str) -> str:
        if moment not in ("before", "after", "enter", "leave", "rx", "tx", "send", "reply"):
            raise AttributeError(moment)
        return f"{self.subject}.{moment}"


class At:
    """Names points: at("net.read"), at.nfs3("READ").enter, at.nfs4("OPEN").leave, at.store("write").after."""

    def __call__(self, name: str) -> str:
        return name

    def store(self, call: str) -> Moments:
        return Moments(f"store.{call}")

    def nfs3(self, procedure: str) -> Moments:
        return Moments(f"nfs3.proc.{procedure}")

    def nfs4(self, operation: str) -> Moments:
        return Moments(f"nfs4.op.{operation}")

    def callback(self, operation: str) -> Moments:
        return Moments(f"nfs4.cb.{operation}")

    def mount(self, procedure: str) -> Moments:
        return Moments(f"mount.proc.{procedure}")

    def portmap(self, procedure: str) -> Moments:
        return Moments(f"portmap.proc.{procedure}")


at = At()
