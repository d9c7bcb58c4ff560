"""An article that was published twice: both conversations become one."""

from __future__ import annotations

from core.errors import UserError
from core.newsroom.comments import pieces
from core.newsroom.context import Context
from core.newsroom.decisions import aspects
from core.newsroom.decisions.log import Actor, Decided, record
from core.ports import Row, Tx

MOST = 200
"""Comments that are moved: each is made anew in every thread."""
HOUR = 3600.0


def merge(tx: Tx, context: Context, actor: Actor, kept: int, double: int) -> Decided:
    """Withdraw the second article and point from it to the first; its comments go there with the
    next numbers, and so does what is written in its threads later. Raises UserError where that
    cannot be done as a whole; nothing is changed then."""
    t = actor.texts
    first, second = _published(tx, actor, kept), _published(tx, actor, double)
    if kept == double or first["publication"] != second["publication"]:
        raise UserError(t("Name two different articles of the same publication."))
    comments = tx.all(
        "SELECT id, number FROM comment WHERE article = :a ORDER BY number", {"a": double}
    )
    if len(comments) > MOST:
        raise UserError(
            t("Article {number} has more than {n} comments, too many to move. Close it instead.",
              number=double, n=MOST)
        )  # fmt: skip
    if tx.one("SELECT 1 FROM article WHERE merged = :a", {"a": double}) is not None:
        raise UserError(t("Another article became a part of {number}; keep that one.",
                          number=double))  # fmt: skip
    _require_reach(tx, context, actor, double)
    _require_bytes(tx, actor, double, comments)
    was = {
        "article": {"state": "published", "merged": None},
        "moved": {str(row["id"]): [double, row["number"]] for row in comments},
    }
    now = {
        "article": {"state": "withdrawn", "merged": kept},
        "moved": {
            str(row["id"]): [kept, first["comments"] + position]
            for position, row in enumerate(comments, 1)
        },
    }
    number = record(
        tx, context, first["publication"], actor, "merge", article=double, before=was, after=now
    )
    about = {"publication": first["publication"], "article": double, "comment": None}
    aspects.bring(tx, context, {**about, "author": None}, was, now)
    # What is being written at the door goes where the conversation goes on.
    tx.run("UPDATE door SET article = :to WHERE article = :from", {"to": kept, "from": double})
    return Decided(
        number,
        t.n("“{headline}” is one conversation now; {n} comment moved.",
            "“{headline}” is one conversation now; {n} comments moved.",
            len(comments), headline=first["headline"]),
    )  # fmt: skip


def _published(tx: Tx, actor: Actor, article: int) -> Row:
    row = tx.one("SELECT * FROM article WHERE id = :id AND state = 'published'", {"id": article})
    if row is None:
        raise UserError(actor.texts("Article {number} is not published.", number=article))
    return row


def _require_bytes(tx: Tx, actor: Actor, article: int, comments: list[Row]) -> None:
    """Raises UserError where something is attached to a comment that could not be sent anew."""
    without = pieces.missing(tx, [row["id"] for row in comments])
    for row in comments:
        if row["id"] == without:
            raise UserError(
                actor.texts(
                    "What is attached to {number} is not kept any more, and would be lost with its"
                    " original. Close the article instead.", number=f"{article}#{row['number']}",
                )
            )  # fmt: skip


def _require_reach(tx: Tx, context: Context, actor: Actor, article: int) -> None:
    """Raises UserError where the platform does not let us take away a person's message that is
    still up, so that it would stand in a thread to which it does not belong."""
    for channel in context.house(tx).channels.values():
        age = (
            context.capabilities[channel.platform].delete_age
            if channel.platform in (context.capabilities)
            else 0
        )
        if not age:
            continue
        old = tx.one(
            "SELECT 1 FROM delivery d JOIN comment c ON c.id = d.subject_id"
            " WHERE d.subject = 'comment' AND d.role = 'origin' AND d.want > 0 AND d.channel = :c"
            " AND c.article = :a AND c.posted < :before LIMIT 1",
            {"c": channel.id, "a": article, "before": context.clock.now() - age + HOUR},
        )
        if old is not None:
            raise UserError(
                actor.texts(
                    "In {title} the platform does not let me move comments that are so old. Close"
                    " the article instead.", title=channel.title,
                )
            )  # fmt: skip
