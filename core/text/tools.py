"""Everyday operations on rich text: putting spans in order, trimming, shortening, excerpts."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from urllib.parse import unquote, urljoin

from core.text import times
from core.text.clusters import boundary_at_or_before
from core.text.model import Rich, Span, Style, join

ELLIPSIS = "…"
BLOCKS = frozenset({Style.QUOTE, Style.HEADING, Style.PRE})
VERBATIM = frozenset({Style.CODE, Style.PRE})
# What is shown as one piece, so that nothing can begin or end inside of it.
SOLID = VERBATIM | {Style.TIME}
KEPT = 8192
"""Characters of the longest texts whose forms are kept for whoever asks for them again."""
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tg"})

# Where two spans partly overlap, the weaker one is cut: a split link or quote is seen by the
# reader, a split bold is not; and a spoiler must hide all that it covers.
_STRENGTH = {
    style: rank
    for rank, style in enumerate(
        (
            Style.QUOTE,
            Style.HEADING,
            Style.SPOILER,
            Style.PRE,
            Style.LINK,
            Style.CODE,
            Style.TIME,
            Style.BOLD,
            Style.ITALIC,
            Style.UNDERLINE,
            Style.STRIKE,
        )
    )
}
_TIME = _STRENGTH[Style.TIME]
_INVISIBLE_IN_URLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_ILLEGIBLE = re.compile(r"\r\n|[\x00\r\v\f\x85\u2028\u2029\ud800-\udfff]")
_ONLY_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def safe_url(url: str, base_url: str = "") -> str:
    """An absolute http, https, mailto or tg address, or "" where `url` is none.

    Relative addresses are resolved against `base_url`. Control and invisible characters, with
    which `java\\nscript:` gets past careless readers, are taken out first.
    """
    cleaned = "%20".join(_INVISIBLE_IN_URLS.sub("", url).split())
    if not cleaned or _ONLY_SCHEME.fullmatch(cleaned):
        return ""
    try:
        absolute = urljoin(base_url, cleaned) if base_url else cleaned
    except ValueError:
        return ""
    scheme = _SCHEME.match(absolute)
    if scheme is None or scheme[1].lower() not in LINK_SCHEMES:
        return ""
    return absolute


def legible(text: str) -> str:
    """A text from outside, character by character the same length, that can be stored and
    sent: what is no character (halves of surrogate pairs, null) is U+FFFD, and whatever ends a
    line is a line feed."""
    return _ILLEGIBLE.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    if found[0] == "\r\n":
        return " \n"
    return "\n" if found[0] in "\r\v\f\x85\u2028\u2029" else "\ufffd"


def normalise(rich: Rich) -> Rich:
    """The same text with spans in their one proper form.

    Spans are clamped to the text, merged where equal ones touch, trimmed (white space at the
    edges of inline styles, line ends at the edges of blocks), dropped where nothing remains,
    cut where they partly overlap, and sorted. CODE, PRE and TIME contain no other span; no
    style contains itself, whatever its value. Doing it twice changes nothing.
    """
    if not rich.spans:
        return rich
    return _kept(rich) if len(rich.text) <= KEPT else _normalised(rich)


def _normalised(rich: Rich) -> Rich:
    spans: Sequence[Span] = rich.spans
    for _ in range(4):
        ordered = _order(rich.text, spans)
        if ordered == spans:
            break
        spans = ordered
    return Rich(rich.text, tuple(spans))


# Whoever renders asks for the same texts again and again.
_kept = lru_cache(maxsize=256)(_normalised)


def _order(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    by_style: dict[Style, list[Span]] = {}
    for span in spans:
        start, end = max(span.start, 0), min(span.end, len(text))
        if start < end:
            by_style.setdefault(span.style, []).append(replace(span, start=start, end=end))
    alone = [s for same in by_style.values() for s in _disjoint(text, same)]
    alone = _without_broken_times(_without_dress_on_pre(alone))
    nested = _nested([kept for s in alone if (kept := trimmed(text, s))])
    return tuple(sorted((kept for s in nested if (kept := trimmed(text, s))), key=_sort_key))


def _sort_key(span: Span) -> tuple[int, int, int]:
    """Over the same text, code comes last: it may lie in other styles, they not in it."""
    return (span.start, -span.end, _STRENGTH[span.style] + len(Style) * (span.style in SOLID))


def _disjoint(text: str, spans: list[Span]) -> list[Span]:
    """Spans of one style, none touching an equal one: earlier ones win over later ones."""
    done: list[Span] = []
    for span in sorted(spans, key=_sort_key):
        last = done[-1] if done else None
        if last is None or span.start > last.end:
            done.append(span)
        elif _one(text, last, span):
            done[-1] = replace(last, end=max(last.end, span.end))
        elif span.end > last.end:
            done.append(replace(span, start=last.end))
    return done


def _one(text: str, last: Span, span: Span) -> bool:
    if last.value != span.value:
        return False
    if span.start < last.end:
        return True
    if span.style in (Style.PRE, Style.TIME):
        return False
    return span.style not in BLOCKS or "\n" not in text[span.start - 1 : span.start + 1]


def _without_dress_on_pre(spans: list[Span]) -> list[Span]:
    """A block of code is dressed by nothing but a quote or a spoiler around it."""
    holes = [s for s in spans if s.style is Style.PRE]
    if not holes:
        return spans
    keep = {Style.PRE, Style.QUOTE, Style.SPOILER}
    dressed = without([s for s in spans if s.style not in keep], holes)
    return [s for s in spans if s.style in keep] + dressed


def _without_broken_times(spans: list[Span]) -> list[Span]:
    """A moment is told as a whole or, below code, a link or half a spoiler, as plain text."""
    moments = [s for s in spans if s.style is Style.TIME]
    if not moments:
        return spans
    strong = [s for s in spans if s.style is not Style.TIME and _STRENGTH[s.style] < _TIME]
    edges = sorted(edge for s in strong for edge in (s.start, s.end))
    closed = [s for s in strong if s.style in (*VERBATIM, Style.LINK)]
    kept = {
        s
        for s in moments
        if times.read(s.value) and bisect_right(edges, s.start) == bisect_left(edges, s.end)
    }
    kept &= set(without(kept, merged(closed)))
    return [s for s in spans if s.style is not Style.TIME or s in kept]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans as holes for `without`: sorted, and those that overlap made one."""
    done: list[Span] = []
    for span in sorted(spans, key=_sort_key):
        if done and span.start <= done[-1].end:
            done[-1] = replace(done[-1], end=max(done[-1].end, span.end))
        else:
            done.append(span)
    return done


