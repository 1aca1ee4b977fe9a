"""The servers a suite can run against."""

from __future__ import annotations

from typing import Any

import pytest

from dittofs.testing.targets.target import ROLES, Address, Target

__all__ = ["ROLES", "Address", "Target", "choose"]


def choose(options: Any, seed: int) -> Target:
    """Starts, or finds, the server that the command line asks for."""
    which = options.server
    if which == "ganesha":
        from dittofs.testing.targets.ganesha import Ganesha, Unavailable

        try:
            return Ganesha()
        except Unavailable as why:
            raise pytest.UsageError(f"--server ganesha: {why}") from why
    if which.startswith("nfs://"):
        from dittofs.testing.targets.foreign import Foreign

        return Foreign(options)
    if which == "dfs":
        from dittofs.testing.targets.program import Program

        return Program(options)
    if which == "dittofs":
        from dittofs.testing.targets.inprocess import InProcess

        return InProcess(options, seed)
    raise pytest.UsageError(f"--server {which}: not dittofs, dfs, ganesha or nfs://HOST:PORT/EXPORT")
