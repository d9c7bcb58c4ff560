"""How the World's people find words again on a screen, whatever markup a platform gave them."""

from __future__ import annotations

import re
from functools import lru_cache

PREFIX = 48
"""So many letters and digits tell one text of the example from the others."""
_TARGET = re.compile(r"\]\([^()\s]*\)")


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """The first letters and digits of a text, which every platform's markup leaves alone."""
    return "".join(filter(str.isalnum, text))[:PREFIX]


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """The letters and digits that a reader sees: where a link leads to is not among them."""
    return "".join(filter(str.isalnum, _TARGET.sub("]", text)))


def says(text: str | None, needle: str) -> bool:
    """Whether a text, None for none, holds what `bare` made of another."""
    return needle in letters(text or "")
