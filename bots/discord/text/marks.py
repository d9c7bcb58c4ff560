"""Where the marks of a text close, found as the client's regular expressions would find it.

Those look for the end of each mark anew and, on hostile texts, step through everything that
follows again and again. Here each kind of mark is looked up in a table that is made once for a
text, so that a text takes time in proportion to its length. Source of the rules: the public
`simple-markdown`, and what the client changed in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_TITLED = re.compile(r">?\s+['\"]")
_CLOSES = re.compile(r">?\s*\)")
_TITLE_END = re.compile(r"['\"](?=\s*\))")
_LANGUAGE = re.compile(r"([A-Za-z0-9_+\-.#]+)\n")
_WORD = re.compile(r"[A-Za-z0-9_]")


class Found(NamedTuple):
    """The inside of a mark, as positions in the text, and where what follows begins."""

    start: int
    stop: int
    end: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring marks of one character. spaced: behind white space."""

    start: int
    end: int
    spaced: bool

    @property
    def odd(self) -> bool:
        return (self.end - self.start) % 2 == 1


class _Runs:
    """All runs of one character that are not escaped."""

    def __init__(self, source: str, mark: str) -> None:
        self.all: list[_Run] = []
        escape = -1
        for found in re.finditer(rf"\\[\s\S]|(\{mark}+)", source):
            if found[1] is None:
                escape = found.end()
                continue
            start = found.start()
            spaced = source[start - 1 : start].isspace() and escape != start
            self.all.append(_Run(start, found.end(), spaced))
        self._starts = [run.start for run in self.all]
        self._pairs = [run.end - 2 for run in self.all if run.end - run.start > 1]
        self._next_odd = self._odd_behind()

    def _odd_behind(self) -> list[int | None]:
        behind: list[int | None] = []
        following: int | None = None
        for number in range(len(self.all) - 1, -1, -1):
            behind.append(following)
            following = number if self.all[number].odd else following
        return behind[::-1]

    def around(self, place: int) -> int | None:
        """The number of the run in which a place lies."""
        number = bisect_right(self._starts, place) - 1
        return number if number >= 0 and place < self.all[number].end else None

    def double(self, place: int) -> Found | None:
        """From a doubled mark to the last two of a run, with something between."""
        number = self.around(place)
        if number is None or place + 2 > self.all[number].end:
            return None
        found = bisect_left(self._pairs, place + 3)
        if found == len(self._pairs):
            return None
        close = self._pairs[found]
        return Found(place + 2, close, close + 2)

    def single(self, place: int) -> tuple[Found, _Run] | None:
        """From a mark to the last of the first run that pairs do not use up, and that run."""
        number = self.around(place)
        if number is None:
            return None
        behind = self.all[number].end - place - 1
        if behind == 1:
            return None
        closing: int | None = number if behind % 2 else self._next_odd[number]
        if closing is None:
            return None
        run = self.all[closing]
        return Found(place + 1, run.end - 1, run.end), run


