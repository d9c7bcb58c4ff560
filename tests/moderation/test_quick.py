"""What spares most texts a pattern never spares one that the pattern would find something in."""

from __future__ import annotations

import re
from random import Random

import pytest

from core.moderation import danger, links, phones, reading, shape, threats
from core.moderation.lexicon import Entry, Lexicon
from core.text.model import Rich

PIECES = (
    "664", "123", "4567", "+52", "00", "34", "(664)", "1", "12", "9", "5:44", "32.5", "-117.03821",
    "32,51496", "22000", " ", " ", " ", "  ", "-", ".", ",", "/", "\n", "@", "°", "+", "(", "[",
    "call", "llámame", "tel", "street", "St", "\u017ftreet", "Main", "lives", "at", "in", "Calle",
    "calle", "C/", "c.p.", "cp", "CP", "av.", "Col.", "colonia", "Juárez", "DR\u0131VE", "#",
    "placas", "MATR\u00cdCULA", "plate", "p\u0130dr", "ABC-12-34", "1234 BCD", "AB1234", "geo:",
    "arroba", "dot", "punto", "com", ".com", "\u017fite.com", "(.)", "www.", "http://", "hxxps://",
    "t.me/", "<@123456789012345678>", "@ana", "Ana", "Pérez", "vive", "en", "six", "four", "two",
    "i d i o t", "1d10t", "i-d-i-o-t", "idi00t", "idiooot", "ñññ", "d e", "d o", "i.d.i.o.t", "i/d",
    "fooI", "id!ot", "hijodeputa",
    "a\u200bb", "\u202e", "a\u0301\u0301\u0301\u0301", "pа", "аb", "😂", "🇲🇽", "\u2b50",
    "_", "*", "te ", "voy a ", "matar", "quemarlos", "mz 1 lote 2", "sabemos ", "donde vives", "I ",
    "know where you live", "will kill you", "you're ", "next", "circuito", "\u0130",
    "I will ", "find you ", "and ", "hope ", "kills you", "kill yourself", "kys", "mátate",
    "esquina de ", "Calle 5 de Mayo 12", "se esconde ", "rancho ", "12345678Z", "soy policía de ",
)  # fmt: skip


def _spare_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pattern is tried on every text."""
    anything = re.compile("")

    class Everything(frozenset[str]):
        def isdisjoint(self, other: object) -> bool:
            return False

    for name in ("_STREETS", "_CALLES", "_PLATES", "_POSTAL", "_LOTS", "_CORNERS", "_TELLING"):
        monkeypatch.setattr(danger, name, Everything())
    monkeypatch.setattr(danger, "_FINE", anything)
    monkeypatch.setattr(phones, "_SEVEN", anything)
    monkeypatch.setattr(threats, "_TELLING", Everything())
    monkeypatch.setattr(danger, "_ends_as_mail", lambda text: True)
    monkeypatch.setattr(links, "_JOINED", anything)
    monkeypatch.setattr(links, "_BRACKETED", anything)
    for name in ("_may_be_disguised", "_may_be_spaced", "_may_be_stretched"):
        monkeypatch.setattr(reading, name, lambda text: True)
    for name in ("_FOREIGN", "_UNSEEN", "_PICTURED"):
        monkeypatch.setattr(shape, name, anything)


def _texts() -> list[str]:
    chance = Random(11)
    return ["".join(chance.choices(PIECES, k=chance.randint(2, 14))) for _ in range(6_000)]


LEXICON = Lexicon(Entry("banned", word) for word in ("idiot", "dedo", "call*", "main street"))


def _found() -> list[tuple[object, ...]]:
    return [
        (
            *danger.found_in(text).items(),
            *links.links(Rich(text)),
            shape.mixed_script(text),
            shape.invisible(text),
            shape.emoji(text),
            *LEXICON.matches(reading.read(text)),
        )
        for text in _texts()
    ]


def test_nothing_is_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = _found()
    _spare_none(monkeypatch)
    thorough = _found()
    differing = [one for one in zip(_texts(), quick, thorough, strict=True) if one[1] != one[2]]
    assert differing == []
    assert sum(len(one) > 3 for one in thorough) > 500
