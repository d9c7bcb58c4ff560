"""Edit and approve: a held comment is published in the desk's words and marked so.

The desk's wording is a revision of its own. The author's stays, and undo goes back to it.
"""

from __future__ import annotations

import json

from core.authors import tag
from core.errors import UserError
from core.events import Invoked
from core.forms import CARD
from core.model import State
from core.newsroom.authors import telling
from core.newsroom.comments.message_map import comments_shown
from core.newsroom.context import Context, dumps
from core.newsroom.decisions import aspects
from core.newsroom.decisions.decide import author_fields, comment_row, require_open
from core.newsroom.decisions.log import Actor, Decided, record
from core.newsroom.target import whole
from core.ports import Tx
from core.text.model import Rich
from core.text.tools import strip


def edit_and_approve(
    tx: Tx, context: Context, actor: Actor, comment: int, text: Rich, revision: int | None = None
) -> Decided:
    """Publish a held comment with other words. Raises UserError where it does not wait (any
    more) in the revision that was looked at (None = the newest), or where the words are none, or
    are the author's own."""
    row, t = comment_row(tx, comment), actor.texts
    seen = row["revision"] if revision is None else revision
    require_open(tx, t, comment, seen)
    old = tx.one(
        "SELECT * FROM revision WHERE comment = :c AND number = :n", {"c": comment, "n": seen}
    )
    text = strip(text)
    if not text.text or old is None:
        raise UserError(t("Write the new text behind the command."))
    if old["text"] == dumps(text.dump()):
        raise UserError(t("That is what it says already. Approve it as it is."))
    number = next_number(tx, comment)
    kept = ("attachments", "captions", "verdicts")
    tx.insert(
        "revision",
        {"comment": comment, "number": number, "text": dumps(text.dump()), "refers": "[]",
         "at": context.clock.now(), **{name: old[name] for name in kept}},
    )  # fmt: skip
    author = author_fields(tx, row["publication"], row["author"])
    was_shown = row["shown"] > 0
    before = {
        "wording": seen, "comment": {"state": row["state"], "shown": row["shown"]},
        "author": author,
    }  # fmt: skip
    after = {
        "wording": number, "comment": {"state": State.PUBLISHED.value, "shown": number},
        "author": {**author, "published": author["published"] + (not was_shown)},
    }  # fmt: skip
    decision = record(
        tx, context, row["publication"], actor, "edit", article=row["article"], comment=comment,
        revision=number, author=row["author"], before=before, after=after,
    )  # fmt: skip
    about = {name: row[name] for name in ("publication", "article", "author")}
    aspects.bring(tx, context, {**about, "comment": comment}, before, after)
    telling.decided(tx, context, "approve", row, decision)
    return Decided(decision, t("Published #{number} as edited.", number=row["number"]))


def wording(tx: Tx, context: Context, event: Invoked) -> Rich | None:
    """The words that somebody is about to change: those of a waiting comment that the card's
    button ("k…:revision:e") showed, or of the person's own comment, in whose menu they are."""
    if not event.token:
        return _own_words(tx, context, event)
    comment, _, tail = event.token.removeprefix(CARD).partition(":")
    number = whole(tail.partition(":")[0])
    row = tx.one(
        "SELECT r.text FROM comment c JOIN revision r ON r.comment = c.id AND r.number = :n"
        " WHERE c.token = :token AND c.state = :held",
        {"token": comment, "n": number or 0, "held": State.HELD},
    )
    return Rich.load(json.loads(row["text"])) if row is not None else None


def _own_words(tx: Tx, context: Context, event: Invoked) -> Rich | None:
    channel = context.house(tx).by_place.get((event.platform, event.place or ""))
    if channel is None or not event.message:
        return None
    author = tag(context.keys, event.platform, event.person.identity)
    shown = comments_shown(tx, channel.id, event.message)
    row = tx.one(
        "SELECT r.text FROM comment c JOIN revision r ON r.comment = c.id"
        " AND r.number = c.revision WHERE c.id = :c AND c.author = :tag",
        {"c": shown[0]["id"] if len(shown) == 1 else 0, "tag": author},
    )
    return Rich.load(json.loads(row["text"])) if row is not None else None


def next_number(tx: Tx, comment: int) -> int:
    """The number of a comment's next revision, which none had before."""
    row = tx.one("SELECT max(number) AS n FROM revision WHERE comment = :c", {"c": comment})
    return int(row["n"] or 0) + 1 if row is not None else 1
