"""Parts of a long text: they fit, they join, and nothing is cut that belongs together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord import text as discord
from bots.telegram import text as telegram
from core.text.clusters import is_boundary
from core.text.model import Rich, Span, Style, bold, link
from core.text.split import cut, split
from core.text.tools import normalise
from tests.text.strategies import WIDTHLESS, dress, riches, texts

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
COSTS = [telegram.cost, discord.cost]
LONG = texts(60)


def plain(rich: Rich) -> int:
    """Characters, the simplest cost."""
    return len(rich.text)


@SETTINGS
@given(riches(text=LONG), st.integers(120, 300), st.booleans())
def test_parts_fit_and_join_to_the_text(rich: Rich, limit: int, on_discord: bool) -> None:
    cost = discord.cost if on_discord else partial(telegram.cost, limit=limit)
    parts = split(rich, limit, cost)
    for part in parts:
        assert cost(part) <= limit
        assert part.text.strip()
        assert part == normalise(part)
    joined = [pair for part in parts for pair in dress(part)]
    assert joined == [p for p in dress(normalise(rich))]


@SETTINGS
@given(texts(80), st.integers(12, 60))
def test_no_part_cuts_a_character_or_an_address(text: str, limit: int) -> None:
    place = 0
    for part in split(Rich(text), limit, plain)[:-1]:
        place = text.index(part.text, place) + len(part.text)
        assert is_boundary(text, place)
        part.text.encode("utf-8")


@SETTINGS
@given(riches((Style.LINK,), st.text("abc \n.", min_size=20, max_size=200)))
def test_a_link_is_cut_only_where_it_is_longer_than_a_part(rich: Rich) -> None:
    limit = 40
    whole = [s for s in normalise(rich).spans if s.end - s.start <= limit]
    parts = [s for p in split(rich, limit, plain) for s in p.spans]
    assert sum(s.end - s.start <= limit for s in parts) >= len(whole)
    if len(whole) == len(normalise(rich).spans):
        assert len(parts) == len(whole)


def test_cuts_prefer_paragraphs_then_lines_then_sentences_then_words() -> None:
    assert _texts("one two.\n\nthree four", 15) == ["one two.", "three four"]
    assert _texts("aaaa bbbb\ncccc dddd eeee", 18) == ["aaaa bbbb", "cccc dddd eeee"]
    assert _texts("Aaa bbb cc. Ddd eee fff", 18) == ["Aaa bbb cc.", "Ddd eee fff"]
    assert _texts("aaaa bbbb cccc dddd", 12) == ["aaaa bbbb", "cccc dddd"]
    assert _texts("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def _texts(text: str, limit: int) -> list[str]:
    return [part.text for part in split(Rich(text), limit, plain)]


def test_code_is_closed_and_opened_again_and_keeps_its_indentation() -> None:
    code = "\n".join(f"    line {n}" for n in range(20))
    parts = split(Rich(code).dressed(Style.PRE, "py"), 80, discord.cost)
    assert len(parts) > 2
    for part in parts:
        assert part.spans == (Span(0, len(part.text), Style.PRE, "py"),)
        assert part.text.startswith("    line")
    assert "\n".join(part.text for part in parts) == code


def test_a_family_of_joined_emoji_is_one_character() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    parts = split(Rich(family * 5), 14, lambda r: telegram.utf16_len(r.text))
    assert [part.text for part in parts] == [family] * 5


def test_something_larger_than_a_part_is_cut_all_the_same() -> None:
    assert len(split(Rich("a" + "\u0301" * 50), 10, plain)) >= 1
    assert (
        "".join(p.text for p in split(link("x" * 30, "https://x.example"), 10, plain)) == "x" * 30
    )
    assert [p.text for p in split(Rich("ab"), 0, plain)] == ["a", "b"]


def test_nothing_gives_no_part() -> None:
    assert split(Rich(" \n "), 10, plain) == []
    assert cut(Rich(""), 10, plain) == (Rich(), False)


def test_cut_says_whether_there_is_more() -> None:
    assert cut(bold("one two"), 20, plain) == (bold("one two"), False)
    assert cut(bold("one two "), 7, plain) == (bold("one two"), False)
    assert cut(bold("one two three"), 9, plain) == (bold("one two"), True)


@pytest.mark.parametrize("cost", COSTS)
def test_a_megabyte_is_split_in_time_that_grows_with_its_length(
    cost: Callable[[Rich], int],
) -> None:
    """Ten times the text takes about ten times the calls, and their texts stay short."""
    counted: list[int] = []

    def counting(rich: Rich) -> int:
        counted.append(len(rich.text))
        return cost(rich)

    paragraph = Rich("A *word* or two, a ") + bold("bold one") + " and http://x.example/a_b.\n\n"
    few = Rich(paragraph.text * 1500, _repeated(paragraph, 1500))
    assert cost(Rich()) == 0
    split(few, 2000, counting)
    assert max(counted) <= 6000
    assert len(counted) <= 12 * (len(few.text) // 1000)


def _repeated(rich: Rich, times: int) -> tuple[Span, ...]:
    size = len(rich.text)
    return tuple(
        Span(s.start + n * size, s.end + n * size, s.style)
        for n in range(times)
        for s in rich.spans
    )


@pytest.mark.campaign
@pytest.mark.parametrize("text", ["x" * 1_000_000, "é \n" * 330_000, "* _`" * 250_000])
def test_hostile_megabytes(text: str) -> None:
    for cost in COSTS:
        parts = split(Rich(text), 2000, cost)
        joined = "".join("".join(p.text.split()) for p in parts).replace(WIDTHLESS, "")
        assert joined == "".join(text.split())
