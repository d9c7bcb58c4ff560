"""How much a report counts, and how often one may report."""

from __future__ import annotations

import pytest

from core.moderation.reporting import LEAST, LIMITS, reached, wait, weight


def test_a_newcomers_report_counts_whole() -> None:
    assert weight(0, 0) == 1.0


def test_who_is_usually_wrong_counts_less_and_never_nothing() -> None:
    falling = [weight(0, n) for n in range(30)]
    assert falling == sorted(falling, reverse=True)
    assert falling[1] < 1.0
    assert falling[4] < 0.5
    assert falling[-1] == LEAST > 0


def test_who_is_usually_right_counts_no_more_than_a_newcomer() -> None:
    assert weight(50, 0) == 1.0
    assert weight(5, 5) == 1.0
    assert weight(5, 6) < 1.0


@pytest.mark.parametrize(("most", "span"), LIMITS)
def test_each_limit_holds_for_its_span(most: int, span: float) -> None:
    spacing = {1: 5.0, 3: 6.0, 10: 120.0}[most]
    times = [1000.0 + spacing * n for n in range(most)]
    now = times[-1] + 5.0
    assert wait(times[:-1], times[-1]) == 0.0 or most == 1
    expected = max(0.0, times[0] + span - now)
    assert wait(times, now) == expected
    assert wait(times, times[0] + span) <= max(0.0, times[-1] + 5.0 - times[0] - span)


def test_enough_weight_withholds_and_a_threshold_of_0_never_does() -> None:
    assert reached([1.0, 1.0, 1.0], 3.0)
    assert not reached([1.0, 1.0, 0.4], 3.0)
    assert reached([0.1] * 30, 3.0)
    assert not reached([1.0] * 100, 0)
