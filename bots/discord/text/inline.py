"""One line of rich text as Discord's inline markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bots.discord.text.lists import Numbering
from core.text import times
from core.text.model import Span, Style
from core.text.tools import trimmed

# Parts marks that would run together and words that would ping; never seen.
WIDTHLESS = "\u200b"

# What the client makes a link of by itself, with the punctuation that it leaves outside.
ADDRESS = re.compile(r"https?://[^\s<>]+[^<>.,:;\"')\]\s]", re.IGNORECASE)

_MARKS = {
    Style.BOLD: "**",
    Style.ITALIC: "_",
    Style.UNDERLINE: "__",
    Style.STRIKE: "~~",
    Style.SPOILER: "||",
}
_SPECIAL = re.compile(
    r"(?P<address>https?:)(?=//)|(?<=\])\(|[\\*_~|`\[\]]|<(?!\s)|:(?=[\w+~-]+:)", re.IGNORECASE
)
_BLOCK_MARK = re.compile(r"\s*(?:[0-9]+(?=\.(?:\s|$))|(?=>|#{1,6}(?:\s|$)|-#|[-+](?:\s|$)))")
_LISTED = re.compile(r"( *)(?:•|([1-9][0-9]{0,8})\.) (?=\S)")
# The client's styles for the shapes of a moment; what it has none for is told in full.
_TIMES = {"r": "R", "t": "t", "T": "T", "d": "d", "D": "D", "dt": "s", "dT": "S", "DT": "S"}
_TIMES |= {"Dt": "f", "": "f"}
_AFTER_ADDRESS = re.compile(r"[.,:;\"')]*(?=\s|$)")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A text without line ends, its spans, and the lists that it may go on with: none inside a
    spoiler's box. listed: whether it may be a line of a list."""

    text: str
    spans: tuple[Span, ...]
    numbering: Numbering | None
    listed: bool = True

    @property
    def hidden(self) -> bool:
        return self.numbering is None


def line_to_markdown(line: Line) -> str:
    """The markdown of one line; see `bots.discord.text.render.to_discord`."""
    return _Writer(line).write()


def fence(code: str, language: str, *, hidden: bool) -> str:
    """A block of code. Nothing can be escaped inside, so what would end it is parted."""
    body = re.sub("``(?=`)", "``" + WIDTHLESS, code)
    body = _pipes_apart(body) if hidden else body
    name = language if _LANGUAGE.fullmatch(language) else ""
    return f"```{name}\n{body}\n```"


def _pipes_apart(code: str) -> str:
    return re.sub(r"\|(?=\|)", "|" + WIDTHLESS, code)


def _code(code: str, *, hidden: bool) -> str:
    body = re.sub(r"`(?=`)", "`" + WIDTHLESS, code)
    body = _pipes_apart(body) if hidden else body
    if "`" not in body:
        return f"`{body}`"
    left = " " if body.startswith("`") else ""
    right = " " if body.endswith("`") else ""
    return f"``{left}{body}{right}``"


