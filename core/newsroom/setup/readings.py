"""What the desk's commands tell in words, as plain values for machines. Times: Unix seconds."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from core.errors import UserError
from core.figures import Figures
from core.i18n import FALLBACK, texts
from core.model import Role
from core.newsroom.comments.reactions import reactions_under
from core.newsroom.context import Context
from core.newsroom.decisions.history import asked, rows
from core.newsroom.decisions.log import Actor
from core.newsroom.target import Call, whole
from core.ports import Row, Tx
from core.text.model import Rich

t = texts(FALLBACK)

Json = dict[str, Any]


def queue(tx: Tx, context: Context, publication: int) -> list[Json]:
    """Every comment that waits: comment ("3#12", as commands name it), article, number, name,
    platform, posted, text."""
    rows = tx.all(
        "SELECT c.article, c.number, c.name, c.platform, c.posted, r.text FROM comment c"
        " JOIN article a ON a.id = c.article"
        " JOIN revision r ON r.comment = c.id AND r.number = c.revision"
        " WHERE c.state = 'held' AND a.publication = :p ORDER BY c.id",
        {"p": publication},
    )
    return [
        {
            "comment": f"{row['article']}#{row['number']}",
            "article": row["article"],
            "number": row["number"],
            "name": row["name"],
            "platform": row["platform"],
            "posted": row["posted"],
            "text": _text(row["text"]),
        }
        for row in rows
    ]


def history(tx: Tx, context: Context, publication: int, words: str, most: int = 100) -> list[Json]:
    """The newest decisions, newest first: id, action, article, number, actor, reason, at,
    undoes, undone_by. words: what the command takes. Raises UserError."""
    call = Call(Actor("cli", ""), publication, Role.OWNER, argument=words)
    about, page = asked(tx, context, call)
    names = ("id", "action", "article", "number", "reason", "at", "undoes", "undone_by")
    found = rows(tx, publication, about, most, (page - 1) * most)
    return [{name: row[name] for name in names} | {"actor": row["actor_name"]} for row in found]


def stats(made: Figures) -> Json:
    """The numbers of the last days: comments by state, held by check, steps by date, waits by hour
    (seconds), decisions by who made them, and how many wait now."""
    return {
        "days": made.days,
        "comments": dict(made.states),
        "held": made.held,
        "checks": dict(made.checks),
        "decisions": dict(made.load),
        "waiting": made.waiting,
        "wait": asdict(made.whole) if made.whole else None,
        "hours": [asdict(wait) for wait in made.waits],
        "steps": [{**asdict(step), "start": step.start.isoformat()} for step in made.steps],
    }


def thread(tx: Tx, context: Context, article: str) -> Json:
    """An article, named by its number or permalink, with every comment that may be read.

    Featured comments come first. A comment has number, parent (its number) or None, name, platform,
    posted, state, featured, pinned, reactions (emoji to count), text; where it may not be read,
    text is None. Raises UserError where there
    is no such article.
    """
    row = article_row(tx, article)
    comments = tx.all(
        "SELECT c.id, c.number, p.number AS parent, c.name, c.platform, c.posted, c.state,"
        " c.featured, c.pinned, r.text FROM comment c LEFT JOIN comment p ON p.id = c.parent"
        " LEFT JOIN revision r ON r.comment = c.id AND r.number = c.shown"
        " WHERE c.article = :a ORDER BY c.featured DESC, c.number",
        {"a": row["id"]},
    )
    reactions = reactions_under(tx, row["id"])
    names = ("id", "headline", "deck", "byline", "link", "state", "published", "updated")
    return {
        **{name: row[name] for name in names},
        "body": _text(row["body"]),
        "comments": [_comment(comment, reactions.get(comment["id"], {})) for comment in comments],
    }


def article_row(tx: Tx, article: str) -> Row:
    """The row of an article. Raises UserError."""
    number = whole(article)
    row = tx.one(
        "SELECT * FROM article WHERE id = :id OR link = :link ORDER BY id DESC LIMIT 1",
        {"id": number, "link": article},
    )
    if row is None:
        raise UserError(
            t("There is no article “{article}”: give its number or its address.", article=article)
        )
    return row


def _comment(row: Row, reactions: dict[str, int]) -> Json:
    read = row["text"] is not None and row["state"] in ("published", "held")
    names = ("number", "parent", "name", "platform", "posted", "state")
    values = {name: row[name] for name in names}
    values |= {name: bool(row[name]) for name in ("featured", "pinned")}
    return values | {"reactions": reactions, "text": _text(row["text"]) if read else None}


def _text(dumped: str) -> str:
    return Rich.load(json.loads(dumped)).text
