"""Rich messages: blocks of text and media, read as neutral text and a list of media.

Source: the Bot API's RichMessage, RichBlock and RichText. What is not known yet is read for the
words in it, so that nothing gets past a moderator in a block of a new kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.text import times
from core.text.model import Rich, Span, Style
from core.text.tools import legible, normalise, safe_url, strip

Raw = Mapping[str, Any]

# Telegram allows 16 levels; what lies deeper is read as bare words, without recursion.
_DEEPEST = 24
_STYLES = {
    "bold": Style.BOLD,
    "italic": Style.ITALIC,
    "underline": Style.UNDERLINE,
    "strikethrough": Style.STRIKE,
    "spoiler": Style.SPOILER,
    "code": Style.CODE,
}
# Where a press leads although the words may say something else: kinds and names of its field.
_BEHIND = frozenset({"email_address", "phone_number"})
_RULE = "———"
_BULLETS = frozenset("•◦▪-*")
# The parts of blocks in which there may be words, in the order in which they are shown.
_WORDED = (
    "label",
    "summary",
    "text",
    "alternative_text",
    "expression",
    "button",
    "buttons",
    "items",
    "cells",
    "blocks",
    "caption",
    "credit",
)
_MEDIA = {
    "animation": "animation",
    "audio": "audio",
    "document": "document",
    "photo": "photo",
    "video": "video",
    "voice_note": "voice",
    "location": "location",
}


def rich_words(message: Any) -> Rich:
    """The text of a message's `rich_message`, a paragraph each block. Never fails: what is not
    as it should be is passed over."""
    reader = _Reader()
    reader.blocks(_part(message, "blocks"), 0)
    return strip(normalise(Rich("".join(reader.parts), tuple(reader.spans))))


def rich_media(message: Any) -> Iterator[tuple[str, Any, bool]]:
    """The media in a `rich_message`, by the names of the fields of a Message; and whether each is
    hidden until somebody asks for it."""
    for part in _within(_part(message, "blocks")):
        kind = part.get("type")
        for field, name in _MEDIA.items():
            if field in part:
                yield name, part[field], bool(part.get("has_spoiler"))
        if "type" in part and str(kind) not in _BLOCKS and str(kind) not in _INLINE:
            yield str(kind), part, False


def _names(words: str) -> list[str]:
    return words.split()


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _within(value: Any) -> Iterator[Raw]:
    """Every object in the worded parts of a value, in their order, however deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, Mapping):
            yield found
            waiting.extend(found[name] for name in reversed(_WORDED) if name in found)


