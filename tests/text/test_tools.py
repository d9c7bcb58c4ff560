"""Normal form, trimming, shortening and excerpts of rich text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from core.text import tools
from core.text.model import Rich, Span, Style, link
from tests.text.strategies import riches

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


@SETTINGS
@given(riches())
def test_normal_form_is_nested_sorted_and_final(rich: Rich) -> None:
    once = tools.normalise(rich)
    assert once.text == rich.text
    assert tools.normalise(once) == once
    assert list(once.spans) == sorted(once.spans, key=lambda s: (s.start, -s.end))
    for number, outer in enumerate(once.spans):
        assert 0 <= outer.start < outer.end <= len(rich.text)
        for inner in once.spans[number + 1 :]:
            assert inner.start >= outer.end or inner.end <= outer.end, "spans partly overlap"
            if inner.start < outer.end:
                assert outer.style not in tools.VERBATIM, "something inside code"
                assert inner.style is not outer.style, "a style inside itself"


@SETTINGS
@given(riches())
def test_what_a_spoiler_covers_stays_covered(rich: Rich) -> None:
    hidden = {
        place
        for s in rich.spans
        if s.style is Style.SPOILER
        for place in range(s.start, s.end)
        if not rich.text[place].isspace()
    }
    after = {
        place
        for s in tools.normalise(rich).spans
        if s.style is Style.SPOILER
        for place in range(s.start, s.end)
    }
    assert hidden <= after


def test_crossing_spans_are_cut_at_the_stronger() -> None:
    rich = Rich("abcdefgh", (Span(0, 5, Style.BOLD), Span(3, 8, Style.LINK, "https://x.example")))
    assert tools.normalise(rich).spans == (
        Span(0, 3, Style.BOLD),
        Span(3, 8, Style.LINK, "https://x.example"),
        Span(3, 5, Style.BOLD),
    )


def test_equal_neighbours_merge_and_edges_lose_their_space() -> None:
    rich = Rich(" ab cd ", (Span(0, 3, Style.BOLD), Span(3, 7, Style.BOLD)))
    assert tools.normalise(rich).spans == (Span(1, 6, Style.BOLD),)


def test_a_link_in_code_survives_and_the_code_is_cut_around_it() -> None:
    rich = Rich("abcdef", (Span(0, 6, Style.CODE), Span(2, 4, Style.LINK, "https://x.example")))
    styles = [(s.start, s.end, s.style) for s in tools.normalise(rich).spans]
    assert styles == [
        (0, 2, Style.CODE),
        (2, 4, Style.LINK),
        (2, 4, Style.CODE),
        (4, 6, Style.CODE),
    ]


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://x.example/a", "https://x.example/a"),
        ("/a b", "https://base.example/a%20b"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("java\nscript:alert(1)", ""),
        ("\u200bjavascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("mailto:desk@x.example", "mailto:desk@x.example"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("https://", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_only_harmless_addresses_are_links(url: str, safe: str) -> None:
    assert tools.safe_url(url, "https://base.example/p/") == safe


def test_first_words_is_one_line_that_keeps_the_secret() -> None:
    rich = Rich("He is\nthe  gardener, of all people", (Span(11, 19, Style.SPOILER),))
    assert tools.first_words(rich, 80) == "He is the …, of all people"
    assert tools.first_words(rich, 12) == "He is the…"
    assert tools.first_words(Rich("word"), 4) == "word"


def test_truncate_measures_in_the_unit_given_and_never_halves_a_character() -> None:
    rich = Rich("ab👩\u200d👩\u200d👧cd")
    assert tools.truncate(rich, 5, tools.utf16_len).text == "ab…"
    assert tools.truncate(rich, 20, tools.utf16_len) == rich


def test_mail_addresses_are_spelled_where_they_cannot_be_linked() -> None:
    both = link("write", "mailto:desk@x.example") + " or " + link("see", "tg://resolve?domain=x")
    plain = tools.spell_links(both, frozenset({"http", "https"}))
    assert plain == Rich("write (desk@x.example) or see")


def test_strip_keeps_the_indentation_of_code() -> None:
    rich = Rich("\n\n  x = 1 \n", (Span(2, 10, Style.PRE),))
    assert tools.strip(rich).text == "  x = 1"
