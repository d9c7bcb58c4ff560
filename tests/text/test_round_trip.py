"""From one platform to the other and back: what both can show is as it was."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.discord.text import from_discord, render, to_discord
from bots.telegram.guard import guarded
from bots.telegram.text import from_telegram, to_telegram
from core.text import tools
from core.text.model import Rich, Span, Style
from core.text.split import split
from core.text.tools import legible, normalise
from tests.text.strategies import INLINE, META, ODD, WIDTHLESS, dress, odd_texts, riches

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)
LONG = settings(max_examples=4000, deadline=None)
Entities = list[dict[str, Any]]


def across(rich: Rich) -> Rich:
    """From Telegram to Discord and back to Telegram, as a reader there gets it."""
    read = from_telegram(*to_telegram(rich))
    returned = from_discord(to_discord(read), {})
    return from_telegram(*to_telegram(returned))


def plain(text: str) -> str:
    """As it is compared: helpers without width are not seen, and an address may spell some of
    its characters otherwise."""
    return text.replace(WIDTHLESS, "").replace("%40", "@").replace("%7C", "|")


def _check_text(text: str) -> None:
    back = across(Rich(text))
    if "://" in text:
        assert "".join(plain(back.text).split()) == "".join(plain(legible(text)).split())
    else:
        assert plain(back.text) == plain(legible(text))
    assert back.spans == ()


@SETTINGS
@given(odd_texts())
@example("\ud83d*\udd25*")
@example("a\u2028> b")
@example("- a\n1. b\n3. c\n• d")
def test_any_text_comes_back_as_it_was(text: str) -> None:
    _check_text(text.replace("\r\n", "\n"))


@pytest.mark.parametrize("mark", [*META, "**", "__", "||", "~~", "```", "-#", "1.", "> ", "# "])
def test_every_mark_beside_every_odd_character(mark: str) -> None:
    for odd in ODD:
        for text in (mark + odd, odd + mark, mark + odd + mark, f"{odd}{mark} {odd}{mark}"):
            _check_text(text)


def _seen(rich: Rich, without: frozenset[Style] = frozenset()) -> list[Any]:
    return [(c, s) for c, s in dress(rich, without) if c != "\u2060"]


ODD_WORDS = st.lists(
    st.sampled_from(
        [o for o in ODD if legible(o) == o and not o.isspace()]
        + ["a", "b ", "\\", "*", "_", "~", "|", " ", "\n", "#", "> ", "- ", ">", "(", "]"]
    ),
    max_size=10,
).map("".join)


def _telegram(rich: Rich) -> Rich:
    return from_telegram(*to_telegram(rich))


@SETTINGS
@given(riches(INLINE, ODD_WORDS))
def test_inline_dress_comes_back_however_it_nests(rich: Rich) -> None:
    assert _seen(across(rich)) == _seen(_telegram(rich))


@SETTINGS
@given(riches((Style.QUOTE, Style.PRE, Style.SPOILER, Style.CODE), ODD_WORDS))
def test_quotes_code_and_spoilers_come_back(rich: Rich) -> None:
    assert _seen(across(rich)) == _seen(_telegram(rich))


@SETTINGS
@given(riches((Style.LINK, Style.BOLD, Style.SPOILER), st.text("ab 🔥\n", max_size=12)))
def test_links_come_back_with_their_addresses(rich: Rich) -> None:
    """Discord's addresses come back with their odd characters spelled as percent signs."""
    back, there = across(rich), _telegram(rich)
    assert _seen(back) == _seen(there)
    hosts = [
        [s.value.split("/")[2] for s in r.spans if s.style is Style.LINK] for r in (back, there)
    ]
    assert set(hosts[0]) == set(hosts[1])


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, Entities]:
    before, after = draw(ODD_WORDS), draw(ODD_WORDS)
    shape = draw(st.sampled_from(["r", "t", "T", "d", "D", "Dt", "wDt", "dt", "dT"]))
    units = len(legible(before).encode("utf-16-le")) // 2
    entity: dict[str, Any] = {"type": "date_time", "offset": units, "length": 4}
    entity |= {"unix_time": draw(st.integers(1, 2**31 - 1)), "date_time_format": shape}
    return f"{before}noon{after}", [entity]


