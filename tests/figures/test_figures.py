"""The numbers of `/stats`: what is counted, in which zone, and in which words."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import Figures, Seen, figures, median, month, share, since
from core.figures.words import check_words, duration, step_words, words
from core.i18n import texts
from core.model import Mode, Standing
from core.moderation.judge import verdicts
from core.moderation.submission import Submission
from core.text.model import Rich

MADRID = "Europe/Madrid"
NOW = datetime(2026, 3, 30, 12, tzinfo=ZoneInfo(MADRID)).timestamp()
MINUTE = 60.0


def at(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(MADRID)).timestamp()


def made(*seen: Seen, days: int = 7, **load: int) -> Figures:
    return figures(seen, load, days=days, now=NOW, zone=MADRID, waiting=1)


def test_days_are_those_of_the_zone_and_the_clock_may_change_in_them() -> None:
    early = Seen(at(28, 0, 5), "published")
    late = Seen(at(29, 23, 55), "rejected", ("links",), at(29, 23, 57))
    found = made(early, late)
    assert [step.start for step in found.steps] == [date(2026, 3, day) for day in range(24, 31)]
    counts = {step.start.day: (step.received, step.published, step.held) for step in found.steps}
    assert (counts[28], counts[29], counts[30]) == ((1, 1, 0), (1, 0, 1), (0, 0, 0))
    assert since(NOW, 7, MADRID) == at(24, 0)


def test_a_comment_counts_once_under_each_check_that_held_it() -> None:
    both = Seen(at(30, 9), "held", ("links", "mode", "links"))
    found = made(both, Seen(at(30, 9), "published", ("mode",), at(30, 10)), Ana=3, Bo=5)
    assert (found.held, found.checks) == (2, (("mode", 2), ("links", 1)))
    assert found.load == (("Bo", 5), ("Ana", 3))
    assert (found.received, found.states) == (2, {"held": 1, "published": 1})


def test_waits_are_of_what_was_held_and_decided_on_by_the_hour_it_came() -> None:
    waits = (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)
    seen = [Seen(at(30, 9), "published", ("mode",), at(30, 9) + n * MINUTE) for n in waits]
    others = [Seen(at(30, 9), "published"), Seen(at(30, 9), "held", ("mode",))]
    (wait,) = made(*seen, *others).waits
    assert (wait.hour, wait.count) == (9, 10)
    assert (wait.median, wait.p90) == (5.5 * MINUTE, 9 * MINUTE)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_share_is_of_the_list_and_at_least_so_many_are_within(
    waits: list[float], part: float
) -> None:
    waits.sort()
    within = share(waits, part)
    assert within in waits
    assert sum(wait <= within for wait in waits) >= len(waits) * part - 1e-6
    assert waits[0] <= median(waits) <= waits[-1]


@pytest.mark.parametrize(("days", "steps"), [(1, 1), (62, 62), (63, 10), (365, 53), (800, 27)])
def test_long_times_have_fewer_steps(days: int, steps: int) -> None:
    assert len(made(days=days).steps) == steps


def test_a_month_ends_where_the_next_one_begins() -> None:
    assert month(2026, 3, MADRID) == (at(1, 0), at(31, 0) + 23 * 3600 + 3600)
    assert month(2026, 12, "UTC")[1] == month(2027, 1, "UTC")[0]


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (7, "7 sec", "7 s"), (59.7, "1 min", "1 min"), (240, "4 min", "4 min"),
        (3600, "1h", "1h"), (9000, "2.5h", "2,5h"), (36000, "10h", "10h"),
        (3 * 86400, "3 days", "3 d"),
    ],
)  # fmt: skip
def test_durations_read_as_people_write_them(seconds: float, english: str, spanish: str) -> None:
    assert duration(texts("en"), seconds).replace("\xa0", " ") == english
    assert duration(texts("es"), seconds).replace("\xa0", " ") == spanish


def test_the_words_hold_every_number_of_the_picture() -> None:
    seen = Seen(at(30, 9), "published", ("links",), at(30, 9, 4))
    told = words(texts("en"), made(seen, Ana=2)).text
    for line in ("Received: 1", "published: 1", "Held when they came: 1", "Waiting now: 1",
                 "links: 1", "Ana: 2", "9:00 · half within 4 min, nine in ten within 4 min (1)",
                 "Mar 30: 1, 1, 1"):  # fmt: skip
        assert line in told.splitlines(), line
    assert "30 mar: 1, 1, 1" in words(texts("es"), made(seen)).text.splitlines()
    assert step_words(texts("es"), made(seen, days=800).steps[-1], 800) == "mar 2026"


def test_every_check_has_words() -> None:
    plain = Submission(Rich("a remark"), (), Mode.HELD, Standing.ORDINARY, 0, False)
    for verdict in verdicts(plain):
        assert check_words(texts("es"), verdict.check) != verdict.check, verdict.check
