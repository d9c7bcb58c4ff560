"""What a text is made of, by keyed hashes that tell nothing of its words (pure).

Features are its words and the runs of `RUN` letters inside of them. A fingerprint tells how much
two texts have in common (min-hashes, each feature hashed once: Li and others' one-permutation
hashing): it needs 16 bytes for a text of any length.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

RUN = 4
MOST_WORDS = 400
"""Words of a text of which features are made."""
SHORTEST = 12
"""Features that a text needs to have a fingerprint: "ok" is like every "ok"."""
BINS = 16
ALIKE = 10
"""Of `BINS`, as many have to be the same: about six in ten features in common."""
_REMEMBERED = 100_000
_WORDS_REMEMBERED = 20_000
_SIGNED = 1 << 63
_NONE = 1 << 64
"""More than any hash."""
_MASK = (1 << 64) - 1
_SPREAD = 0x9E37_79B9_7F4A_7C15
"""Odd and without pattern: multiplying by it spreads what differs over all bits."""


class Hasher:
    """A keyed hash of short strings as 64-bit numbers, which remembers the frequent ones."""

    def __init__(self, key: bytes) -> None:
        self._key = key[:64]
        self._known: dict[str, int] = {}
        self._words: dict[str, tuple[int, ...]] = {}

    def __call__(self, piece: str) -> int:
        known = self._known.get(piece)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            digest = hashlib.blake2b(piece.encode(), digest_size=8, key=self._key).digest()
            known = self._known[piece] = int.from_bytes(digest, "big")
        return known

    def all(self, words: Sequence[str]) -> set[int]:
        """The hashes of all `features` of some folded words."""
        found = set[int]()
        for word in words[:MOST_WORDS]:
            found.update(self._words.get(word) or self._of_word(word))
        return found

    def _of_word(self, word: str) -> tuple[int, ...]:
        if len(self._words) >= _WORDS_REMEMBERED:
            self._words.clear()
        found = self._words[word] = tuple(map(self, _pieces(word)))
        return found


def features(words: Sequence[str]) -> dict[str, None]:
    """The pieces of some folded words: each word as " word", and runs of its letters with the
    spaces around it ("_wor"); each once, in order."""
    return dict.fromkeys(piece for word in words[:MOST_WORDS] for piece in _pieces(word))


def _pieces(word: str) -> Iterator[str]:
    yield f" {word}"
    if len(word) >= RUN:
        padded = f"_{word}_" if len(word) < 40 else f"_{word[:40]}"
        for start in range(len(padded) - RUN + 1):
            yield padded[start : start + RUN]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """print: 16 numbers of 4 bits in one of 64, signed. bands: four numbers; texts that have
    much in common have one of them in common."""

    print: int
    bands: tuple[int, int, int, int]

    def like(self, other: int) -> bool:
        """The print of another text is of one that has most in common with this."""
        return common(self.print, other) >= ALIKE


def common(one: int, other: int) -> int:
    """In how many of 16 parts two prints are the same."""
    differs = (one ^ other) & _MASK
    differs |= differs >> 2
    differs |= differs >> 1
    return BINS - (differs & 0x1111_1111_1111_1111).bit_count()


def fingerprint(hashes: Iterable[int]) -> Fingerprint | None:
    """Of the hashed features of a text, each once; None for one that has too few of them."""
    values, lowest = tuple(hashes), [_NONE] * BINS
    if len(values) < SHORTEST:
        return None
    for value in values:
        if value < lowest[value & 15]:
            lowest[value & 15] = value
    full = _filled(lowest)
    bits = 0
    for value in full:
        bits = bits << 4 | (value >> 8 & 15)
    one, two, three, four = (_both(full[n], full[n + 1]) for n in range(0, 8, 2))
    return Fingerprint(_signed(bits), (one, two, three, four))


def _both(one: int, other: int) -> int:
    return _signed((one * _SPREAD ^ other) & _MASK)


def _filled(lowest: list[int]) -> list[int]:
    """An empty bin takes what the next full one has, changed by how far that is."""
    if _NONE not in lowest:
        return lowest
    full = list[int]()
    for place in range(BINS):
        steps = 0
        while (value := lowest[(place + steps) % BINS]) == _NONE:
            steps += 1
        full.append(value ^ (steps * _SPREAD & _MASK))
    return full


def _signed(value: int) -> int:
    return value - 2 * _SIGNED if value >= _SIGNED else value
