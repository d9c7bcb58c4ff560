"""What is seen of a text at first glance, so that most texts are told from those that a pattern
would have to look at (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """By what most texts are told to hold nothing that a pattern would have to look for.

    lower: without case, as the patterns that ignore it see it. words: runs of its letters.
    digits: it has one.
    """

    lower: str
    words: frozenset[str]
    digits: bool


@lru_cache(maxsize=2)
def seen_in(text: str) -> Seen:
    """Shared by the finders, which look at one text after the other."""
    lower = text.lower()
    if not text.isascii():
        lower = text.casefold().replace("i\u0307", "i").replace("\u0131", "i")
    digits = any(map(text.__contains__, "0123456789"))
    return Seen(lower, frozenset(_LETTERS.findall(lower)), digits)
