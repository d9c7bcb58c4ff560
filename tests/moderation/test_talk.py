"""What readers say day by day under articles about crime, and what endangers somebody: how much of
either is held. The files are made of sentences as people write them, in English and Spanish."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from core.moderation.danger import FINDERS, found_in

FOLDER = Path(__file__).parent / "talk"
MOST_HELD, LEAST_FOUND = 0.02, 0.95


def lines(name: str) -> list[str]:
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def test_ordinary_talk_is_left_alone() -> None:
    ordinary = lines("ordinary.txt")
    held = {text: found for text in ordinary if (found := found_in(text))}
    assert len(ordinary) > 250
    assert len(held) <= MOST_HELD * len(ordinary), held


def test_what_endangers_somebody_is_held_for_what_it_is() -> None:
    dangerous = [line.split("\t") for line in lines("dangerous.txt")]
    passed = [text for reason, text in dangerous if reason not in found_in(text)]
    assert len(dangerous) > 140
    assert len(passed) <= (1 - LEAST_FOUND) * len(dangerous), passed


HOSTILE = (
    "te voy a ", "i will be going to ", "seis ", "6 ", "664_", "a@", "calle de la ", "lives at ",
    "A ", "we know where your ", "plaza es nuestra ", "manzana 1 ", "lat 1", "sus hijos ", "(55)",
    "vive a dos cuadras de ", "placas de ", "cuarenta y ", "vas a amanecer ", "Ana de la ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def took(length: int) -> float:
        text = piece * (length // len(piece))
        began = process_time()
        for finder in FINDERS.values():
            finder(text)
        return process_time() - began

    took(1_000)
    small = min(took(10_000) for _ in range(3))
    assert took(80_000) < 8 * 5 * max(small, 0.001)
