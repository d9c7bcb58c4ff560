"""Addresses that an editor asked to publish: kept until their preview stands at the desk, so that
none is lost when the program ends in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from core.errors import UserError
from core.feeds.model import Draft
from core.i18n import Texts
from core.newsroom.context import ASKED_WAKE, Context
from core.newsroom.desks.desk import Words, tell_desk
from core.newsroom.publishing import articles
from core.ports import Tx

MOST = 20
"""Addresses of one publication that wait at the same time."""
LONGEST = 2000
"""Characters of an address."""
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One address. at: when it was asked for (Unix seconds)."""

    id: int
    publication: int
    url: str
    at: float

    @property
    def key(self) -> str:
        """Names what the desk is told about it."""
        return f"publish:{self.id}:{self.at}"


def ask(tx: Tx, context: Context, t: Texts, publication: int, url: str) -> None:
    """Remember an address; once is enough. Raises UserError where too many wait already."""
    if len(url) > LONGEST:
        raise UserError(t("That address is too long."))
    waiting = tx.all("SELECT url FROM asked WHERE publication = :p", {"p": publication})
    if any(row["url"] == url for row in waiting):
        return
    if len(waiting) >= MOST:
        raise UserError(
            t.n("{n} address waits to be read. Try again in a moment.",
                "{n} addresses wait to be read. Try again in a moment.", len(waiting))
        )  # fmt: skip
    tx.insert("asked", {"publication": publication, "url": url, "at": context.clock.now()})
    tx.wake(ASKED_WAKE)


def take(tx: Tx, context: Context) -> Asked | None:
    """The next to be read, the oldest of those tried least; None where none waits. One at which
    the program failed again and again is told at the desk and given up."""
    for row in tx.all("SELECT * FROM asked ORDER BY tries, id"):
        asked = Asked(row["id"], row["publication"], row["url"], row["at"])
        if row["tries"] < MOST_TRIES:
            tx.run("UPDATE asked SET tries = tries + 1 WHERE id = :id", {"id": asked.id})
            return asked
        refuse(tx, context, asked, partial(_unreadable, asked.url))
    return None


def known(tx: Tx, context: Context, asked: Asked) -> bool:
    """Show what a feed told of the address; False where none did, and it has to be read."""
    if not articles.preview_entry(tx, context, asked.publication, asked.url):
        return False
    _done(tx, asked)
    return True


def preview(tx: Tx, context: Context, asked: Asked, draft: Draft) -> None:
    """Show what was read at the desk, with buttons to publish or discard it."""
    articles.preview(tx, context, asked.publication, draft)
    _done(tx, asked)


def refuse(tx: Tx, context: Context, asked: Asked, words: Words) -> None:
    """Tell the desk why there is no preview."""
    tell_desk(tx, context, asked.publication, asked.key, words)
    _done(tx, asked)


def _unreadable(url: str, t: Texts) -> str:
    return t("{url} cannot be read.", url=url)


def _done(tx: Tx, asked: Asked) -> None:
    tx.run("DELETE FROM asked WHERE id = :id", {"id": asked.id})
