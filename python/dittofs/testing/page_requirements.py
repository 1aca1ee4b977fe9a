"""The requirements table in the report: a bar for each specification, and every row with its tests and how they went."""

from __future__ import annotations

from collections import Counter, defaultdict
from html import escape

# What is known of a row from the tests of all runs, the worst first. A row whose tests were all skipped was not tried.
_STATES = ("failed", "known", "open", "skipped", "reason", "passed")
_WORDS = {
    "failed": "broken",
    "known": "broken, known",
    "open": "no test",
    "skipped": "not tried",
    "reason": "no test, for a reason",
    "passed": "held",
}
_COLOURS = {"open": "failed", "reason": "skipped"}


def requirements(runs: list[dict]) -> str:
    """The section for the rows that the runs know; nothing where they know none."""
    rows = {row["id"]: row for run in runs for row in run.get("requirements", ())}
    if not rows:
        return ""
    tests = _tests(runs)
    states = {name: _state(row, tests[name]) for name, row in rows.items()}
    documents = dict.fromkeys(row["place"].split(" ")[0] for row in rows.values())
    bars = "".join(
        _bar(document, [states[name] for name, row in rows.items() if row["place"].split(" ")[0] == document])
        for document in documents
    )
    lines = "".join(_row(row, tests[name], states[name]) for name, row in rows.items())
    return (
        f'<h3>Requirements</h3>{bars}<div class="tools">'
        '<input type="search" id="find-row" placeholder="find a requirement" aria-label="find a requirement">'
        '<label><input type="checkbox" id="open-rows"> only those that are not held</label></div>'
        f'<div class="scroll"><table class="rows"><tbody>{lines}</tbody></table></div>'
    )


def _tests(runs: list[dict]) -> dict[str, dict[str, list[str]]]:
    """Row -> its tests -> their outcomes, a run each."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        for test in run["tests"]:
            for name in test.get("meets", ()):
                found[name][test["test"].split("[")[0]].append(test["outcome"])
    return found


def _state(row: dict, tests: dict[str, list[str]]) -> str:
    if not tests:
        return "reason" if row["reason"] else "open"
    outcomes = {outcome for each in tests.values() for outcome in each}
    if outcomes & {"failed", "known"}:
        return "failed" if "failed" in outcomes else "known"
    return "passed" if "passed" in outcomes else "skipped"


def _bar(document: str, states: list[str]) -> str:
    counts = Counter(states)
    parts = "".join(
        f'<i class="{_COLOURS.get(s, s)}" style="flex-grow:{counts[s]}" title="{counts[s]} {_WORDS[s]}"></i>'
        for s in reversed(_STATES)
        if counts[s]
    )
    tested = len(states) - counts["open"] - counts["reason"]
    words = f"{100 * tested / len(states):.1f} % of {len(states)} have a test"
    return f'<div class="bar">{escape(document)}<span>{parts}</span><small class="quiet">{words}</small></div>'


def _row(row: dict, tests: dict[str, list[str]], state: str) -> str:
    how = "".join(f"<code>{escape(test)}: {_counted(outcomes)}</code>" for test, outcomes in tests.items())
    if not tests and row["reason"]:
        how = f'<p class="quiet">{escape(row["reason"])}: {escape(row["why"])}</p>'
    colour = _COLOURS.get(state, state)
    return (
        f'<tr class="row {colour}"><td><i class="mark {colour}" title="{_WORDS[state]}"></i>{escape(row["id"])}</td>'
        f'<td>{escape(row["says"])}{how}</td><td>{_WORDS[state]}</td></tr>'
    )


def _counted(outcomes: list[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(Counter(outcomes).items()))
