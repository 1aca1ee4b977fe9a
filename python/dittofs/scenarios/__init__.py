"""The bad server, for people who write clients: named scenarios of what can go wrong, and what a client has to do then.

    with Server() as srv, scenarios.find("lost-reply").arm(srv) as rules:
        ...                                       # run the client
    for rule in rules: print(rule.point, rule.fired)

`python3 -m dittofs scenario` lists them, and serves one for any client to mount. They are data: scenarios.yaml.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

from dittofs.faults import Rule, from_data

if TYPE_CHECKING:
    from dittofs.server import Server

FILE = Path(__file__).with_name("scenarios.yaml")


@dataclass(frozen=True)
class Scenario:
    name: str
    says: str  # what the server does
    demands: tuple[tuple[str, str], ...]  # section, what it asks of a client
    rules: tuple[dict[str, Any], ...]

    @contextlib.contextmanager
    def arm(self, server: Server) -> Iterator[list[Rule]]:
        """The server is bad like this inside the block."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(server.faults.arm(*from_data(rule))) for rule in self.rules]


@cache
def scenarios() -> dict[str, Scenario]:
    """All of them, by name."""
    import yaml  # type: ignore[import]

    rows = yaml.safe_load(FILE.read_text())
    return {
        row["name"]: Scenario(
            row["name"], row["says"], tuple((section, what) for section, what in row["demands"]), tuple(row["rules"])
        )
        for row in rows
    }


def find(name: str) -> Scenario:
    """KeyError, with the names there are."""
    known = scenarios()
    if name not in known:
        raise KeyError(f"there is no scenario {name}; there are {', '.join(known)}")
    return known[name]
