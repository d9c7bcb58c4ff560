"""An article and its thread as text, numbered and nested like a page of comments."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from core.i18n import FALLBACK, texts
from core.model import Publication
from core.newsroom.comments.labels import moment, time_label
from core.newsroom.comments.reactions import reaction_words, reactions_under
from core.newsroom.context import Context
from core.newsroom.setup.readings import article_row
from core.ports import Row, Tx
from core.text.model import Rich

t = texts(FALLBACK)


def show(tx: Tx, context: Context, article: str) -> str:
    """article: a number or a permalink. What may be read by everybody, and nothing else."""
    row = article_row(tx, article)
    publication = context.house(tx).publications[row["publication"]]
    lines = _head(publication, row)
    comments = tx.all(
        "SELECT c.id, c.number, c.parent, c.name, c.platform, c.posted, c.state, c.featured, r.text"
        " FROM comment c LEFT JOIN revision r ON r.comment = c.id AND r.number = c.shown"
        " WHERE c.article = :a ORDER BY c.number",
        {"a": row["id"]},
    )
    children: dict[int | None, list[Row]] = defaultdict(list)
    for comment in comments:
        children[comment["parent"]].append(comment)
    reactions = _reactions(tx, row["id"])
    lines += _featured(publication, comments, reactions)
    lines += _nest(publication, children, reactions)
    return "\n".join(lines)


def _reactions(tx: Tx, article: int) -> dict[int, list[str]]:
    """Lines on the reactions to each comment that has some."""
    found: dict[int, list[str]] = defaultdict(list)
    for comment, counts in reactions_under(tx, article).items():
        found[comment].append(reaction_words(counts))
    for comment, counts in reactions_under(tx, article, together=True).items():
        words = t("on one message with others: {counts}", counts=reaction_words(counts))
        found[comment].append(words)
    return found


def _head(publication: Publication, row: Row) -> list[str]:
    lines = [publication.name]
    if publication.tagline:
        lines.append(publication.tagline)
    if row["published"]:
        lines += ["", moment(t, row["published"], publication)]
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


def _featured(
    publication: Publication, comments: list[Row], reactions: Mapping[int, list[str]]
) -> list[str]:
    """What moderators put first; it stands again where it was said."""
    chosen = [row for row in comments if row["featured"] and _visible(row)]
    if not chosen:
        return []
    lines = [f"★ {t('Featured')}", ""]
    for row in chosen:
        lines += _comment(publication, row, 1, reactions.get(row["id"], []))
    return [*lines, t("All comments"), ""]


def _nest(
    publication: Publication,
    children: dict[int | None, list[Row]],
    reactions: Mapping[int, list[str]],
) -> list[str]:
    """Depth first without recursion: replies may hang thousands deep."""
    lines: list[str] = []
    stack = [(row, 0) for row in reversed(children[None])]
    while stack:
        row, depth = stack.pop()
        below = children.get(row["id"], [])
        if _visible(row):
            lines += _comment(publication, row, depth, reactions.get(row["id"], []))
        elif any(_visible(child) for child in below):
            lines.append(f"{'    ' * depth}#{row['number']} " + t("[removed]"))
        stack += [(child, depth + 1) for child in reversed(below)]
    return lines


def _comment(publication: Publication, row: Row, depth: int, reactions: list[str]) -> list[str]:
    indent = "    " * depth
    where = f" · {row['platform'].capitalize()}" if row["platform"] else ""
    label = time_label(row["posted"], publication)
    star = " · ★" if row["featured"] else ""
    head = f"{indent}#{row['number']} {row['name']}{where} · {label}{star}"
    words = Rich.load(json.loads(row["text"])).text.splitlines()
    words += reactions
    return [head, *(f"{indent}  {line}" for line in words), ""]
