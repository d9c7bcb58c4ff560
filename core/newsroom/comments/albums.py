"""Albums: several messages of a person that are one comment."""

from __future__ import annotations

import json

from core.model import Channel
from core.newsroom.context import Context
from core.ports import Row, Tx
from core.text.model import Rich


def album_comment(tx: Tx, channel: Channel, album: str) -> int | None:
    """The comment that an album's first piece made, None where this is the first."""
    row = tx.one(
        "SELECT id FROM comment WHERE channel = :c AND album = :album AND album <> ''",
        {"c": channel.id, "album": album},
    )
    return int(row["id"]) if row else None


def let_gather(tx: Tx, context: Context, comment: int) -> None:
    """More pieces of an album may follow: what shows it waits a moment for them."""
    until = {"until": context.clock.now() + context.rules.album_gather, "id": comment}
    tx.run("UPDATE comment SET gathers = :until WHERE id = :id", until)
    tx.run(
        "UPDATE delivery SET due = max(due, :until) WHERE subject_id = :id AND want <> have"
        " AND want > 0 AND (subject = 'card' OR (subject = 'comment' AND role = 'copy'))",
        until,
    )


def newest(tx: Tx, comment: int) -> Row:
    """The newest revision of a comment."""
    row = tx.one(
        "SELECT r.* FROM comment c JOIN revision r ON r.comment = c.id AND r.number = c.revision"
        " WHERE c.id = :id",
        {"id": comment},
    )
    assert row is not None  # a comment has a revision from its first transaction on
    return row


def words_of(revision: Row) -> Rich:
    """The words of a revision."""
    return Rich.load(json.loads(revision["text"]))
