"""Texts that try to break formatting, and ways to compare what is left of them."""

from __future__ import annotations

from hypothesis import strategies as st

from core.text.model import Rich, Span, Style

WIDTHLESS = "\u200b"
META = list("\\*_~|`[]()<>#-+.:!@&1 \n\t'\"ab")
WORDS = [
    *META,
    "**",
    "__",
    "||",
    "~~",
    "```",
    "-# ",
    "# ",
    "> ",
    ">>> ",
    "1. ",
    "- ",
    "word",
    "snake_case",
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "<:ab:123456789012345678>",
    "<t:1:R>",
    ":smile:",
    "http://",
    "https://a.example/b_c",
    "https://a.example/b*c*d(e)",
    "https://a.example/@everyone?q=a|b",
    "[x](http://b.example)",
    "](",
    "¯\\_(ツ)_/¯",
    "é",
    "e\u0301",
    "🔥",
    "👩\u200d👩\u200d👧",
    "🇩🇪",
    "👍🏽",
    "\n\n",
    "日本",
]
# Characters that programs stumble over: joined, combined, directed, invisible, impossible.
ODD = [
    "🔥",
    "👩\u200d👩\u200d👧\u200d👦",
    "🏳️\u200d🌈",
    "🇩🇪🇫🇷",
    "👍🏽",
    "🏴\U000e0067\U000e0062\U000e007f",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0310\u0306",
    "e\u0301",
    "क्षि",
    "한\u1112\u1161\u11ab",
    "שלום \u200fעולם\u202e",
    "\u2066مرحبا\u2069",
    "\u061c",
    "\u2028",
    "\u2029",
    "\x85",
    "\x00",
    "\ud83d",
    "\udd25",
    "\ufeff",
    "\u3164",
    "\u00a0",
    "𝕏",
    "ß",
    "İ",
]
URLS = ("https://x.example/", "http://y.example/a_b*c(d)|e", "https://z.example/?q=%20~~")
MOMENTS = ("1700000000:Dt", "1:r", "1700000000:wDt", "2147483647:", "1700000000:dT")
INLINE = (Style.BOLD, Style.ITALIC, Style.UNDERLINE, Style.STRIKE, Style.SPOILER)


def texts(max_words: int = 12) -> st.SearchStrategy[str]:
    """Words and marks in any order."""
    return st.lists(st.sampled_from(WORDS), max_size=max_words).map("".join)


def odd_texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Any characters at all (halves of pairs and null among them), between marks of every
    kind."""
    anything = st.characters(exclude_categories=[])
    return st.lists(st.sampled_from([*ODD, *WORDS]) | anything, max_size=max_size).map("".join)


@st.composite
def riches(
    draw: st.DrawFn,
    styles: tuple[Style, ...] = tuple(Style),
    text: st.SearchStrategy[str] | None = None,
) -> Rich:
    """Any text with any spans, overlapping ones and empty ones among them."""
    body = draw(texts() if text is None else text)
    count = draw(st.integers(0, 5))
    place = st.integers(0, len(body))
    spans = []
    for _ in range(count):
        style = draw(st.sampled_from(styles))
        start, end = sorted((draw(place), draw(place)))
        spans.append(Span(start, end, style, draw(values(style))))
    return Rich(body, tuple(spans))


def values(style: Style) -> st.SearchStrategy[str]:
    """What a span of a style may carry."""
    if style is Style.LINK:
        return st.sampled_from(URLS)
    if style is Style.HEADING:
        return st.sampled_from(("1", "2", "3"))
    if style is Style.PRE:
        return st.sampled_from(("", "py", "c++"))
    if style is Style.TIME:
        return st.sampled_from(MOMENTS)
    return st.sampled_from(("", "expandable")) if style is Style.QUOTE else st.just("")


def dress(rich: Rich, without: frozenset[Style] = frozenset()) -> list[tuple[str, frozenset[str]]]:
    """Every visible character with the styles over it; spaces and zero widths left out, since
    marks may leave them outside."""
    over: list[set[str]] = [set() for _ in rich.text]
    for span in rich.spans:
        if span.style not in without:
            for place in range(span.start, span.end):
                over[place].add(span.style.value)
    return [
        (char, frozenset(styles))
        for char, styles in zip(rich.text, over, strict=True)
        if not char.isspace() and char != WIDTHLESS
    ]


def visible(text: str) -> str:
    """Without white space and zero-width spaces."""
    return "".join(text.replace(WIDTHLESS, "").split())
