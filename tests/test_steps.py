"""The next call for a delivery, from what it should show and what is known to be there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.discord.capabilities import CAPABILITIES as DISCORD
from bots.telegram.capabilities import CAPABILITIES as TELEGRAM
from core.steps import (
    CHANGING,
    REMOVING,
    Delete,
    Edit,
    GiveUp,
    LookFor,
    Send,
    Sent,
    Step,
    Wait,
    next_step,
)
from core.views import Media, Part

FIRST, SECOND = Part("message", {"text": "a"}), Part("message", {"text": "b"})
PHOTO = Part("media", {"caption": "c"}, media=(Media("photo", "", 1, "d1"),), form="media")
OTHER = replace(PHOTO, media=(Media("photo", "", 1, "d2"),))
ALBUM = tuple(
    replace(PHOTO, media=(Media("photo", "", 1, f"a{n}"),), group=1) for n in range(3)
)  # fmt: skip


def sent(number: int, part: Part, tried: str = "") -> Sent:
    """A message that shows a part."""
    return Sent(number, str(number), part.digest, tried, None, "n")


def tried(number: int, part: Part) -> Sent:
    """A try of which nobody knows what came of it."""
    return Sent(number, None, "", part.digest, 1.0, "n")


def step(
    parts: tuple[Part, ...], *rows: Sent, on: str = "telegram", until: float | None = None
) -> Step | None:
    able = TELEGRAM if on == "telegram" else DISCORD
    return next_step(parts, rows, able, now=10.0, settle_until=until)


def test_what_is_missing_is_sent_in_its_order() -> None:
    assert step((FIRST, SECOND)) == Send(0, FIRST)
    assert step((FIRST, SECOND), sent(1, FIRST)) == Send(1, SECOND)
    assert step((FIRST,), sent(1, FIRST)) is None
    assert step(()) is None


def test_a_try_in_doubt_is_looked_for_where_that_is_possible() -> None:
    lost = tried(1, FIRST)
    assert step((FIRST,), lost, on="discord") == LookFor(lost, 0, FIRST)
    assert step((), lost, on="discord") == LookFor(lost, 0, None)


def test_a_try_in_doubt_is_waited_for_and_then_sent_once_more_elsewhere() -> None:
    lost = tried(1, FIRST)
    assert step((FIRST,), lost, until=11.0) == Wait(11.0)
    assert step((FIRST,), lost, until=10.0) == Send(0, FIRST, lost=lost)
    assert step((FIRST,), lost) == Send(0, FIRST, lost=lost)
    assert step((), lost) == GiveUp(lost)


@pytest.mark.parametrize("mark", ["", REMOVING, CHANGING])
def test_what_shows_something_else_or_may_do_so_is_edited(mark: str) -> None:
    other, same = sent(1, SECOND, mark), sent(1, FIRST, mark)
    assert step((FIRST,), other) == Edit(other, FIRST)
    assert step((FIRST,), same) == (Edit(same, FIRST) if mark else None)


def test_media_are_sent_anew_only_where_they_differ_or_may_do_so() -> None:
    words = replace(PHOTO, payload={"caption": "other"})
    assert step((words,), row := sent(1, PHOTO)) == Edit(row, words)
    assert step((OTHER,), row) == Edit(row, OTHER, media=True)
    doubtful = sent(1, PHOTO, CHANGING)
    assert step((words,), doubtful) == Edit(doubtful, words, media=True)


def test_what_cannot_become_the_other_is_removed() -> None:
    voice = replace(PHOTO, form="voice")
    assert step((FIRST,), row := sent(1, PHOTO)) == Delete(row)
    assert step((FIRST,), row, on="discord") == Edit(row, FIRST, media=True)
    assert step((PHOTO,), row := sent(1, voice)) == Delete(row)
    assert step((PHOTO,), row := sent(1, FIRST)) == Edit(row, PHOTO, media=True)


def test_what_stands_in_another_thread_goes_first() -> None:
    row = replace(sent(1, FIRST), leaving=True)
    assert step((FIRST,), row) == Delete(row)


def test_surplus_goes_from_the_end() -> None:
    rows = sent(1, FIRST), sent(2, SECOND), sent(3, SECOND)
    assert step((FIRST,), *rows) == Delete(rows[2])
    assert step((), *rows[:1]) == Delete(rows[0])


def test_an_album_goes_out_together_as_far_as_it_is_not_there() -> None:
    assert step(ALBUM) == Send(0, ALBUM[0], more=((ALBUM[1], None), (ALBUM[2], None)))
    lost = [tried(n, part) for n, part in enumerate(ALBUM)]
    together = (ALBUM[1], lost[1]), (ALBUM[2], lost[2])
    assert step(ALBUM, *lost) == Send(0, ALBUM[0], lost=lost[0], more=together)
    there = sent(5, ALBUM[1])
    assert step(ALBUM, lost[0], there, lost[2]) == Send(0, ALBUM[0], lost=lost[0])
    assert step((ALBUM[0], SECOND)) == Send(0, ALBUM[0])
