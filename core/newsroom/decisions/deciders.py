"""Who decided, as moderators read it: in the reader's language, and nameless while an appeal is
open, so that whoever answers it does not know."""

from __future__ import annotations

from core.figures.words import actor_words
from core.i18n import Texts
from core.ports import Row, Tx

APPEALED = "SELECT 1 FROM appeal p WHERE p.comment = {comment} AND p.state = 'open'"
"""A condition on a comment: somebody is to look at it a second time."""


def is_appealed(tx: Tx, comment: int | None) -> bool:
    """An open appeal is about this comment."""
    found = tx.one(APPEALED.format(comment=":c") + " LIMIT 1", {"c": comment})
    return found is not None


def decider(tx: Tx, t: Texts, row: Row) -> str:
    """Who made a decision (a row with comment and actor_name)."""
    if is_appealed(tx, row["comment"]):
        return t("another moderator")
    return actor_words(t, row["actor_name"])
