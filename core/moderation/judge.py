"""All checks run, all reasons are kept, then one judgement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.model import State, Verdict
from core.moderation.checks import CHECKS, Check, Submission


def verdicts(submission: Submission, checks: Sequence[Check] = CHECKS) -> tuple[Verdict, ...]:
    """What every check says. A check that breaks holds the comment."""
    return tuple(_run(check, submission) for check in checks)


def _run(check: Check, submission: Submission) -> Verdict:
    try:
        return check(submission)
    except Exception as error:
        return Verdict(check.__name__, "hold", "failed", {"error": type(error).__name__})


def judge(found: Sequence[Verdict]) -> State:
    """REJECTED if any check rejects, HELD if any holds, else PUBLISHED."""
    said = {verdict.verdict for verdict in found}
    if "reject" in said:
        return State.REJECTED
    return State.HELD if said - {"pass", "suspect"} else State.PUBLISHED


def refused_for(found: Iterable[Verdict]) -> set[str]:
    """The reasons for which checks reject."""
    return {verdict.reason for verdict in found if verdict.verdict == "reject"}


def risk(found: Iterable[Verdict]) -> float:
    """What the scores make together, 0 to 1: each leaves so much less of what is not doubtful.
    Orders what waits; decides nothing."""
    trust = 1.0
    for verdict in found:
        if verdict.score:
            trust *= 1.0 - min(1.0, max(0.0, verdict.score))
    return 1.0 - trust


def dump(found: Iterable[Verdict]) -> list[list[Any]]:
    """What is kept of the verdicts: those that say something, each as
    [check, verdict, reason, values, score]."""
    return [
        [v.check, v.verdict, v.reason, dict(v.values), round(v.score, 4)] for v in found if v.reason
    ]


def load(kept: Iterable[Sequence[Any]]) -> tuple[Verdict, ...]:
    """What `dump` gave, read back; earlier releases kept no score."""
    return tuple(
        Verdict(check, verdict, reason, values, float(score[0]) if score else 0.0)
        for check, verdict, reason, values, *score in kept
    )
