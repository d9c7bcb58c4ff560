"""An article and its thread as text, numbered and nested like a page of comments."""

from __future__ import annotations

import json
from collections import defaultdict

from core.errors import UserError
from core.i18n import FALLBACK, texts
from core.model import Publication
from core.newsroom.context import Context
from core.newsroom.faces import local, time_label
from core.ports import Row, Tx
from core.text.model import Rich

t = texts(FALLBACK)


def show(tx: Tx, context: Context, article: str) -> str:
    """article: a number or a permalink. What may be read by everybody, and nothing else."""
    number = int(article) if article.isascii() and article.isdecimal() else -1
    row = tx.one(
        "SELECT * FROM article WHERE id = :id OR link = :link ORDER BY id DESC LIMIT 1",
        {"id": number, "link": article},
    )
    if row is None:
        raise UserError(
            t("There is no article “{article}”: give its number or its address.", article=article)
        )
    publication = context.house(tx).publications[row["publication"]]
    lines = _head(publication, row)
    comments = tx.all(
        "SELECT c.id, c.number, c.parent, c.name, c.platform, c.posted, c.state, r.text"
        " FROM comment c LEFT JOIN revision r ON r.comment = c.id AND r.number = c.shown"
        " WHERE c.article = :a ORDER BY c.number",
        {"a": row["id"]},
    )
    children: dict[int | None, list[Row]] = defaultdict(list)
    for comment in comments:
        children[comment["parent"]].append(comment)
    lines += _nest(publication, children)
    return "\n".join(lines)


def _head(publication: Publication, row: Row) -> list[str]:
    lines = [publication.name]
    if publication.tagline:
        lines.append(publication.tagline)
    if row["published"]:
        lines += ["", local(row["published"], publication).strftime("%Y-%m-%d %H:%M")]
    lines += ["", row["headline"]]
    if row["byline"]:
        lines += ["", row["byline"]]
    if row["deck"]:
        lines += ["", row["deck"]]
    lines += ["", Rich.load(json.loads(row["body"])).text, ""]
    if row["state"] == "withdrawn":
        lines += [t("[withdrawn]"), ""]
    return lines


def _visible(row: Row) -> bool:
    return row["text"] is not None and row["state"] in ("published", "held")


def _nest(publication: Publication, children: dict[int | None, list[Row]]) -> list[str]:
    """Depth first without recursion: replies may hang thousands deep."""
    lines: list[str] = []
    stack = [(row, 0) for row in reversed(children[None])]
    while stack:
        row, depth = stack.pop()
        below = children.get(row["id"], [])
        if _visible(row):
            lines += _comment(publication, row, depth)
        elif any(_visible(child) for child in below):
            lines.append(f"{'    ' * depth}#{row['number']} " + t("[removed]"))
        stack += [(child, depth + 1) for child in reversed(below)]
    return lines


def _comment(publication: Publication, row: Row, depth: int) -> list[str]:
    indent = "    " * depth
    where = f" · {row['platform'].capitalize()}" if row["platform"] else ""
    label = time_label(row["posted"], publication)
    head = f"{indent}#{row['number']} {row['name']}{where} · {label}"
    words = Rich.load(json.loads(row["text"])).text.splitlines()
    return [head, *(f"{indent}  {line}" for line in words), ""]
