"""Rules as plain data, for YAML and REST: {"point": ..., "every": 5, "do": {"fail": "NFS4ERR_DELAY"}}."""

from __future__ import annotations

from typing import Any, Mapping

from dittofs import _server
from dittofs.faults.what import Action
from dittofs.faults.when import Trigger


def from_data(row: Mapping[str, Any]) -> tuple[str, Trigger, Action]:
    """What arm() takes, from a rule as data.

    Filters and counts are those of Trigger, by name. `do` is an action's name, or one with its arguments: a value, or
    a mapping of them. ValueError says what there is instead. It is the server that reads it: `dfs` takes the same.
    """
    data = _server.rule_data(row)
    point, do = data.pop("point"), data.pop("do")
    return point, Trigger(data), Action(do) if isinstance(do, str) else Action(*next(iter(do.items())))


def to_data(point: str, trigger: Trigger, action: Action) -> dict[str, Any]:
    """The rule as data."""
    return {"point": point, **trigger.conditions, "do": action.data}
