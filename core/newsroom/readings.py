"""What the desk's commands tell in words, as plain values for machines. Times: Unix seconds."""

from __future__ import annotations

import json
from typing import Any

from core.errors import UserError
from core.newsroom.context import Context
from core.ports import Row, Tx
from core.text.model import Rich

Json = dict[str, Any]

DAY = 86400.0


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


def history(tx: Tx, context: Context, publication: int, most: int = 100) -> list[Json]:
    """The newest decisions, newest first: id, action, article, number, actor, reason, at,
    undoes."""
    rows = tx.all(
        "SELECT d.id, d.action, d.article, c.number, d.actor_name, d.reason, d.at, d.undoes"
        " FROM decision d LEFT JOIN comment c ON c.id = d.comment"
        " WHERE d.publication = :p ORDER BY d.id DESC LIMIT :most",
        {"p": publication, "most": most},
    )
    names = ("id", "action", "article", "number", "reason", "at", "undoes")
    return [{name: row[name] for name in names} | {"actor": row["actor_name"]} for row in rows]


def stats(tx: Tx, context: Context, publication: int, days: int) -> Json:
    """Comments of the last days by state, decisions by who made them, and how many wait now."""
    values = {"p": publication, "since": context.clock.now() - days * DAY}
    states = tx.all(
        "SELECT c.state AS name, count(*) AS n FROM comment c JOIN article a ON a.id = c.article"
        " WHERE a.publication = :p AND c.posted >= :since GROUP BY c.state ORDER BY c.state",
        values,
    )
    decided = tx.all(
        "SELECT actor_name AS name, count(*) AS n FROM decision"
        " WHERE publication = :p AND at >= :since GROUP BY actor_name ORDER BY n DESC",
        values,
    )
    return {
        "days": days,
        "comments": {row["name"]: row["n"] for row in states},
        "decisions": {row["name"]: row["n"] for row in decided},
        "waiting": len(queue(tx, context, publication)),
    }


def thread(tx: Tx, context: Context, article: str) -> Json:
    """An article, named by its number or permalink, with every comment that may be read.

    A comment has number, parent (its number) or None, name, platform, posted, state, text; where
    it may not be read, text is None. Raises UserError where there is no such article.
    """
    row = article_row(tx, article)
    comments = tx.all(
        "SELECT c.number, p.number AS parent, c.name, c.platform, c.posted, c.state, r.text"
        " FROM comment c LEFT JOIN comment p ON p.id = c.parent"
        " LEFT JOIN revision r ON r.comment = c.id AND r.number = c.shown"
        " WHERE c.article = :a ORDER BY c.number",
        {"a": row["id"]},
    )
    names = ("id", "headline", "deck", "byline", "link", "state", "published", "updated")
    return {
        **{name: row[name] for name in names},
        "body": _text(row["body"]),
        "comments": [_comment(comment) for comment in comments],
    }


def article_row(tx: Tx, article: str) -> Row:
    """The row of an article. Raises UserError."""
    number = int(article) if article.isascii() and article.isdecimal() else -1
    row = tx.one(
        "SELECT * FROM article WHERE id = :id OR link = :link ORDER BY id DESC LIMIT 1",
        {"id": number, "link": article},
    )
    if row is None:
        raise UserError(f"There is no article “{article}”: give its number or its address.")
    return row


def _comment(row: Row) -> Json:
    read = row["text"] is not None and row["state"] in ("published", "held")
    names = ("number", "parent", "name", "platform", "posted", "state")
    values = {name: row[name] for name in names}
    return values | {"text": _text(row["text"]) if read else None}


def _text(dumped: str) -> str:
    return Rich.load(json.loads(dumped)).text
