"""What moderators do to the shape of a thread: mark comments, and move them."""

from __future__ import annotations

from core.errors import UserError
from core.model import State
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import comment_row
from core.newsroom.decisions.log import Actor, Decided, record
from core.ports import Row, Tx

MARKS = {"feature": "featured", "pin": "pinned"}
"""A command to the mark that it gives or takes."""


def mark(tx: Tx, context: Context, actor: Actor, action: str, comment: int, *, on: bool) -> Decided:
    """feature or pin a comment, or end that. Raises UserError where that is so already, and for
    one that nobody can read."""
    row, t, name = comment_row(tx, comment), actor.texts, MARKS[action]
    if bool(row[name]) == on:
        raise UserError(t("That is so already."))
    if on and not _readable(row):
        raise UserError(t("It is not up any more."))
    was, now = {"marks": {name: int(not on)}}, {"marks": {name: int(on)}}
    number = _decide(tx, context, actor, action, row, was, now)
    words = {
        ("featured", True): t("#{number} is featured now.", number=row["number"]),
        ("featured", False): t("#{number} is not featured any more.", number=row["number"]),
        ("pinned", True): t("#{number} is pinned in every thread.", number=row["number"]),
        ("pinned", False): t("#{number} is not pinned any more.", number=row["number"]),
    }
    return Decided(number, words[name, on])


def _readable(row: Row) -> bool:
    return row["state"] in (State.PUBLISHED, State.HELD) and row["shown"] > 0


def _decide(
    tx: Tx, context: Context, actor: Actor, action: str, row: Row, was: aspects.Values,
    now: aspects.Values,
) -> int:  # fmt: skip
    number = record(
        tx, context, row["publication"], actor, action, article=row["article"], comment=row["id"],
        revision=row["revision"], author=row["author"], before=was, after=now,
    )  # fmt: skip
    about = {name: row[name] for name in ("publication", "article", "author")}
    aspects.bring(tx, context, {**about, "comment": row["id"]}, was, now)
    return number


def move(tx: Tx, context: Context, actor: Actor, comment: int, parent: int | None) -> Decided:
    """Let a comment answer another one, or the article itself (None). Raises UserError where it
    does so already, for one of another thread, and for one that hangs below it."""
    row, t = comment_row(tx, comment), actor.texts
    if row["parent"] == parent:
        raise UserError(t("That is so already."))
    other = comment_row(tx, parent) if parent is not None else None
    if other is not None and other["article"] != row["article"]:
        raise UserError(t("Both must be in the same thread."))
    if other is not None and not _readable(other):
        raise UserError(t("It is not up any more."))
    if parent is not None and comment in _above(tx, parent):
        raise UserError(t("A comment cannot answer itself, or what answers it."))
    was, now = {"parent": {"parent": row["parent"]}}, {"parent": {"parent": parent}}
    number = _decide(tx, context, actor, "move", row, was, now)
    if other is None:
        return Decided(number, t("#{number} answers the article now.", number=row["number"]))
    return Decided(number, t("#{number} answers #{parent} now.",
                             number=row["number"], parent=other["number"]))  # fmt: skip


def _above(tx: Tx, comment: int) -> set[int]:
    """The comment itself and everything that it hangs on."""
    rows = tx.all(
        "WITH RECURSIVE above (id, parent) AS (SELECT id, parent FROM comment WHERE id = :id"
        " UNION SELECT c.id, c.parent FROM comment c JOIN above ON c.id = above.parent)"
        " SELECT id FROM above",
        {"id": comment},
    )
    return {row["id"] for row in rows}
