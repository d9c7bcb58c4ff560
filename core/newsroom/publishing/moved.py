"""Comments that change their article, since it was published twice.

What shows them in the other article's threads goes, and copies come in those of their own. A
person's own message goes too, since it stands in a thread that is theirs no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.newsroom.comments import pieces
from core.newsroom.context import Context
from core.newsroom.desks.desk import refresh_card
from core.newsroom.outgoing.plan import change_delivery, replan
from core.ports import Row, Tx

Values = Mapping[str, Any]
"""The comment's id (as JSON has it) to [article, number]."""


def moved_stands(tx: Tx, about: Mapping[str, Any] | Row, was: Values, now: Values) -> bool:
    """See `aspects.Aspect.stands`."""
    for comment, place in now.items():
        row = tx.one("SELECT article, number FROM comment WHERE id = :id", {"id": int(comment)})
        if row is None or [row["article"], row["number"]] != list(place):
            return False
    return pieces.missing(tx, map(int, now)) is None


def apply_moved(
    tx: Tx, context: Context, about: Mapping[str, Any] | Row, was: Values, now: Values
) -> None:
    """See `aspects.Aspect.apply`."""
    ordered = sorted((place[1], int(comment), place[0]) for comment, place in now.items())
    for number, comment, article in ordered:
        _rehouse(tx, comment, article, number)
    for _, comment, _ in ordered:
        replan(tx, comment, force=True)
        refresh_card(tx, context, about["publication"], comment)
    context.touch_desk(tx, about["publication"])


def _rehouse(tx: Tx, comment: int, article: int, number: int) -> None:
    values = {"id": comment, "a": article, "n": number}
    tx.run("UPDATE comment SET article = :a, number = :n WHERE id = :id", values)
    tx.run("UPDATE article SET comments = max(comments, :n) WHERE id = :a", values)
    tx.run(
        "UPDATE delivery SET article = :a, rank = CASE WHEN subject = 'comment' THEN :n"
        " ELSE rank END WHERE subject IN ('comment', 'card') AND subject_id = :id",
        values,
    )
    leave(tx, comment)


def leave(tx: Tx, comment: int) -> None:
    """What is up of a comment stands in another thread than it belongs to: it goes, and what is
    wanted is made anew."""
    tx.run(
        "UPDATE message SET leaving = 1 WHERE id IN (SELECT s.message FROM shows s JOIN delivery d"
        " ON d.id = s.delivery WHERE d.subject = 'comment' AND d.subject_id = :id"
        " AND d.role = 'copy' AND s.position >= 0)",
        {"id": comment},
    )
    rows = tx.all(
        "SELECT id, channel, role FROM delivery WHERE subject = 'comment' AND subject_id = :id"
        " AND want > 0 AND gone = 0",
        {"id": comment},
    )
    for row in rows:
        if row["role"] == "origin":
            change_delivery(tx, row["id"], 0, row["channel"])
        else:
            # Nothing of it is where it should be, so its replies wait until it is.
            tx.run("UPDATE delivery SET have = 0 WHERE id = :id", {"id": row["id"]})
