"""Pages of a thread: what may be read by everybody of it, some comments at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.ports import Tx
from core.text.model import Rich

PAGE = (
    "SELECT c.number, p.number AS parent, c.name, c.platform, c.posted, r.text FROM comment c"
    " JOIN revision r ON r.comment = c.id AND r.number = c.shown"
    " LEFT JOIN comment p ON p.id = c.parent"
    " WHERE c.article = :article AND c.number > :after AND c.state IN ('published', 'held')"
    " ORDER BY c.number LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as everybody may read it. parent: the number of what it answers, or None; name:
    the author's shown name; posted: Unix seconds (UTC)."""

    number: int
    parent: int | None
    name: str
    platform: str
    posted: float
    text: Rich


def page(tx: Tx, article: int, after: int, limit: int) -> list[Remark]:
    """The next visible comments of an article after the number `after` (0 = from the first), in
    the order of their numbers, at most `limit`; shorter only at the thread's end."""
    rows = tx.all(PAGE, {"article": article, "after": after, "limit": limit})
    # One reading for all texts: a call each would cost more than the query.
    texts = json.loads("[" + ",".join(row["text"] for row in rows) + "]")
    return [
        Remark(number, parent, name, platform, posted, Rich.load(text))
        for (number, parent, name, platform, posted, _), text in zip(rows, texts, strict=True)
    ]
