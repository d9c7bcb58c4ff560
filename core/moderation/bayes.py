"""What this publication's own decisions teach: naive Bayes over words and runs of letters (pure).

It counts in how many good and bad texts each feature stood. How telling a feature is, is the
logarithm of the odds; a text's are added up, as if they had nothing to do with each other, and
tempered, because they have. Until enough was decided of both kinds it says
nothing, and it never decides: it orders what waits, and says which words it goes by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.moderation.likeness import RUN

Tally = tuple[int, int]
"""In how many good and in how many bad texts."""

DOUBT = 0.8
"""How many texts with a feature count as much as knowing nothing of it (Robinson's strength): what
stood in one text tells little."""
RUN_WEIGHT = 0.3
"""Runs of letters overlap: several of them say the same once more."""
MOST_TELLING = 60
"""Features that are added up: those that tell most. The rest of a long text is small change."""
TEMPER = 4.0
"""By what the sum is divided: about how often the features of a text say the same thing. Without it
nearly every chance is next to 0 or 1. The order of texts is the same with any."""
BOUND = 30.0
"""Of the logarithm of the odds: beyond it, scores could not be told from 1 any more."""
NAMED = 3
"""Words that are named."""


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a text is one that would be rejected here, 0 to 1, and the folded words that
    tell most of it."""

    bad: float
    words: tuple[str, ...] = ()


def chance(
    pieces: Sequence[str], tallies: Mapping[str, Tally], total: Tally, least: int
) -> Chance | None:
    """Of a text with these features. tallies: of those of them that are known; total: of all
    texts. None before there are `least` of both kinds."""
    if min(total) < max(1, least):
        return None
    weights = _weights(pieces, tallies, total)
    strongest = sorted(weights.values(), key=abs, reverse=True)[:MOST_TELLING]
    prior = math.log((total[1] + 1) / (total[0] + 1))
    odds = max(-BOUND, min(BOUND, prior + math.fsum(strongest) / TEMPER))
    telling = _telling(pieces, weights) if odds > 0 else ()
    return Chance(1.0 / (1.0 + math.exp(-odds)), telling)


def _weights(pieces: Iterable[str], tallies: Mapping[str, Tally], total: Tally) -> dict[str, float]:
    """The logarithm of the odds that a text with a feature is bad, as if as many were good."""
    good_all, bad_all = total
    weights: dict[str, float] = {}
    for piece in pieces:
        good, bad = tallies.get(piece, (0, 0))
        if good or bad:
            share = bad / bad_all
            known = good + bad
            likely = (DOUBT * 0.5 + known * share / (share + good / good_all)) / (DOUBT + known)
            told = math.log(likely / (1.0 - likely))
            weights[piece] = told if piece[0] == " " else told * RUN_WEIGHT
    return weights


def _telling(pieces: Iterable[str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """The words that speak most against a text, with what their letters add."""
    against: dict[str, float] = {}
    for piece in pieces:
        if piece[0] == " ":
            word = piece[1:]
            padded = f"_{word}_"
            runs = (padded[n : n + RUN] for n in range(len(padded) - RUN + 1))
            told = weights.get(piece, 0.0) + math.fsum(weights.get(run, 0.0) for run in runs)
            if told > 0.5:
                against[word] = told
    return tuple(sorted(against, key=lambda word: -against[word])[:NAMED])


class Counts:
    """Counts in memory, for a replay. The newsroom keeps its own in the database."""

    def __init__(self) -> None:
        self.total: Tally = (0, 0)
        self._tallies: dict[str, Tally] = {}

    def of(self, pieces: Iterable[str]) -> dict[str, Tally]:
        """Of those features that are known."""
        known = self._tallies
        return {piece: known[piece] for piece in pieces if piece in known}

    def learn(self, pieces: Iterable[str], bad: bool) -> None:
        """One more text."""
        good, wrong = int(not bad), int(bad)
        self.total = self.total[0] + good, self.total[1] + wrong
        for piece in pieces:
            tally = self._tallies.get(piece, (0, 0))
            self._tallies[piece] = tally[0] + good, tally[1] + wrong
