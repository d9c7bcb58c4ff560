"""What a benchmark gives: figures, each with its baseline and the ratio that is aimed at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    value, baseline: in `unit`. at_least, at_most: the target for value / baseline; neither:
    there is none, the figure only informs.
    """

    name: str
    value: float
    unit: str
    baseline: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        """value / baseline."""
        return self.value / self.baseline if self.baseline else math.inf

    @property
    def target(self) -> str:
        """The target in words, "" where there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        """ "met", "missed", or "" where there is no target."""
        if not self.target:
            return ""
        high_enough = self.at_least is None or self.ratio >= self.at_least
        low_enough = self.at_most is None or self.ratio <= self.at_most
        return "met" if high_enough and low_enough else "missed"


def centile(values: Sequence[float], hundredths: int) -> float:
    """The value below or at which so many hundredths of all lie (the nearest one)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * hundredths / 100) - 1)]


__all__ = ["Figure", "centile", "median"]
