"""How the hypothesis machines of the suites are run."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run(
    kind: type[RuleBasedStateMachine], number: int, fields: dict[str, Any], *, examples: int, steps: int = 40, shrink: bool = True
) -> None:
    """A machine with some fields of its class filled in, from a seed.

    `shrink`: look for a shorter run that fails; for a ledger it need not be short, and that takes half a minute.
    """
    machine = seed(number)(type(kind.__name__, (kind,), fields))
    how = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=how)
