"""What a text says to somebody who means to find a word in it: its words one after another, and
besides the words that stand in disguise (pure).

A *line* is words with one space around each: " go home ". So a word's own beginning and end are
part of what is searched, and "class" never holds what begins inside of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_lowercase

from core.moderation.fold import Folded, fold

MOST = 100_000
"""Characters of a text that are read; what follows is beyond every platform's messages."""
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
WORDS = re.compile(rf"[^\W_]+|[{_EMOJI}]")
_PLAIN_WORDS = re.compile(r"[a-z0-9]+")
"""The same in folded ASCII."""
_CHUNKS = re.compile(r"\S+")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b",
                       "@": "a", "$": "s", "!": "i", "|": "i", "€": "e"})  # fmt: skip
_OTHER_LEET = str.maketrans({"1": "l", "|": "l"})
_SIGNS = "0134578@$|€"
_BETWEEN = r"\-~^+=*•·#%&\\\"<>(){}\[\]"
_DISGUISED = re.compile(
    rf"[{_SIGNS}](?:(?<=[^\W\d_].)|(?=[^\W\d_]))"
    r"|!(?<=[^\W\d_].)(?=[^\W\d_])"
    rf"|[{_BETWEEN}](?<=[^\W\d_].)[{_BETWEEN}]*[^\W\d_]|_(?<=[^\W_].)_*[^\W_]"
)
"""A sign for a letter beside a letter, or something between letters that does not part words."""
_SIGNED = re.compile(f"[{_SIGNS}{_BETWEEN}_]")
_TALL = re.compile(r"(?<=[a-z])I+(?=[a-z]|(?![^\W_]))")
"""A capital I behind a small letter, where it passes for an l ("kiII")."""
_JOINED = re.compile(r"[.,:;/!][^\s!]")
_DOTTED = re.compile(r"(?<![^\W_])[^\W_]{1,2}(?:[.,:;/][^\W\d_]{1,2}){2}")
_PARTS = re.compile(r"[.,:;/()\[\]<>\"]")
_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,3}[^\W_](?![^\W_])){2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1\1")
_THRICE = tuple(letter * 3 for letter in ascii_lowercase)
_RUNS = re.compile(r"([^\W\d_])\1+")
_MASKED = re.compile(r"(?<![^\W_])[^\W\d_]+\*+[^\W\d_*]*(?![^\W_*])")


@dataclass(frozen=True, slots=True)
class Line:
    """Words with single spaces around them, and where each comes from: spans of the folded text.
    only: the positions of the words for whose sake the line exists, None = all."""

    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    only: frozenset[int] | None = None
    text: str = field(default="", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f" {' '.join(self.words)} ")

    def span(self, start: int, end: int) -> tuple[int, int, bool]:
        """Of a match in `text`: where it begins and ends in the folded text, and whether it
        holds one of the words in `only`."""
        first = self.text.count(" ", 0, start + 1) - 1
        last = first + self.text[start:end].strip().count(" ")
        wanted = self.only is None or any(n in self.only for n in range(first, last + 1))
        return self.spans[first][0], self.spans[last][1], wanted


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, read once for every check that looks at words.

    text: the original, cut to `MOST`. words: the folded words in order.
    """

    text: str
    folded: Folded
    words: tuple[str, ...]
    line: str = field(repr=False)

    def plain(self) -> Line:
        """The words as they stand."""
        return Line(self.words, [found.span() for found in WORDS.finditer(self.folded.text)])

    def shown(self, start: int, end: int) -> str:
        """The author's own letters behind a span of the folded text."""
        return self.folded.original(start, end)


def read(text: str) -> Reading:
    """Linear in the text's length."""
    text = text[:MOST]
    folded = fold(text)
    words = tuple((_PLAIN_WORDS if folded.text.isascii() else WORDS).findall(folded.text))
    return Reading(text, folded, words, f" {' '.join(words)} ")


def disguised(reading: Reading) -> Iterator[Line]:
    """Further lines, where there is any disguise: signs for letters ("1d10t"), something between
    them ("i-d-i-o-t", "i d i o t"). None for most texts."""
    text = reading.folded.text
    if _may_be_disguised(text) and (_DISGUISED.search(text) or _DOTTED.search(text)):
        yield _revealed(text, _LEET)
        if any(sign in text for sign in "1|"):
            yield _revealed(text, _OTHER_LEET)
    if "I" in reading.text and len(text) == len(reading.text) and _TALL.search(reading.text):
        yield _flattened(reading)
    for found in _SPACED.finditer(text) if _may_be_spaced(reading.words) else ():
        yield from _joined(found)


def _may_be_disguised(text: str) -> bool:
    """It has what no disguise can do without."""
    return _SIGNED.search(text) is not None or _JOINED.search(text) is not None


def _may_be_spaced(words: Sequence[str]) -> bool:
    """Three of them are single letters."""
    return list(map(len, words)).count(1) > 2


def _may_be_stretched(line: str) -> bool:
    """A letter stands three times in a row, as far as ASCII tells."""
    return not line.isascii() or any(map(line.__contains__, _THRICE))


def _revealed(text: str, signs: Mapping[int, str]) -> Line:
    """The whole text with its disguised words revealed."""
    words, spans, only = list[str](), list[tuple[int, int]](), set[int]()
    for chunk in _CHUNKS.finditer(text):
        begin, bare = chunk.start(), chunk[0].rstrip("!?.,;:…)\"'”»")
        if (word := _reveal(bare, signs)) is not None:
            only.add(len(words))
            words.append(word)
            spans.append((begin, begin + len(bare)))
            continue
        for found in WORDS.finditer(chunk[0]):
            words.append(found[0])
            spans.append((begin + found.start(), begin + found.end()))
    return Line(words, spans, frozenset(only))


def _flattened(reading: Reading) -> Line:
    """With every tall I as the l that it looks like."""
    text = reading.folded.text
    letters = list(text)
    for found in _TALL.finditer(reading.text):
        letters[found.start() : found.end()] = "l" * len(found[0])
    meant = "".join(letters)
    spans = [found.span() for found in WORDS.finditer(meant)]
    changed = (n for n, (a, b) in enumerate(spans) if meant[a:b] != text[a:b])
    return Line([meant[a:b] for a, b in spans], spans, frozenset(changed))


def _reveal(chunk: str, signs: Mapping[int, str]) -> str | None:
    """The word behind signs, None where there is no disguise, or where what stands between is
    the end of one word and the beginning of the next ("end.Begin")."""
    if not (_DISGUISED.search(chunk) or _DOTTED.search(chunk)):
        return None
    pieces = WORDS.findall(chunk)
    if _PARTS.search(chunk) and any(len(piece) > 2 for piece in pieces):
        return None
    letters = chunk.translate(signs).translate(_LEET)
    return "".join(WORDS.findall(letters)) or None


def _joined(found: re.Match[str]) -> Iterator[Line]:
    """Single letters in a row as words: parted where the space is wider than elsewhere. Without
    such, they are one; the first and the last may be words of their own ("u n i d i o t a")."""
    begin, places = found.start(), [one.start() for one in WORDS.finditer(found[0])]
    widths = [after - before for before, after in pairwise(places)]
    narrow = min(widths)
    groups: list[list[int]] = [[places[0]]]
    for place, width in zip(places[1:], widths, strict=True):
        if width > narrow:
            groups.append([])
        groups[-1].append(place)
    if len(groups) > 1:
        yield _grouped(found[0], begin, groups)
        return
    for first in (0, 1):
        for last in (len(places), len(places) - 1):
            if last - first >= 3:
                yield _grouped(found[0], begin, [places[first:last]])


def _grouped(letters: str, begin: int, groups: Sequence[Sequence[int]]) -> Line:
    return Line(
        ["".join(letters[place] for place in group) for group in groups],
        [(begin + group[0], begin + group[-1] + 1) for group in groups],
    )


def stretched(reading: Reading) -> Line | None:
    """The words with every letter once in a row, for the sake of those that are drawn out
    ("idioooot"); None where none is."""
    if not _may_be_stretched(reading.line) or not _STRETCHED.search(reading.line):
        return None
    plain = reading.plain()
    only = frozenset(n for n, word in enumerate(plain.words) if _STRETCHED.search(word))
    return Line([once(word) for word in plain.words], plain.spans, only)


def once(word: str) -> str:
    """A word with every letter once in a row."""
    return _RUNS.sub(r"\1", word)


def masked(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Words of which some letters are starred ("id**t"), with their place in the folded text."""
    if "*" in reading.folded.text:
        for found in _MASKED.finditer(reading.folded.text):
            yield found[0], *found.span()
