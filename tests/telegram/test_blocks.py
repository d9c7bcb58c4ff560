"""Rich messages are read as text, list by list and quote by quote, whatever is in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.telegram.blocks import rich_media, rich_words
from core.text.model import Rich, Span, Style
from core.text.tools import normalise

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)


def words(*blocks: Any) -> Rich:
    return rich_words({"blocks": list(blocks)})


def paragraph(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def test_inline_dress_is_kept() -> None:
    bold = {"type": "bold", "text": ["b", {"type": "italic", "text": "c"}]}
    link = {"type": "url", "text": "d", "url": "https://x.example/"}
    emoji = {"type": "custom_emoji", "custom_emoji_id": "5", "alternative_text": "🔥"}
    moment = {"type": "date_time", "text": "then", "unix_time": 7, "date_time_format": "r"}
    mention = {"type": "text_mention", "text": "Ann", "user": {"id": 5, "first_name": "A"}}
    assert words(paragraph(["a", bold, link, emoji, moment, mention])) == Rich(
        "abcd🔥thenAnn",
        (
            Span(1, 3, Style.BOLD),
            Span(2, 3, Style.ITALIC),
            Span(3, 4, Style.LINK, "https://x.example/"),
            Span(5, 9, Style.TIME, "7:r"),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "style"),
    [
        ("underline", Style.UNDERLINE),
        ("strikethrough", Style.STRIKE),
        ("spoiler", Style.SPOILER),
        ("code", Style.CODE),
    ],
)
def test_what_is_hidden_or_struck_out_stays_so(kind: str, style: Style) -> None:
    assert words(paragraph(["a", {"type": kind, "text": "b"}])) == Rich("ab", (Span(1, 2, style),))


def test_formulas_are_read_as_code() -> None:
    inside = {"type": "mathematical_expression", "expression": "x^2"}
    alone = {"type": "mathematical_expression", "expression": "y^2"}
    assert words(paragraph(inside), alone) == Rich(
        "x^2\n\ny^2", (Span(0, 3, Style.CODE), Span(5, 8, Style.PRE))
    )


def test_tasks_that_wait_pulled_quotes_and_credits_are_told() -> None:
    task = {"has_checkbox": True, "blocks": [paragraph("task")]}
    photo = {"type": "photo", "photo": [], "caption": {"text": "pier", "credit": "Ann"}}
    pulled = {"type": "pullquote", "text": "said"}
    rich = words({"type": "list", "items": [task]}, photo, pulled)
    assert rich == Rich("☐ task\n\npier\n— Ann\n\nsaid", (Span(20, 24, Style.QUOTE),))


def test_lists_tables_and_quotes_read_as_such() -> None:
    inner = {"type": "list", "items": [{"label": "a)", "blocks": [paragraph("deep")]}]}
    items = [
        {"label": "•", "blocks": [paragraph("one"), inner]},
        {"label": "", "has_checkbox": True, "is_checked": True, "blocks": [paragraph("two")]},
    ]
    cells = [[{"text": "A", "is_header": True}, {"text": "B"}], [{"text": "1"}, {}]]
    quote = {"type": "blockquote", "blocks": [paragraph("said")], "credit": "Ann"}
    rich = words({"type": "list", "items": items}, {"type": "table", "cells": cells}, quote)
    assert rich.text == "• one\n  a) deep\n☑ two\n\nA | B\n1 | \n\nsaid\n— Ann"
    assert rich.spans == (Span(23, 24, Style.BOLD), Span(35, 45, Style.QUOTE))


def test_headings_code_and_folded_quotes() -> None:
    rich = words(
        {"type": "heading", "text": "H", "size": 2},
        {"type": "pre", "text": "x = 1", "language": "python"},
        {"type": "expandable_blockquote", "text": "long"},
    )
    assert rich == Rich(
        "H\n\nx = 1\n\nlong",
        (
            Span(0, 1, Style.HEADING, "2"),
            Span(3, 8, Style.PRE, "python"),
            Span(10, 14, Style.QUOTE, "expandable"),
        ),
    )


def test_what_is_new_is_read_for_its_words_and_told_as_other() -> None:
    new = {"type": "hologram", "summary": "a", "blocks": [{"type": "orb", "text": ["b", 5]}]}
    assert words(new).text == "ab"
    assert [name for name, *_ in rich_media({"blocks": [new]})] == ["hologram", "orb"]


def test_where_a_press_leads_is_not_hidden_behind_words() -> None:
    button = {"type": "button", "button": {"text": "win", "url": "https://bad.example/"}}
    phone = {"type": "phone_number", "phone_number": "+526641234567"}
    mail = {"type": "email_address", "email_address": "a@b.example"}
    texts = [button, {**phone, "text": "call"}, {**phone, "text": "+52 664 123 4567"}]
    block = paragraph([*texts, {**mail, "text": "write"}, {**mail, "text": "A@b.example"}])
    read = words(block)
    assert read.text == "wincall (+526641234567)+52 664 123 4567write (a@b.example)A@b.example"
    assert read.spans == (Span(0, 3, Style.LINK, "https://bad.example/"),)
    rows = {"type": "buttons", "buttons": [button["button"], {"text": "no"}]}
    assert words(rows) == Rich("win | no", read.spans)


def test_media_are_found_wherever_they_are() -> None:
    photo: dict[str, Any] = {"type": "photo", "photo": [{"file_id": "1"}], "has_spoiler": True}
    photo["caption"] = {"text": "seen"}
    sound = {"type": "voice_note", "voice_note": {"file_id": "2"}}
    details = {"type": "details", "summary": "more", "blocks": [photo, sound]}
    found = list(rich_media({"blocks": [details]}))
    assert found == [("photo", [{"file_id": "1"}], True), ("voice", {"file_id": "2"}, False)]
    assert words(details).text == "more\n\nseen"


@pytest.mark.parametrize("kind", ["blockquote", "details", "list", "collage", "new"])
def test_depth_does_not_matter(kind: str) -> None:
    block: Any = paragraph("deep")
    text: Any = "word"
    for _ in range(5000):
        block = {"type": kind, "blocks": [block], "items": [{"blocks": [block]}][: kind == "list"]}
        if kind == "list":
            del block["blocks"]
        text = {"type": "bold", "text": [text]}
    assert "deep" in words(block).text
    assert words(paragraph(text)).text == "word"
    list(rich_media({"blocks": [block]}))


_leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats()
_kinds = st.sampled_from(["list", "table", "pre", "bold", "url", "date_time", "map", "x", None])
_names = st.sampled_from(
    [
        "type",
        "text",
        "blocks",
        "items",
        "cells",
        "caption",
        "credit",
        "label",
        "button",
        "url",
        "buttons",
        "size",
        "language",
        "summary",
        "unix_time",
        "date_time_format",
        "photo",
    ]
)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner | _kinds)
)


@SETTINGS
@given(_values)
def test_nothing_makes_it_fail(value: Any) -> None:
    for message in (value, {"blocks": value}, {"blocks": [value]}):
        rich = rich_words(message)
        assert normalise(rich) == rich
        list(rich_media(message))
