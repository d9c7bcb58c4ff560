"""The example publication: its shape, its time references, its pictures, its own words."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.rehearsal.example import Example, ExampleComment, load_example
from bots.rehearsal.example.drawing import HEIGHT, WIDTH, draw

REPORT = "scale-three"
PAGE = Path(__file__).resolve().parents[2] / ".." / "shared" / "example-page.txt"


@pytest.fixture(name="example")
def _example() -> Example:
    return load_example()


def tops(example: Example) -> list[ExampleComment]:
    return [comment for comment in example.comments_of(REPORT) if not comment.parent]


def test_the_report_has_headline_deck_byline_and_body(example: Example) -> None:
    report = example.article(REPORT)
    assert report.headline
    assert report.deck
    assert report.byline not in [person.name for person in example.people]
    assert 9 <= report.body.count("<p>") <= 14


def test_the_conversation_has_the_shape_asked_for(example: Example) -> None:
    comments = example.comments_of(REPORT)
    replies = [sum(c.parent == top.key for c in comments) for top in tops(example)]
    assert replies == [26, 0, 5, 0, 1, 1, 0, 0]
    assert len(comments) == 8 + 33


def test_replies_follow_what_they_answer(example: Example) -> None:
    by_key = {comment.key: comment for comment in example.comments}
    assert len(by_key) == len(example.comments)
    for comment in example.comments:
        if comment.parent:
            parent = by_key[comment.parent]
            assert parent.article == comment.article
            assert parent.at_offset_seconds < comment.at_offset_seconds
        assert comment.at_offset_seconds > 0


def test_comments_come_from_both_platforms_with_and_without_a_name(example: Example) -> None:
    kinds = {(comment.platform, comment.anonymous) for comment in example.comments_of(REPORT)}
    assert kinds == {(side, no_name) for side in ("telegram", "discord") for no_name in (0, 1)}
    for comment in example.comments:
        assert example.person(comment.person).platform == comment.platform


def test_a_few_would_not_be_let_through(example: Example) -> None:
    rejected = [comment for comment in example.comments if comment.verdict == "reject"]
    reasons = {comment.reason for comment in rejected}
    assert reasons == {"insult", "threat", "private data", "spam"}
    assert all(not comment.reason for comment in example.comments if comment.verdict == "approve")


def test_time_references_name_the_comment_that_they_mean(example: Example) -> None:
    base = example.base(1_790_000_000.0)
    zone = ZoneInfo(example.publication.zone)
    by_key = {comment.key: comment for comment in example.comments}
    named = [comment for comment in example.comments if comment.refers]
    assert len(named) > 10
    for comment in named:
        found = re.match(r"@?(\d{1,2}):?(\d{2})\b", comment.text)
        assert found, comment.text
        for key in comment.refers:
            said = datetime.fromtimestamp(example.said_at(by_key[key], base), UTC).astimezone(zone)
            assert (int(found[1]), int(found[2])) == (said.hour, said.minute), comment.text


def test_both_languages_speak(example: Example) -> None:
    assert example.publication.languages == ("en", "es")
    assert set(example.publication.policy) == {"en", "es"}
    assert {article.language for article in example.articles} == {"en", "es"}
    spanish = [c for c in example.comments_of(REPORT) if re.search(r"[áéíóúñ¿¡]", c.text)]
    assert len(spanish) >= 5


def test_everything_lies_in_the_past_at_the_start(example: Example) -> None:
    for now in (1_790_000_000.0, 1_790_000_000.0 + 43_200):
        base = example.base(now)
        assert all(example.said_at(comment, base) < now for comment in example.comments)


@pytest.mark.parametrize("scene", [article.picture.scene for article in load_example().articles])
def test_pictures_are_pngs(scene: str) -> None:
    png = draw(scene)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (WIDTH, HEIGHT)
    assert len(png) < 100_000


def test_the_correction_fits_its_article(example: Example) -> None:
    corrections = [a for a in example.articles if a.correction is not None]
    assert corrections
    for article in corrections:
        assert article.correction is not None
        assert article.correction.before in article.body


def test_no_sentence_of_the_model_page_was_copied(example: Example) -> None:
    if not PAGE.exists():
        pytest.skip("the page that gave the shape is not here")
    ours = " ".join([c.text for c in example.comments] + [a.body for a in example.articles])
    words = _words(ours)
    runs = {tuple(words[i : i + 6]) for i in range(len(words) - 5)}
    theirs = _words(PAGE.read_text(encoding="utf-8"))
    shared = {tuple(theirs[i : i + 6]) for i in range(len(theirs) - 5)} & runs
    assert not shared


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
