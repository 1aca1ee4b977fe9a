"""Draws what each workload costs, as a share of a peer's cost."""

from __future__ import annotations

import pathlib

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402


def draw(results: list[dict], protocol: str, peer: str, file: pathlib.Path) -> None:
    """Bars for ours and for the bare responder, a tick for what is asked of us; one row a workload."""
    names = [f"{r['workload']} {r['connections']}x{r['depth']}" for r in results]
    at = range(len(results))
    figure, axes = pyplot.subplots(figsize=(8, 1.2 + 0.45 * len(results)))
    axes.barh([y - 0.17 for y in at], [r["ratio"] for r in results], 0.34, label="DittoFS", color="#2f6fb3")
    limit = [r["ratio"] / r["over_limit"] for r in results]
    axes.barh([y + 0.17 for y in at], limit, 0.34, label="bare responder: the limit", color="#b9c4d0")
    for y, row in zip(at, results):
        if row["bar"] is not None:
            axes.plot([row["bar"]] * 2, [y - 0.38, y + 0.38], color="#c0392b", label="asked for" if y == 0 else None)
        axes.annotate(f"{row['ratio']:.2f}", (row["ratio"], y - 0.17), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.axvline(1, color="#555", linewidth=0.8, linestyle=":")
    axes.set_yticks(list(at), names)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.05, *(r["ratio"] for r in results)))
    axes.set_xlabel(f"{protocol}: server CPU per operation; {peer} = 1")
    handles, labels = axes.get_legend_handles_labels()
    if any(r["bar"] is not None for r in results) and "asked for" not in labels:
        handles.append(pyplot.Line2D([], [], color="#c0392b"))
        labels.append("asked for")
    axes.legend(handles, labels, loc="lower right", fontsize=8)
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)
