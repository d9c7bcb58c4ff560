"""A second moderator for bans, where a publication wants one (option `quorum`).

The first press is a wish: a decision that changes nothing but the cards, which ask for the
second. It lapses after a day.
"""

from __future__ import annotations

from core.errors import UserError
from core.newsroom.context import HOUR, Context
from core.newsroom.decisions.log import ANONYMOUS_ADMIN, Actor
from core.ports import Row, Tx

LAPSES = 24 * HOUR
ASKED = "propose"


def standing_wish(tx: Tx, context: Context, publication: int, author: str) -> Row | None:
    """The newest wish to ban an author that stands: not taken back, not lapsed, and nothing was
    decided on the author's standing since. id, actor, actor_name."""
    return tx.one(
        "SELECT d.id, d.actor, d.actor_name FROM decision d WHERE d.publication = :p"
        " AND d.author = :author AND d.action = :asked AND d.at > :since"
        " AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)"
        " AND NOT EXISTS (SELECT 1 FROM decision b WHERE b.author = d.author AND b.id > d.id"
        " AND b.publication = d.publication AND b.action IN ('ban', 'unban', 'trust'))"
        " ORDER BY d.id DESC LIMIT 1",
        {"p": publication, "author": author, "asked": ASKED,
         "since": context.clock.now() - LAPSES},
    )  # fmt: skip


def needs_second(tx: Tx, context: Context, publication: int, author: str, actor: Actor) -> bool:
    """Whether a ban by this actor is a wish only. Raises UserError where they asked for it
    already, or where nobody can tell who they are: all admins who write anonymously have one tag,
    so two of them cannot be told apart, nor one of them from a moderator known by name."""
    if context.house(tx).publications[publication].options.quorum < 2:
        return False
    t = actor.texts
    if actor.tag == ANONYMOUS_ADMIN:
        raise UserError(
            t("A ban needs two moderators here, and nobody can tell anonymous admins apart. Ask"
              " for it, or confirm it, under your own name: with the buttons of a card, say.")
        )  # fmt: skip
    wish = standing_wish(tx, context, publication, author)
    if wish is not None and wish["actor"] == actor.tag:
        raise UserError(t("You asked for this ban already. Another moderator has to confirm it."))
    return wish is None
