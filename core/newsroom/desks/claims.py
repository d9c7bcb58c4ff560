"""Claims: who reads a comment that waits, so that no two moderators work on the same one.

A claim stops nobody: whoever decides first decides. It is a part of what the cards show, and so
is the list of buttons that it has open where a desk cannot show one to one person alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.newsroom.context import Context
from core.newsroom.desks.desk import refresh_card
from core.ports import Row, Tx

if TYPE_CHECKING:
    from core.newsroom.decisions.log import Actor


def take(
    tx: Tx, context: Context, actor: Actor, comment: int, revision: int, menu: str = ""
) -> str:
    """The actor reads this revision from now on, with a list of buttons open on the cards ("" =
    none); the name of somebody else who was reading it, "" = nobody."""
    held = tx.one("SELECT * FROM claim WHERE comment = :c", {"c": comment})
    row = {
        "comment": comment, "revision": revision, "actor": actor.tag, "name": actor.name,
        "until": context.clock.now() + context.rules.claim_life, "menu": menu,
    }  # fmt: skip
    tx.run(
        "INSERT INTO claim (comment, revision, actor, name, until, menu)"
        " VALUES (:comment, :revision, :actor, :name, :until, :menu)"
        " ON CONFLICT (comment) DO UPDATE SET revision = :revision, actor = :actor, name = :name,"
        " until = :until, menu = :menu",
        row,
    )
    shown = ("revision", "name", "menu")
    if held is None or any(held[name] != row[name] for name in shown):
        _show(tx, context, comment)
    other = held is not None and held["revision"] == revision and held["actor"] != actor.tag
    return str(held["name"]) if held is not None and other else ""


def standing(tx: Tx, comment: int, revision: int) -> Row | None:
    """The claim on a revision, None where nobody reads it. Until its time is over it is a row,
    so what a card shows does not depend on when it is asked."""
    return tx.one(
        "SELECT * FROM claim WHERE comment = :c AND revision = :r", {"c": comment, "r": revision}
    )


def release(tx: Tx, context: Context, comment: int) -> None:
    """It was decided, or is left alone: nobody reads it any more."""
    if tx.run("DELETE FROM claim WHERE comment = :c", {"c": comment}):
        _show(tx, context, comment)


def expire(tx: Tx, context: Context) -> None:
    """End the claims that nobody touched for their time."""
    now = context.clock.now()
    for row in tx.all("SELECT comment FROM claim WHERE until <= :now", {"now": now}):
        release(tx, context, row["comment"])


def _show(tx: Tx, context: Context, comment: int) -> None:
    row = tx.one(
        "SELECT a.publication FROM comment c JOIN article a ON a.id = c.article WHERE c.id = :c",
        {"c": comment},
    )
    if row is not None:
        refresh_card(tx, context, row["publication"], comment)
