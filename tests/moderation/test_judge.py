"""All checks run, all reasons are kept, then one judgement."""

from __future__ import annotations

import json

import pytest

from core.model import Mode, Standing, State, Verdict
from core.moderation.checks import Submission
from core.moderation.judge import dump, judge, load, risk, verdicts
from core.text.model import Rich

PLAIN = Submission(Rich("hello"), (), Mode.OPEN, Standing.ORDINARY, 0, False)


def _breaks(submission: Submission) -> Verdict:
    raise ZeroDivisionError("words that somebody wrote")


def test_a_check_that_breaks_holds_and_the_others_still_run() -> None:
    found = verdicts(PLAIN, (_breaks, lambda s: Verdict("other", "suspect", "why", score=0.2)))
    assert [(one.check, one.verdict) for one in found] == [
        ("_breaks", "hold"),
        ("other", "suspect"),
    ]
    assert dict(found[0].values) == {"error": "ZeroDivisionError"}
    assert judge(found) == State.HELD


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ((), State.PUBLISHED),
        (("pass", "suspect"), State.PUBLISHED),
        (("suspect", "hold"), State.HELD),
        (("hold", "reject", "pass"), State.REJECTED),
        (("nonsense",), State.HELD),
    ],
)
def test_one_judgement_of_all_verdicts(said: tuple[str, ...], state: State) -> None:
    assert judge([Verdict("check", one) for one in said]) == state


def test_the_risk_grows_with_every_score_and_stays_within_one() -> None:
    def of(*scores: float) -> float:
        return risk([Verdict("check", "suspect", score=score) for score in scores])

    assert of() == 0.0
    assert of(0.5) == pytest.approx(0.5)
    assert of(0.5, 0.5) == pytest.approx(0.75)
    assert of(0.5, 7.0, -3.0) == 1.0


def test_what_is_kept_of_a_verdict_is_read_back_and_the_silent_are_left_out() -> None:
    said = Verdict("words", "suspect", "suspect", {"words": "x"}, 0.25)
    kept = json.loads(json.dumps(dump([Verdict("mode", "pass"), said])))
    assert kept == [["words", "suspect", "suspect", {"words": "x"}, 0.25]]
    assert load(kept) == (said,)
    assert load([["mode", "hold", "held", {}]]) == (Verdict("mode", "hold", "held", {}),)
