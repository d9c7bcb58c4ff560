"""The pace against the limits that the rehearsal enforces, whenever a call really arrives."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bots.rehearsal.telegram.errors import ApiError
from bots.rehearsal.telegram.flood import Flood, FloodLimits
from bots.telegram.pace import Pace
from core.clock import FakeClock

GROUP = -100


def test_a_busy_group_gets_all_that_it_may_and_is_never_silent_for_long() -> None:
    clock, sent = FakeClock(), list[float]()
    pace, start = Pace(clock), clock.monotonic()
    while clock.monotonic() - start < 600:
        clock.advance(pace.wait(GROUP))
        pace.spent(GROUP)
        sent.append(clock.monotonic() - start)
    assert sum(time < 60 for time in sent) == 20
    assert len(sent) >= 0.99 * 200
    silences = [after - before for before, after in pairwise(sent)]
    assert max(silences) <= 15.01
    assert max(silences[30:]) <= 3.01


@pytest.mark.parametrize("seed", range(20))
def test_no_delay_of_a_call_makes_too_many(seed: int) -> None:
    """Calls arrive late and are answered later; Telegram's count never refuses one."""
    chance, clock = random.Random(seed), FakeClock()
    flood = Flood(FloodLimits(enabled=True), clock.monotonic)
    pace, chats = Pace(clock), [GROUP, GROUP - 1, *range(-240, -200), *range(1, 6)]
    for _ in range(400):
        chat = chance.choice(chats if seed % 2 else chats[:2])
        clock.advance(pace.wait(chat))
        with pace.spent(chat):
            clock.advance(chance.random() * 0.5)
            flood.check(1, chat)
            clock.advance(chance.random() * 0.5)


def test_the_count_that_forgets_the_way_there_is_refused() -> None:
    """The same as above, without what the pace knows of answers: the check can fail."""
    chance, clock = random.Random(1), FakeClock()
    flood, pace = Flood(FloodLimits(enabled=True), clock.monotonic), Pace(clock)

    def play() -> None:
        for _ in range(400):
            clock.advance(pace.wait(GROUP))
            pace.spent(GROUP)
            clock.advance(chance.random() * 0.9)
            flood.check(1, GROUP)
            clock.advance(0.01)

    with pytest.raises(ApiError, match="Too Many Requests"):
        play()


def test_what_is_under_way_counts_until_it_is_answered() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    calls = [pace.spent(-n - 1) for n in range(28)]
    for call in calls:
        call.__enter__()
    clock.advance(10)
    assert pace.wait(-500) > 0
    assert pace.wait(-500, first=True) == 0
    calls[0].__exit__()
    assert pace.wait(-500) > 0
    clock.advance(1)
    assert pace.wait(-500) == 0
