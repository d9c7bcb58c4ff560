"""What is learned is about as sure as it is right, and orders as it did."""

from __future__ import annotations

import random

import pytest

from core.moderation import bayes
from core.moderation.bayes import Counts, chance
from core.moderation.likeness import features

TALK = [f"word{n}" for n in range(300)]
SALE = [f"sale{n}" for n in range(30)]


def said(texts: int) -> list[tuple[float, bool]]:
    """Of texts that are often told by a word or two: what was thought of each before it was
    learned, and what it was."""
    draw, counts = random.Random(5), Counts()
    thought = []
    for _ in range(texts):
        bad = draw.random() < 0.3
        words = draw.choices(TALK, k=draw.randint(4, 25))
        words += draw.choices(SALE, k=draw.randint(0, 2) if bad else draw.random() < 0.15)
        pieces = tuple(features(words))
        if (found := chance(pieces, counts.of(pieces), counts.total, 20)) is not None:
            thought.append((found.bad, bad))
        counts.learn(pieces, bad)
    return thought


def wrong(thought: list[tuple[float, bool]]) -> float:
    """The mean square of how far off it was."""
    return sum((share - bad) ** 2 for share, bad in thought) / len(thought)


def test_it_is_less_wrong_when_it_is_tempered(monkeypatch: pytest.MonkeyPatch) -> None:
    tempered = said(3_000)
    monkeypatch.setattr(bayes, "TEMPER", 1.0)
    untempered = said(3_000)
    assert wrong(tempered) < 0.7 * wrong(untempered)
    sure = [bad for share, bad in tempered if share >= 0.8]
    assert len(sure) > 20
    assert sum(sure) / len(sure) > 0.85


def test_it_orders_as_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    for n in range(60):
        counts.learn(features([TALK[n], TALK[n + 1], *SALE[: n % 4]]), n % 3 == 0)
    texts = [tuple(features([TALK[n], TALK[2 * n], *SALE[: n % 5]])) for n in range(40)]

    def order() -> list[int]:
        found = [chance(text, counts.of(text), counts.total, 20) for text in texts]
        shares = [round(one.bad, 9) for one in found if one is not None]
        assert len(shares) == 40
        return sorted(range(40), key=lambda n: shares[n])

    tempered = order()
    monkeypatch.setattr(bayes, "TEMPER", 1.0)
    assert order() == tempered
