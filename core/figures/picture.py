"""The numbers as a picture to be read on a phone: upright, large type, four panels.

matplotlib is imported when the first picture is drawn, and only its object interface is used: that
of pyplot keeps state for the whole process. Its own font is the only one that is certain to be
there, so what it has no sign for is left out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from core.figures import Figures, Step, Wait
from core.figures.words import actor_words, check_words, duration, step_words
from core.i18n import Texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 7.2, 12.8, 150
"""Inches, and dots for each: 1080 by 1920."""
INK, FAINT, PALE, DARK, ALERT, GRID = (
    "#1d2733", "#5b6876", "#b9d3ee", "#1f6fb8", "#d2691e", "#e3e7ec",
)  # fmt: skip
SMALL, BASE, LARGE, HUGE = 13, 15, 18, 24
MOST_BARS = 5
BELOW_HEAD, BOTTOM, HEAD = 0.855, 0.03, 0.068
HIGHEST_ROW, LEAST_DAYS, LEAST_WAITS = 0.036, 0.15, 0.12
"""Parts of the picture's height: all panels, what is below them, the head of one; a bar with its
words, and the two panels with a scale."""
LONGEST_LABEL = 44
TICKS = (60.0, 600.0, 3600.0, 6 * 3600.0, 86400.0, 7 * 86400.0)
"""Seconds to which waits are compared."""


def draw(made: Figures, t: Texts, name: str) -> bytes:
    """A PNG of 1080 by 1920 dots. name: the publication's."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    _head(figure, made, t, name)
    checks = [(check_words(t, check), n) for check, n in made.checks]
    rows = [max(1, min(MOST_BARS, len(found))) for found in (checks, made.load)]
    row = min(HIGHEST_ROW, (BELOW_HEAD - 4 * HEAD - LEAST_DAYS - LEAST_WAITS) / sum(rows))
    left = BELOW_HEAD - 4 * HEAD - row * sum(rows)
    days = left * LEAST_DAYS / (LEAST_DAYS + LEAST_WAITS)
    panels = _below(figure, (days, row * rows[0], left - days, row * rows[1]))
    _days(panels[0], made, t)
    _bars(panels[1], t("Held by"), checks, ALERT, t)
    _waits(panels[2], made.waits, t)
    by = [(actor_words(t, name), n) for name, n in made.load]
    _bars(panels[3], t("Decisions by"), by, DARK, t)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    return drawn.getvalue()


def _below(figure: Figure, heights: Sequence[float]) -> list[Axes]:
    """Panels below each other, each with room for its head; those with a scale begin farther in."""
    made, top = [], BELOW_HEAD + BOTTOM
    for number, height in enumerate(heights):
        top -= HEAD + height
        left = 0.05 if number % 2 else 0.145
        made.append(figure.add_axes((left, top, 0.95 - left, height)))
    return made


def _head(figure: Figure, made: Figures, t: Texts, name: str) -> None:
    """The publication, the time, and the numbers that matter most, large."""
    title = t.n("Last {n} day", "Last {n} days", made.days)
    figure.text(
        0.05,
        0.968,
        drawable(name, 30) or drawable(_plain(name), 30),
        size=LARGE,
        color=FAINT,
        weight="bold",
    )
    figure.text(0.95, 0.968, title, size=LARGE, color=FAINT, ha="right")
    shown = [
        (made.received, t("Received"), INK),
        (made.states.get("published", 0), t("Public now"), DARK),
        (made.held, t("Were held"), ALERT),
        (made.waiting, t("Waiting now"), INK),
    ]
    for place, (number, about, color) in enumerate(shown):
        left = 0.05 + place * 0.235
        figure.text(left, 0.922, str(number), size=HUGE, color=color, weight="bold")
        figure.text(left, 0.9, about, size=SMALL, color=FAINT)


