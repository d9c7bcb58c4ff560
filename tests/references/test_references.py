"""What comments name each other by, measured on labelled cases and checked rule by rule.

A case is a thread (the time labels of its comments, numbered from 1; "-" is one that nobody could
read; a label that is not later than the one before it belongs to the next day), the text of the
next comment, and the numbers that its references name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.references import Earlier, mentions, resolve
from core.text.model import Rich, Span, Style

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))


def thread(labels: str) -> list[Earlier]:
    """The comments of a thread from their labels."""
    day, before = datetime(2023, 10, 21, tzinfo=UTC), (0, 0)
    found = []
    for number, label in enumerate(labels.split(), 1):
        if label == "-":
            continue
        hour, minute = map(int, label.split(":"))
        if (hour, minute) < before:
            day += timedelta(days=1)
        before = (hour, minute)
        found.append(Earlier(number, day.replace(hour=hour, minute=minute)))
    return found


def named(text: str | Rich, labels: str, answered: int | None = None) -> list[int]:
    """The numbers that a text names under a thread."""
    rich = Rich(text) if isinstance(text, str) else text
    return [r.number for r in resolve(mentions(rich), thread(labels), answered)]


def test_references_are_found_as_people_mean_them(
    record_property: Callable[[str, object], None],
) -> None:
    right = said = meant = 0
    wrong = []
    for case in CASES["cases"]:
        found = named(case["text"], CASES["threads"][case["thread"]])
        right += len(set(found) & set(case["names"]))
        said += len(found)
        meant += len(case["names"])
        if found != case["names"]:
            wrong.append((case["text"], found, case["names"]))
    precision, recall = right / said, right / meant
    record_property("precision", precision)
    record_property("recall", recall)
    assert len(CASES["cases"]) >= 200
    assert precision >= 0.98, wrong
    assert recall >= 0.9, wrong


def test_the_nearest_comment_of_a_label_is_meant() -> None:
    assert named("5:44", "5:44 17:44") == [2]
    assert named("5:44", "17:44 5:44") == [2]
    assert named("5:44", "5:44 9:00 5:44 9:00") == [3]
    assert named("12:30", "0:30") == [1]
    assert named("0:30", "12:30") == []


def test_two_comments_of_one_minute_are_ambiguous_unless_one_is_answered() -> None:
    assert named("5:44 no", "5:44 5:44") == []
    assert named("5:44 no", "5:44 5:44", answered=1) == [1]
    assert named("5:44 no", "5:44 17:44", answered=1) == [1]
    assert named("5:44 no", "5:44 17:44 18:00", answered=3) == [2]


def test_a_label_that_was_pasted_from_a_copy_is_one() -> None:
    assert named("@\u20600301 you said", "3:01") == named("@0301 you said", "3:01") == [1]


def test_an_hour_with_a_zero_is_of_24_hours_where_that_fits() -> None:
    assert named("@0301", "3:01 15:01") == [1]
    assert named("05:44", "5:44 17:44") == [1]
    assert named("05:44", "17:44") == [1]


def test_what_is_quoted_code_or_a_link_names_nothing() -> None:
    for style in (Style.CODE, Style.PRE, Style.LINK):
        assert named(Rich("#1 you", (Span(0, 2, style, "https://a.example/"),)), "9:00") == []
    quoted = Rich("9:00 said so\n10:00 you too", (Span(0, 12, Style.QUOTE),))
    assert named(quoted, "9:00 10:00") == [2]


@pytest.mark.parametrize("text", ["#1’s point stands", "9:00's right", "9:00’s right"])
def test_a_comment_can_own_something(text: str) -> None:
    assert named(text, "9:00") == [1]


def test_references_lie_where_their_words_are() -> None:
    text = "🦉 9:00 and #2, you both\nare wrong.\n>>1"
    found = resolve(mentions(Rich(text)), thread("9:00 9:10"))
    words = [(text[r.start : r.end], r.number, r.leads) for r in found]
    assert words == [("9:00", 1, True), ("#2", 2, True), (">>1", 1, False)]


PIECES = st.sampled_from(
    [
        "5:44",
        "@0301",
        "#1",
        ">>2",
        "#12",
        " ",
        "\n",
        ", ",
        " and ",
        "pm",
        "you",
        "☕",
        "a",
        "٣",
        ">",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_can_be_read(text: str) -> None:
    earlier = thread("3:01 5:44 17:44")
    before = 0
    for one in resolve(mentions(Rich(text)), earlier):
        assert before <= one.start < one.end <= len(text)
        assert one.number in (1, 2, 3)
        before = one.end


@pytest.mark.parametrize("piece", ["5:44 ", "5:44,", "#1 ", "\n", "\n5:44", "@", ">>", "(", "5:"])
def test_long_texts_give_a_bounded_number(piece: str) -> None:
    assert len(mentions(Rich(piece * (8000 // len(piece))))) <= 20
