"""What a copy of a comment answers in its channel, and how it tells so."""

from __future__ import annotations

from core.model import Channel
from core.newsroom.outgoing.faces import ANSWERS, LOOSE, NAMES, QUOTES
from core.ports import Row, Tx


def parent_of(tx: Tx, row: Row) -> int | None:
    """The comment that a delivery's comment answers."""
    parent = tx.one("SELECT parent FROM comment WHERE id = :id", {"id": row["subject_id"]})
    return parent["parent"] if parent is not None else None


def reply_target(tx: Tx, channel: Channel, row: Row) -> tuple[int | None, str | None, bool]:
    """(message row, platform id, whether there is a parent) of what a copy should answer."""
    if row["subject"] != "comment" or not row["want"]:
        return None, None, False
    parent = parent_of(tx, row)
    if parent is None:
        return None, None, False
    message = tx.one(
        "SELECT m.id, m.platform_id FROM delivery d JOIN shows s ON s.delivery = d.id"
        " JOIN message m ON m.id = s.message WHERE d.subject = 'comment' AND d.subject_id = :p"
        " AND d.channel = :c AND d.gone = 0 AND d.want > 0 AND m.platform_id IS NOT NULL"
        " AND s.position >= 0 AND m.doubtful = 0 AND m.leaving = 0"
        " ORDER BY d.role DESC, s.position LIMIT 1",
        {"p": parent, "c": channel.id},
    )
    if message is None:
        return None, None, True
    return message["id"], message["platform_id"], True


def refers_by(tx: Tx, channel: Channel, row: Row) -> str:
    """How a copy tells what it answers. It quotes where nothing can be answered, as always under
    a webhook's name; one that is up, where what it answered when it was sent does not stand any
    more, whatever else of its parent does. It names the number where what it answers shows (or
    has shown) others besides. One that answers the article, and was moved there, says so where it
    hangs below a comment all the same."""
    answered, _, has_parent = reply_target(tx, channel, row)
    if not has_parent:
        return LOOSE if _hangs(tx, row) else ANSWERS
    if "webhook" in channel.style:
        return QUOTES
    if _beside(tx, row):
        return NAMES
    own = tx.one(
        "SELECT (SELECT p.message FROM shows p JOIN delivery d ON d.id = p.delivery"
        " AND d.subject = 'comment' AND d.subject_id = c.parent WHERE p.message = m.reply_to"
        " AND p.position >= 0 LIMIT 1) AS answers FROM shows s JOIN message m ON m.id = s.message"
        " JOIN comment c ON c.id = :id WHERE s.delivery = :d AND s.position = 0"
        " AND m.platform_id IS NOT NULL AND m.doubtful = 0 LIMIT 1",
        {"d": row["id"], "id": row["subject_id"]},
    )
    answered = own["answers"] if own is not None else answered
    if answered is None:
        return QUOTES
    crowd = tx.one(
        "SELECT count(DISTINCT delivery) AS n FROM shows WHERE message = :m", {"m": answered}
    )
    return NAMES if crowd is not None and crowd["n"] > 1 else ANSWERS


def _hangs(tx: Tx, row: Row) -> bool:
    """A copy that is up was sent as a reply to some comment."""
    found = tx.one(
        "SELECT 1 FROM shows s JOIN message m ON m.id = s.message AND m.doubtful = 0"
        " AND m.platform_id IS NOT NULL JOIN shows p ON p.message = m.reply_to"
        " JOIN delivery d ON d.id = p.delivery AND d.subject = 'comment'"
        " WHERE s.delivery = :d AND s.position = 0 LIMIT 1",
        {"d": row["id"]},
    )
    return row["subject"] == "comment" and found is not None


def _beside(tx: Tx, row: Row) -> bool:
    """What a copy answers is shown by the same message."""
    found = tx.one(
        "SELECT 1 FROM shows s JOIN message m ON m.id = s.message AND m.doubtful = 0"
        " JOIN shows p ON p.message = s.message AND p.position >= 0"
        " JOIN delivery d ON d.id = p.delivery AND d.subject = 'comment'"
        " JOIN comment c ON c.id = :id AND c.parent = d.subject_id"
        " WHERE s.delivery = :d AND s.position >= 0 LIMIT 1",
        {"d": row["id"], "id": row["subject_id"]},
    )
    return found is not None
