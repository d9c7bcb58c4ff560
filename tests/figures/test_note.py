"""The transparency note: what is told, and that nothing small can be worked out from it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import product

import pytest

from core.figures import Seen
from core.figures.note import OTHER, Counts, Note, counts, draft, note
from core.i18n import texts

LEAST = 5
MOST = 26


def told(received: int, published: int, **reasons: int) -> Note:
    return note(Counts(received, published, reasons), LEAST)


def test_large_numbers_are_told_as_they_are() -> None:
    made = note(Counts(312, 270, {"insult": 20, "spam": 12}, 9, 3, 240.0), LEAST)
    assert (made.received.exact, made.published.exact, made.rejected.exact) == (312, 270, 32)
    assert made.reasons == (("insult", 20), ("spam", 12))
    assert made.appeals is not None
    assert (made.appeals.exact, made.upheld.exact) == (9, None)


def test_small_reasons_are_told_together_and_never_by_subtraction() -> None:
    assert told(100, 60, insult=20, spam=12, danger=3, unfounded=5).reasons == (
        ("insult", 20), ("spam", 12), (OTHER, 8),
    )  # fmt: skip
    assert told(100, 60, insult=38, spam=2).reasons == ()
    assert told(100, 96, insult=2, spam=2).reasons == ()


def test_a_small_remainder_makes_the_total_vague_by_what_is_told_alone() -> None:
    for hidden in (1, 2, 3, 4):
        made = told(32 + hidden, 20, insult=12)
        assert (made.received.exact, made.received.more) == (32, True)
    assert told(32, 20, insult=12).received.more is False
    assert told(3, 2, insult=1) == note(Counts(4, 1, {"spam": 3}), LEAST)


def test_appeals_do_not_tell_how_many_were_denied() -> None:
    assert note(Counts(9, 9, {}, 8, 6), LEAST).appeals is None
    both = note(Counts(9, 9, {}, 4, 2), LEAST)
    assert both.appeals is not None
    assert (both.appeals.exact, both.upheld.exact) == (None, None)


def test_no_small_number_is_certain_to_who_knows_the_rules() -> None:
    """Every small newsroom: whoever sees the note, and knows how it is made, is left with more than
    one number for each that is above 0 and below the threshold."""
    seen: dict[Note, list[tuple[int, ...]]] = defaultdict(list)
    for published, insult, spam, rest in product(range(MOST), repeat=4):
        received = published + insult + spam + rest
        if received >= MOST:
            continue
        reasons = {name: n for name, n in (("insult", insult), ("spam", spam)) if n}
        made = note(Counts(received, published, reasons), LEAST)
        seen[made].append((published, insult + spam, insult, spam, rest))
    for made, possible in seen.items():
        if made.received.more and (made.received.exact or 0) + LEAST > MOST:
            continue  # Larger totals that look the same were not tried.
        for numbers in zip(*possible, strict=True):
            assert len(set(numbers)) > 1 or not 0 < numbers[0] < LEAST


def test_it_counts_what_became_of_the_months_comments() -> None:
    seen = [Seen(0, "published", ("mode",), 60.0 * n) for n in range(1, 8)]
    seen += [Seen(0, "removed"), Seen(0, "rejected"), Seen(0, "withdrawn")]
    made = counts(seen, [None] * 7 + ["insult", None, None], ["upheld", "denied", "open"], LEAST)
    assert (made.received, made.published, made.rejected) == (10, 7, 2)
    assert made.reasons == {"insult": 1, "automatic": 1}
    assert (made.appeals, made.upheld, made.wait) == (3, 1, 240.0)
    assert counts(seen[:4], [None] * 4, [], LEAST).wait is None


@pytest.mark.parametrize(
    ("language", "headline", "line"),
    [
        ("en", "How comments were moderated in October 2026", "Appeals upheld: fewer than 5."),
        ("es", "Cómo se moderaron los comentarios en octubre de 2026", "· insulto: 20"),
    ],
)
def test_it_reads_as_an_article(language: str, headline: str, line: str) -> None:
    made = note(Counts(312, 270, {"insult": 20, "spam": 22}, 9, 3, 240.0), LEAST)
    names = {"insult": "insulto" if language == "es" else "insult"}
    article = draft(made, texts(language), date(2026, 10, 1), LEAST, names)
    assert (article.headline, article.key) == (headline, "transparency:2026-10")
    assert line in article.body.text.splitlines()
