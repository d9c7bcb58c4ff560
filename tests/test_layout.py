"""Which of several texts share a message."""

from __future__ import annotations

from collections.abc import Sequence

from core.outbox.layout import fitting
from core.views import Part

ROOM = 12


def texts(*words: str) -> list[tuple[Part, ...]]:
    """Each word as one message, each of its lines as one."""
    return [tuple(Part("message", {"text": line}) for line in word.split("\n")) for word in words]


def gather(parts: Sequence[Part]) -> Part | None:
    whole = " ".join(part.payload["text"] for part in parts)
    return Part("message", {"text": whole}) if len(whole) <= ROOM else None


def test_a_new_message_takes_as_many_as_fit_from_the_first_on() -> None:
    """A later one never passes one that is too long."""
    made = texts("one", "two", "much too long", "four")
    kept, (whole,) = fitting(gather, made, range(4), only_first=True)
    assert (kept, whole.payload["text"]) == ([0, 1], "one two")


def test_a_message_that_stands_keeps_what_fits_whatever_comes_between() -> None:
    made = texts("one", "much too long", "three")
    kept, (whole,) = fitting(gather, made, (2, 0, 1))
    assert (kept, whole.payload["text"]) == ([0, 2], "one three")


def test_the_first_always_fits_and_several_messages_are_not_joined() -> None:
    assert fitting(gather, texts("far too long alone", "b"), range(2))[0] == [0]
    assert fitting(gather, texts("a", "b\nc", "d"), range(3))[0] == [0, 2]
    kept, parts = fitting(gather, texts("a\nb", "c"), range(2))
    assert (kept, len(parts)) == ([0], 2)
