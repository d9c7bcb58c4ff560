"""Which language somebody reads: their platform's, else one of the publication's, else English."""

from __future__ import annotations

import pytest

from core.i18n import choose, texts
from core.model import Mode, Publication
from core.newsroom.comments.labels import moment
from core.options import Options


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (("es-MX", "en"), "es"), (("en-GB", "es"), "en"), (("fr", "es", "en"), "es"),
        (("", "es"), "es"), (("xx-nonsense", "de", "es"), "es"), (("fr", "de"), "en"), ((), "en"),
    ],
)  # fmt: skip
def test_the_first_tongue_that_is_spoken_here(tags: tuple[str, ...], chosen: str) -> None:
    assert choose(*tags) == chosen


def test_a_moment_is_told_as_the_language_does_in_the_publications_zone() -> None:
    paper = Publication(1, "P", "", ("es",), "Europe/Madrid", Mode.HELD, "", Options())
    assert moment(texts("en"), 1_790_000_000, paper) == "Sep 21, 2026, 16:13"
    assert moment(texts("es"), 1_790_000_000, paper) == "21 sept 2026, 16:13"