@SETTINGS
@given(moments())
def test_moments_come_back(told: tuple[str, Entities]) -> None:
    text, entities = told
    markdown = to_discord(from_telegram(text, entities))
    assert f"<t:{entities[0]['unix_time']}:" in markdown
    back = to_telegram(from_discord(markdown, {}))[1]
    assert [(e["unix_time"], e["date_time_format"]) for e in back] == [
        (entities[0]["unix_time"], entities[0]["date_time_format"])
    ]


@pytest.mark.parametrize("style", list("tTdDfFsSR"))
def test_discords_styles_of_time_come_back_and_are_legible(style: str) -> None:
    written = f"at <t:1700000000:{style}>."
    rich = from_discord(written, {})
    text, entities = to_telegram(rich)
    assert to_discord(from_telegram(text, entities)) == written
    assert "22:13" in text or "2023-11-14" in text


def test_a_moment_in_words_keeps_them_and_tells_the_time() -> None:
    entity = {"type": "date_time", "offset": 0, "length": 8, "unix_time": 7}
    rich = from_telegram("tomorrow!", [entity])
    assert rich.spans == (Span(0, 8, Style.TIME, "7:"),)
    assert to_discord(rich) == "tomorrow (<t:7:f>)!"
    assert to_telegram(rich) == ("tomorrow!", [entity])


@pytest.mark.parametrize("style", [Style.LINK, Style.CODE, Style.PRE])
def test_a_moment_gives_way_to_what_telegram_cannot_nest_it_in(style: Style) -> None:
    value = "https://x.example/" if style is Style.LINK else ""
    rich = Rich("at noon", (Span(0, 7, style, value), Span(3, 7, Style.TIME, "7:t")))
    assert normalise(rich).spans == (Span(0, 7, style, value),)


@pytest.mark.parametrize(
    "markdown",
    [
        "- a\n- b\n  - c\n- d",
        "1. a\n2. b\n3. c",
        "7. a\n8. b",
        "> - quoted\n> - list",
        "- **a**\n- ~~b~~ ||c||",
        "x\n- \\- y",
        "1. a\n  - b\n2. c",
    ],
)
def test_lists_come_back_as_lists(markdown: str) -> None:
    text, entities = to_telegram(from_discord(markdown, {}))
    assert "- " not in text.replace("• - ", "")
    assert to_discord(from_telegram(text, entities)) == markdown


def test_numbers_read_as_the_client_counts_and_are_never_changed() -> None:
    assert from_discord("1. a\n1. b\n\n1. c\ntext\n1. d", {}).text == (
        "1. a\n2. b\n\n3. c\ntext\n1. d"
    )
    assert to_discord(Rich("3. a\n7. b\n8. c\n01. d")) == "3. a\n7\\. b\n8. c\n01\\. d"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ('[a](https://x.example "title")', "a"),
        ("[a](<https://x.example>)", "a"),
        ("<https://x.example/a_b>", "https://x.example/a_b"),
        ("<:cat:123456789012345678> <a:dog:123456789012345678>", ":cat: :dog:"),
        ("</say:123456789012345678>", "/say"),
        ("-# small", "small"),
        (">>> a\nb", "a\nb"),
        ("```py\na ``b`` \\*\n```", "a ``b`` \\*"),
        ("\\# \\> \\- \\<@1>", "# > - <@1>"),
    ],
)
def test_what_only_discord_has_is_read_as_text(markdown: str, text: str) -> None:
    rich = from_discord(markdown, {})
    assert to_telegram(rich)[0] == text
    assert plain(across(rich).text) == text


@pytest.mark.parametrize(
    "kind",
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "text_mention",
        "custom_emoji",
        "bank_card",
        "never_heard_of",
    ],
)
def test_what_only_telegram_has_is_text(kind: str) -> None:
    text = "@ann #tag $USD /ban a@x.example +123 🔥 @everyone"
    entity = {"type": kind, "offset": 0, "length": len(text), "user": {"id": 5}}
    assert from_telegram(text, [entity]) == Rich(text)
    assert "@everyone" not in to_discord(Rich(text))


@SETTINGS
@given(riches(text=odd_texts(40)), st.integers(150, 400))
def test_parts_lose_nothing_on_their_way(rich: Rich, limit: int) -> None:
    there = _telegram(rich)
    parts = split(there, limit, lambda part: len(to_discord(part)))
    whole = [pair for part in parts for pair in dress(part)]
    assert whole == dress(there)


