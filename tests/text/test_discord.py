"""Rich text as Discord's markdown, and Discord's markdown as rich text."""

from __future__ import annotations

import re
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord.text import cost, from_discord, to_discord
from core.text.model import Rich, Span, Style, bold, italic, link
from core.text.tools import normalise, utf16_len
from tests.text.strategies import INLINE, META, WIDTHLESS, dress, riches, texts, visible

SETTINGS = settings(max_examples=250, deadline=None, derandomize=True)
PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>")
PLAIN_WORDS = st.lists(
    st.sampled_from(["a", "b ", "\\", "*", "_", "~", "|", "`", " ", "\n", "é", "🔥", "#", "> "]),
    max_size=10,
).map("".join)


def back(rich: Rich) -> Rich:
    """As the client shows it, without the widthless helpers."""
    return from_discord(to_discord(rich), {})


@SETTINGS
@given(texts())
def test_plain_text_comes_out_literally(text: str) -> None:
    shown = back(Rich(text))
    assert _decoded(shown.text.replace(WIDTHLESS, "")) == text
    assert shown.spans == ()


@pytest.mark.parametrize("mark", [*META, "**", "__", "||", "~~", "```", "-#", "1.", "> ", "# "])
@pytest.mark.parametrize("place", ["{0}a{0}", "a{0}b{0}c", "a {0} b {0} c", "{0} a\n{0} b", "a{0}"])
def test_every_mark_in_every_place_is_literal(mark: str, place: str) -> None:
    text = place.format(mark)
    assert back(Rich(text)) == Rich(text)


@SETTINGS
@given(riches())
def test_nothing_pings(rich: Rich) -> None:
    assert not PINGS.search(to_discord(rich))


@SETTINGS
@given(riches(tuple(s for s in Style if s not in (Style.LINK, Style.TIME))))
def test_no_dress_changes_the_words(rich: Rich) -> None:
    shown = visible(back(rich).text)
    assert _decoded(shown) == _decoded(visible(rich.text))


def _decoded(text: str) -> str:
    return text.replace("%40", "@").replace("%7C", "|")


@SETTINGS
@given(riches((*INLINE, Style.CODE), PLAIN_WORDS))
def test_inline_dress_is_seen_where_it_was_meant(rich: Rich) -> None:
    if any(s.style is Style.CODE for s in rich.spans):
        # Marks in code would end the dress around it, which gives way there.
        marked = frozenset(INLINE) - {Style.SPOILER}
        assert dress(back(rich), marked) == dress(normalise(rich), marked)
    else:
        assert dress(back(rich)) == dress(normalise(rich))


@SETTINGS
@given(riches((Style.SPOILER, Style.QUOTE, Style.PRE, Style.CODE)))
def test_blocks_and_spoilers_are_seen_where_they_were_meant(rich: Rich) -> None:
    seen = dress(back(rich))
    meant = dress(normalise(rich))
    assert len(seen) >= len(meant)
    if "://" not in rich.text:
        assert seen == meant


@SETTINGS
@given(riches((Style.LINK, Style.BOLD), st.text("ab \n", max_size=12)))
def test_links_lead_where_they_should(rich: Rich) -> None:
    assert dress(back(rich)) == dress(normalise(rich))


@SETTINGS
@given(riches(tuple(s for s in Style if s not in (Style.LINK, Style.TIME))))
def test_reading_back_is_final(rich: Rich) -> None:
    """What was read once, rendered and read again, shows the same."""
    once = back(rich)
    assert visible(back(once).text) == visible(once.text)


@pytest.mark.parametrize(
    ("rich", "markdown"),
    [
        (bold("a") + italic("b"), "**a**_b_"),
        (italic("b") + "c", f"_b_{WIDTHLESS}c"),
        (Rich("ab", (Span(0, 2, Style.UNDERLINE), Span(0, 1, Style.ITALIC))), None),
        (bold(" a "), " **a** "),
        (Rich("a`b").dressed(Style.CODE), "``a`b``"),
        (Rich("`").dressed(Style.CODE), "`` ` ``"),
        (Rich("a\nb").dressed(Style.SPOILER), "||a\nb||"),
        (Rich("a\nb").dressed(Style.BOLD), "**a**\n**b**"),
        (Rich("a\n\nb").dressed(Style.QUOTE), "> a\n> \n> b"),
        (Rich("x").dressed(Style.PRE, "py"), "```py\nx\n```"),
        (Rich("x").dressed(Style.HEADING, "5"), "### x"),
        (Rich("a big b", (Span(2, 5, Style.HEADING, "1"),)), "a **big** b"),
        (link("text", "https://x.example/a_(b)"), "[text](<https://x.example/a_%28b%29>)"),
        (link("https://x.example", "https://x.example"), "https://x.example"),
        (link("a[b", "https://x.example"), "a\\[b (https://x.example)"),
        (link("us", "mailto:a@x.example"), "us (a@x.example)"),
        (Rich("see https://x.example/a_b_c."), "see https://x.example/a_b_c."),
        (Rich("<https://x.example/a>"), "\\<<https://x.example/a>>"),
        (Rich("5:44 and @0301 #3"), "5:44 and @0301 #3"),
        (Rich("see https://x.example/@everyone"), "see https://x.example/%40everyone"),
        (Rich("x").dressed(Style.PRE, "a`b"), "```\nx\n```"),
        (Rich("x").dressed(Style.PRE, "py\n# a"), "```\nx\n```"),
    ],
)
def test_renderings(rich: Rich, markdown: str | None) -> None:
    if markdown is not None:
        assert to_discord(rich) == markdown
    assert dress(back(rich), frozenset({Style.LINK}))[0] == dress(rich, frozenset({Style.LINK}))[0]


