"""How good checks are, counted comment by comment (pure)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.model import State, Verdict
from core.moderation.judge import judge, risk

WHOLE = "held or rejected"
MARKED = "marked, held or rejected"
SURE = 1e-15
"""How near to 0 and 1 scores are told apart."""


@dataclass(slots=True)
class Score:
    """Of one check, or of all together: how many it named, of the bad and of the good ones, and
    of those of which nobody said; and how many of all it only marked, held and rejected."""

    bad: int = 0
    good: int = 0
    unlabelled: int = 0
    suspect: int = 0
    hold: int = 0
    reject: int = 0

    @property
    def precision(self) -> float | None:
        """Of those that it named, the share of bad ones; None where it named none."""
        named = self.bad + self.good
        return self.bad / named if named else None

    @property
    def named(self) -> int:
        """How many it named."""
        return self.suspect + self.hold + self.reject

    def recall(self, bad: int) -> float | None:
        """Of the bad ones, the share that it named."""
        return self.bad / bad if bad else None

    def burden(self, good: int) -> float | None:
        """Of the good ones, the share that it named."""
        return self.good / good if good else None


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at every threshold of a score, from the strictest on."""

    recall: tuple[float, ...]
    precision: tuple[float, ...]
    average: float


class Ranking:
    """Scores of comments of which is known whether they were bad, counted in classes that are a
    hundredth of the logarithm of the odds wide: as many comments as come take no more room."""

    def __init__(self) -> None:
        self._classes: dict[int, tuple[int, int]] = {}
        self.count = 0

    def __len__(self) -> int:
        return self.count

    def add(self, score: float, bad: bool) -> None:
        """Count one comment; the score is 0 to 1."""
        within = min(1.0 - SURE, max(SURE, score))
        place = round(100 * math.log(within / (1.0 - within)))
        good_, bad_ = self._classes.get(place, (0, 0))
        self._classes[place] = good_ + (not bad), bad_ + bad
        self.count += 1

    def curve(self) -> Curve:
        """average: the precision averaged over the recall, 0 to 1. Equal scores fall together."""
        bad_all = sum(bad for _, bad in self._classes.values())
        recall, precision = list[float](), list[float]()
        average, hits, named, before = 0.0, 0, 0, 0.0
        for _, (good, bad) in sorted(self._classes.items(), reverse=True) if bad_all else ():
            hits, named = hits + bad, named + good + bad
            recall.append(hits / bad_all)
            precision.append(hits / named)
            average += (recall[-1] - before) * precision[-1]
            before = recall[-1]
        return Curve(tuple(recall), tuple(precision), average)


@dataclass(slots=True)
class Scores:
    """The scores of a replay. risks, learned: of every labelled comment."""

    good: int = 0
    bad: int = 0
    unlabelled: int = 0
    checks: dict[str, Score] = field(default_factory=dict)
    whole: Score = field(default_factory=Score)
    marked: Score = field(default_factory=Score)
    risks: Ranking = field(default_factory=Ranking)
    learned: Ranking = field(default_factory=Ranking)

    def add(self, found: Sequence[Verdict], bad: bool | None) -> None:
        """Count one comment."""
        self._count(found, bad)
        if bad is None:
            self.unlabelled += 1
            return
        self.bad, self.good = self.bad + bad, self.good + (not bad)
        for verdict in found:
            if verdict.check == "learned" and verdict.score:
                self.learned.add(verdict.score, bad)
        self.risks.add(risk(found), bad)

    def _count(self, found: Sequence[Verdict], bad: bool | None) -> None:
        for verdict in found:
            score = self.checks.setdefault(verdict.check, Score())
            if verdict.verdict != "pass":
                _count(score, verdict.verdict, bad)
        state = judge(found)
        said = {State.HELD: "hold", State.REJECTED: "reject"}.get(state, "")
        if said:
            _count(self.whole, said, bad)
        if said or any(verdict.verdict == "suspect" for verdict in found):
            _count(self.marked, said or "suspect", bad)


def _count(score: Score, verdict: str, bad: bool | None) -> None:
    if bad is None:
        score.unlabelled += 1
    else:
        score.bad, score.good = score.bad + bad, score.good + (not bad)
    if verdict in ("suspect", "reject"):
        setattr(score, verdict, getattr(score, verdict) + 1)
    else:
        score.hold += 1


def curve(scored: Iterable[tuple[float, bool]]) -> Curve:
    """Of scores, each with whether it was bad."""
    ranking = Ranking()
    for score, bad in scored:
        ranking.add(score, bad)
    return ranking.curve()
