"""Pages of a thread: what may be read by everybody of it, some comments at a time."""

from __future__ import annotations

from core.ports import Row, Tx

PAGE = (
    "SELECT c.number, p.number AS parent, c.name, c.platform, c.posted, r.text FROM comment c"
    " JOIN revision r ON r.comment = c.id AND r.number = c.shown"
    " LEFT JOIN comment p ON p.id = c.parent"
    " WHERE c.article = :article AND c.number > :after AND c.state IN ('published', 'held')"
    " ORDER BY c.number LIMIT :limit"
)


def page(tx: Tx, article: int, after: int, limit: int) -> list[Row]:
    """The next visible comments of an article after the number `after` (0 = from the first), in
    the order of their numbers, at most `limit`; fewer only at the thread's end.

    Each with number, parent (the number of what it answers, or None), name (the shown one),
    platform, posted (Unix seconds, UTC) and text (`Rich.dump` as JSON: whoever shows a comment
    reads it, so that a page costs little more than its query).
    """
    return tx.all(PAGE, {"article": article, "after": after, "limit": limit})
