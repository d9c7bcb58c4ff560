"""When a feed is asked next."""

from __future__ import annotations

import pytest

from core.feeds.schedule import (
    DAY,
    HOUR,
    LONGEST_BACKOFF,
    MINUTE,
    Answer,
    Health,
    Poll,
    after,
    due,
    first,
    health,
)

NOW = 1_710_000_000.0
OK = Answer(200)


def wait(poll: Poll, answer: Answer, chance: float = 0.5) -> float:
    return after(poll, answer, NOW, chance).next_at - NOW


def test_a_healthy_feed_keeps_its_interval_with_jitter() -> None:
    poll = Poll(interval=10 * MINUTE)
    assert wait(poll, OK) == 10 * MINUTE
    assert wait(poll, OK, 0.0) == pytest.approx(9 * MINUTE)
    assert wait(poll, Answer(304), 0.999) == pytest.approx(11 * MINUTE, rel=0.01)


def test_no_feed_is_asked_more_than_once_a_minute() -> None:
    assert wait(Poll(interval=1.0), OK) == MINUTE
    assert first(1.0, NOW, 0.5).interval == MINUTE


def test_feeds_added_together_are_spread() -> None:
    assert first(HOUR, NOW, 0.25).next_at == NOW + HOUR / 4


def test_failures_back_off_up_to_a_limit_and_recover_at_once() -> None:
    poll, waits = Poll(interval=10 * MINUTE), []
    for _ in range(12):
        poll = after(poll, Answer(None, "down"), NOW, 0.5)
        waits.append(poll.next_at - NOW)
    assert waits[:3] == [20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_BACKOFF
    well = after(poll, OK, NOW, 0.5)
    assert (well.failures, well.problem, well.next_at) == (0, "", NOW + 10 * MINUTE)


def test_a_slow_interval_is_not_hastened_by_failing() -> None:
    assert wait(Poll(interval=DAY), Answer(500)) == DAY


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(429), 15 * MINUTE),
        (Answer(503, retry_after=7200.0), 7200.0),
        (Answer(429, retry_after=1.0), 2 * MINUTE),
        (Answer(429, retry_after=1e12), DAY),
        (Answer(200, retry_after=3600.0), 3600.0),
        (Answer(503, retry_after=-5.0), 2 * MINUTE),
    ],
)
def test_retry_after_only_delays(answer: Answer, expected: float) -> None:
    assert wait(Poll(interval=MINUTE), answer) == expected


def test_gone_stops_and_says_so() -> None:
    poll = after(Poll(), Answer(410), NOW, 0.5)
    assert poll.gone
    assert not due(poll, NOW + 100 * DAY)
    assert health(poll, NOW) is Health.GONE
    assert "gone for good" in poll.problem


def test_a_feed_is_ill_after_a_day_of_failures() -> None:
    poll = after(Poll(), Answer(404), NOW, 0.5)
    poll = after(poll, Answer(None, "no server"), NOW + HOUR, 0.5)
    assert health(poll, NOW + HOUR) is Health.FAILING
    assert health(poll, NOW + DAY) is Health.ILL
    assert poll.problem == "no server"
    assert health(after(poll, OK, NOW + DAY, 0.5), NOW + DAY) is Health.OK


def test_a_body_that_is_no_feed_is_a_failure() -> None:
    assert after(Poll(), Answer(200, "no feed here"), NOW, 0.5).failures == 1


def test_permanent_redirects_are_adopted_after_the_third() -> None:
    poll, moved = Poll(), Answer(200, moved_to="https://new.example/feed")
    adopted = []
    for _ in range(4):
        poll = after(poll, moved, NOW, 0.5)
        adopted.append(poll.adopt)
    assert adopted == ["", "", "https://new.example/feed", ""]


def test_other_targets_and_other_answers_start_the_count_again() -> None:
    a, b = Answer(200, moved_to="https://a.example/"), Answer(200, moved_to="https://b.example/")
    poll = Poll()
    for answer in (a, a, b, b, OK, b, b):
        poll = after(poll, answer, NOW, 0.5)
        assert poll.adopt == ""
    assert after(poll, b, NOW, 0.5).adopt == "https://b.example/"


def test_a_failure_in_between_keeps_the_count() -> None:
    moved, poll = Answer(200, moved_to="https://a.example/"), Poll()
    for answer in (moved, moved, Answer(None, "down"), moved):
        poll = after(poll, answer, NOW, 0.5)
    assert poll.adopt == "https://a.example/"


def test_due() -> None:
    assert due(Poll(next_at=NOW), NOW)
    assert not due(Poll(next_at=NOW + 1), NOW)


@pytest.mark.parametrize("status", [401, 403, 404, 418, 429, 500, 503])
def test_every_failure_has_words(status: int) -> None:
    assert str(status) in after(Poll(), Answer(status), NOW, 0.5).problem
