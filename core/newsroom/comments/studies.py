"""Texts made ready for the checks: outside of transactions, so that within one it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from weakref import WeakValueDictionary

from core.moderation.likeness import Fingerprint, Hasher, features, fingerprint
from core.moderation.reading import Reading, read

KEPT = 512
"""Texts that are remembered although nobody holds their study any more."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Study:
    """What the checks need of a text. like: what it is like, None for a short one."""

    reading: Reading
    like: Fingerprint | None
    _hash: Hasher = field(repr=False)

    @property
    def pieces(self) -> Mapping[str, int]:
        """The features, each with its keyed hash. Made anew each time: those of all texts that
        wait would be too much to keep."""
        return {piece: self._hash(piece) for piece in features(self.reading.words)}


class Studies:
    """Studies of texts, by a publication's deployment key. A study is there as long as somebody
    holds it, however many texts wait for their transaction."""

    def __init__(self, key: bytes) -> None:
        self._hash = Hasher(key)
        self._held: WeakValueDictionary[str, Study] = WeakValueDictionary()
        self._lately = lru_cache(maxsize=KEPT)(self._study)

    def of(self, text: str) -> Study:
        """What the checks need of a text, made now where it is not at hand."""
        study = self._held.get(text)
        if study is None:
            study = self._held[text] = self._lately(text)
        return study

    def __len__(self) -> int:
        return len(self._held)

    def _study(self, text: str) -> Study:
        reading = read(text)
        return Study(reading, fingerprint(self._hash.all(reading.words)), self._hash)
