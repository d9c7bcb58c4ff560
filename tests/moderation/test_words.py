"""Lists of words: what is found whatever its disguise, and what is not although it looks so."""

from __future__ import annotations

import pytest

from core.moderation.lexicon import Entry, Lexicon, pattern
from core.moderation.reading import read
from core.moderation.tongue import speaks

LISTED = (
    "idiot", "puta", "ano", "culo", "moron*", "go home", "ass", "cabrón", "coño", "🐀", "penis",
    "hijo de puta", "killer", "cock", "tit", "анус", "hell", "mierda",
)  # fmt: skip
LEXICON = Lexicon([Entry("banned", words) for words in LISTED])


def found(text: str) -> list[tuple[str, str]]:
    return [(one.entry.words, one.shown) for one in LEXICON.matches(read(text))]


@pytest.mark.parametrize(
    ("text", "entry", "shown"),
    [
        ("You idiot!", "idiot", "idiot"),
        ("IDIOT", "idiot", "IDIOT"),
        ("1d10t", "idiot", "1d10t"),
        ("what an i d i o t", "idiot", "i d i o t"),
        ("a i.d.i.o.t now", "idiot", "i.d.i.o.t"),
        ("id-iot", "idiot", "id-iot"),
        ("id!ot", "idiot", "id!ot"),
        ("a cuIo and a fooI", "culo", "cuIo"),
        ("eres un hijodeputa", "hijo de puta", "hijodeputa"),
        ("h i j o d e p u t a", "hijo de puta", "h i j o d e p u t a"),
        ("id**t", "idiot", "id**t"),
        ("IDIÓÓÓÓT", "idiot", "IDIÓÓÓÓT"),
        ("v e t e   a   l a   m i e r d a", "mierda", "m i e r d a"),
        ("Go  home!", "go home", "Go  home"),
        ("go, hooome", "go home", "go, hooome"),
        ("morons", "moron*", "morons"),
        ("cabron", "cabrón", "cabron"),
        ("C0CK", "cock", "C0CK"),
        ("С0СK", "cock", "С0СK"),
        ("рutа", "puta", "рutа"),
        ("ki11er", "killer", "ki11er"),
        ("a55", "ass", "a55"),
        ("fat-ass", "ass", "ass"),
        ("🐀🐀", "🐀", "🐀"),
        ("ｉｄｉｏｔ", "idiot", "ｉｄｉｏｔ"),
        ("𝓲𝓭𝓲𝓸𝓽", "idiot", "𝓲𝓭𝓲𝓸𝓽"),
        ("🇮🇩🇮🇴🇹", "idiot", "🇮🇩🇮🇴🇹"),
        ("i\u200bd\u200bi\u200bo\u200bt", "idiot", "i\u200bd\u200bi\u200bo\u200bt"),
        ("CON\u0303O", "coño", "COÑO"),
        ("i\u0301diot", "idiot", "i\u0301diot"),
        ("анус", "анус", "анус"),
    ],
)
def test_a_word_is_found_in_its_disguise_and_shown_as_written(
    text: str, entry: str, shown: str
) -> None:
    assert (entry, shown) in found(text)


INNOCENT = (
    "Scunthorpe", "Penistone", "classic", "assassin", "passage", "grass", "cocktail", "peacock",
    "Hitchcock", "title", "hello", "shell", "Michelle", "analysis", "therapist", "Essex",
    "computadora", "disputa", "diputado", "reputación", "imputado", "amputar", "artículo",
    "vehículo", "ridículo", "cálculo", "año", "años", "AÑO", "an\u0303o", "humano", "verano",
    "mexicano", "hermano", "manos", "pen is mine", "pen.is mine", "my pen. Is it", "kid iota",
    "as", "assist", "cono", "a s", "don't", "5:44", "@0301", "10:01 nope", "20th", "b4", "H2O",
    "3rd", "XIII", "WiFI", "Wow!as", "hijo de disputa",
    "https://classic.example/assets/cocktail", "go\nhomeward", "I go. Homer sang.",
)  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_no_word_is_found_inside_of_another(text: str) -> None:
    assert found(text) == []


def test_every_entry_is_told_once_in_the_order_of_its_place() -> None:
    assert found("morons go home, idiot, IDIOT 1d10t") == [
        ("moron*", "morons"), ("go home", "go home"), ("idiot", "idiot"),
    ]  # fmt: skip


@pytest.mark.parametrize("entry", ["", " ", "***", "a*", "ab*", "!?", "-"])
def test_an_entry_that_would_hold_everything_or_nothing_is_none(entry: str) -> None:
    assert pattern(entry) == ""
    assert not Lexicon([Entry("banned", entry)])


def test_overlapping_entries_are_all_found() -> None:
    lexicon = Lexicon([Entry("suspect", w) for w in ("she", "he said", "she said*", "said he")])
    told = {one.entry.words for one in lexicon.matches(read("And she said he went"))}
    assert told == {"she", "she said*", "said he"}


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("I was there and they have seen what you did to the people", "en"),
        ("el gobierno no hace nada por la gente que vive en los pueblos", "es"),
        ("no se", ""),
        ("lol", ""),
        ("the que and los of de to en", ""),
    ],
)
def test_the_small_words_tell_the_language(text: str, tongue: str) -> None:
    assert speaks(read(text).words) == tongue
