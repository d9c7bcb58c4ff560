"""A past thread is replayed with what was known at each moment; scores and curves are counted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from core.model import Verdict
from core.moderation.likeness import Hasher
from core.moderation.replay import Remark, Replay
from core.moderation.scores import Scores, curve
from tests.cli.conftest import Terminal, terminal

__all__ = ["terminal"]

GOOD = "I was there that night and the harbour stood empty, they knew it all along"
SALE = ["cheap", "casino", "bonus", "buy", "now"]


def thread(n: int) -> list[Remark]:
    """Remarks of many people; every fifth sells something."""
    chance = random.Random(1)
    remarks = []
    for number in range(n):
        bad = number % 5 == 0
        words = chance.sample(GOOD.split(), 6) + (chance.sample(SALE, 2) if bad else [])
        chance.shuffle(words)
        remarks.append(Remark(number * 300.0, f"a{number % 40}", "", " ".join(words), bad))
    return remarks


def test_it_says_nothing_before_it_learned_and_then_tells_bad_from_good() -> None:
    replay, scores = Replay(Hasher(b"x")), Scores()
    said = []
    for remark in thread(400):
        found = replay.see(remark)
        scores.add(found, remark.bad)
        said.append(next(one for one in found if one.check == "learned").score)
    assert set(said[:90]) == {0.0}
    assert scores.learned.curve().average > 0.9
    assert scores.checks["learned"].hold == 0


def test_every_comment_is_judged_by_what_was_known_when_it_came() -> None:
    replay = Replay(Hasher(b"x"))
    text = "They knew it all along and did nothing about the harbour that night"

    def names(remark: Remark) -> set[str]:
        return {one.check for one in replay.see(remark) if one.verdict != "pass"}

    assert names(Remark(0.0, "ana", "", text, False)) == set()
    assert "repeats" in names(Remark(60.0, "ana", "", text, False))
    for number in range(5):
        replay.see(Remark(100.0 + number, f"p{number}", "", text, None))
    assert "wave" in names(Remark(200.0, "z", "", text, None))
    assert names(Remark(9_000.0, "ana", "", text, None)) == set()
    for number in range(20):
        replay.see(Remark(10_000.0 + number, "fast", "", f"{number} and so on", None))
    assert "pace" in names(Remark(10_030.0, "fast", "", "and once more", None))


def test_counts_and_shares() -> None:
    scores = Scores()
    hold, mark, silent = (Verdict("links", said, "x") for said in ("hold", "suspect", "pass"))
    for found, bad in (((hold,), True), ((hold,), False), ((mark,), True), ((silent,), True),
                       ((silent,), False), ((hold,), None)):  # fmt: skip
        scores.add(found, bad)
    links = scores.checks["links"]
    assert (links.bad, links.good, links.hold, links.suspect) == (2, 1, 3, 1)
    assert (links.named, links.unlabelled) == (4, 1)
    assert links.precision == pytest.approx(2 / 3)
    assert links.recall(scores.bad) == pytest.approx(2 / 3)
    assert links.burden(scores.good) == 0.5
    assert (scores.whole.bad, scores.marked.bad, scores.unlabelled) == (1, 2, 1)


def test_a_curve_and_its_average() -> None:
    perfect = curve([(0.9, True), (0.8, True), (0.1, False)])
    assert (perfect.average, perfect.recall[-1]) == (1.0, 1.0)
    assert curve([(0.5, True), (0.5, False)]).average == 0.5
    assert curve([]).average == 0.0


def test_the_command_tells_and_draws(terminal: Terminal, tmp_path: Path) -> None:
    rows = [f'{one.at},{one.author},"{one.text}",{"spam" if one.bad else "ham"}'
            for one in thread(200)]  # fmt: skip
    file, png, words = (tmp_path / name for name in ("c.csv", "curve.png", "words.txt"))
    file.write_text("time,author,text,label\n" + "\n".join(rows), encoding="utf-8")
    words.write_text("suspect: casino\n", encoding="utf-8")
    told = terminal.text("moderation", "evaluate", str(file), "--plot", str(png))
    assert "200 comments in" in told
    assert "“spam” = bad (40)" in told
    assert "held or rejected" in told
    assert png.read_bytes().startswith(b"\x89PNG")
    values = terminal.json("moderation", "evaluate", str(file), "--words", str(words))
    checks = {one["check"]: one for one in values["checks"]}
    assert checks["words"]["precision"] == 1.0
    assert values["whole"]["held"] >= checks["words"]["named"]
    file.write_text("time,author,text,label\n1,a,x y,perhaps\n", encoding="utf-8")
    assert "Line 2: the label “perhaps”" in terminal.refused("moderation", "evaluate", str(file))
