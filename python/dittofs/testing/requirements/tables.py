"""The requirements table as lines of text, and as Markdown for docs/requirements.md."""

from __future__ import annotations

from dittofs.testing.requirements.coverage import Coverage, State, Tally
from dittofs.testing.requirements.table import Reason, Row
from dittofs.testing.sections import title


def summary(found: Coverage, passed: set[str], broken: set[str], whole: bool) -> str:
    """One line at the end of a run: what its tests cover, and what of that was seen to hold. `whole`: all tests ran.

    A row holds when some of its tests passed and none was broken; what was skipped says nothing.
    """
    tested = found.rows(State.TESTED)
    held = sum(not passed.isdisjoint(found.tests(row)) and broken.isdisjoint(found.tests(row)) for row in tested)
    if not whole:
        return f"requirements: {len(tested)} rows have a test in this part of the suite, {held} of them hold"
    return f"requirements: {counted(found.tally())}; {held} hold here"


def counted(tally: Tally) -> str:
    return (
        f"{tally.percent:.1f} % of {tally.rows} rows have a test ({tally.tested}), "
        f"{tally.reason} a reason why none can, {tally.open} neither"
    )


def problems(found: Coverage, least: float) -> list[str]:
    """What CI does not accept: rows with a test and a reason, too few rows with a test."""
    lines = [f"{row.id}: has a test, and a reason why it can have none" for row in found.contradictions()]
    if found.tally().percent < least:
        lines.append(f"fewer than {least:g} % of the rows have a test")
    return lines


def missing(found: Coverage) -> list[str]:
    """Rows with neither test nor reason: what is still to be done."""
    return [f"{row.id}: neither test nor reason: {row.says}" for row in found.rows(State.OPEN)]


def markdown(found: Coverage) -> str:
    parts = [_tallies(found)]
    for rfc in found.table.rfcs():
        name = f"RFC{rfc}"
        rows = [_markdown_row(found, row) for row in found.table.rows if row.rfc == rfc]
        parts.append(f"## RFC {rfc}: {title(name)}\n\n| row | a server | tests |\n|---|---|---|\n" + "".join(rows))
        out = [f"- {place.partition(' ')[2]}: {why}\n" for place, why in found.table.left_out.items() if place.startswith(f"{name} ")]
        if out:
            parts.append("Without rows:\n\n" + "".join(out))
    return "\n".join(parts)


def _tallies(found: Coverage) -> str:
    lines = ["| | rows | have a test | | have a reason | have neither |", "|---|---|---|---|---|---|"]
    for rfc in found.table.rfcs():
        lines.append(_tally_row(f"RFC {rfc}", found.tally(rfc)))
    lines.append(_tally_row("all", found.tally()))
    reasons = [(reason, sum(row.reason is reason for row in found.rows(State.REASON))) for reason in Reason]
    said = "\n".join(f"- {reason.value}: {count}" for reason, count in reasons if count)
    return "\n".join(lines) + (f"\n\nThe reasons:\n\n{said}\n" if said else "\n")


def _tally_row(name: str, tally: Tally) -> str:
    return f"| {name} | {tally.rows} | {tally.tested} | {tally.percent:.1f} % | {tally.reason} | {tally.open} |"


def _markdown_row(found: Coverage, row: Row) -> str:
    tests = ", ".join(f"`{test}`" for test in found.functions(row))
    if not tests:
        tests = f"*{row.reason.value}*: {row.why}" if row.reason else "**none yet**"
    return f"| {row.section}-{row.number} | {_cell(row.says)} | {_cell(tests)} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
