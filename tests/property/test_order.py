"""Order under faults: whatever is refused, lost or torn on the way, no answer stands above what it
answers; what was ready from the first and never held up stands in the order of its numbers."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.house import Json, newsroom

SEND = "POST /channels/{channel_id}/messages"
KINDS = ("429", "drop_before", "drop_after", "torn", "status")

Schedule = list[tuple[int, str]]
"""(comment, kind): the send of the comment's copy fails so."""

answers = st.lists(st.integers(0, 8), min_size=3, max_size=8)
"""For each comment after the first, how far back lies what it answers; beyond the first: none."""
schedules = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(KINDS)), max_size=5)


REMARKS = (
    "anchors hold", "bridges fall", "captains lie", "docks rot", "engines stop", "fog comes",
    "gulls know", "harbours close", "islands drift",
)  # fmt: skip
"""Nothing alike, so that no check takes one for a repetition of another."""


def _words(number: int) -> str:
    return REMARKS[number % len(REMARKS)] + "!" * (number // len(REMARKS))


def _fault(number: int, kind: str) -> Fault:
    def where(params: Json) -> bool:
        return _words(number) in str(params)

    return Fault("discord", SEND, kind, status=503, retry_after=0.1, where=where)


async def _play(folder: Path, answered: list[int], schedule: Schedule) -> None:
    async with newsroom(folder, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        for number, kind in schedule:
            house.world.faults.add(_fault(number, kind))
        made: list[int] = []
        parents: dict[int, int] = {}
        for number, back in enumerate([99, *answered]):
            parent = number - back if 0 < back <= number else None
            if parent is not None:
                parents[number] = parent
            reply = made[parent] if parent is not None else None
            made.append(hands.ana(_words(number), reply=reply))
        await house.until(lambda: all(hands.copy_here(_words(n)) for n in range(len(made))), "all")
        await hands.settled()
        thread = house.forum_thread()
        assert thread
        shown = [m["content"] for m in house.discord.messages(thread)]
        places = [[i for i, text in enumerate(shown) if _words(n) in text]
                  for n in range(len(made))]  # fmt: skip
        assert all(len(place) == 1 for place in places), "each once"
        for number, parent in parents.items():
            assert places[parent] < places[number], f"{number} stands above {parent}"
        held_up = {number for number, _ in schedule}
        free = [n for n in range(len(made)) if n not in held_up and n not in parents]
        assert [places[n] for n in free] == sorted(places[n] for n in free)


def _run(answered: list[int], schedule: Schedule) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), answered, schedule))


RUNS = {"phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}


@settings(max_examples=4, **RUNS)  # type: ignore[arg-type]
@given(answers, schedules)
def test_order_holds_under_some_faults(answered: list[int], schedule: Schedule) -> None:
    _run(answered, schedule)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@settings(max_examples=40, **RUNS)  # type: ignore[arg-type]
@given(answers, schedules)
def test_order_holds_under_many_faults(answered: list[int], schedule: Schedule) -> None:
    _run(answered, schedule)
