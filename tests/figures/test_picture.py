"""The picture of the numbers: what may be in it without harm, and how it is drawn."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from core.figures import Seen, figures
from core.figures.picture import draw, drawable
from core.i18n import texts

NOW = 1_790_000_000.0


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_picture_stands_upright_whatever_people_are_called(language: str) -> None:
    load = {"王明": 9, "$x$ \\frac{1}": 8, "😀": 7, "Ünï": 6, "عربي": 5, "a" * 300: 4, "z": 1}
    seen = [
        Seen(NOW - n * 3600, "published", ("mode", "links") * (n % 2), NOW - n * 3500)
        for n in range(40)
    ]
    found = figures(seen, load, days=7, now=NOW, zone="Europe/Madrid", waiting=2)
    picture = Image.open(io.BytesIO(draw(found, texts(language), "The Paper 王")))
    assert (picture.format, picture.size) == ("PNG", (1080, 1920))
    assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 50


@pytest.mark.parametrize("days", [1, 7, 30, 365, 3650])
def test_nothing_at_all_can_be_drawn(days: int) -> None:
    found = figures((), {}, days=days, now=NOW, zone="UTC", waiting=0)
    assert draw(found, texts("en"), "").startswith(b"\x89PNG")


def test_a_name_of_which_letters_are_missing_is_not_cut_to_another_one() -> None:
    assert drawable("Ana 王", 20) == ""
    assert drawable("Ana 🫠", 20) == "Ana"
    assert drawable("x" * 30, 10) == "x" * 9 + "…"
    assert drawable("5 $ \\a", 10) == r"5 \$ a"


def test_nobody_pays_for_the_drawing_before_something_is_drawn() -> None:
    code = "import bots.cli, core.newsroom, sys; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
