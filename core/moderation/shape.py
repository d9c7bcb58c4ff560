"""What a text looks like, whatever it says: scripts mixed in a word, what nobody sees, emoji
(pure)."""

from __future__ import annotations

import re
import unicodedata

from core.moderation.fold import fold

SHOWN = 40
"""Characters of a word that are shown."""
_LATIN = "A-Za-z\u00c0-\u024f"
_OTHER = "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(rf"[{_LATIN}][{_LATIN}']{{0,40}}[{_OTHER}]|[{_OTHER}]{{1,40}}[{_LATIN}]")
_FOREIGN = re.compile(f"[{_OTHER}]")
_WORD_END = re.compile(r"[^\W_]{0,40}")
_HIDING = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u180e\ufeff"
_INSIDE = re.compile(rf"[{_LATIN}][{_HIDING}]+[{_LATIN}]")
_TURNING = re.compile("[\u202d\u202e\u2066-\u2069]")
_PILED = re.compile("[\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4,}")
_UNSEEN = re.compile(
    f"[{_HIDING}\u202d\u202e\u2066-\u2069\u0300-\u036f\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
)
"""What each of those holds."""
_PICTURED = re.compile("[\U0001f1e6-\U0001f1ff\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]"
    "(?:\ufe0f|[\U0001f3fb-\U0001f3ff]|\u200d[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)*"
)


def mixed_script(text: str) -> str:
    """The first word that mixes Latin with Greek or Cyrillic letters that look Latin, "" for
    none. An "μm" or a word with an ending in another script is none."""
    if text.isascii() or not _FOREIGN.search(text):
        return ""
    for found in _MIXED.finditer(text):
        begin = found.start()
        while begin and text[begin - 1].isalpha() and found.start() - begin < SHOWN:
            begin -= 1
        tail = _WORD_END.match(text, begin)
        word = tail[0] if tail is not None else found[0]
        if len(word) > 2 and fold(word).text.isascii():
            return word[:SHOWN]
    return ""


def invisible(text: str) -> str:
    """What is hidden: the name of the first character that hides inside of a word, turns the
    direction of what follows, or piles up on a letter; "" for nothing."""
    if text.isascii() or not _UNSEEN.search(text):
        return ""
    for pattern in (_INSIDE, _TURNING, _PILED):
        if (found := pattern.search(text)) is not None:
            sign = next(c for c in found[0] if unicodedata.category(c) in ("Cf", "Mn", "Me"))
            return unicodedata.name(sign, f"U+{ord(sign):04X}").lower()
    return ""


def emoji(text: str) -> int:
    """How many emoji a text holds; one that is joined of several, or a flag, is one."""
    if text.isascii() or not _PICTURED.search(text):
        return 0
    return sum(1 for _ in _EMOJI.finditer(text))
