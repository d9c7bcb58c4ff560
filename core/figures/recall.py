"""Precision against recall as a picture: how well an order separates the bad from the good."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from core.i18n import Texts
from core.moderation.scores import Curve

WIDTH, HEIGHT, DPI = 9.0, 6.0, 120
MOST_DOTS = 2_000
"""Points of a curve that are drawn."""
COLOURS = ("#1f6fb2", "#d9622b")
NEAR = 0.035
"""Share of the height that a name needs for itself."""


def draw(
    t: Texts,
    curves: Mapping[str, Curve],
    points: Mapping[str, tuple[float, float]],
    base: float = 0.0,
) -> bytes:
    """A PNG. curves: by name. points: (recall, precision) of single checks, by name; they are
    numbered, and named beside the picture. base: the share of bad ones, which chance reaches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for (name, one), colour in zip(curves.items(), COLOURS, strict=False):
        recall, precision = _thinned(one.recall), _thinned(one.precision)
        axes.step(recall, precision, where="post", color=colour, linewidth=1.8,
                  label=f"{name} ({one.average:.2f})")  # fmt: skip
    if base:
        axes.axhline(base, color="#9aa5b1", linestyle="--", linewidth=1, label=t("by chance"))
    _mark(axes, points)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.03), xlabel=t("recall"), ylabel=t("precision"))
    axes.grid(color="#e3e7ec")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9,
                title=t("recall / precision"), title_fontsize=9)  # fmt: skip
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight")
    return drawn.getvalue()


def _mark(axes: Any, points: Mapping[str, tuple[float, float]]) -> None:
    """Each check as a dot with its number; numbers of dots that are close give way to the side."""
    taken: list[tuple[float, float]] = []
    for number, (name, (recall, precision)) in enumerate(points.items(), start=1):
        close = sum(abs(x - recall) < NEAR and abs(y - precision) < NEAR for x, y in taken)
        taken.append((recall, precision))
        share = f"{recall:.0%} / {precision:.0%}"
        axes.plot([recall], [precision], "o", markersize=6, color="#3a4653", alpha=0.75,
                  label=f"{number}  {name}, {share}", clip_on=False)  # fmt: skip
        axes.annotate(str(number), (recall, precision), textcoords="offset points",
                      xytext=(6 + 13 * close, 5), fontsize=9, color="#3a4653")  # fmt: skip


def _thinned(values: Sequence[float]) -> list[float]:
    """The first, the last, and enough of those between."""
    step = max(1, len(values) // MOST_DOTS)
    return [*values[::step], *values[-1:]]