def _ents(count: int, kind: Callable[[int], tuple[str, int, int]]) -> Entities:
    made: Entities = []
    for number in range(count):
        name, offset, length = kind(number)
        made.append({"type": name, "offset": offset, "length": length, "unix_time": 5 + number})
        made[-1]["url"] = f"https://x.example/{number}"
    return made


KINDS = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "text_link",
    "blockquote",
    "date_time",
]
PATTERNS: dict[str, Callable[[int], tuple[str, int, int]]] = {
    "apart": lambda n: (KINDS[n % 10], n * 3 % 4000, 2),
    "nested": lambda n: (KINDS[n % 10], n % 2000, 4090 - 2 * (n % 2000)),
    "crossing": lambda n: (KINDS[n * 7 % 10], n * 37 % 4000, 90),
    "moments": lambda n: ("date_time", n % 4000, 1),
    "code": lambda n: ("pre" if n % 2 else "bold", n % 4000, 1 + n % 3),
}
HOSTILE = [
    "*", "_", "~", "|", "`", "[", "]", "(", "<", ">", "\\", "#", "- ", "\n", "\n> ", "\n1. ", "**",
    "__", "[a](", "](", "[t](http://x", "(a)", "*a ", "_a ", "**a ", "~~a ", "`a``b", "<t:1:R>",
    "<@1>", "http://", "http://a.b/c ", "[t](b 'x", "\\*", "🇩🇪", "a\u0301", "a" + "\u0301" * 500,
    "@everyone", "||a", "@a", "/a", "[[]", "[](", "<http://",
]  # fmt: skip


def _spent(work: Callable[[], object]) -> float:
    """Seconds of the processor, without the collector, which looks at whatever else is alive, and
    with nothing kept of an earlier run."""
    for module in (tools, render):
        module._kept.cache_clear()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def _grows_linearly(make: Callable[[int], Callable[[], object]], size: int) -> None:
    """Four times as much takes about four times as long, where quadratic work would take
    sixteen times: a bound between them that no noise reaches, over the best of some runs. Short
    times say nothing."""
    for _ in range(5):
        less = min(_spent(make(size // 2)) for _ in range(3))
        more = min(_spent(make(2 * size)) for _ in range(2))
        if more < 0.25 or more < 9 * less:
            return
    raise AssertionError(f"{less:.2f} s became {more:.2f} s with four times the size")


def _both_ways(text: str) -> None:
    from_discord(text, {})
    to_discord(Rich(text))
    guarded(Rich(text))
    to_telegram(from_telegram(text, []))


@pytest.mark.parametrize("mark", HOSTILE)
def test_hostile_texts_take_time_in_proportion(mark: str) -> None:
    _grows_linearly(lambda size: lambda: _both_ways(mark * (size // len(mark))), 10_000)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_thousands_of_entities_take_time_in_proportion(pattern: str) -> None:
    text = "ab @c http://x.example/a_b\n".ljust(40) * 103

    def make(count: int) -> Callable[[], object]:
        entities = _ents(count, PATTERNS[pattern])

        def work() -> object:
            rich = from_telegram(text, entities)
            return to_telegram(guarded(rich)), from_discord(to_discord(rich), {})

        return work

    _grows_linearly(make, 2500)


@pytest.mark.campaign
@pytest.mark.parametrize("mark", HOSTILE)
@pytest.mark.parametrize(
    "around", [("", ""), ("[", "](http://x.example)"), ("[t](", ")"), ("||", "||")]
)
def test_a_hundred_kilobytes_of_one_mark(mark: str, around: tuple[str, str]) -> None:
    def make(size: int) -> Callable[[], object]:
        return lambda: _both_ways(around[0] + mark * (size // len(mark)) + around[1])

    _grows_linearly(make, 50_000)


@pytest.mark.campaign
@LONG
@given(odd_texts(25), riches(INLINE, ODD_WORDS), moments())
def test_long_run(text: str, rich: Rich, told: tuple[str, Entities]) -> None:
    _check_text(text.replace("\r\n", "\n"))
    assert _seen(across(rich)) == _seen(_telegram(rich))
    assert to_telegram(from_telegram(*told))[1] == from_and_back(told)


def from_and_back(told: tuple[str, Entities]) -> Entities:
    """The moments of a text after a way to Discord and back, at their old places."""
    back = to_telegram(from_discord(to_discord(from_telegram(*told)), {}))[1]
    places = [(e["offset"], e["length"]) for e in told[1]]
    return [{**e, "offset": o, "length": n} for e, (o, n) in zip(back, places, strict=True)]
