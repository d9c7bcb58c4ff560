"""How much a reader's report counts, and how often one may report (pure)."""

from __future__ import annotations

from collections.abc import Sequence

LIMITS: tuple[tuple[int, float], ...] = ((1, 5.0), (3, 300.0), (10, 3600.0))
"""(so many reports, in so many seconds) of one reader."""
PRIOR = 2.0
"""So many earlier reports, half of them right, is everybody taken to have."""
LEAST = 0.1
"""What a report counts at least: somebody who cried wolf may see one."""


def weight(agreed: int, disagreed: int) -> float:
    """What a report counts of a reader with so many earlier ones that moderators agreed with, and
    did not: 1 for a newcomer and for everybody who was right as often as not, less for those who
    are usually wrong, never more and never nothing."""
    share = (agreed + PRIOR / 2) / (agreed + disagreed + PRIOR)
    return max(LEAST, min(1.0, 2 * share))


def wait(times: Sequence[float], now: float) -> float:
    """Seconds until a reader who reported at these times (Unix seconds) may report again, 0 =
    now."""
    recent = sorted(times, reverse=True)
    waits = [recent[most - 1] + span - now for most, span in LIMITS if len(recent) >= most]
    return max(0.0, *waits) if waits else 0.0


def reached(weights: Sequence[float], threshold: float) -> bool:
    """Together the reports are enough to withhold a comment; 0 = they never are."""
    return threshold > 0 and sum(weights) >= threshold - 1e-9
