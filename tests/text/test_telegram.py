"""Rich text as Telegram's text and entities, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.telegram.text import MAX_ENTITIES, cost, from_telegram, to_telegram, utf16_len
from core.text.model import Rich, Span, Style, link
from core.text.tools import normalise
from tests.text.strategies import riches, texts

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
SIMPLE = tuple(s for s in Style if s not in (Style.CODE, Style.PRE))


def _bold_headings(rich: Rich) -> Rich:
    spans = tuple(
        replace(s, style=Style.BOLD, value="") if s.style is Style.HEADING else s
        for s in rich.spans
    )
    return normalise(Rich(rich.text, spans))


@SETTINGS
@given(riches(SIMPLE))
def test_round_trip_gives_the_normal_form(rich: Rich) -> None:
    assert from_telegram(*to_telegram(rich)) == _bold_headings(normalise(rich))


@SETTINGS
@given(riches())
def test_round_trip_with_code_is_stable(rich: Rich) -> None:
    once = from_telegram(*to_telegram(rich))
    assert once.text == rich.text
    assert from_telegram(*to_telegram(once)) == once


@SETTINGS
@given(riches())
def test_entities_obey_telegrams_rules(rich: Rich) -> None:
    text, entities = to_telegram(rich)
    size = len(text.encode("utf-16-le")) // 2
    alone = ("code", "pre")
    for number, one in enumerate(entities):
        start, end = one["offset"], one["offset"] + one["length"]
        assert 0 <= start < end <= size
        for other in entities[number + 1 :]:
            first, last = other["offset"], other["offset"] + other["length"]
            assert first >= end or last <= end, "entities partly overlap"
            if first < end:
                assert one["type"] not in alone
                assert other["type"] not in alone or "quote" in one["type"]


def test_offsets_count_utf16_units() -> None:
    rich = Rich("🔥 bold 🇩🇪x", (Span(2, 6, Style.BOLD), Span(9, 10, Style.ITALIC)))
    _, entities = to_telegram(rich)
    assert entities == [
        {"type": "bold", "offset": 3, "length": 4},
        {"type": "italic", "offset": 12, "length": 1},
    ]


@SETTINGS
@given(texts(), st.integers(0, 30), st.integers(0, 30))
def test_offsets_inside_a_surrogate_pair_take_the_whole_character(
    text: str, offset: int, length: int
) -> None:
    entity = {"type": "bold", "offset": offset, "length": length}
    for span in from_telegram("🔥" + text, [entity]).spans:
        assert 0 <= span.start < span.end <= len(text) + 1


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "date_time", "offset": 0, "length": 2},
        {"type": "mention", "offset": 0, "length": 2},
        {"type": "text_mention", "offset": 0, "length": 2, "user": {"id": 1}},
        {"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "1"},
        {"type": "url", "offset": 0, "length": 2},
        {"type": "bold", "offset": -1, "length": 2},
        {"type": "bold", "offset": 99, "length": 2},
        {"type": "bold", "offset": "0", "length": None},
        {"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"},
        {"type": None},
        {},
    ],
)
def test_what_dresses_nothing_or_is_unknown_is_plain_text(entity: dict[str, Any]) -> None:
    assert from_telegram("text", [entity]) == Rich("text")


def test_every_known_type_is_read() -> None:
    text = "a b"
    for kind, style, more, value in (
        ("bold", Style.BOLD, {}, ""),
        ("strikethrough", Style.STRIKE, {}, ""),
        ("spoiler", Style.SPOILER, {}, ""),
        ("pre", Style.PRE, {"language": "py"}, "py"),
        ("text_link", Style.LINK, {"url": "https://x.example/"}, "https://x.example/"),
        ("expandable_blockquote", Style.QUOTE, {}, "expandable"),
    ):
        entity = {"type": kind, "offset": 0, "length": 3, **more}
        rich = from_telegram(text, [entity])
        assert rich.spans == (Span(0, 3, style, value),)
        assert to_telegram(rich) == (text, [entity])


def test_too_many_entities_cost_too_much_and_lose_the_least() -> None:
    text = "x " * 120
    spans = [Span(2 * n, 2 * n + 1, Style.BOLD) for n in range(110)]
    spans.append(Span(230, 231, Style.SPOILER))
    rich = Rich(text, tuple(spans))
    assert cost(rich, 4096) > 4096
    assert cost(Rich(text, tuple(spans[:100])), 4096) == 4096
    _, entities = to_telegram(rich)
    assert len(entities) == MAX_ENTITIES
    assert entities[-1]["type"] == "spoiler"


def test_an_address_that_no_link_can_have_is_written_out() -> None:
    assert to_telegram(link("us", "mailto:a@x.example")) == ("us (a@x.example)", [])


@pytest.mark.parametrize("seconds", [0, 2**31, 2**40])
def test_a_moment_that_telegram_cannot_tell_is_its_words(seconds: int) -> None:
    """It refuses the whole message otherwise."""
    rich = Rich("then", (Span(0, 4, Style.TIME, f"{seconds}:t"),))
    assert to_telegram(rich) == ("then", [])


def test_what_is_hidden_stays_so_where_it_cannot_be_code_as_well() -> None:
    rich = Rich("a b c", (Span(0, 5, Style.CODE), Span(2, 3, Style.SPOILER)))
    spoiler = {"type": "spoiler", "offset": 2, "length": 1}
    assert spoiler in to_telegram(rich)[1]
    whole = Rich("ab", (Span(0, 2, Style.SPOILER), Span(0, 2, Style.CODE)))
    assert to_telegram(whole)[1] == [{"type": "spoiler", "offset": 0, "length": 2}]


def test_utf16_len_counts_units() -> None:
    assert [utf16_len(t) for t in ("", "ab", "é", "🔥", "👩\u200d👩")] == [0, 2, 1, 2, 5]