class Marks:
    """The marks of one text. Each method gives the mark that begins at a place, or None."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._links: dict[int, _Link | None] = {}
        self._targets: dict[int, tuple[int, int] | None] = {}
        self._no_code_before = 0

    @cached_property
    def _stars(self) -> _Runs:
        return _Runs(self.source, "*")

    @cached_property
    def _bars(self) -> _Runs:
        return _Runs(self.source, "_")

    def strong(self, place: int) -> Found | None:
        return self._stars.double(place)

    def underline(self, place: int) -> Found | None:
        return self._bars.double(place)

    def slanted_star(self, place: int) -> Found | None:
        if self.source[place + 1 : place + 2].strip() == "":
            return None
        found = self._stars.single(place)
        if found is None:
            return None
        mark, run = found
        return None if run.spaced and run.end - run.start == 1 else mark

    def slanted_bar(self, place: int) -> Found | None:
        found = self._bars.single(place)
        if found is None or _WORD.match(self.source, found[0].end):
            return None
        return found[0]

    @cached_property
    def _waves(self) -> list[int]:
        return [m.start() for m in re.finditer(r"~(?=~(?!_))", self.source)]

    def strike(self, place: int) -> Found | None:
        found = bisect_left(self._waves, place + 3)
        if not self.source.startswith("~~", place) or found == len(self._waves):
            return None
        close = self._waves[found]
        return Found(place + 2, close, close + 2)

    @cached_property
    def _last_pipes(self) -> int:
        return self.source.rfind("||")

    def spoiler(self, place: int) -> Found | None:
        if not self.source.startswith("||", place) or place + 3 > self._last_pipes:
            return None
        close = self.source.find("||", place + 3)
        return Found(place + 2, close, close + 2)

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """Where the runs of backticks begin, by their length."""
        runs: dict[int, list[int]] = {}
        for found in re.finditer("`+", self.source):
            runs.setdefault(found.end() - found.start(), []).append(found.start())
        return runs

    def code(self, place: int) -> Found | None:
        """Inline code: between as many backticks as possible and a later run of exactly as
        many."""
        if place < self._no_code_before:
            return None
        behind = place
        while self.source.startswith("`", behind):
            behind += 1
        for length in range(behind - place, 0, -1):
            starts = self._ticks.get(length, [])
            found = bisect_left(starts, behind)
            if found < len(starts):
                return Found(place + length, starts[found], starts[found] + length)
        self._no_code_before = behind
        return None

    @cached_property
    def _last_fence(self) -> int:
        return self.source.rfind("```")

    def fence(self, place: int) -> tuple[Found, str] | None:
        """A block of code and its language."""
        if not self.source.startswith("```", place) or place + 4 > self._last_fence:
            return None
        named = _LANGUAGE.match(self.source, place + 3)
        found = self._fenced(named.end()) if named else None
        if named and found:
            return found, named[1]
        found = self._fenced(place + 3)
        return (found, "") if found else None

    def _fenced(self, start: int) -> Found | None:
        while self.source.startswith("\n", start):
            start += 1
        if start + 1 > self._last_fence:
            return None
        close = self.source.find("```", start + 1)
        return Found(start, close, close + 3)

    # Links

    def link(self, place: int) -> _Link | None:
        """A masked link. Its text goes as far as brackets allow; its steps are the same from
        wherever they begin, so each is gone once for the whole text."""
        way: list[int] = []
        at: int | None = place + 1
        while at is not None and at < len(self.source) and at not in self._links:
            way.append(at)
            at = self._step(at)
        result = None if at is None else self._links.get(at)
        for at in reversed(way):
            if result is None and self.source.startswith("](", at):
                result = self._target(at)
            self._links[at] = result
        return result

    def _step(self, at: int) -> int | None:
        char = self.source[at]
        if char == "[":
            number = bisect_left(self._closing, at)
            return self._closing[number] + 1 if number < len(self._closing) else None
        if char != "]":
            return at + 1
        number = bisect_right(self._closing, at)
        if number == len(self._closing):
            return None
        opening = bisect_left(self._opening, at)
        inner = self._opening[opening] if opening < len(self._opening) else len(self.source)
        return at + 1 if self._closing[number] < inner else None

    @cached_property
    def _closing(self) -> list[int]:
        return [m.start() for m in re.finditer(r"\]", self.source)]

    @cached_property
    def _opening(self) -> list[int]:
        return [m.start() for m in re.finditer(r"\[", self.source)]

    @cached_property
    def _brackets(self) -> list[int]:
        return [m.start() for m in re.finditer(r"\)", self.source)]

    @cached_property
    def _title_ends(self) -> list[int]:
        return [m.start() for m in _TITLE_END.finditer(self.source)]

    def _target(self, close: int) -> _Link | None:
        """The address behind the bracket at `close`: as short as it can be, with brackets in
        pairs where they are."""
        start = close + 2
        while self.source[start : start + 1].isspace():
            start += 1
        start += self.source.startswith("<", start)
        found = self._address(start)
        return _Link(close, start, found[0], found[1]) if found else None

    def _address(self, start: int) -> tuple[int, int] | None:
        known = self._targets
        came: dict[int, int] = {start: -1}
        stack = [start]
        while stack:
            at = stack.pop()
            ends = known[at] if at in known else self._ends(at)
            if ends is not None:
                while at >= 0:
                    known[at] = ends
                    at = came[at]
                return ends
            if at in known:
                continue
            known[at] = None
            for following in self._onward(at):
                came[following] = at
                stack.append(following)
        return None

    def _onward(self, at: int) -> list[int]:
        """Where an address may go on from here; the last is tried first."""
        char = self.source[at : at + 1]
        if char == "\\" and at + 1 < len(self.source) and self.source[at + 1] != "\n":
            return [at + 2]
        if not char or char == "\\" or char.isspace():
            return []
        ways = [at + 1]
        if char == "(":
            number = bisect_left(self._brackets, at)
            if number < len(self._brackets):
                ways.append(self._brackets[number] + 1)
        return ways

    def _ends(self, at: int) -> tuple[int, int] | None:
        """Where the address and the link end, if the address may end here."""
        if titled := _TITLED.match(self.source, at):
            number = bisect_left(self._title_ends, titled.end())
            if number < len(self._title_ends):
                closed = self.source.index(")", self._title_ends[number])
                return at, closed + 1
        closes = _CLOSES.match(self.source, at)
        return (at, closes.end()) if closes else None


class _Link(NamedTuple):
    """Where the bracket behind a link's text is, its address, and where the link ends."""

    close: int
    start: int
    stop: int
    end: int
