"""Builds rich text from a stream of tags and words, collapsing white space as browsers do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.text.model import Rich, Span, Style
from core.text.tools import normalise, strip

_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINE_ENDS = re.compile(r"\r\n?")
_DEEPEST_LIST = 6


@dataclass(slots=True, eq=False)
class _Open:
    """A style that waits for its end; `start` is unknown until it has text."""

    style: Style
    value: str
    start: int | None = None


@dataclass(slots=True)
class _List:
    number: int | None


@dataclass(slots=True)
class Writer:
    """Text with breaks and spaces that are only written when more text follows."""

    in_list: int = 0
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _lines: int = 0
    _space: bool = False
    _marker: bool = False
    _pre: int = 0
    _tags: list[list[_Open]] = field(default_factory=lambda: [[]])
    _unborn: list[_Open] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _spans: list[Span] = field(default_factory=list)

    def finish(self) -> Rich:
        """The whole text, normalised, without white space around it."""
        while self._tags:
            self._close(self._tags.pop())
        return strip(normalise(Rich("".join(self._parts), tuple(self._spans))))

    def open_tag(self) -> None:
        """Begin a tag: all that is opened from here on closes with it."""
        self._tags.append([])

    def open(self, dress: Style | tuple[Style, str], value: str = "") -> None:
        """Begin a style in the current tag."""
        style, value = dress if isinstance(dress, tuple) else (dress, value)
        opened = _Open(style, value)
        self._tags[-1].append(opened)
        self._unborn.append(opened)

    def open_pre(self, language: str) -> None:
        """Begin a block of code, in which white space is kept."""
        self.open(Style.PRE, language)
        self._pre += 1

    def name_language(self, language: str) -> None:
        """Tell the language of the open block of code, where it is not known yet."""
        if not (self._pre and language):
            return
        for opened in (o for tag in reversed(self._tags) for o in tag):
            if opened.style is Style.PRE:
                opened.value = opened.value or language
                return

    def close_tag(self) -> None:
        """End the latest tag with its styles."""
        if len(self._tags) > 1:
            self._close(self._tags.pop())

    def _close(self, tag: list[_Open]) -> None:
        for opened in tag:
            if opened.style is Style.PRE:
                self._end_pre()
            if opened.start is not None:
                span = Span(opened.start, self._length, opened.style, opened.value)
                self._spans.append(span)
        # Tags close last in, first out: what was opened by this one stands at the end.
        while self._unborn and any(opened is self._unborn[-1] for opened in tag):
            self._unborn.pop()

    def _end_pre(self) -> None:
        self._pre -= 1
        while self._parts and self._parts[-1].endswith("\n"):
            last = self._parts.pop()
            kept = last.rstrip("\n")
            self._length -= len(last) - len(kept)
            if kept:
                self._parts.append(kept)

    def break_lines(self, count: int) -> None:
        """At least `count` line ends before the next text."""
        self._lines = max(self._lines, count)
        self._space = False

    def line_break(self) -> None:
        """One line end more; two make a paragraph, further ones add nothing."""
        if self._pre:
            self.write("\n")
        else:
            self.break_lines(min(self._lines + 1, 2))

    def open_list(self, number: int | None) -> None:
        """Begin a list, numbered from `number` or with bullets where it is None."""
        self._lists.append(_List(number))
        self.in_list += 1

    def close_list(self) -> None:
        """End the latest list."""
        if self._lists:
            self._lists.pop()
            self.in_list -= 1

    def item(self, number: int | None) -> None:
        """Begin an item of the latest list, with a number of its own or the next one."""
        current = self._lists[-1] if self._lists else _List(None)
        depth = min(len(self._lists), _DEEPEST_LIST) - 1
        if current.number is not None:
            current.number = current.number if number is None else number
        mark = "• " if current.number is None else f"{current.number}. "
        if current.number is not None:
            current.number += 1
        self._put("  " * max(depth, 0) + mark)
        self._marker = True

    def cell(self) -> None:
        """Begin a cell of a table's row."""
        if self._parts and not self._lines:
            self._put(" | ")
            self._space = False

    def write(self, data: str) -> None:
        """Add text as it stands in the source."""
        if self._pre:
            self._put(_LINE_ENDS.sub("\n", data))
            return
        text = _SPACE.sub(" ", data)
        words = text.strip(" ")
        if not words.strip():
            self._space = self._space or not self._lines
            return
        if text[0] == " " and not self._lines:
            self._space = True
        self._put(words)
        self._space = text[-1] == " "

    def _put(self, text: str) -> None:
        if not text:
            return
        self._separate()
        for opened in self._unborn:
            opened.start = self._length
        self._unborn.clear()
        self._append(text)
        self._marker = False

    def _separate(self) -> None:
        """Write the breaks or the space that was owed. An item's text stays beside its mark,
        whatever block it begins with."""
        if self._lines and self._parts and not self._marker:
            self._append("\n" * self._lines)
        elif self._space and self._parts and not self._marker:
            self._append(" ")
        self._lines, self._space = 0, False

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