def _days(axes: Axes, made: Figures, t: Texts) -> None:
    """What came, what of it can be read, and what was held: the smaller bars stand before."""
    _panel(axes, t("Comments"))
    places = range(len(made.steps))
    axes.bar(places, [s.received for s in made.steps], 0.86, color=PALE, label=t("Received"))
    axes.bar(places, [s.published for s in made.steps], 0.56, color=DARK, label=t("Public now"))
    axes.bar(places, [s.held for s in made.steps], 0.24, color=ALERT, label=t("Were held"))
    axes.set_ylim(0, max(1.0, 1.08 * max(s.received for s in made.steps)))
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)  # type: ignore[call-arg]
    axes.grid(axis="y", color=GRID, linewidth=1)
    labelled = _spread(made.steps)
    axes.set_xticks(
        [place for place, _ in labelled], [step_words(t, step, made.days) for _, step in labelled]
    )
    axes.set_xlim(-0.7, len(made.steps) - 0.3)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=3, frameon=False, fontsize=SMALL,
        handlelength=0.9, handletextpad=0.4, columnspacing=1.0, borderaxespad=0.0, labelcolor=FAINT,
    )  # fmt: skip


def _spread(steps: Sequence[Step]) -> list[tuple[int, Step]]:
    """At most five of them, evenly, that get a label."""
    every = max(1, -(-len(steps) // 5))
    return list(enumerate(steps))[len(steps) % every and (len(steps) - 1) % every :: every]


def _waits(axes: Axes, waits: Sequence[Wait], t: Texts) -> None:
    """For each hour a line from the median to where nine in ten are through. By powers, since a
    night is hundreds of times as long as a minute."""
    _panel(axes, t("Wait by hour"))
    if not waits:
        _nothing(axes, t)
        return
    hours = [wait.hour for wait in waits]
    low, high = [max(1.0, w.median) for w in waits], [max(1.0, w.p90) for w in waits]
    axes.set_yscale("log")
    axes.vlines(hours, low, high, color=PALE, linewidth=7, capstyle="round")
    axes.plot(hours, high, "o", color=ALERT, markersize=8, label=t("nine in ten"))
    axes.plot(hours, low, "o", color=DARK, markersize=8, label=t("half of them"))
    ticks = [tick for tick in TICKS if min(low) / 3 <= tick <= max(high) * 3] or [TICKS[0]]
    axes.set_yticks(ticks, [duration(t, tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(min([*low, *ticks]) / 1.6, max([*high, *ticks]) * 1.6)
    axes.set_xlim(-0.7, 23.7)
    axes.set_xticks([0, 6, 12, 18, 23], ["0:00", "6:00", "12:00", "18:00", "23:00"])
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, frameon=False, fontsize=SMALL,
        handletextpad=0.2, columnspacing=1.0, borderaxespad=0.0, labelcolor=FAINT,
    )  # fmt: skip


def _bars(axes: Axes, title: str, counts: Sequence[tuple[str, int]], color: str, t: Texts) -> None:
    """Lying bars, each below its own words, so that these may be long."""
    _panel(axes, title)
    axes.set_yticks([])
    axes.set_xticks([])
    if not counts:
        _nothing(axes, t)
        return
    shown = list(counts[:MOST_BARS])
    if rest := counts[MOST_BARS - 1 :][1:]:
        shown[-1] = (t("others"), shown[-1][1] + sum(n for _, n in rest))
    longest = max(n for _, n in shown)
    for row, (words, n) in enumerate(shown):
        label = drawable(words, LONGEST_LABEL) or t("number {n} of the list", n=row + 1)
        axes.barh(-row, n, 0.32, color=color)
        axes.text(0, 0.22 - row, label, size=SMALL, color=INK, va="bottom")
        axes.text(n + 0.015 * longest, -row, str(n), size=SMALL, color=INK, va="center")
    axes.set_xlim(0, 1.12 * longest)
    axes.set_ylim(-len(shown) + 0.75, 0.75)


def _panel(axes: Axes, title: str) -> None:
    box = axes.get_position()
    axes.figure.text(0.05, box.y1 + 0.012, title, size=BASE, color=INK, weight="bold")
    axes.tick_params(labelsize=SMALL, labelcolor=FAINT, length=0, pad=8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _nothing(axes: Axes, t: Texts) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.0, 0.5, t("nothing"), size=BASE, color=FAINT, transform=axes.transAxes)


def drawable(words: str, most: int) -> str:
    """Words as they can be drawn: no formula, not too long, without signs that the font lacks; ""
    where letters are among these."""
    known = _signs()
    if any(sign.isalnum() and ord(sign) not in known for sign in words):
        return ""
    kept = " ".join("".join(sign for sign in words if ord(sign) in known).split())
    cut = kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"
    return cut.replace("\\", "").replace("$", r"\$")


def _plain(words: str) -> str:
    return "".join(sign for sign in words if ord(sign) in _signs())


@cache
def _signs() -> frozenset[int]:
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())
