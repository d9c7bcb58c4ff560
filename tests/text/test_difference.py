"""The difference of two wordings, as a moderator reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.difference import MOST_TOKENS, difference
from core.text.model import Rich, Style


def marked(rich: Rich) -> str:
    """ "-taken out-" and "+put in+" in the text."""
    text = rich.text
    for span in sorted(rich.spans, key=lambda s: -s.start):
        sign = {Style.STRIKE: "-", Style.BOLD: "+"}.get(span.style)
        if sign:
            inner = f"{sign}{text[span.start : span.end]}{sign}"
            text = text[: span.start] + inner + text[span.end :]
    return text


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("the mayor knew", "the mayor lied", "the mayor -knew-+lied+"),
        ("one two", "one two three", "one two+ three+"),
        ("one two three", "one three", "one -two -three"),
        ("same", "same", "same"),
        ("", "new", "+new+"),
        ("old", "", "-old-"),
        ("a b", "a  b", "a- -+  +b"),
    ],
)
def test_words_are_struck_and_underlined(old: str, new: str, shown: str) -> None:
    assert marked(difference(old, new, 1000)) == shown


def test_what_stayed_is_shortened_around_the_change() -> None:
    old = " ".join(f"w{n}" for n in range(100))
    shown = marked(difference(old, old.replace("w50", "changed"), 1000))
    assert shown == "…w47 w48 w49 -w50-+changed+ w51 w52 w53…"


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_wordings_are_in_it(old: str, new: str) -> None:
    rich = difference(old, new, 10_000)
    if "…" in rich.text:
        return
    struck = {n for s in rich.spans if s.style == Style.STRIKE for n in range(s.start, s.end)}
    bold = {n for s in rich.spans if s.style == Style.BOLD for n in range(s.start, s.end)}
    assert "".join(c for n, c in enumerate(rich.text) if n not in bold) == old
    assert "".join(c for n, c in enumerate(rich.text) if n not in struck) == new


def test_a_hostile_length_is_bounded() -> None:
    old, new = "a b " * MOST_TOKENS, "b c " * MOST_TOKENS
    assert len(difference(old, new, 500).text) <= 510
