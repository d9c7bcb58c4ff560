"""Discord's markdown, read as the client reads it, into rich text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from core.text.model import Rich, Span, Style
from core.text.tools import normalise, safe_url

# Deeper marks than any person types are left as text, so that nothing recurses without end.
_DEEPEST = 24

_LINK_INSIDE = r"(?:\\.|\[[^\]]*\]|[^\[\]\\]|\](?=[^\[]*\]))*?"
_QUOTE_ALL = re.compile(r" *>>> ?(?P<all>[\s\S]*)")
_QUOTE = re.compile(r" *> [^\n]*(?:\n *> [^\n]*)*")
_QUOTE_MARK = re.compile(r"^ *> ?", re.MULTILINE)
_HEADING = re.compile(r" *(#{1,3}) +(\S[^\n]*)")
_SUBTEXT = re.compile(r" *-# +(?=\S)")
_BULLET = re.compile(r"( *)[-*] +(?=\S)")
_FENCE = re.compile(r"```(?:([A-Za-z0-9_+\-.#]+?)\n)?\n*((?=[^\n])[\s\S]+?)\n*```")
_PLAIN = re.compile(r"(?:(?!https?://)[^\\*_~|`<\[\n])+")
_ADDRESS = re.compile(r"https?://[^\s<]+[^<.,:;\"'\]\s]")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_SHRUG = "¯\\_(ツ)_/¯"

_STRONG = re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")
_UNDERLINE = re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")
_EM_BAR = re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_\b", re.ASCII)
_EM_STAR = re.compile(
    r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
)
_STRIKE = re.compile(r"~~([\s\S]+?)~~(?!_)")
_SPOILER = re.compile(r"\|\|([\s\S]+?)\|\|")
_CODE = re.compile(r"(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)")
_CODE_PADDING = re.compile(r"^ (?= *`)|(?<=`) $|(?<=` ) $")
_LINK = re.compile(
    rf"\[({_LINK_INSIDE})\]\(\s*<?((?:\([^)]*\)|[^\s\\>]|\\.)*?)>?(?:\s+['\"][^\n]*?['\"])?\s*\)"
)

_TOKEN = re.compile(
    r"<(?:(?P<address>https?://[^ <>\n]+)|@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)"
    r"|a?:(?P<emoji>\w+):\d+|t:(?P<time>-?\d{1,13})(?::(?P<format>[tTdDfFsSR]))?"
    r"|/(?P<command>[^:<>\n]+):\d+|(?:id|\d+):(?P<place>[a-z-]+)(?::\d+)?"
    r"|(?:mailto:|tel:|sms:)?(?P<contact>[^ <>@\n]+@[^ <>@\n]+|\+\d{3,20}))>"
)
_TIMES = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%Y-%m-%d",
    "D": "%Y-%m-%d",
}


def from_discord(content: str, names: Mapping[str, str], zone: tzinfo = UTC) -> Rich:
    """A message's content as rich text.

    `names` resolves mentions: "@<user id>", "#<channel id>" and "&<role id>" to the bare name;
    what is not in it becomes "@someone", "#channel" and "@role". Custom emoji become their
    `:name:`, timestamps a date and time in `zone`, list marks a "•", subtext plain text.
    """
    reader = _Reader(names, zone)
    reader.read(content.replace("\r\n", "\n"), _State(), at_line_start=True)
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

    def write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)
            self._ends_line = text.endswith("\n")

    def read(self, source: str, state: _State, *, at_line_start: bool) -> None:
        """Write what `source` shows. Each rule gives where it stopped, or None."""
        place, line_start = 0, at_line_start
        while place < len(source):
            end = self._block(source, place, state) if line_start else None
            if end is None:
                end = self._inline(source, place, state)
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
            return found.end()
        if found := _BULLET.match(source, place):
            self.write(found[1] + "• ")
            return found.end()
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
        self.read(inner, replace(state, quoted=True), at_line_start=True)
        self.spans.append(Span(start, self.length, Style.QUOTE))
        return found.end()

    # Inline rules, by the character they begin with

    def _inline(self, source: str, place: int, state: _State) -> int:
        if source.startswith(_SHRUG, place):
            self.write(_SHRUG)
            return place + len(_SHRUG)
        rule = _RULES.get(source[place])
        end = rule(self, source, place, state) if rule else None
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

    def _escape(self, source: str, place: int, state: _State) -> int | None:
        found = _ESCAPE.match(source, place)
        if found:
            self.write(found[1])
        return found.end() if found else None

    def _star(self, source: str, place: int, state: _State) -> int | None:
        """The longer match wins, as in the client."""
        slanted, strong = _EM_STAR.match(source, place), _STRONG.match(source, place)
        return self._longest(slanted, strong, Style.BOLD, state)

    def _bar(self, source: str, place: int, state: _State) -> int | None:
        slanted, under = _EM_BAR.match(source, place), _UNDERLINE.match(source, place)
        return self._longest(slanted, under, Style.UNDERLINE, state)

    def _longest(
        self,
        slanted: re.Match[str] | None,
        other: re.Match[str] | None,
        style: Style,
        state: _State,
    ) -> int | None:
        if slanted and (not other or slanted.end() >= other.end()):
            self._dressed(slanted[1], Style.ITALIC, state)
            return slanted.end()
        if other:
            self._dressed(other[1], style, state)
            return other.end()
        return None

    def _wave(self, source: str, place: int, state: _State) -> int | None:
        return self._marked(_STRIKE.match(source, place), Style.STRIKE, state)

    def _pipe(self, source: str, place: int, state: _State) -> int | None:
        return self._marked(_SPOILER.match(source, place), Style.SPOILER, state)

    def _marked(self, found: re.Match[str] | None, style: Style, state: _State) -> int | None:
        if found:
            self._dressed(found[1], style, state)
        return found.end() if found else None

    def _backtick(self, source: str, place: int, state: _State) -> int | None:
        if found := _FENCE.match(source, place):
            self._fenced(found[2].strip("\n"), found[1] or "")
            after = found.end()
            if after < len(source) and source[after] != "\n":
                self.write("\n")
            return after
        if found := _CODE.match(source, place):
            start = self.length
            self.write(_CODE_PADDING.sub("", found[2]))
            self.spans.append(Span(start, self.length, Style.CODE))
            return found.end()
        return None

    def _fenced(self, code: str, language: str) -> None:
        if not self._ends_line:
            self.write("\n")
        start = self.length
        self.write(code)
        self.spans.append(Span(start, self.length, Style.PRE, language))

    def _bracket(self, source: str, place: int, state: _State) -> int | None:
        found = _LINK.match(source, place)
        url = safe_url(_ESCAPE.sub(r"\1", found[2])) if found else ""
        if not found or not found[1].strip() or not url.startswith("http"):
            return None
        self._dressed(found[1], Style.LINK, state, url)
        return found.end()

    def _angle(self, source: str, place: int, state: _State) -> int | None:
        found = _TOKEN.match(source, place)
        if found:
            self.write(self._resolved(found))
        return found.end() if found else None

    def _resolved(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        kind = "time" if kind == "format" else kind
        value = found[kind]
        if kind in ("user", "role"):
            key = ("@" if kind == "user" else "&") + value
            name = self.names.get(key) or ("someone" if kind == "user" else "role")
            return "@" + name.removeprefix("@")
        if kind == "channel":
            return "#" + (self.names.get("#" + value) or "channel").removeprefix("#")
        if kind == "time":
            return self._time(int(value), found["format"] or "f")
        around = {"emoji": ":{}:", "command": "/{}", "place": "#{}"}
        return around.get(kind, "{}").format(value)

    def _time(self, seconds: int, shape: str) -> str:
        try:
            moment = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)
        except (OverflowError, ValueError, OSError):
            return str(seconds)
        return moment.strftime(
            _TIMES.get(shape, "%Y-%m-%d %H:%M") + ("" if shape in "dD" else " %Z")
        )


_Rule = Callable[[_Reader, str, int, _State], int | None]
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