@dataclass(slots=True)
class _Writer:
    line: Line
    _out: list[str] = field(default_factory=list)
    _last: str = ""
    _at_start: bool = True
    _italic_closed: bool = False
    _open: list[Span] = field(default_factory=list)

    def write(self) -> str:
        text = self.line.text
        place = self._item(text)
        for span in (s for s in map(self._trim, self.line.spans) if s):
            if span.start < place:
                continue
            place = self._close_until(span.start, place)
            self._text(text[place : span.start], tight=True)
            place = self._begin(span)
        place = self._close_until(len(text), place)
        self._text(text[place:], tight=False)
        return "".join(self._out)

    def _item(self, text: str) -> int:
        """The bullet or number of a list's line, where no dress begins with it, and where the
        text behind it begins."""
        numbering = self.line.numbering
        if numbering is None:
            return 0
        found = _LISTED.match(text) if self.line.listed else None
        first = min((s.start for s in self.line.spans), default=len(text))
        if found is None or first < found.end():
            numbering.text(text)
            return 0
        indent, number = len(found[1]), found[2]
        if number is None:
            numbering.bullet(indent)
            self._add(found[1] + "- ")
        elif numbering.number(indent, int(number)) == int(number):
            self._add(found[0])
        else:
            numbering.text("text")
            return 0
        return found.end()

    def _trim(self, span: Span) -> Span | None:
        return trimmed(self.line.text, span)

    def _close_until(self, position: int, place: int) -> int:
        while self._open and self._open[-1].end <= position:
            span = self._open[-1]
            self._text(self.line.text[place : span.end], tight=False)
            place = span.end
            self._end(self._open.pop())
        return place

    def _begin(self, span: Span) -> int:
        if span.style is Style.CODE:
            hidden = self.line.hidden or self._in(Style.SPOILER)
            self._mark(_code(self.line.text[span.start : span.end], hidden=hidden), opens=True)
            return span.end
        if span.style is Style.TIME:
            self._moment(span)
            return span.end
        if span.style is Style.LINK:
            self._add("[")
        else:
            self._mark(_MARKS[span.style], opens=True)
        self._at_start = True
        self._open.append(span)
        return span.start

    def _end(self, span: Span) -> None:
        if span.style is Style.LINK:
            self._add(f"](<{self._target(span.value)}>)")
        else:
            self._mark(_MARKS[span.style], opens=False)
            self._italic_closed = span.style is Style.ITALIC

    def _moment(self, span: Span) -> None:
        """What the client tells as a time; behind words that the writer gave it."""
        moment = times.read(span.value)
        if moment is None:
            self._text(self.line.text[span.start : span.end], tight=True)
            return
        told = f"<t:{moment.seconds}:{_TIMES.get(moment.shape, 'F')}>"
        if not moment.shape:
            self._text(self.line.text[span.start : span.end], tight=False)
            told = f" ({told})"
        self._at_start = False
        self._add(told)

    def _in(self, *styles: Style) -> bool:
        return any(s.style in styles for s in self._open)

    def _mark(self, mark: str, *, opens: bool) -> None:
        """A mark, kept from running together with the character before it: `~~` must not be
        followed by `_`, and `_` opens and closes only at the edge of a word."""
        run_together = self._last == mark[0] or (self._last in "_~" and mark[0] in "_~")
        mid_word = opens and mark == "_" and self._last.isalnum()
        if self._last and (run_together or mid_word):
            self._out.append(WIDTHLESS)
            self._italic_closed = False
        self._add(mark)

    def _add(self, piece: str) -> None:
        if self._italic_closed and (piece[0].isalnum() or piece[0] == "_"):
            self._out.append(WIDTHLESS)
        self._italic_closed = False
        self._out.append(piece)
        self._last = piece[-1]

    def _text(self, text: str, *, tight: bool) -> None:
        """Plain text; `tight` where a mark that an address would swallow comes next."""
        place = 0
        for found in () if self._in(Style.LINK) else ADDRESS.finditer(text):
            self._plain(text[place : found.start()])
            self._address(found, tight=tight)
            place = found.end()
        self._plain(text[place:])

    def _plain(self, text: str) -> None:
        if not text:
            return
        if self._at_start:
            block = _BLOCK_MARK.match(text)
            self._at_start = text.isspace()
            if block:
                self._add(text[: block.end()] + "\\" + text[block.end()])
                text = text[block.end() + 1 :]
        escaped = _SPECIAL.sub(_escape, text)
        if escaped:
            self._add(escaped)

    def _address(self, found: re.Match[str], *, tight: bool) -> None:
        """An address as it is, so that it stays a link; in angle brackets where the client
        would take what follows for a part of it."""
        scheme, _, path = found[0].partition(":")
        shown = f"{scheme.lower()}:{self._guarded(path)}"
        after = _AFTER_ADDRESS.match(found.string, found.end())
        loose = after is not None and not (tight and after.end() == len(found.string))
        self._at_start = False
        self._add(shown if loose else f"<{shown}>")

    def _guarded(self, path: str) -> str:
        path = re.sub("@(?=everyone|here)", "%40", path)
        return path.replace("|", "%7C") if self.line.hidden or self._in(Style.SPOILER) else path

    def _target(self, url: str) -> str:
        """The address of a link, without the characters that would end it, or end the dress
        around it."""
        odd = r"[\s<>()\[\]\\*`|\"']"
        if self._in(Style.ITALIC, Style.UNDERLINE):
            odd = odd[:-1] + "_]"
        if self._in(Style.STRIKE):
            odd = odd[:-1] + "~]"
        encoded = re.sub(odd, lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), url)
        return self._guarded(encoded)


def _escape(found: re.Match[str]) -> str:
    if found["address"]:
        return found[0][:-1] + "\\:"
    return "\\" + found[0]
