"""What stands around a comment: what it answers, whole, and what was said before it."""

from __future__ import annotations

import json

from core.figures.words import state_words
from core.i18n import Texts
from core.newsroom.context import Context
from core.newsroom.outgoing.faces import comment_head
from core.ports import Row, Tx
from core.text.model import Rich, bold, italic, join
from core.text.tools import first_words

BEFORE = 5
GLANCE = 200
"""Characters of each comment before it."""
_VISIBLE = "c.shown > 0 AND c.state IN ('published', 'held')"


def around(tx: Tx, context: Context, t: Texts, comment: int) -> Rich:
    """The parent in full, wherever it stands, then the comments before this one in its thread that
    may be read, oldest first."""
    row = tx.one("SELECT * FROM comment WHERE id = :id", {"id": comment})
    if row is None:
        return Rich(t("There is no such comment."))
    lines: list[Rich | str] = []
    parent = tx.one(
        "SELECT c.*, r.text FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = CASE WHEN c.shown > 0 THEN c.shown ELSE c.revision END WHERE c.id = :id",
        {"id": row["parent"]},
    )
    if parent is not None:
        lines += [bold(t("It answers:")), _head(t, parent), _words(parent), ""]
    before = tx.all(
        "SELECT c.*, r.text FROM comment c JOIN revision r ON r.comment = c.id"  # noqa: S608  our own words
        f" AND r.number = c.shown WHERE c.article = :a AND c.number < :n AND {_VISIBLE}"
        " ORDER BY c.number DESC LIMIT :most",
        {"a": row["article"], "n": row["number"], "most": BEFORE},
    )
    if before:
        lines.append(bold(t("Before it in its thread:")))
    for one in reversed(before):
        lines.append(_head(t, one) + ": " + first_words(_words(one), GLANCE))
    if not lines:
        return Rich(t("It answers nothing, and nothing was said before it."))
    return join(lines, "\n")


def _head(t: Texts, row: Row) -> Rich:
    state = "" if row["state"] == "published" else f" ({state_words(t, row['state'])})"
    return comment_head(row) + (italic(state) if state else Rich(""))


def _words(row: Row) -> Rich:
    return Rich.load(json.loads(row["text"]))