@pytest.mark.parametrize(
    ("content", "text", "spans"),
    [
        ("**a *b* c**", "a b c", [(0, 5, "bold"), (2, 3, "italic")]),
        ("***a***", "a", [(0, 1, "bold"), (0, 1, "italic")]),
        ("__a _b_ c__", "a b c", [(0, 5, "underline"), (2, 3, "italic")]),
        ("snake_case_name", "snake_case_name", []),
        ("~~a~~ ||b||", "a b", [(0, 1, "strike"), (2, 3, "spoiler")]),
        ("`a*b*` ``c`d``", "a*b* c`d", [(0, 4, "code"), (5, 8, "code")]),
        ("x ```py\n*a*\n``` y", "x \n*a*\n y", [(3, 6, "pre")]),
        ("```one```", "one", [(0, 3, "pre")]),
        ("> a\n> b\nc", "a\nb\nc", [(0, 3, "quote")]),
        (">>> a\nb", "a\nb", [(0, 3, "quote")]),
        (">a", ">a", []),
        ("# Big\ntext", "Big\ntext", [(0, 3, "heading")]),
        ("#tag", "#tag", []),
        ("#### a", "#### a", []),
        ("-# small", "small", []),
        ("- a\n  * b\n1. c", "• a\n  • b\n1. c", []),
        ("[t](https://x.example)", "t", [(0, 1, "link")]),
        ("[t](<https://x.example/a b>)", "[t](<https://x.example/a b>)", []),
        ("[t](javascript:x)", "[t](javascript:x)", []),
        ("[t](mailto:a@x.example)", "[t](mailto:a@x.example)", []),
        ("<mailto:a@x.example> <+5266412345>", "a@x.example +5266412345", []),
        ("<https://x.example/a_b_>", "https://x.example/a_b_", []),
        ("https://x.example/_a_", "https://x.example/_a_", []),
        ("\\*a\\* \\<@1>", "*a* <@1>", []),
        ("a\\b \\ c", "a\\b \\ c", []),
        ("¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯", []),
        ("** **", " ", []),
        ("**a", "**a", []),
        ("2 * 3 * 4", "2 * 3 * 4", []),
    ],
)
def test_the_clients_markdown_is_read(
    content: str, text: str, spans: list[tuple[int, int, str]]
) -> None:
    rich = from_discord(content, {})
    assert rich.text == text
    assert [(s.start, s.end, s.style.value) for s in rich.spans] == spans


def test_mentions_are_resolved() -> None:
    names = {"@1": "Ann", "#2": "general", "&3": "crew"}
    content = "<@1> <@!1> <@9> <#2> <#9> <@&3> <@&9> <:cat:4> <a:dog:5> </say it:6> <id:browse>"
    assert from_discord(content, names).text == (
        "@Ann @Ann @someone #general #channel @crew @role :cat: :dog: /say it #browse"
    )


def test_timestamps_are_told_in_the_zone() -> None:
    zone = timezone(timedelta(hours=2), "CEST")
    content = "<t:1700000000> <t:1700000000:t> <t:1700000000:D> <t:9999999999999:R>"
    assert from_discord(content, {}, zone).text == (
        "2023-11-15 00:13 CEST 00:13 CEST 2023-11-15 9999999999999"
    )


@pytest.mark.parametrize(
    "content",
    [
        "*" * 4000,
        "_*" * 2000,
        "||" * 2000,
        "**_" * 1300 + "a" + "_**" * 1300,
        "> " * 2000,
        "[" * 4000,
        "[a](" * 1000,
        "`" * 3999,
        "<" * 4000,
        "\\" * 3999,
        "~~||__**_" * 220 + "x" + "_**__||~~" * 220,
    ],
    ids=lambda content: content[:9],
)
def test_hostile_markdown_neither_recurses_nor_hangs(content: str) -> None:
    assert from_discord(content, {}) is not None
    assert to_discord(Rich(content))


@SETTINGS
@given(riches())
def test_cost_counts_utf16_units_of_the_markdown(rich: Rich) -> None:
    assert cost(rich) == utf16_len(to_discord(rich))


@pytest.mark.parametrize(
    "written",
    [
        "[https://paper.example](https://else.example)",
        "[at https://paper.example/a](<https://else.example>)",
    ],
)
def test_a_link_whose_text_is_an_address_is_none_as_in_the_client(written: str) -> None:
    rich = from_discord(written, {})
    assert rich.spans == ()
    assert rich.text == written.replace("<", "").replace(">", "")
    assert from_discord(to_discord(rich), {}) == rich
