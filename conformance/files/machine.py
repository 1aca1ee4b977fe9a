"""Clients of several protocols change one tree, as hypothesis draws it, and a model says what each must be told."""

from __future__ import annotations

from typing import Any, Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from conformance.files.model import OK, Expected, Model
from conformance.files.speakers import Answer

NAMES = st.sampled_from(["a", "b", "c", "d"])
KINDS = st.sampled_from(["file", "dir", "link"])
WHO = st.integers(0, 2)
OFFSETS = st.one_of(st.integers(0, 40), st.sampled_from([4095, 4096, 9000]))


class Files(RuleBasedStateMachine):
    """`speakers`: clients; `fresh()`: a new directory, by the handle that each family of protocols has for it."""

    speakers: list[Any] = []
    fresh: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.handles: dict[int, dict[str, bytes]] = {0: type(self).fresh()}

    def key(self, number: int) -> int:
        """One of the objects there are or were, the root among them."""
        known = sorted(self.handles)
        return known[number % len(known)]

    def handle(self, who: int, key: int) -> bytes:
        """The speaker's handle of an object; it looks up what another has made."""
        speaker = self.speaker(who)
        known = self.handles[key]
        if speaker.family not in known:
            path = next(path for path, found in self.model.paths() if found == key)
            above, _, name = path.rpartition("/")
            dir = next((found for p, found in self.model.paths() if p == above), 0)
            known[speaker.family] = speaker.answer(speaker.lookup(self.handle(who, dir), name)).value
        return known[speaker.family]

    def unknown(self, who: int, *keys: int) -> bool:
        """Whether one of these is gone before this speaker's protocol ever knew it."""
        return any(key not in self.model and self.speaker(who).family not in self.handles[key] for key in keys)

    def speaker(self, who: int) -> Any:
        return self.speakers[who % len(self.speakers)]

    def said(self, who: int, expected: Expected, send: Callable[[], Any]) -> Any:
        """Holds the answer to the model; what a success carries."""
        return self.judged(who, expected, self.speaker(who).answer(send()))

    def judged(self, who: int, expected: Expected, answer: Answer) -> Any:
        assert expected.allows(answer.status), f"{answer.status}, not {' or '.join(sorted(expected.failures)) or OK}"
        if answer.status != OK:
            return None
        key = expected.apply()
        if isinstance(key, int) and isinstance(answer.value, bytes):
            self.handles.setdefault(key, {}).setdefault(self.speaker(who).family, answer.value)
        return answer.value

    @rule(who=WHO, kind=KINDS, dir=st.integers(0, 50), name=NAMES)
    def make(self, who, kind, dir, name):
        dir = self.key(dir)
        if self.unknown(who, dir):
            return
        expected = self.model.make(kind, dir, name, f"to {name}")
        at = self.handle(who, dir)
        self.said(who, expected, lambda: self.speaker(who).make(kind, at, name, f"to {name}"))

    @rule(who=WHO, dir=st.integers(0, 50), name=NAMES)
    def lookup(self, who, dir, name):
        dir = self.key(dir)
        if self.unknown(who, dir):
            return
        at = self.handle(who, dir)
        self.said(who, self.model.lookup(dir, name), lambda: self.speaker(who).lookup(at, name))

    @rule(who=WHO, dir=st.integers(0, 50), name=NAMES, as_directory=st.booleans())
    def remove(self, who, dir, name, as_directory):
        dir, speaker = self.key(dir), self.speaker(who)
        if self.unknown(who, dir):
            return
        only = ("dir" if as_directory else "file") if speaker.removes else None
        at = self.handle(who, dir)
        self.said(who, self.model.remove(dir, name, only), lambda: speaker.remove(at, name, only))

    @rule(who=WHO, dir=st.integers(0, 50), name=NAMES, to_dir=st.integers(0, 50), to=NAMES)
    def rename(self, who, dir, name, to_dir, to):
        dir, to_dir = self.key(dir), self.key(to_dir)
        if self.unknown(who, dir, to_dir):
            return
        expected = self.model.rename(dir, name, to_dir, to)
        at, to_at = self.handle(who, dir), self.handle(who, to_dir)
        self.said(who, expected, lambda: self.speaker(who).rename(at, name, to_at, to))

    @rule(who=WHO, file=st.integers(0, 50), dir=st.integers(0, 50), name=NAMES)
    def link(self, who, file, dir, name):
        file, dir = self.key(file), self.key(dir)
        if self.unknown(who, file, dir):
            return
        expected = self.model.link(file, dir, name)
        fh, at = self.handle(who, file), self.handle(who, dir)
        self.said(who, expected, lambda: self.speaker(who).link(fh, at, name))

    @rule(who=WHO, file=st.integers(0, 50), offset=OFFSETS, data=st.binary(min_size=1, max_size=64))
    def write(self, who, file, offset, data):
        file = self.key(file)
        if self.unknown(who, file):
            return
        fh = self.handle(who, file)
        self.said(who, self.model.write(file, offset, data), lambda: self.speaker(who).write(fh, offset, data))

    @rule(who=WHO, file=st.integers(0, 50), size=OFFSETS)
    def truncate(self, who, file, size):
        file = self.key(file)
        if self.unknown(who, file):
            return
        fh = self.handle(who, file)
        self.said(who, self.model.truncate(file, size), lambda: self.speaker(who).truncate(fh, size))

    @rule(who=WHO, file=st.integers(0, 50))
    def read(self, who, file):
        file = self.key(file)
        if self.unknown(who, file):
            return
        fh = self.handle(who, file)
        data = self.said(who, self.model.read(file), lambda: self.speaker(who).read(fh))
        assert data is None or data == self.model.nodes[file].data

    @rule(who=WHO, dir=st.integers(0, 50))
    def listing(self, who, dir):
        dir = self.key(dir)
        if self.unknown(who, dir):
            return
        at = self.handle(who, dir)
        names = self.said(who, self.model.listing(dir), lambda: self.speaker(who).listing(at))
        assert names is None or names == set(self.model.nodes[dir].entries)

    @rule(who=WHO)
    def everything(self, who):
        """Each object is what the model says, found by its path and by its handle."""
        speaker = self.speaker(who)
        found = {"": self.handle(who, 0)}
        for path, key in self.model.paths():
            above, _, name = path.rpartition("/")
            found[path] = speaker.answer(speaker.lookup(found[above], name)).value
            node = self.model.nodes[key]
            for handle in (found[path], self.handle(who, key)):
                kind, links, size = speaker.attributes(handle)
                assert kind == node.kind
                if kind == "file":
                    assert (links, size) == (node.links, len(node.data))
                if kind == "link":
                    assert speaker.target(handle) == node.target
