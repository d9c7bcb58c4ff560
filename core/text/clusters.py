"""Where a text may be cut without breaking what a reader sees as one character.

An approximation of the extended grapheme clusters of Unicode's annex 29 that errs on the side
of keeping characters together.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
# The canonical combining class of the signs that join letters of Indic scripts.
_VIRAMA = 9
# More marks on one letter than any script writes.
_FEW = 16
# Signs that belong to what follows (numbers in Arabic script and their like), and letters and
# marks that belong to what precedes although their category does not say so.
_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
    "\U000110bd\U000110cd\U000111c2\U000111c3\U000113d1\U0001193f\U00011941\U00011a3a"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)
_EXTENDING = frozenset("\u200c\u0e33\u0eb3\uff9e\uff9f")


def is_boundary(text: str, position: int, since: int = 0) -> bool:
    """Whether the text may be cut before the code point at `position`.

    since: a place known to be a cut, behind which flags are counted in pairs.
    """
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if after < "\u0300" and before < "\u0300":
        return not (before == "\r" and after == "\n")
    if before == _JOINER or before in _PREPENDED or _extends(after):
        return False
    if _is_flag(before) and _is_flag(after):
        return _flags_before(text, position, since) % 2 == 0
    return not (_hangul_joined(before, after) or _conjunct(text, position))


def boundary_at_or_before(text: str, position: int) -> int:
    """The last cut at or before `position`; 0 where there is none."""
    while position > 0 and not is_boundary(text, position):
        position -= 1
    return max(position, 0)


def boundary_after(text: str, position: int, most: int | None = None) -> int:
    """The first cut behind the code point at `position`, which is a cut itself; the end of the
    text, or `most`, where none comes before."""
    start = position
    end = len(text) if most is None else min(most, len(text))
    position += 1
    while position < end and not is_boundary(text, position, start):
        position += 1
    return min(position, len(text))


def _extends(char: str) -> bool:
    if char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if "\U000e0020" <= char <= "\U000e007f":
        return True
    return char in _EXTENDING or unicodedata.category(char) in ("Mn", "Me", "Mc")


def _conjunct(text: str, position: int) -> bool:
    """A letter joined to the one before by a virama, as in Devanagari."""
    if unicodedata.category(text[position]) != "Lo":
        return False
    place = position - 1
    while place >= max(position - _FEW, 0) and _extends(text[place]):
        if unicodedata.combining(text[place]) == _VIRAMA:
            return True
        place -= 1
    return False


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, position: int, since: int) -> int:
    count = 0
    while position - count > since and _is_flag(text[position - count - 1]):
        count += 1
    return count


def _hangul_joined(before: str, after: str) -> bool:
    """Conjoining jamo: leading consonants, vowels and trailing consonants form a syllable."""
    if "\u1160" <= after <= "\u11ff":
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    if "\uac00" <= after <= "\ud7a3":
        return "\u1100" <= before <= "\u115f"
    return "\u1100" <= after <= "\u115f" and "\u1100" <= before <= "\u115f"
