"""Lists of words, found in a text in time that grows with the text alone (pure).

All entries of a list are one automaton (Aho and Corasick's): it reads each character once,
however many entries there are. Entries begin and end with the space that stands around words in
a line, so "class" is never found in "classic", nor anything inside of "Scunthorpe".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from core.moderation.fold import fold
from core.moderation.reading import WORDS, Line, Reading, disguised, masked, once, stretched

SHORTEST_JOINED = 8
"""Letters of a phrase that is also searched as one word."""
SHORTEST_PREFIX = 3
LONGEST = 100
"""Characters of an entry."""
MOST = 32
"""Hits of one kind in one text that are looked at: enough to tell, whatever somebody sends."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list.

    kind: banned or suspect. words: "word", "begin*", "two words" or "two wor*", as somebody
    wrote it. language: "es", or "" for every language.
    """

    kind: str
    words: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that was found, and the author's own letters."""

    entry: Entry
    shown: str


def pattern(words: str) -> str:
    """An entry as it is searched: " word ", " begin" or " two words "; "" where it holds no word
    or would hold too much."""
    beginning = words.rstrip().endswith("*")
    found = WORDS.findall(fold(words[:LONGEST]).text)
    if not found or (beginning and len("".join(found)) < SHORTEST_PREFIX):
        return ""
    return " " + " ".join(found) + ("" if beginning else " ")


def _joined(one: str) -> str:
    """A pattern of several words written as one ("hijodeputa"); "" where it is of one word, or so
    short that it may be another."""
    letters = one.replace(" ", "")
    if " " not in one.strip() or len(letters) < SHORTEST_JOINED:
        return ""
    return f" {letters} " if one.endswith(" ") else f" {letters}"


class Automaton:
    """Finds all of many patterns in a line at once. Every pattern begins with a space."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._ends: list[list[str]] = [[]]
        for one in patterns:
            self._add(one)
        self._fail = [0] * len(self._next)
        self._link()

    def _add(self, one: str) -> None:
        state = 0
        for character in one:
            row = self._next[state]
            if character not in row:
                row[character] = len(self._next)
                self._next.append({})
                self._ends.append([])
            state = row[character]
        if one not in self._ends[state]:
            self._ends[state].append(one)

    def _link(self) -> None:
        """For each state the longest end of it that begins another pattern."""
        waiting = list(self._next[0].values())
        for state in waiting:
            for character, following in self._next[state].items():
                waiting.append(following)
                behind = self._fail[state]
                while behind and character not in self._next[behind]:
                    behind = self._fail[behind]
                self._fail[following] = self._next[behind].get(character, 0)
                self._ends[following] += self._ends[self._fail[following]]

    def find(self, line: str) -> Iterator[tuple[str, int]]:
        """(pattern, where it ends) of everything found. From the beginning of the automaton only
        a space leads on, so what cannot match is passed over a word at a time."""
        following, fail, ends = self._next, self._fail, self._ends
        state, position, length = 0, 0, len(line)
        while position < length:
            to = following[state].get(line[position])
            if to is not None:
                state, position = to, position + 1
                for one in ends[to]:
                    yield one, position
            elif state:
                state = fail[state]
            else:
                position = line.find(" ", position + 1)
                if position < 0:
                    return


class Lexicon:
    """A publication's banned and suspect words."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            if one := pattern(entry.words):
                self._entries.setdefault(one, []).append(entry)
                if joined := _joined(one):
                    self._entries.setdefault(joined, []).append(entry)
        self._automaton = Automaton(self._entries)
        self._heads = {one.split(" ")[1] for one in self._entries if " " in one[1:]}
        begun = (one[1:] for one in self._entries if " " not in one[1:])
        self._begun = {one[:SHORTEST_PREFIX] for one in begun}
        self._drawn: dict[str, list[str]] = {}
        for one in self._entries:
            if len(one) > SHORTEST_PREFIX + 1:
                self._drawn.setdefault(once(one), []).append(one)
        self._once = Automaton(self._drawn)
        self._starred = self._by_shape()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def _by_shape(self) -> dict[tuple[str, int], list[str]]:
        shapes: dict[tuple[str, int], list[str]] = {}
        for one in self._entries:
            word = one.strip()
            if one.endswith(" ") and " " not in word:
                shapes.setdefault((word[0], len(word)), []).append(one)
        return shapes

    def matches(self, reading: Reading) -> list[Match]:
        """The entries that a text holds, in the order of their first places, each once."""
        if not self._entries:
            return []
        found: list[tuple[int, int, str]] = []
        if self._may_hold(reading.words):
            hits = list(islice(self._automaton.find(reading.line), MOST))
            found += _placed(reading.plain(), hits) if hits else ()
        for line in islice(disguised(reading), MOST):
            found += _placed(line, islice(self._automaton.find(line.text), MOST))
        if (drawn := stretched(reading)) is not None:
            found += self._drawn_out(drawn)
        for word, start, end in islice(masked(reading), MOST):
            found += ((start, end, one) for one in self._unmasked(word))
        return self._told(reading, found)

    def _may_hold(self, words: Sequence[str]) -> bool:
        """Spares most texts the automaton: none of their words begins an entry."""
        if not self._heads.isdisjoint(words):
            return True
        return not self._begun.isdisjoint([word[:SHORTEST_PREFIX] for word in words])

    def _drawn_out(self, line: Line) -> Iterator[tuple[int, int, str]]:
        for one, end in islice(self._once.find(line.text), MOST):
            for place in _placed(line, [(one, end)]):
                yield from ((*place[:2], meant) for meant in self._drawn[one])

    def _unmasked(self, word: str) -> Iterator[str]:
        """The entries that a starred word may stand for; two letters at least are to be seen."""
        if len(word.replace("*", "")) < 2:
            return
        for one in self._starred.get((word[0], len(word)), ()):
            if all(a in ("*", b) for a, b in zip(word, one.strip(), strict=True)):
                yield one

    def _told(self, reading: Reading, found: Iterable[tuple[int, int, str]]) -> list[Match]:
        first: dict[Entry, Match] = {}
        for start, end, one in sorted(found):
            for entry in self._entries[one]:
                if entry not in first:
                    first[entry] = Match(entry, reading.shown(start, end))
        return list(first.values())


def _placed(line: Line, hits: Iterable[tuple[str, int]]) -> Iterator[tuple[int, int, str]]:
    """(start, end, pattern) in the folded text, of what is there for the line's own sake."""
    for one, end in hits:
        begin, finish, wanted = line.span(end - len(one), end)
        if wanted:
            yield begin, finish, one
