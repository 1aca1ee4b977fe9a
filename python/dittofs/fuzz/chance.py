"""Random requests, from a seed: values of the right types, mostly about things that are there, with a lie now and then."""

from __future__ import annotations

import dataclasses
import random
from typing import Any, Optional

from dittofs import _wire, wire
from dittofs.fuzz.parts import TYPES, Part, Step
from dittofs.fuzz.worlds import NAMES
from dittofs.nfs4 import op
from dittofs.wire import nfs3, nfs4

_ODD = (0, 1, 2, 3, 4, 7, 8, 12, 16, 127, 128, 255, 256, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 63, (1 << 64) - 1)
_HANDLES = ("file", "file", "home", "dir", "other", "link", "export")
_STATEIDS = ("open", "open", "lock", "read", "anonymous", "bypass", "current")
_NAME_TYPES = {  # fields of these are names of directory entries
    "diropargs3": ("name",), "LOOKUP4args": ("objname",), "REMOVE4args": ("target",), "RENAME4args": ("oldname", "newname"),
    "CREATE4args": ("objname",), "LINK4args": ("newname",), "SECINFO4args": ("name",), "open_claim4": ("file",),
    "open_claim_delegate_cur4": ("file",),
}  # fmt: skip
_ENDINGS = ("DESTROY_SESSION", "DESTROY_CLIENTID", "SEQUENCE")  # few requests are left to make behind these
_MOST_OPERATIONS = 5


class Chance:
    """Draws requests that are made of `procedures` of a protocol."""

    def __init__(self, protocol: str, procedures: tuple[str, ...], seed: int) -> None:
        self.protocol, self.procedures = protocol, procedures
        self._random = random.Random(seed)

    def step(self, earlier: list[Step]) -> Step:
        """A new one, or one like one of those."""
        if earlier and self._random.random() < 0.5:
            return self._like(self._random.choice(earlier))
        return self._new()

    def _new(self) -> Step:
        if self.protocol == "nfs3":
            return Step((self._part(),))
        parts = []
        if self._random.random() < 0.9:
            parts.append(self._putfh())
        if self._random.random() < 0.2:
            parts += [Part("nfs4", "SAVEFH"), self._putfh()]
        parts += [self._part() for _ in range(self._random.randint(1, _MOST_OPERATIONS))]
        return Step(tuple(parts), self._random.random() < 0.97)

    def _like(self, step: Step) -> Step:
        """With one part lying, another, gone, twice, or at another place."""
        parts = list(step.parts)
        at = self._random.randrange(len(parts))
        what = self._random.randrange(2 if self.protocol == "nfs3" else 6)
        if what == 0:
            parts[at] = self._lying(parts[at])
        elif what == 1:
            parts[at] = self._part(parts[at].name)
        elif what == 2 and len(parts) > 1:
            del parts[at]
        elif what == 3:
            parts.insert(at, parts[at])
        elif what == 4:
            parts.insert(self._random.randint(0, len(parts)), self._part())
        else:
            parts.append(parts.pop(at))
        return Step(tuple(parts[: 2 * _MOST_OPERATIONS]), step.sequence)

    def _putfh(self) -> Part:
        return Part.of("PUTFH", nfs4.PUTFH4args(object=b""), {"object": self._random.choice(_HANDLES)})

    def _part(self, name: Optional[str] = None) -> Part:
        name = name or self._random.choice(self.procedures)
        if name in _ENDINGS and self._random.random() < 0.9:
            name = self._random.choice(self.procedures)
        type_ = TYPES[self.protocol][name]
        if type_ is None:
            return Part(self.protocol, name)
        value = _wire.random_value(type_, self._random.getrandbits(63))
        refs: dict[str, str] = {}
        self._at_home(value, "", refs)
        if name == "ALLOCATE":
            value.aa_length = self._random.choice((0, 1, self._random.getrandbits(20), 1 << 63, (1 << 64) - 1))
        part = Part(self.protocol, name, wire.encode(value, type_), refs)
        return self._lying(part) if self._random.random() < 0.1 else part

    def _at_home(self, value: Any, path: str, refs: dict[str, str]) -> None:
        """Names, attributes and references where random ones would never be right. One in eight stays as it is."""
        if isinstance(value, list):
            for at, each in enumerate(value):
                self._at_home(each, f"{path}[{at}]", refs)
        elif isinstance(value, wire.Record):
            self._record_at_home(value, path, refs)

    def _record_at_home(self, value: Any, path: str, refs: dict[str, str]) -> None:
        kind = value.__xdr__[1]
        if kind == "fattr4" and self._random.random() < 0.7:
            right = self._attributes()
            value.attrmask, value.attr_vals = right.attrmask, right.attr_vals
            return
        if kind in ("nfs_fh3", "stateid4"):
            if self._random.random() < 0.875:
                refs[path] = self._random.choice(_HANDLES if kind == "nfs_fh3" else _STATEIDS)
            return
        for slot in value.__slots__:
            self._field(value, kind, slot, f"{path}.{slot}" if path else slot, refs)

    def _field(self, value: Any, kind: str, slot: str, path: str, refs: dict[str, str]) -> None:
        found = getattr(value, slot)
        if found is None or self._random.random() < 0.125:
            return
        if slot in _NAME_TYPES.get(kind, ()):
            setattr(value, slot, self._random.choice(NAMES))
        elif kind == "PUTFH4args":
            refs[path] = self._random.choice(_HANDLES)
        elif slot.endswith("clientid"):
            refs[path] = "client"
        elif slot.endswith(("sessionid", "sessid")):
            refs[path] = "session"
        else:
            self._at_home(found, path, refs)

    def _attributes(self) -> Any:
        """Some that can be set, with values that are right."""
        size, mode = self._random.getrandbits(16), self._random.getrandbits(12)
        some: tuple[dict[str, Any], ...] = ({"size": size}, {"mode": mode}, {"owner": "1000"}, {"size": 0, "mode": 0o600})
        return op.setattr(**self._random.choice(some)).args.obj_attributes

    def _lying(self, part: Part) -> Part:
        """One of its fields is another number, is cut, or longer; references are as they are."""
        if part.type is None or part.name == "ALLOCATE":  # a moved length would fill the server's disk
            return part
        fields = [path for path, (begin, end) in wire.message(part.value(), part.type).fields.items() if end > begin]
        if not fields:
            return part
        path = self._random.choice(fields)
        begin, end = wire.message(part.value(), part.type).fields[path]
        if end - begin in (4, 8) and self._random.random() < 0.7:
            lie: Any = (self._random.choice(_ODD) + self._random.randint(-1, 1)) % (1 << 8 * (end - begin))
        else:
            lie = self._random.randbytes(self._random.choice((0, 1, 3, 4, 8, 40)))
        return dataclasses.replace(part, lies={**part.lies, path: lie})
