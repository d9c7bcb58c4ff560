"""All checks run, all reasons are kept, then one judgement."""

from __future__ import annotations

from collections.abc import Sequence

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
