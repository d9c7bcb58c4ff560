"""Discord's markdown, read as the client reads it, into rich text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from bots.discord.text.lists import BULLET, NUMBER, Numbering
from bots.discord.text.marks import Found, Marks
from core.text import times
from core.text.model import Rich, Span, Style
from core.text.tools import legible, normalise, safe_url

# Deeper marks than any person types are left as text, so that nothing recurses without end.
_DEEPEST = 24
# No message of Discord's is longer.
_LONGEST_ADDRESS = 4000

_QUOTE_ALL = re.compile(r" *>>> ?(?P<all>[\s\S]*)")
_QUOTE = re.compile(r" *> [^\n]*(?:\n *> [^\n]*)*")
_QUOTE_MARK = re.compile(r"^ *> ?", re.MULTILINE)
_HEADING = re.compile(r" *(#{1,3}) +(\S[^\n]*)")
_SUBTEXT = re.compile(r" *-# +(\S[^\n]*)")
_PLAIN = re.compile(r"(?:(?!https?://)[^\\*_~|`<\[\n])+")
_ADDRESS = re.compile(r"https?://[^\s<]+[^<.,:;\"'\]\s]")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_SHRUG = "¯\\_(ツ)_/¯"

_CODE_PADDING = re.compile(r"^ (?= *`)|(?<=`) $|(?<=` ) $")
_TOKEN = re.compile(
    r"<(?:(?P<address>https?://[^ <>\n]+)|@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)"
    r"|a?:(?P<emoji>\w+):\d+|t:(?P<time>-?\d{1,13})(?::(?P<format>[tTdDfFsSR]))?"
    r"|/(?P<command>[^:<>\n]+):\d+|(?:id|\d+):(?P<place>[a-z-]+)(?::\d+)?"
    r"|(?:mailto:|tel:|sms:)?(?P<contact>[^ <>@\n]+@[^ <>@\n]+|\+\d{3,20}))>"
)
# How the client tells a time, by the letter of its style, and the same as a neutral shape.
_SHAPES = {"f": "Dt", "F": "wDt", "s": "dt", "S": "dT", "R": "r"}


def from_discord(content: str, names: Mapping[str, str], zone: tzinfo = UTC) -> Rich:
    """A message's content as rich text.

    `names` resolves mentions: "@<user id>", "#<channel id>" and "&<role id>" to the bare name;
    what is not in it becomes "@someone", "#channel" and "@role". Custom emoji become their
    `:name:`, timestamps a moment (told below in `zone`), a list's marks "• " or the numbers that
    the client would count, subtext plain text. A link whose text is an address itself, which could
    name another place than the one where it leads, is no link, as in the client.
    """
    reader = _Reader(names, zone)
    reader.read(legible(content.replace("\r\n", "\n")), _State(), at_line_start=True)
    return normalise(Rich("".join(reader.parts), tuple(reader.spans)))


@dataclass(frozen=True, slots=True)
class _State:
    depth: int = 0
    quoted: bool = False


@dataclass(slots=True)
class _Reader:
    names: Mapping[str, str]
    zone: tzinfo
    parts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    length: int = 0
    _ends_line: bool = True
    _numbering: Numbering = field(default_factory=Numbering)

    def write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)
            self._ends_line = text.endswith("\n")

    def read(self, source: str, state: _State, *, at_line_start: bool) -> None:
        """Write what `source` shows. Each rule gives where it stopped, or None."""
        marks = Marks(source)
        place, line_start = 0, at_line_start
        while place < len(source):
            end = self._block(source, place, state) if line_start else None
            if end is None:
                end = self._inline(marks, place, state)
            line_start = source[end - 1] == "\n"
            place = end

    # Blocks, at the start of a line

    def _block(self, source: str, place: int, state: _State) -> int | None:
        if not state.quoted:
            end = self._quote(source, place, state)
            if end is not None:
                return end
        if found := _HEADING.match(source, place):
            self._dressed(found[2], Style.HEADING, state, str(len(found[1])))
            return found.end()
        if found := _SUBTEXT.match(source, place):
            self.read(found[1], state, at_line_start=False)
            return found.end()
        return self._item(source, place)

    def _item(self, source: str, place: int) -> int | None:
        if found := BULLET.match(source, place):
            self._numbering.bullet(len(found[1]))
            self.write(found[1] + "• ")
            return found.end()
        if found := NUMBER.match(source, place):
            number = self._numbering.number(len(found[1]), int(found[2]))
            self.write(f"{found[1]}{number}. ")
            return found.end()
        end = source.find("\n", place)
        self._numbering.text(source[place : end if end >= 0 else len(source)][:99])
        return None

    def _quote(self, source: str, place: int, state: _State) -> int | None:
        found = _QUOTE_ALL.match(source, place)
        inner = found["all"] if found else ""
        if not found:
            found = _QUOTE.match(source, place)
            inner = _QUOTE_MARK.sub("", found[0]) if found else ""
        if not found:
            return None
        start = self.length
        outside, self._numbering = self._numbering, Numbering()
        self.read(inner, replace(state, quoted=True), at_line_start=True)
        self._numbering = outside
        self.spans.append(Span(start, self.length, Style.QUOTE))
        return found.end()

    # Inline rules, by the character they begin with

    def _inline(self, marks: Marks, place: int, state: _State) -> int:
        source = marks.source
        if source.startswith(_SHRUG, place):
            self.write(_SHRUG)
            return place + len(_SHRUG)
        rule = _RULES.get(source[place])
        end = rule(self, marks, place, state) if rule else None
        if end is not None:
            return end
        found = _ADDRESS.match(source, place) or _PLAIN.match(source, place)
        shown = found[0] if found else source[place]
        if not found or found.re is _PLAIN:
            shrug = shown.find(_SHRUG[0], 1)
            shown = shown[:shrug] if shrug > 0 else shown
        self.write(shown)
        return place + len(shown)

    def _dressed(self, inner: str, style: Style, state: _State, value: str = "") -> None:
        start = self.length
        if state.depth >= _DEEPEST:
            self.write(inner)
        else:
            deeper = replace(state, depth=state.depth + 1)
            self.read(inner, deeper, at_line_start=False)
        self.spans.append(Span(start, self.length, style, value))

    def _escape(self, marks: Marks, place: int, state: _State) -> int | None:
        found = _ESCAPE.match(marks.source, place)
        if found:
            self.write(found[1])
        return found.end() if found else None

    def _star(self, marks: Marks, place: int, state: _State) -> int | None:
        """The longer match wins, as in the client."""
        slanted, strong = marks.slanted_star(place), marks.strong(place)
        if slanted and (not strong or slanted.end >= strong.end):
            return self._marked(marks, slanted, Style.ITALIC, state)
        return self._marked(marks, strong, Style.BOLD, state)

    def _bar(self, marks: Marks, place: int, state: _State) -> int | None:
        slanted, under = marks.slanted_bar(place), marks.underline(place)
        if slanted and (not under or slanted.end >= under.end):
            return self._marked(marks, slanted, Style.ITALIC, state)
        return self._marked(marks, under, Style.UNDERLINE, state)

    def _wave(self, marks: Marks, place: int, state: _State) -> int | None:
        return self._marked(marks, marks.strike(place), Style.STRIKE, state)

    def _pipe(self, marks: Marks, place: int, state: _State) -> int | None:
        return self._marked(marks, marks.spoiler(place), Style.SPOILER, state)

    def _marked(self, marks: Marks, found: Found | None, style: Style, state: _State) -> int | None:
        if found is None:
            return None
        self._dressed(marks.source[found.start : found.stop], style, state)
        return found.end

    def _backtick(self, marks: Marks, place: int, state: _State) -> int | None:
        if fenced := marks.fence(place):
            found, language = fenced
            self._fenced(marks.source[found.start : found.stop].strip("\n"), language)
            if marks.source[found.end : found.end + 1] not in ("", "\n"):
                self.write("\n")
            return found.end
        if code := marks.code(place):
            start = self.length
            self.write(_CODE_PADDING.sub("", marks.source[code.start : code.stop]))
            self.spans.append(Span(start, self.length, Style.CODE))
            return code.end
        return None

    def _fenced(self, code: str, language: str) -> None:
        if not self._ends_line:
            self.write("\n")
        start = self.length
        self.write(code)
        self.spans.append(Span(start, self.length, Style.PRE, language))

    def _bracket(self, marks: Marks, place: int, state: _State) -> int | None:
        found = marks.link(place)
        if found is None or found.stop - found.start > _LONGEST_ADDRESS:
            return None
        url = safe_url(_ESCAPE.sub(r"\1", marks.source[found.start : found.stop]))
        if not url.lower().startswith(("http://", "https://")):
            return None
        inner = marks.source[place + 1 : found.close]
        if not inner.strip() or "://" in inner:
            return None
        self._dressed(inner, Style.LINK, state, url)
        return found.end

    def _angle(self, marks: Marks, place: int, state: _State) -> int | None:
        found = _TOKEN.match(marks.source, place)
        if not found:
            return None
        if found["time"]:
            self._time(int(found["time"]), found["format"] or "f")
        else:
            self.write(self._resolved(found))
        return found.end()

    def _resolved(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        value = found[kind]
        if kind in ("user", "role"):
            key = ("@" if kind == "user" else "&") + value
            name = self.names.get(key) or ("someone" if kind == "user" else "role")
            return "@" + name.removeprefix("@")
        if kind == "channel":
            return "#" + (self.names.get("#" + value) or "channel").removeprefix("#")
        around = {"emoji": ":{}:", "command": "/{}", "place": "#{}"}
        return around.get(kind, "{}").format(value)

    def _time(self, seconds: int, style: str) -> None:
        moment = times.read(times.value(seconds, _SHAPES.get(style, style)))
        start = self.length
        self.write(times.told(moment, self.zone) if moment else str(seconds))
        if moment:
            value = times.value(*moment)
            self.spans.append(Span(start, self.length, Style.TIME, value))


_Rule = Callable[[_Reader, Marks, int, _State], int | None]
_RULES: dict[str, _Rule] = {
    "\\": _Reader._escape,
    "*": _Reader._star,
    "_": _Reader._bar,
    "~": _Reader._wave,
    "|": _Reader._pipe,
    "`": _Reader._backtick,
    "[": _Reader._bracket,
    "<": _Reader._angle,
}
