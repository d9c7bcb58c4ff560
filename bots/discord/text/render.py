"""Rich text to Discord's markdown.

The client reads markdown with regular expressions, not with a grammar (they are public in its
ancestor `simple-markdown`). Two facts shape this module: a closing mark is looked for without
regard to what stands between, and neighbouring marks of one character run together. So inline
marks never go across a line end, a zero-width space parts what would run together, and dress
gives way around code and addresses that contain its mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import lru_cache

from bots.discord.text.inline import ADDRESS, WIDTHLESS, Line, fence, line_to_markdown
from bots.discord.text.lists import Numbering
from core.text.model import Rich, Span, Style
from core.text.tools import (
    BLOCKS,
    KEPT,
    SOLID,
    insert,
    merged,
    normalise,
    pieces,
    spell_links,
    utf16_len,
    without,
)

MAX_CONTENT = 2000

_SCHEMES = frozenset({"http", "https"})
_MARKED = (Style.BOLD, Style.ITALIC, Style.UNDERLINE, Style.STRIKE)
_DEEPEST_HEADING = 3
_BALANCED = re.compile(r"(?:[^\[\]]|\[[^\[\]]*\])*")
_PING = re.compile(r"(?<=@)(?=everyone|here)|(?<=<@)")


def cost(rich: Rich) -> int:
    """What a text counts against Discord's limits, in UTF-16 code units of its markdown.

    The documentation says "characters"; UTF-16 units are never fewer than those.
    """
    return utf16_len(to_discord(rich))


def to_discord(rich: Rich) -> str:
    """Markdown that the client shows as `rich` reads.

    Every character of the text comes out literally; nothing in it pings, even where a message
    were sent without `allowed_mentions`. Lines behind "• " are a list, and numbered ones where
    the client counts as they do. A moment is told by the client, in the reader's zone. Headings
    deeper than three become the third. A link that Discord cannot dress (its text is an address
    itself, or has odd brackets) is written out behind its text.
    """
    return _kept(rich) if len(rich.text) <= KEPT else _rendered(rich)


def _rendered(rich: Rich) -> str:
    return _PING.sub(WIDTHLESS, _document(_prepared(rich)))


# Whoever splits a text, or looks whether a message still shows it, asks for the same again.
_kept = lru_cache(maxsize=256)(_rendered)


def _prepared(rich: Rich) -> Rich:
    ready = normalise(spell_links(normalise(rich), _SCHEMES))
    if not ready.spans:
        return ready
    ready = _own_lines(_plain_links(ready))
    ready = Rich(ready.text, tuple(_heading(ready.text, s) for s in ready.spans))
    return _clear_of_marks(normalise(ready))


def _own_lines(rich: Rich) -> Rich:
    """Quotes and blocks of code begin and end with a line."""
    text = rich.text
    edges = {
        edge
        for s in rich.spans
        if s.style in (Style.QUOTE, Style.PRE)
        for edge in (s.start, s.end)
        if 0 < edge < len(text) and "\n" not in (text[edge] if edge == s.end else text[edge - 1])
    }
    return insert(rich, dict.fromkeys(edges, "\n")) if edges else rich


def _heading(text: str, span: Span) -> Span:
    """A heading takes whole lines; anything less is bold."""
    if span.style is not Style.HEADING:
        return span
    whole = text[span.start - 1 : span.start] in ("", "\n") and text[span.end : span.end + 1] in (
        "",
        "\n",
    )
    if not whole:
        return Span(span.start, span.end, Style.BOLD)
    level = int(span.value) if span.value.isdigit() else 1
    return replace(span, value=str(min(max(level, 1), _DEEPEST_HEADING)))


def _plain_links(rich: Rich) -> Rich:
    """Spell out the links that the client would not take for links."""
    written: dict[int, str] = {}
    kept: list[Span] = []
    for span in rich.spans:
        shown = rich.text[span.start : span.end]
        if span.style is not Style.LINK or not _refused(shown):
            kept.append(span)
        elif shown != span.value:
            written[span.end] = f" ({span.value})"
    return (
        insert(Rich(rich.text, tuple(kept)), written) if written else Rich(rich.text, tuple(kept))
    )


def _refused(shown: str) -> bool:
    return "://" in shown or _BALANCED.fullmatch(shown) is None


def _clear_of_marks(rich: Rich) -> Rich:
    """Take dress away from code and addresses in which the client would find its end, and
    stretch what begins or ends inside an address over the whole of it."""
    addresses = _addresses(rich)
    codes = [s for s in rich.spans if s.style is Style.CODE]
    if not addresses and not codes:
        return rich
    spans = _stretched(rich.spans, addresses)
    holes = merged(
        s for s in (*addresses, *codes) if re.search(r"[*_~\\]", rich.text[s.start : s.end])
    )
    free = _without_odd_code(rich.text, spans)
    clear = without([s for s in free if s.style in _MARKED], holes)
    return normalise(Rich(rich.text, (*clear, *(s for s in free if s.style not in _MARKED))))


def _without_odd_code(text: str, spans: list[Span]) -> list[Span]:
    """Code in the text of a link gives way where it has brackets."""
    odd = [
        s for s in spans if s.style is Style.CODE and re.search(r"[\[\]\\]", text[s.start : s.end])
    ]
    if not odd:
        return spans
    free = set(without(odd, merged(s for s in spans if s.style is Style.LINK)))
    gone = set(odd) - free
    return [s for s in spans if s not in gone]


def _addresses(rich: Rich) -> list[Span]:
    """Bare addresses outside of links, code and moments, as if they were spans."""
    if "://" not in rich.text:
        return []
    solid = merged(s for s in rich.spans if s.style is Style.LINK or s.style in SOLID)
    found: list[Span] = []
    for gap in without([Span(0, len(rich.text), Style.LINK)], solid):
        matches = ADDRESS.finditer(rich.text, gap.start, gap.end)
        found += [Span(m.start(), m.end(), Style.LINK) for m in matches]
    return found


def _stretched(spans: tuple[Span, ...], addresses: list[Span]) -> list[Span]:
    starts = [address.start for address in addresses]

    def around(edge: int) -> Span | None:
        number = bisect_left(starts, edge) - 1
        return addresses[number] if number >= 0 and edge < addresses[number].end else None

    def stretched(span: Span) -> Span:
        if span.style not in (*_MARKED, Style.SPOILER):
            return span
        first, last = around(span.start), around(span.end)
        start = first.start if first else span.start
        return replace(span, start=start, end=last.end if last else span.end)

    return [stretched(span) for span in spans]


def _document(rich: Rich) -> str:
    """Quotes, line by line, and what stands between them."""
    quotes = [s for s in rich.spans if s.style is Style.QUOTE]
    edges = [0, *(edge for s in quotes for edge in (s.start, s.end)), len(rich.text)]
    parts = [_body(part) for part in pieces(rich, edges)]
    parts[1::2] = ["> " + part.replace("\n", "\n> ") for part in parts[1::2]]
    return "".join(parts)


def _body(rich: Rich) -> str:
    """A spoiler over several lines is one box, so that it opens with one click; but a heading
    inside needs the start of the line for its own mark."""
    headings = [s for s in rich.spans if s.style is Style.HEADING]
    ends = [h.end for h in headings]
    starts = [h.start for h in headings]
    boxes = [
        box
        for s in rich.spans
        if s.style is Style.SPOILER
        and "\n" in rich.text[(box := _without_line_ends(rich.text, s)).start : box.end]
        and bisect_left(starts, s.end) == bisect_right(ends, s.start)
    ]
    edges = [0, *(edge for s in boxes for edge in (s.start, s.end)), len(rich.text)]
    done = ""
    for number, part in enumerate(pieces(rich, edges)):
        done += _box(part) if number % 2 else _blocks(part, hidden=False)
    return done


def _without_line_ends(text: str, span: Span) -> Span:
    shown = text[span.start : span.end]
    start = span.start + len(shown) - len(shown.lstrip("\n"))
    return replace(span, start=start, end=max(start, span.start + len(shown.rstrip("\n"))))


def _box(rich: Rich) -> str:
    inner = Rich(rich.text, tuple(s for s in rich.spans if s.style is not Style.SPOILER))
    shown = _blocks(inner, hidden=True)
    return "||" + shown + (WIDTHLESS if shown.endswith("|") else "") + "||"


def _blocks(rich: Rich, *, hidden: bool) -> str:
    """Blocks of code, and lines of text between them."""
    codes = [s for s in rich.spans if s.style is Style.PRE]
    edges = [0, *(edge for s in codes for edge in (s.start, s.end)), len(rich.text)]
    parts = pieces(rich, edges)
    done = [_lines(part, hidden=hidden) for part in parts]
    for number, code in enumerate(codes):
        part = parts[2 * number + 1]
        alone = not hidden and any(s.style is Style.SPOILER for s in part.spans)
        block = fence(part.text, code.value, hidden=hidden or alone)
        done[2 * number + 1] = f"||{block}||" if alone else block
    return "".join(done)


def _lines(rich: Rich, *, hidden: bool) -> str:
    numbering = None if hidden else Numbering()
    if not rich.spans:
        plain = [line_to_markdown(Line(line, (), numbering)) for line in rich.text.split("\n")]
        return "\n".join(plain)
    ends = [m.start() for m in re.finditer("\n", rich.text)]
    edges = sorted({0, *(e + 1 for e in ends), len(rich.text)})
    if len(edges) < 2:
        return ""
    return "".join(_line(part, numbering) for part in pieces(rich, edges))


def _line(rich: Rich, numbering: Numbering | None) -> str:
    end = "\n" if rich.text.endswith("\n") else ""
    line = rich.slice(0, len(rich.text) - len(end))
    heading = next((s for s in line.spans if s.style is Style.HEADING), None)
    spans = tuple(s for s in line.spans if s.style not in BLOCKS)
    if heading is None or not line.text.strip():
        return line_to_markdown(Line(line.text, spans, numbering)) + end
    shown = line_to_markdown(Line(line.text, spans, numbering, listed=False))
    return "#" * int(heading.value) + " " + shown.lstrip() + end