class _Reader:
    """Text and spans, written from front to back."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.spans: list[Span] = []
        self.length = 0

    def write(self, text: str) -> None:
        if text:
            self.parts.append(legible(text))
            self.length += len(text)

    def dress(self, start: int, style: Style, value: str = "") -> None:
        if start < self.length:
            self.spans.append(Span(start, self.length, style, value))

    # Text inside of a block

    def inline(self, value: Any, depth: int) -> None:
        if isinstance(value, str):
            self.write(value)
        elif depth > _DEEPEST:
            self._bare(value)
        elif isinstance(value, list):
            for item in value:
                self.inline(item, depth + 1)
        elif isinstance(value, Mapping):
            self._dressed(value, depth + 1)

    def _dressed(self, value: Raw, depth: int) -> None:
        kind = value.get("type")
        start, before = self.length, len(self.parts)
        for name in ("text", "alternative_text", "expression"):
            self.inline(value.get(name), depth)
        self._button(value.get("button"), depth)
        style, more = _dress(kind, value)
        if style is not None:
            self.dress(start, style, more)
        if isinstance(kind, str) and kind in _BEHIND and isinstance(value.get(kind), str):
            told = "".join(self.parts[before:])
            if _letters(value[kind]) not in _letters(told):
                self.write(f" ({value[kind]})")

    def _button(self, button: Any, depth: int) -> None:
        start = self.length
        self.inline(_part(button, "text"), depth)
        if url := safe_url(str(_part(button, "url") or "")):
            self.dress(start, Style.LINK, url)

    def _bare(self, value: Any) -> None:
        waiting = [value]
        while waiting:
            found = waiting.pop()
            if isinstance(found, str):
                self.write(found)
            elif isinstance(found, list):
                waiting.extend(reversed(found))
            elif isinstance(found, Mapping):
                waiting.extend(found[name] for name in reversed(_WORDED) if name in found)

    # Blocks

    def blocks(self, value: Any, depth: int, between: str = "\n\n") -> None:
        """Blocks, parted by `between` where there is something to part."""
        if depth > _DEEPEST:
            self._bare(value)
            return
        for block in value if isinstance(value, list) else ():
            before, count = self.length, len(self.parts)
            self.write(between if before and not self._at_line_start() else "")
            start = self.length
            if isinstance(block, Mapping):
                kind = block.get("type")
                read = _BLOCKS.get(kind) if isinstance(kind, str) else None
                (read or _Reader._other)(self, block, depth + 1)
            if self.length == start:
                del self.parts[count:]
                self.length = before

    def _paragraph(self, block: Raw, depth: int) -> None:
        self.inline(block.get("text"), depth)

    def _heading(self, block: Raw, depth: int) -> None:
        start = self.length
        self.inline(block.get("text"), depth)
        size = block.get("size")
        level = size if isinstance(size, int) and 1 <= size <= 6 else 1
        self.dress(start, Style.HEADING, str(int(level)))

    def _pre(self, block: Raw, depth: int) -> None:
        start = self.length
        self.inline(block.get("text"), depth)
        language = block.get("language")
        self.dress(start, Style.PRE, language if isinstance(language, str) else "")

    def _formula(self, block: Raw, depth: int) -> None:
        start = self.length
        self.inline(block.get("expression"), depth)
        self.dress(start, Style.PRE)

    def _divider(self, block: Raw, depth: int) -> None:
        self.write(_RULE)

    def _quote(self, block: Raw, depth: int) -> None:
        start = self.length
        self.inline(block.get("text"), depth)
        self.blocks(block.get("blocks"), depth)
        self._line("— ", block.get("credit"), depth)
        folded = block.get("type") == "expandable_blockquote"
        self.dress(start, Style.QUOTE, "expandable" if folded else "")

    def _details(self, block: Raw, depth: int) -> None:
        start = self.length
        self.inline(block.get("summary"), depth)
        self.dress(start, Style.BOLD)
        self.blocks(block.get("blocks"), depth)

    def _list(self, block: Raw, depth: int) -> None:
        items = block.get("items")
        # Lists count their depth in blocks: a list, its item and the list in that.
        indent = "  " * max((depth - 1) // 2, 0)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, Mapping):
                self.write(("\n" if number else "") + indent + _label(item) + " ")
                self.blocks_of_item(item, depth)

    def blocks_of_item(self, item: Raw, depth: int) -> None:
        """An item's first block stands beside its label, the others below."""
        inner = item.get("blocks")
        for number, block in enumerate(inner if isinstance(inner, list) else ()):
            nested = isinstance(block, Mapping) and block.get("type") == "list"
            start = self.length
            if number or nested:
                self.write("\n")
            written = self.length
            reader = _Reader()
            reader.blocks([block], depth + 1, "\n")
            self._append(reader)
            if self.length == written and written > start:
                self.parts.pop()
                self.length = start

    def _append(self, other: _Reader) -> None:
        shift = self.length
        self.parts += other.parts
        self.length += other.length
        self.spans += [Span(s.start + shift, s.end + shift, s.style, s.value) for s in other.spans]

    def _table(self, block: Raw, depth: int) -> None:
        rows = block.get("cells")
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            self.write("\n" if number else "")
            for place, cell in enumerate(row if isinstance(row, list) else ()):
                self.write(" | " if place else "")
                start = self.length
                self.inline(_part(cell, "text"), depth)
                if _part(cell, "is_header"):
                    self.dress(start, Style.BOLD)
        self._line("", block.get("caption"), depth)

    def _media(self, block: Raw, depth: int) -> None:
        self.blocks(block.get("blocks"), depth)
        caption = block.get("caption")
        self._line("", _part(caption, "text"), depth)
        self._line("— ", _part(caption, "credit"), depth)

    def _buttons(self, block: Raw, depth: int) -> None:
        buttons = block.get("buttons")
        for number, button in enumerate(buttons if isinstance(buttons, list) else ()):
            self.write(" | " if number else "")
            self._button(button, depth)

    def _other(self, block: Raw, depth: int) -> None:
        self._bare(block)

    def _line(self, before: str, value: Any, depth: int) -> None:
        """More words on a line of their own, if there are any."""
        reader = _Reader()
        reader.inline(value, depth)
        if reader.length:
            self.write(("\n" if self.length and not self._at_line_start() else "") + before)
            self._append(reader)

    def _at_line_start(self) -> bool:
        return bool(self.parts) and self.parts[-1].endswith("\n")


def _dress(kind: Any, value: Raw) -> tuple[Style | None, str]:
    if kind == "url":
        url = safe_url(str(value.get("url") or ""))
        return (Style.LINK if url else None), url
    if kind == "date_time":
        moment = times.value(value.get("unix_time"), value.get("date_time_format") or "")
        return (Style.TIME if moment else None), moment
    if kind == "mathematical_expression":
        return Style.CODE, ""
    return (_STYLES.get(kind) if isinstance(kind, str) else None), ""


def _letters(text: str) -> str:
    """The letters and digits of an address or a number, however they are set apart."""
    return "".join(filter(str.isalnum, text.casefold()))


def _label(item: Raw) -> str:
    if item.get("has_checkbox"):
        return "☑" if item.get("is_checked") else "☐"
    label = item.get("label")
    text = legible(label).strip() if isinstance(label, str) else ""
    return "•" if not text or text in _BULLETS else text


_INLINE = frozenset(
    _names(
        """bold italic underline strikethrough spoiler date_time text_mention subscript superscript
    marked code custom_emoji mathematical_expression url email_address phone_number
    bank_card_number mention hashtag cashtag bot_command button anchor anchor_link reference
    reference_link"""
    )
)
_BLOCKS: dict[str, Callable[[_Reader, Raw, int], None]] = {
    "paragraph": _Reader._paragraph,
    "footer": _Reader._paragraph,
    "thinking": _Reader._paragraph,
    "heading": _Reader._heading,
    "pre": _Reader._pre,
    "mathematical_expression": _Reader._formula,
    "divider": _Reader._divider,
    "anchor": _Reader._other,
    "list": _Reader._list,
    "blockquote": _Reader._quote,
    "expandable_blockquote": _Reader._quote,
    "pullquote": _Reader._quote,
    "details": _Reader._details,
    "table": _Reader._table,
    "buttons": _Reader._buttons,
    **dict.fromkeys(
        _names("collage slideshow map animation audio document photo video voice_note"),
        _Reader._media,
    ),
}
