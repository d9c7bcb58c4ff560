"""What decisions taught: which wordings are good or bad, and in how many of each a feature stands.

Never words, only keyed hashes of them. A lesson is bound to one revision, so that it can be taken
back exactly: its text is what it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.model import Publication
from core.moderation.bayes import Chance, Tally, chance
from core.newsroom.comments.studies import Study
from core.newsroom.context import Context, dumps
from core.ports import Row, Tx
from core.text.model import Rich

GOOD, BAD = "good", "bad"
SPAM = "spam"
"""The reason for which a rejection teaches."""
ALL = 0
"""The feature that stands in every text."""
_OF_THESE = "publication = :p AND feature IN (SELECT value FROM json_each(:hashes))"


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def chance_of(tx: Tx, publication: Publication, study: Study) -> Chance | None:
    """What past decisions say of a text, None while there are too few of them."""
    least = publication.options.learn_least
    key = {"p": publication.id, "f": ALL}
    row = tx.one("SELECT good, bad FROM learned WHERE publication = :p AND feature = :f", key)
    if row is None or min(row["good"], row["bad"]) < max(1, least):
        return None
    hashes = {piece: _signed(value) for piece, value in study.pieces.items()}
    known = _tallies(tx, publication.id, hashes.values())
    tallies = {piece: known[value] for piece, value in hashes.items() if value in known}
    return chance(tuple(hashes), tallies, (row["good"], row["bad"]), least)


def _tallies(tx: Tx, publication: int, hashes: Iterable[int]) -> dict[int, Tally]:
    # One statement for all texts: each of its own would be prepared anew, and push those of the
    # whole house out of SQLite's memory.
    rows = tx.all(
        f"SELECT feature, good, bad FROM learned WHERE {_OF_THESE}",  # noqa: S608  our own words
        {"p": publication, "hashes": dumps(list(hashes))},
    )
    return {row["feature"]: (row["good"], row["bad"]) for row in rows}


def lesson_of(tx: Tx, comment: int, revision: int) -> str:
    """What was taught of a wording: "good", "bad" or ""."""
    row = tx.one(
        "SELECT label FROM lesson WHERE comment = :c AND revision = :r",
        {"c": comment, "r": revision},
    )
    return str(row["label"]) if row is not None else ""


def label_of(action: str, reason: str) -> str | None:
    """What a decision teaches of a wording: "good", "bad", or None for nothing. A ban says
    something of its author and nothing of the words; a rejection does where it was for spam."""
    if action in ("approve", "approve-trust", "restore"):
        return GOOD
    if action in ("reject", "ban-reject", "remove", "spam") and reason.strip().casefold() == SPAM:
        return BAD
    return None


Lesson = dict[str, Any]
"""The aspect of a decision: {"revision": number, "label": what is taught of it, "" = nothing}."""


def lessons(tx: Tx, row: Row, action: str, reason: str) -> tuple[Lesson, Lesson] | None:
    """What was taught of a comment's newest wording, and what a decision makes of it; None where
    it teaches nothing."""
    label, revision = label_of(action, reason), row["revision"]
    was = lesson_of(tx, row["id"], revision)
    if label is None or label == was:
        return None
    return {"revision": revision, "label": was}, {"revision": revision, "label": label}


def learned_stands(tx: Tx, about: Mapping[str, Any], was: Lesson, now: Lesson) -> bool:
    """Whether a wording is taught as a decision left it."""
    return lesson_of(tx, about["comment"], now["revision"]) == str(now["label"])


def apply_learned(
    tx: Tx, context: Context, about: Mapping[str, Any], was: Lesson, now: Lesson
) -> None:
    """Teach a wording, or take back what was taught of it."""
    teach(tx, context, about["publication"], about["comment"], now["revision"], now["label"])


def teach(
    tx: Tx, context: Context, publication: int, comment: int, revision: int, label: str
) -> None:
    """A wording is good, bad, or "" as if nothing had been said of it; what was taught of it
    before is taken back."""
    was = lesson_of(tx, comment, revision)
    key = {"c": comment, "r": revision}
    row = tx.one("SELECT text FROM revision WHERE comment = :c AND number = :r", key)
    if was == label or row is None:
        return
    tx.run("DELETE FROM lesson WHERE comment = :c AND revision = :r", key)
    if label:
        tx.insert("lesson", {"comment": comment, "revision": revision, "label": label})
    good, bad = (int(label == one) - int(was == one) for one in (GOOD, BAD))
    text = Rich.load(json.loads(row["text"])).text
    pieces = context.studies.of(text).pieces
    if pieces:
        hashes = [ALL, *{_signed(value) for value in pieces.values()}]
        _count(tx, publication, hashes, good, bad, known=bool(was))


def _count(
    tx: Tx, publication: int, hashes: Sequence[int], good: int, bad: int, *, known: bool
) -> None:
    """known: every feature was counted before."""
    values = {"p": publication, "good": good, "bad": bad, "hashes": dumps(hashes)}
    if not known:
        tx.run(
            "INSERT INTO learned (publication, feature, good, bad)"
            " SELECT :p, value, :good, :bad FROM json_each(:hashes) WHERE true"
            " ON CONFLICT (publication, feature)"
            " DO UPDATE SET good = good + excluded.good, bad = bad + excluded.bad",
            values,
        )
        return
    tx.run(
        f"UPDATE learned SET good = good + :good, bad = bad + :bad WHERE {_OF_THESE}",  # noqa: S608
        values,
    )
    tx.run(
        f"DELETE FROM learned WHERE {_OF_THESE} AND good <= 0 AND bad <= 0",  # noqa: S608
        {"p": publication, "hashes": values["hashes"]},
    )
