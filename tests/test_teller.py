"""The teller's pace and what it does with an answer that did not come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from core.clock import FakeClock
from core.errors import DeliveryError, OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.newsroom import Newsroom
from core.newsroom.authors.private import Note
from core.ports import Adapter, Target
from core.teller import PAUSE, Teller
from core.text.model import Rich
from core.views import NoticeView


class Capable:
    tell_every = 2.0


class Phone:
    """An adapter's `tell` alone, which answers as it is told to."""

    capabilities = Capable()

    def __init__(self, *answers: DeliveryError | None) -> None:
        self.answers = list(answers)
        self.said: list[str] = []

    async def tell(self, identity: str, view: NoticeView, near: Target | None) -> None:
        self.said.append(identity)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


class Room:
    """A newsroom in which so many notes wait; the names of what was recorded about them."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.recorded: list[str] = []

    async def look(self, _: Callable[..., Any]) -> bool:
        return self.waiting > 0

    async def record(self, work: Callable[..., Any]) -> Note | None:
        name = work.__code__.co_names[-1]
        if name != "claim":
            self.recorded.append(name)
            return None
        self.waiting -= 1
        return Note("here", str(self.waiting), NoticeView(Rich("words")), None, (1,))


async def turns(phone: Phone, room: Room, seconds: float) -> None:
    """Let the teller turn for so long."""
    clock = FakeClock()
    teller = Teller(cast(Newsroom, room), {"here": cast(Adapter, phone)}, clock)

    async def forever() -> None:
        while True:
            await teller.turn()

    task = asyncio.create_task(forever())
    for _ in range(int(seconds * 4)):
        for _ in range(20):
            await asyncio.sleep(0)
        clock.advance(0.25)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_many_authors_are_told_one_after_the_other_at_the_platforms_pace() -> None:
    phone, room = Phone(), Room(500)
    await turns(phone, room, 60)
    assert 25 <= len(phone.said) <= 31


@pytest.mark.parametrize(
    ("answer", "recorded"),
    [
        (OutcomeUnknown("lost"), []),
        (Rejected("closed"), ["refused"]),
        (Unreachable("away"), ["put_back"]),
        (RetryLater("wait", 9.0), ["put_back"]),
    ],
)
async def test_what_surely_was_not_sent_is_put_back_and_nothing_else(
    answer: DeliveryError, recorded: list[str]
) -> None:
    phone, room = Phone(answer), Room(1)
    await turns(phone, room, 1)
    assert len(phone.said) == 1
    assert room.recorded == recorded


async def test_a_platform_that_cannot_be_reached_is_left_alone_for_a_while() -> None:
    phone, room = Phone(Unreachable("away")), Room(5)
    await turns(phone, room, PAUSE - 2)
    assert len(phone.said) == 1
