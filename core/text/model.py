"""Neutral rich text: a plain string and the spans that dress it.

Every text of an article, a comment or the bot itself is a `Rich`. Adapters convert it to what
their platform speaks (Telegram: text plus entities; Discord: escaped markdown) and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Style(StrEnum):
    """What a span does to its text; `Span` says what its `value` means to each."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    LINK = "link"
    QUOTE = "quote"
    HEADING = "heading"
    TIME = "time"


_KNOWN = frozenset(style.value for style in Style)


@dataclass(frozen=True, slots=True)
class Span:
    """`style` over `text[start:end]`; offsets are Python code points.

    value: LINK: an absolute http, https, tg or mailto URL; PRE: the language or ""; QUOTE:
        "expandable" or ""; HEADING: the level "1" to "6"; TIME: see `core.text.times`; else "".
    """

    start: int
    end: int
    style: Style
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rich:
    """Text with spans, sorted by start, then longest first.

    Spans nest or stand apart, they never partly overlap; CODE, PRE and TIME contain no other
    span. `normalise` in `core.text.tools` makes any list of spans so.
    """

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text.strip())

    def __len__(self) -> int:
        return len(self.text)

    def __add__(self, other: Rich | str) -> Rich:
        if isinstance(other, str):
            return Rich(self.text + other, self.spans)
        shift = len(self.text)
        moved = tuple(Span(s.start + shift, s.end + shift, s.style, s.value) for s in other.spans)
        return Rich(self.text + other.text, self.spans + moved)

    def slice(self, start: int, end: int) -> Rich:
        """The text between two code points, with the spans cut to it."""
        end = min(end, len(self.text))
        spans = tuple(
            Span(max(s.start, start) - start, min(s.end, end) - start, s.style, s.value)
            for s in self.spans
            if s.start < end and s.end > start
        )
        return Rich(self.text[start:end], spans)

    def dressed(self, style: Style, value: str = "") -> Rich:
        """The whole text inside one more span."""
        if not self.text:
            return self
        return Rich(self.text, (Span(0, len(self.text), style, value), *self.spans))

    def dump(self) -> Any:
        """A compact JSON value: the text alone where nothing dresses it, else text and spans."""
        if not self.spans:
            return self.text
        return {
            "t": self.text,
            "s": [
                [s.start, s.end, s.style.value, s.value]
                if s.value
                else [s.start, s.end, s.style.value]
                for s in self.spans
            ],
        }

    @classmethod
    def load(cls, value: Any) -> Rich:
        """What `dump` gave, read back. Styles that a newer version may have are left out."""
        if isinstance(value, str):
            return cls(value)
        if not isinstance(value, Mapping):
            return cls()
        spans = tuple(
            Span(int(s[0]), int(s[1]), Style(s[2]), str(s[3]) if len(s) > 3 else "")
            for s in value["s"]
            if s[2] in _KNOWN
        )
        return cls(str(value["t"]), spans)


def bold(text: str) -> Rich:
    return Rich(text).dressed(Style.BOLD)


def italic(text: str) -> Rich:
    return Rich(text).dressed(Style.ITALIC)


def link(text: str, url: str) -> Rich:
    """A linked text; the bare text where there is no address."""
    return Rich(text).dressed(Style.LINK, url) if url else Rich(text)


def join(parts: Iterable[Rich | str], between: str = "") -> Rich:
    """All parts in a row, `between` each two of them."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for position, part in enumerate(parts):
        rich = Rich(part) if isinstance(part, str) else part
        start = length + len(between) * (position > 0)
        spans += (Span(s.start + start, s.end + start, s.style, s.value) for s in rich.spans)
        texts.append(rich.text)
        length = start + len(rich.text)
    return Rich(between.join(texts), tuple(spans))
