"""Fingerprints tell what is alike, by keyed hashes; shapes tell tricks with letters."""

from __future__ import annotations

from itertools import combinations

import pytest

from core.moderation import shape
from core.moderation.likeness import Fingerprint, Hasher, common, features, fingerprint
from core.moderation.reading import read

HASH = Hasher(b"k" * 32)
SAID = "Viva México cabrones, el gobierno es un narco gobierno y todos lo saben desde hace años"


def like(text: str, by: Hasher = HASH) -> Fingerprint | None:
    return fingerprint(by(piece) for piece in features(read(text).words))


@pytest.mark.parametrize(
    "other",
    [
        SAID + "!!! 😂",
        SAID.upper(),
        "VIVA MEXICO CABRONES el gobierno es un narcogobierno y todos lo saben desde hace años",
        SAID.replace("gobierno es", "presidente es"),
        SAID + " jaja tambien en Sinaloa y Durango",
    ],
)
def test_small_changes_leave_a_text_alike_and_findable(other: str) -> None:
    one, two = like(SAID), like(other)
    assert one
    assert two
    assert one.like(two.print)
    assert set(one.bands) & set(two.bands)


def test_different_remarks_are_not_alike() -> None:
    remarks = [
        "I remember reading the article, had said to Ze Ping to help stop the shipments of it.",
        "That's a laugh. The government of a narco state and a bunch of commies destroying the US",
        "Mexico being played by Beijing with this working group business. It’s all up to China",
        "Drug addicts are in every country, but no-one is producing and marketing fentanyl so",
        SAID,
    ]
    for one, two in combinations([like(remark) for remark in remarks], 2):
        assert one
        assert two
        assert not one.like(two.print)


def test_another_key_gives_other_prints_and_a_short_text_none() -> None:
    one, two = like(SAID), like(SAID, Hasher(b"other"))
    assert one
    assert two
    assert common(one.print, two.print) < 8
    assert like("ok lol") is None


def test_equal_parts_are_counted() -> None:
    assert common(0, 0) == 16
    assert common(0, -1) == 0
    assert common(0x1234, 0x1235) == 15


def test_a_word_that_mixes_alphabets_is_named() -> None:
    assert shape.mixed_script("ese pаyaso") == "pаyaso"
    assert shape.mixed_script("that is wοrd") == "wοrd"
    for text in ("Привет мир", "ψυχή", "5μm", "Москва-city", "año", "plain"):
        assert shape.mixed_script(text) == ""


def test_what_hides_is_named() -> None:
    assert shape.invisible("id\u200biot") == "zero width space"
    assert shape.invisible("\u202eabc") == "right-to-left override"
    assert shape.invisible("Z\u0338\u0327\u0321\u035da") == "combining long solidus overlay"
    for text in ("a \u200b b", "👨\u200d👩\u200d👧", "e\u0301", "co\u00adoperate"):
        assert shape.invisible(text) == ""


def test_emoji_are_counted_as_seen() -> None:
    assert shape.emoji("😂😂🇲🇽👍🏽❤️👨‍👩‍👧") == 6
    assert shape.emoji("plain ñ") == 0
