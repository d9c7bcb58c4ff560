"""Letters as they are meant: without case, accents, look-alikes and what nobody sees (pure).

"Ｐａｙаsо" is folded to "payaso", and every folded character knows where it came from. An ñ stays
one: in Spanish it is a letter and no n with an accent ("año").
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_PAIRS = (
    "аa вb еe кk мm нh оo рp сc тt уy хx ѕs іi јj һh ԁd ԛq ԝw ґr єe ӏl ԍg ѵv әe ɑa ɡg ıi łl øo"
    " đd ðd ɩi αa βb εe ηn ιi κk νv οo ρp τt υu χx ωw γy ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm"
    " ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz օo սu ոn հh"
)
_LOOKALIKES = {pair[0]: pair[1] for pair in _PAIRS.split()}
"""What looks like a Latin letter and is none: Cyrillic, Greek, small capitals, Armenian."""
_LETTER_SIGNS = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""Where the letters A to Z in circles and squares, and those of which flags are made, begin."""
_TWO = {"æ": "ae", "œ": "oe", "þ": "th"}


MOST_KNOWN = 20_000
"""Characters whose folding is remembered."""


class _Table(dict[int, str]):
    """What each character stands for; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= MOST_KNOWN:
            self.clear()
        letters = self[code] = _letters(chr(code))
        return letters


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and the original."""

    text: str
    source: str

    def original(self, start: int, end: int) -> str:
        """What the author wrote where the folded text has this span."""
        if self.source.isascii():
            return self.source[start:end]
        places: list[int] = []
        for place, character in enumerate(_composed(self.source)):
            places += [place] * len(_TABLE[ord(character)])
            if len(places) >= end:
                break
        return _composed(self.source)[places[start] : places[end - 1] + 1]


def fold(text: str) -> Folded:
    """Linear in the text's length, and never more than a few times as long."""
    if text.isascii():
        return Folded(text.lower(), text)
    return Folded(_composed(text).translate(_TABLE), text)


def _composed(text: str) -> str:
    """With an ñ where there are an n and its tilde."""
    if "\u0303" not in text:
        return text
    return text.replace("n\u0303", "ñ").replace("N\u0303", "Ñ")


def _letters(character: str) -> str:
    """What one character stands for: a few letters, or "" for what nobody sees."""
    if character in "ñÑ":
        return "ñ"
    if (sign := _letter_sign(ord(character))) is not None:
        return sign
    letters = unicodedata.normalize("NFKD", character).casefold()
    plain = unicodedata.normalize("NFKD", letters)
    seen = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    return "".join(_TWO.get(c) or _LOOKALIKES.get(c, c) for c in seen)[:4]


def _letter_sign(code: int) -> str | None:
    for first, count in _LETTER_SIGNS:
        if first <= code < first + count:
            return chr(ord("a") + code - first)
    return None
