"""Cutting rich text to the size of a message, at places where a reader would.

Sizes are asked of the adapter (`cost`), because escaping and markup count as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from core.text.clusters import boundary_after, is_boundary
from core.text.model import Rich, Span, Style
from core.text.tools import normalise, strip

Cost = Callable[[Rich], int]

# How much of a message a place may leave unused before a lesser place is preferred.
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_LINE = re.compile(r"\n\s*")
_SENTENCE = re.compile(r"[.!?…:;][\"'”’»)\]]*\s+|[。！？]\s*")
_WORD = re.compile(r"\s+")
_PLACES = ((_PARAGRAPH, 0.5), (_LINE, 0.5), (_SENTENCE, 0.5), (_WORD, 0.2))
_ADDRESS = re.compile(r"https?://\S+")


def split(rich: Rich, limit: int, cost: Cost) -> list[Rich]:
    """The text in parts of at most `limit` by `cost`, in order; no part where it is blank.

    Parts end at a paragraph, line, sentence or word, and only where nothing else fits inside
    one: never inside a character (surrogate pair, combining marks, joined emoji), and inside a
    link only where the link alone is longer than a part. Styles are closed and opened again.
    The white space at a cut is left out; apart from it the parts joined are the text.
    `cost` must not shrink when text is added. A character of so many combining marks that it
    costs more than `limit` is cut between them; a single code point is a part whatever it costs.
    """
    return list(_parts(_Source(normalise(rich)), limit, cost))


def cut(rich: Rich, limit: int, cost: Cost) -> tuple[Rich, bool]:
    """The first part as `split` makes it, and whether there is more to read."""
    source = _Source(normalise(rich))
    parts = _parts(source, limit, cost)
    first = next(parts, Rich())
    return first, source.position < len(source.text)


def _parts(source: _Source, limit: int, cost: Cost) -> Iterator[Rich]:
    source.skip_space()
    while source.position < len(source.text):
        end = _end(source, limit, cost)
        part = normalise(strip(source.slice(end)))
        source.advance(end)
        if part:
            yield part


def _end(source: _Source, limit: int, cost: Cost) -> int:
    """Where the part that begins at the source's position ends."""
    fits = _furthest(source, limit, cost)
    if fits >= len(source.text):
        return fits
    for place in _candidates(source, fits):
        if cost(strip(source.slice(place))) <= limit:
            return place
    # What fits nowhere need not be looked through to its end, which may be far.
    whole = boundary_after(source.text, source.position, fits + limit)
    if cost(strip(source.slice(whole))) <= limit:
        return whole
    low, high = source.position + 1, max(fits, source.position + 1)
    while low < high:
        middle = (low + high + 1) // 2
        spent = cost(strip(source.slice(middle)))
        low, high = (middle, high) if spent <= limit else (low, middle - 1)
    return low


def _furthest(source: _Source, limit: int, cost: Cost) -> int:
    """About the last position up to which the text fits, found by probing where the cost so
    far lets one expect it: a few probes, each as long as a part."""
    start, whole = source.position, len(source.text)
    low, high = start, whole + 1
    guess = min(start + max(limit, 1), whole)
    for _ in range(40):
        spent = cost(strip(source.slice(guess)))
        low, high = (guess, high) if spent <= limit else (low, guess)
        if low >= whole or high - low <= 1 + limit // 128:
            break
        rate = max(spent, 1) / (guess - start)
        aim = start + int((limit - limit // 256) / rate)
        guess = aim if low < aim < high else (low + min(high, low + 2 * limit + 2)) // 2
        guess = min(max(guess, low + 1), high - 1, whole)
    return low


def _candidates(source: _Source, fits: int) -> Iterator[int]:
    """Places to cut at or before `fits`, best first, then ever shorter ones."""
    start = source.position
    window = source.text[start : fits + 1]
    for pattern, least in _PLACES:
        ends = [start + m.start() for m in pattern.finditer(window)]
        if pattern is _SENTENCE:
            ends = [start + m.end() for m in pattern.finditer(window)]
        usable = [e for e in ends if start + (fits - start) * least <= e <= fits]
        yield from (e for e in reversed(usable[-8:]) if source.may_cut(e, fits))
    yield from _hard_candidates(source, fits)


def _hard_candidates(source: _Source, fits: int) -> Iterator[int]:
    """Any boundary of characters; first outside of links, then anywhere."""
    start = source.position
    for step_outside in (True, False):
        place = fits
        while place > start:
            inside = source.link_around(place, fits) if step_outside else None
            if inside is not None:
                place = inside
                continue
            if is_boundary(source.text, place, start):
                yield place
                place -= max((place - start) // 16, 1)
            else:
                place -= 1


class _Source:
    """A text read from front to back in slices, without looking at all its spans each time."""

    def __init__(self, rich: Rich) -> None:
        self.text = rich.text
        self.position = 0
        self._spans = rich.spans
        self._starts = [s.start for s in rich.spans]
        self._open: list[Span] = []
        self._next = 0
        self._atoms = _atoms(rich)
        self._atom_starts = [a for a, _ in self._atoms]

    def slice(self, end: int) -> Rich:
        """From the position to `end`, with its spans."""
        last = bisect_left(self._starts, end, self._next)
        spans = (*self._open, *self._spans[self._next : last])
        return Rich(self.text[self.position : end], tuple(self._cut(s, end) for s in spans))

    def _cut(self, span: Span, end: int) -> Span:
        start = max(span.start, self.position) - self.position
        return Span(start, min(span.end, end) - self.position, span.style, span.value)

    def advance(self, end: int) -> None:
        """Go to `end`, and over the white space behind it."""
        self._move(end)
        self.skip_space()

    def skip_space(self) -> None:
        """Go over white space; inside a block of code only over line ends."""
        place = self.position
        inside = any(s.style is Style.PRE for s in self._open) or self._code_begins(place)
        blank = "\n" if inside else None
        while place < len(self.text) and self._blank(self.text[place], blank):
            place += 1
            blank = "\n" if self._code_begins(place) else blank
        self._move(place)

    @staticmethod
    def _blank(char: str, only: str | None) -> bool:
        return char.isspace() if only is None else char == only

    def _code_begins(self, place: int) -> bool:
        first = bisect_left(self._starts, place, self._next)
        last = bisect_right(self._starts, place, first)
        return any(s.style is Style.PRE for s in self._spans[first:last])

    def _move(self, place: int) -> None:
        last = bisect_left(self._starts, place, self._next)
        passed = (*self._open, *self._spans[self._next : last])
        self._open = [s for s in passed if s.end > place]
        self._next, self.position = last, place

    def may_cut(self, place: int, fits: int) -> bool:
        """Whether a cut at `place` is outside of links and between characters."""
        return (
            is_boundary(self.text, place, self.position) and self.link_around(place, fits) is None
        )

    def link_around(self, place: int, fits: int) -> int | None:
        """Where the link begins that a cut at `place` would go through without need: it is
        needed where the part begins with a link that ends behind `fits`."""
        found = bisect_left(self._atom_starts, place) - 1
        if found < 0:
            return None
        start, end = self._atoms[found]
        needless = start > self.position or end <= fits
        return start if start < place < end and needless else None


def _atoms(rich: Rich) -> list[tuple[int, int]]:
    """What is not to be cut: linked texts, moments and bare addresses, sorted and disjoint."""
    atoms = [(s.start, s.end) for s in rich.spans if s.style in (Style.LINK, Style.TIME)]
    atoms += [m.span() for m in _ADDRESS.finditer(rich.text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(atoms):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
