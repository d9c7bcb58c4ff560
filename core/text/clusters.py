"""Where a text may be cut without breaking what a reader sees as one character.

An approximation of the extended grapheme clusters of Unicode's annex 29 that errs on the side
of keeping characters together.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def is_boundary(text: str, position: int) -> bool:
    """Whether the text may be cut before the code point at `position`."""
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if after < "\u0300" and before < "\u0300":
        return not (before == "\r" and after == "\n")
    if before == _JOINER or _extends(after):
        return False
    if _is_flag(before) and _is_flag(after):
        return _flags_before(text, position) % 2 == 0
    return not _hangul_joined(before, after)


def boundary_at_or_before(text: str, position: int) -> int:
    """The last cut at or before `position`; 0 where there is none."""
    while position > 0 and not is_boundary(text, position):
        position -= 1
    return max(position, 0)


def boundary_after(text: str, position: int) -> int:
    """The first cut behind the code point at `position`."""
    position += 1
    while position < len(text) and not is_boundary(text, position):
        position += 1
    return min(position, len(text))


def _extends(char: str) -> bool:
    if char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if "\U000e0020" <= char <= "\U000e007f":
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc")


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, position: int) -> int:
    count = 0
    while position - count > 0 and _is_flag(text[position - count - 1]):
        count += 1
    return count


def _hangul_joined(before: str, after: str) -> bool:
    """Conjoining jamo: leading consonants, vowels and trailing consonants form a syllable."""
    if "\u1160" <= after <= "\u11ff":
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    return "\u1100" <= after <= "\u115f" and "\u1100" <= before <= "\u115f"
