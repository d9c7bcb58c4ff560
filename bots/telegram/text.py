"""Rich text as Telegram speaks it: a plain text and entities counted in UTF-16 code units.

Source of the rules: the Bot API's MessageEntity and "Formatting options": entities nest but
never partly overlap; `pre` and `code` contain nothing and lie in nothing but a quote; quotes
do not nest; a message holds at most 100 entities.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from core.text import times
from core.text.model import Rich, Span, Style
from core.text.tools import (
    VERBATIM,
    legible,
    merged,
    normalise,
    safe_url,
    spell_links,
    utf16_len,
    without,
)

__all__ = ["MAX_ENTITIES", "MAX_TEXT", "cost", "from_telegram", "to_telegram", "utf16_len"]

MAX_TEXT = 4096
MAX_ENTITIES = 100

_TYPES = {
    Style.BOLD: "bold",
    Style.HEADING: "bold",
    Style.ITALIC: "italic",
    Style.UNDERLINE: "underline",
    Style.STRIKE: "strikethrough",
    Style.SPOILER: "spoiler",
    Style.CODE: "code",
    Style.PRE: "pre",
    Style.LINK: "text_link",
    Style.QUOTE: "blockquote",
    Style.TIME: "date_time",
}
_STYLES = {
    "bold": Style.BOLD,
    "italic": Style.ITALIC,
    "underline": Style.UNDERLINE,
    "strikethrough": Style.STRIKE,
    "spoiler": Style.SPOILER,
    "code": Style.CODE,
    "pre": Style.PRE,
    "text_link": Style.LINK,
    "blockquote": Style.QUOTE,
    "expandable_blockquote": Style.QUOTE,
    "date_time": Style.TIME,
}
# Telegram's moments are 32 bits wide.
_LAST_SECOND = (1 << 31) - 1
_SCHEMES = frozenset({"http", "https", "tg"})
# Which entities to give up last where a text has too many of them.
_WORTH = (Style.SPOILER, Style.LINK, Style.QUOTE, Style.PRE, Style.CODE, Style.TIME)


def cost(rich: Rich, limit: int = MAX_TEXT) -> int:
    """What a text counts against a limit of `limit` UTF-16 code units.

    More entities than a message may hold count as more than the limit.
    """
    ready = _ready(rich)
    entities = -(-len(ready.spans) * limit // MAX_ENTITIES)
    return max(utf16_len(ready.text), entities)


def to_telegram(rich: Rich) -> tuple[str, list[dict[str, Any]]]:
    """The text and its entities, ready for `sendMessage(text=, entities=)`.

    Of more than 100 entities the least important are left out.
    """
    ready = _ready(rich)
    units = _Units(ready.text)
    return ready.text, [_entity(span, units) for span in _most_worth(ready.spans)]


def from_telegram(text: str, entities: Iterable[Mapping[str, Any]] | None) -> Rich:
    """A received text (or caption) with its entities as rich text.

    Types that dress nothing (mentions, hashtags, bare addresses, custom emoji) and types not
    known yet are plain text. An entity that cannot be read is passed over, never an error.
    """
    text = legible(text)
    units = _Units(text)
    spans = [span for entity in entities or () if (span := _span(entity, units))]
    return normalise(Rich(text, tuple(spans)))


def _ready(rich: Rich) -> Rich:
    """Normalised, with what Telegram cannot nest taken apart."""
    flat = normalise(spell_links(rich, _SCHEMES))
    spans = [_as_bold(s) for s in flat.spans if s.style is not Style.TIME or _tellable(s)]
    if any(s.style in VERBATIM for s in spans):
        spans = _apart(spans)
    return normalise(Rich(flat.text, tuple(spans)))


def _as_bold(span: Span) -> Span:
    return Span(span.start, span.end, Style.BOLD) if span.style is Style.HEADING else span


def _tellable(span: Span) -> bool:
    moment = times.read(span.value)
    return moment is not None and 0 < moment.seconds <= _LAST_SECOND


def _apart(spans: list[Span]) -> list[Span]:
    """Code stands alone: a spoiler or a link over it wins, any other dress gives way."""
    strong = [s for s in spans if s.style in (Style.SPOILER, Style.LINK)]
    codes = without([s for s in spans if s.style in VERBATIM], merged(strong))
    quotes = [s for s in spans if s.style is Style.QUOTE]
    kept = (Style.SPOILER, Style.LINK, Style.QUOTE, *VERBATIM)
    plain = without([s for s in spans if s.style not in kept], merged(codes))
    return quotes + strong + codes + plain


def _most_worth(spans: tuple[Span, ...]) -> list[Span]:
    if len(spans) <= MAX_ENTITIES:
        return list(spans)
    ranked = sorted(
        range(len(spans)),
        key=lambda i: (_WORTH.index(spans[i].style) if spans[i].style in _WORTH else 9, i),
    )
    return [spans[i] for i in sorted(ranked[:MAX_ENTITIES])]


def _entity(span: Span, units: _Units) -> dict[str, Any]:
    offset = units.of(span.start)
    entity: dict[str, Any] = {
        "type": _TYPES[span.style],
        "offset": offset,
        "length": units.of(span.end) - offset,
    }
    if span.style is Style.LINK:
        entity["url"] = span.value
    elif span.style is Style.PRE and span.value:
        entity["language"] = span.value
    elif span.style is Style.QUOTE and span.value == "expandable":
        entity["type"] = "expandable_blockquote"
    elif span.style is Style.TIME and (moment := times.read(span.value)):
        entity["unix_time"] = moment.seconds
        if moment.shape:
            entity["date_time_format"] = moment.shape
    return entity


def _span(entity: Mapping[str, Any], units: _Units) -> Span | None:
    style = _STYLES.get(str(entity.get("type")))
    offset, length = entity.get("offset"), entity.get("length")
    if style is None or not isinstance(offset, int) or not isinstance(length, int):
        return None
    value = _value(style, entity)
    if length <= 0 or offset < 0 or (style in (Style.LINK, Style.TIME) and not value):
        return None
    return Span(units.at(offset), units.at(offset + length, end=True), style, value)


def _value(style: Style, entity: Mapping[str, Any]) -> str:
    if style is Style.LINK:
        return safe_url(str(entity.get("url") or ""))
    if style is Style.PRE:
        return str(entity.get("language") or "")
    if style is Style.TIME:
        return times.value(entity.get("unix_time"), entity.get("date_time_format") or "")
    return "expandable" if entity.get("type") == "expandable_blockquote" else ""


class _Units:
    """Code point offsets of one text to UTF-16 offsets and back, in logarithmic time."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._wide = [] if text.isascii() else [i for i, c in enumerate(text) if c > "\uffff"]
        self._wide_units = [i + n for n, i in enumerate(self._wide)]

    def of(self, position: int) -> int:
        """UTF-16 code units before the code point at `position`."""
        return position + bisect_left(self._wide, position)

    def at(self, units: int, *, end: bool = False) -> int:
        """The code point at a UTF-16 offset; one inside a surrogate pair means the pair's
        start, or its end for the end of a range."""
        pairs = bisect_left(self._wide_units, units)
        split = pairs > 0 and self._wide_units[pairs - 1] == units - 1
        position = units - pairs + (1 if split and end else 0)
        if split and not end:
            position = self._wide[pairs - 1]
        elif split:
            position = self._wide[pairs - 1] + 1
        return min(position, self._length)
