"""How an OPEN creates, and what it left in a client's hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dittofs.nfs4.attributes import fattr
from dittofs.wire import nfs4 as w


def create(how: int = w.UNCHECKED4, verf: bytes = bytes(8), attributes: Any = None, **attrs: Any) -> w.openflag4:
    """The openflag4 of an OPEN that creates. `verf` belongs to the EXCLUSIVE modes; EXCLUSIVE4 takes no attributes."""
    if how == w.EXCLUSIVE4:
        mode = w.createhow4(w.EXCLUSIVE4, createverf=verf)
    elif how == w.EXCLUSIVE4_1:
        mode = w.createhow4(how, ch_createboth=w.creatverfattr(verf, fattr(attributes, **attrs)))
    else:
        mode = w.createhow4(how, createattrs=fattr(attributes, **attrs))
    return w.openflag4(w.OPEN4_CREATE, how=mode)


@dataclass
class Open:
    """An open file: its filehandle, and the stateid that the last operation on the open returned."""

    fh: bytes
    stateid: w.stateid4
    owner: bytes
    results: Any  # of the compound with the OPEN