def without(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """What is left of the spans outside of `holes`, which are sorted and disjoint."""
    if not holes:
        return list(spans)
    ends = [hole.end for hole in holes]
    left: list[Span] = []
    for span in spans:
        start = span.start
        for number in range(bisect_right(ends, start), len(holes)):
            hole = holes[number]
            if hole.start >= span.end:
                break
            if hole.start > start:
                left.append(replace(span, start=start, end=hole.start))
            start = hole.end
        if start < span.end:
            left.append(replace(span, start=start))
    return left


def trimmed(text: str, span: Span) -> Span | None:
    """Without the white space (of a block: the line ends) at its edges; None where blank."""
    start, end = span.start, span.end
    block = span.style in BLOCKS
    while start < end and (text[start] == "\n" if block else text[start].isspace()):
        start += 1
    while start < end and (text[end - 1] == "\n" if block else text[end - 1].isspace()):
        end -= 1
    if start == end or text[start:end].isspace():
        return None
    if (start, end) == (span.start, span.end):
        return span
    return replace(span, start=start, end=end)


def _nested(spans: list[Span]) -> list[Span]:
    """Cut spans so that any two nest or stand apart. At most one span a style is open at a
    time, so the stack is as short as the list of styles."""
    waiting = [(*_sort_key(s), s) for s in spans]
    heapq.heapify(waiting)
    stack: list[Span] = []
    done: list[Span] = []
    while waiting:
        span = heapq.heappop(waiting)[-1]
        while stack and stack[-1].end <= span.start:
            done.append(stack.pop())
        if any(s.style in SOLID for s in stack):
            _hide(waiting, stack, span)
            continue
        for piece in _yield_to_stronger(stack, span):
            heapq.heappush(waiting, (*_sort_key(piece), piece))
        span = _cut_to_fit(stack, span)
        for piece in _cut_weaker(stack, done, span):
            heapq.heappush(waiting, (*_sort_key(piece), piece))
        stack.append(span)
    return done + stack


_Waiting = list[tuple[int, int, int, Span]]


def _hide(waiting: _Waiting, stack: list[Span], span: Span) -> None:
    """Inside code a span is not seen; only what reaches beyond the code is kept. A link is
    worth more than the dress of its text, so it opens and the code is cut around it."""
    code = next(s for s in stack if s.style in SOLID)
    if _STRENGTH[span.style] < _STRENGTH[code.style]:
        stack.remove(code)
        for piece in (
            replace(code, end=span.start),
            replace(code, start=span.start, end=min(span.end, code.end)),
            replace(code, start=min(span.end, code.end)),
        ):
            if piece.start < piece.end:
                heapq.heappush(waiting, (*_sort_key(piece), piece))
        heapq.heappush(waiting, (*_sort_key(span), span))
    elif span.end > code.end:
        rest = replace(span, start=code.end)
        heapq.heappush(waiting, (*_sort_key(rest), rest))


def _limit_for(stack: list[Span], span: Span) -> int:
    ends = [s.end for s in stack if _STRENGTH[s.style] <= _STRENGTH[span.style]]
    return min([span.end, *ends])


def _yield_to_stronger(stack: list[Span], span: Span) -> list[Span]:
    end = _limit_for(stack, span)
    return [replace(span, start=end)] if end < span.end else []


def _cut_to_fit(stack: list[Span], span: Span) -> Span:
    return replace(span, end=_limit_for(stack, span))


def _cut_weaker(stack: list[Span], done: list[Span], span: Span) -> list[Span]:
    """Close the open spans that would end inside `span`; gives what is to be opened in it."""
    again: list[Span] = []
    while stack and stack[-1].end < span.end:
        weaker = stack.pop()
        if weaker.start < span.start:
            done.append(replace(weaker, end=span.start))
        again.append(replace(weaker, start=span.start))
    return again


def strip(rich: Rich) -> Rich:
    """Without white space at both ends. Indentation at the start of a code block stays."""
    start = len(rich.text) - len(rich.text.lstrip())
    pre = next((s.start for s in rich.spans if s.style is Style.PRE and s.start < start), None)
    end = len(rich.text.rstrip())
    start = start if pre is None else pre
    return rich if (start, end) == (0, len(rich.text)) else rich.slice(start, max(start, end))


def truncate(rich: Rich, limit: int, measure: Callable[[str], int] = len) -> Rich:
    """At most `limit` units of `measure` (which counts a plain text, such as its UTF-16
    length), cut at a word where one ends near, with an ellipsis inside the limit."""
    if measure(rich.text) <= limit:
        return rich
    room = limit - measure(ELLIPSIS)
    low, high = 0, len(rich.text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(rich.text[:middle]) <= room else (low, middle - 1)
    end = boundary_at_or_before(rich.text, low)
    space = max(rich.text.rfind(" ", 0, end + 1), rich.text.rfind("\n", 0, end + 1))
    if space > end * 2 // 3:
        end = space
    return normalise(strip(rich.slice(0, end))) + ELLIPSIS if room >= 0 else Rich()


def first_words(rich: Rich, limit: int) -> str:
    """One line of plain text, at most `limit` characters, for a quoted line or a list.

    What lies under a spoiler is not told: an ellipsis stands for it.
    """
    line = " ".join(unspoiled(rich).text[: limit * 4 + 64].split())
    return truncate(Rich(line), limit).text


def unspoiled(rich: Rich) -> Rich:
    """With an ellipsis in the place of every spoiler."""
    flat = normalise(rich)
    hidden = [s for s in flat.spans if s.style is Style.SPOILER]
    if not hidden:
        return rich
    edges = [0, *(edge for s in hidden for edge in (s.start, s.end)), len(flat.text)]
    return join(pieces(flat, edges)[::2], ELLIPSIS)


def insert(rich: Rich, additions: Mapping[int, str]) -> Rich:
    """With plain text put in at some positions, outside of the spans that begin or end there."""
    places = sorted(additions)
    before = [0, *accumulate(len(additions[p]) for p in places)]
    edges = [0, *places, len(rich.text)]
    text = "".join(
        rich.text[a:b] + (additions[b] if n < len(places) else "")
        for n, (a, b) in enumerate(pairwise(edges))
    )
    spans = tuple(
        replace(
            s,
            start=s.start + before[bisect_right(places, s.start)],
            end=s.end + before[bisect_left(places, s.end)],
        )
        for s in rich.spans
    )
    return Rich(text, spans)


def pieces(rich: Rich, edges: Sequence[int]) -> list[Rich]:
    """The text between each two neighbours of `edges` (ascending), in one pass over the spans,
    which are sorted."""
    done: list[Rich] = []
    running: list[Span] = []
    following = 0
    for start, end in pairwise(edges):
        while following < len(rich.spans) and rich.spans[following].start < end:
            running.append(rich.spans[following])
            following += 1
        running = [s for s in running if s.end > start]
        done.append(Rich(rich.text, tuple(running)).slice(start, end))
    return done


def utf16_len(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def spell_links(rich: Rich, schemes: frozenset[str]) -> Rich:
    """Links of other schemes than `schemes` as plain text: a mailto address is written out
    behind its text unless the text is the address; the target of any other is dropped."""
    odd = [s for s in rich.spans if s.style is Style.LINK and _scheme(s.value) not in schemes]
    if not odd:
        return rich
    gone = set(odd)
    plain = Rich(rich.text, tuple(s for s in rich.spans if s not in gone))
    return insert(plain, {s.end: _spelled(rich.text[s.start : s.end], s.value) for s in odd})


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


def _spelled(text: str, url: str) -> str:
    if _scheme(url) != "mailto":
        return ""
    address = unquote(url.partition(":")[2].partition("?")[0])
    return "" if address in text else f" ({address})"
