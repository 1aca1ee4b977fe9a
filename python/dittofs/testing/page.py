"""The report as one HTML page: a matrix of specification sections and servers, each cell to its tests."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from html import escape
from pathlib import Path
from string import Template

from dittofs.testing.page_requirements import requirements
from dittofs.testing.sections import title

_TEMPLATE = Path(__file__).with_name("page.html")
_DIFFERS = '<label><input type="checkbox" id="differs"> only where servers differ</label>'
_VERDICTS = ("failed", "known", "skipped", "passed")
_WORDS = {"failed": "failed", "known": "known failures", "skipped": "skipped", "passed": "passed"}


def render(runs: list[dict]) -> str:
    """The page for runs as report.py writes them; the order of the runs is that of the columns."""
    places = _by_section(runs)
    return Template(_TEMPLATE.read_text()).substitute(
        servers=", ".join(escape(run["server"]) for run in runs),
        summary="".join(_summary(run) for run in runs),
        heads="".join(f"<th>{escape(run['server'])}</th>" for run in runs),
        rows="".join(_document_rows(name, places, len(runs)) for name in _documents(places)),
        requirements=requirements(runs),
        differs=_DIFFERS if len(runs) > 1 else "",
        details="".join(_section(place, tests, runs) for place, tests in places.items()),
    )


def _by_section(runs: list[dict]) -> dict[str, list[list[dict]]]:
    """Section -> a list of its tests for each run; sections in the order of their specifications."""
    found: dict[str, list[list[dict]]] = defaultdict(lambda: [[] for _ in runs])
    for column, run in enumerate(runs):
        for test in run["tests"]:
            for place in dict.fromkeys(place for place, _ in test["covers"]) or ("no section",):
                found[place][column].append(test)
    return {place: found[place] for place in sorted(found, key=_order)}


def _order(place: str) -> list:
    """3.3.10 after 3.3.9; POSIX and what has no section after the RFCs."""
    document, _, section = place.partition(" ")
    number = document.removeprefix("RFC")
    parts = [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"[. ]", section)]
    return [not number.isdigit(), int(number) if number.isdigit() else 0, document, parts]


def _documents(places: dict) -> list[str]:
    return list(dict.fromkeys(place.split(" ")[0] for place in places))


def _document_rows(name: str, places: dict, width: int) -> str:
    label = f'{escape(name)} <span class="quiet">{escape(title(name))}</span>'
    head = f'<tr class="document"><th colspan="{width + 1}" scope="rowgroup">{label}</th></tr>'
    mine = [(place, tests) for place, tests in places.items() if place.split(" ")[0] == name]
    return head + "".join(_matrix_row(place, tests) for place, tests in mine)


def _matrix_row(place: str, columns: list[list[dict]]) -> str:
    anchor = _anchor(place)
    cells = "".join(f"<td>{_cell(tests, anchor)}</td>" for tests in columns)
    number = place.partition(" ")[2] or place
    label = f'<a href="#{anchor}"><span class="number">{escape(number)}</span> {escape(title(place))}</a>'
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def _cell(tests: list[dict], anchor: str) -> str:
    if not tests:
        return ""
    counts = Counter(test["outcome"] for test in tests)
    worst = next(v for v in _VERDICTS if counts[v])
    title = ", ".join(f"{counts[v]} {_WORDS[v]}" for v in _VERDICTS if counts[v])
    parts = "".join(
        f'<i class="{v}" style="flex-grow:{counts[v]}"></i>' for v in reversed(_VERDICTS) if counts[v]
    )
    return (
        f'<a class="cell {worst}" href="#{anchor}" title="{title}"><b>{counts["passed"]}/{len(tests)}</b>'
        f"<span>{parts}</span></a>"
    )


def _summary(run: dict) -> str:
    counts = Counter(test["outcome"] for test in run["tests"])
    words = "".join(f'<span class="{v}">{counts[v]} {_WORDS[v]}</span>' for v in reversed(_VERDICTS) if counts[v])
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run["started"]))
    return (
        f'<div class="run"><h2>{escape(run["server"])}</h2><p class="counts">{words}</p>'
        f'<p class="quiet">{len(run["tests"])} tests in {run["seconds"]:.1f} s, {when}, seed {run["seed"]}</p></div>'
    )


def _section(place: str, columns: list[list[dict]], runs: list[dict]) -> str:
    by_test: dict[str, dict[int, dict]] = defaultdict(dict)
    for column, tests in enumerate(columns):
        for test in tests:
            by_test[test["test"]][column] = test
    rows = "".join(_test(place, name, results, runs) for name, results in by_test.items())
    return f'<section id="{_anchor(place)}"><h3>{escape(place)} <span class="quiet">{escape(title(place))}</span></h3>{rows}</section>'


def _test(place: str, name: str, results: dict[int, dict], runs: list[dict]) -> str:
    first = next(iter(results.values()))
    what = "; ".join(what for section, what in first["covers"] if section == place) or first["doc"]
    marks = "".join(_mark(results.get(column), run) for column, run in enumerate(runs))
    evidence = "".join(_evidence(test, runs[column]) for column, test in results.items() if test.get("evidence"))
    head = f'{marks}<span class="what">{escape(what)}</span><code>{escape(name)}</code>'
    classes = next(v for v in _VERDICTS if any(t["outcome"] == v for t in results.values()))
    opened = " open" if classes == "failed" and len(runs) == 1 else ""
    if len({test["outcome"] for test in results.values()} | ({"absent"} if len(results) < len(runs) else set())) > 1:
        classes += " differs"
    if not evidence:
        return f'<div class="test {classes}" tabindex="-1">{head}</div>'
    return f'<details class="test {classes}" tabindex="-1"{opened}><summary>{head}</summary>{evidence}</details>'


def _mark(test: dict | None, run: dict) -> str:
    verdict = test["outcome"] if test else "absent"
    return f'<i class="mark {verdict}" title="{escape(run["server"])}: {verdict}"></i>'


def _evidence(test: dict, run: dict) -> str:
    parts = "".join(f"<h5>{escape(title)}</h5><pre>{escape(text)}</pre>" for title, text in test["evidence"])
    return f'<div class="evidence"><h4>{escape(run["server"])}</h4>{parts}</div>'


def _anchor(place: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", place)
