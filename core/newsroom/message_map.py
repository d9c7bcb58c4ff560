"""The message map: from a platform's message to what it shows; and finding unmapped messages."""

from __future__ import annotations

from core.model import Channel
from core.newsroom.plan import change_delivery
from core.ports import Row, Tx


def known_message(tx: Tx, channel: int, platform_id: str) -> Row | None:
    """The message map's row for a platform message, with the delivery that it shows."""
    return tx.one(
        "SELECT m.id AS message, m.sender, m.tried_hash, s.position, d.id AS delivery, d.subject,"
        " d.subject_id, d.role, d.want, d.gone, d.shown_revision"
        " FROM message m LEFT JOIN shows s ON s.message = m.id"
        " LEFT JOIN delivery d ON d.id = s.delivery"
        " WHERE m.channel = :channel AND m.platform_id = :platform_id",
        {"channel": channel, "platform_id": platform_id},
    )


def adopt(tx: Tx, channel: Channel, article: int, platform_id: str, number: int) -> Row | None:
    """Map a message of ours that an unknown outcome left without a row's knowledge.

    The copy of comment `number` gets it as (further) message, so that a surplus one is removed.
    """
    delivery = tx.one(
        "SELECT d.id, d.want, d.shown_revision FROM delivery d JOIN comment c"
        " ON c.id = d.subject_id WHERE d.subject = 'comment' AND d.role = 'copy'"
        " AND d.channel = :channel AND c.article = :article AND c.number = :number",
        {"channel": channel.id, "article": article, "number": number},
    )
    if delivery is None:
        return None
    message = _adopted_row(tx, channel.id, delivery["id"], platform_id)
    tx.run("DELETE FROM shows WHERE message = :m", {"m": message})
    last = tx.one(
        "SELECT max(position) AS p FROM shows WHERE delivery = :id", {"id": delivery["id"]}
    )
    position = (last["p"] if last and last["p"] is not None else -1) + 1
    tx.insert("shows", {"delivery": delivery["id"], "message": message, "position": position})
    face = delivery["shown_revision"] if delivery["want"] else 0
    if face:
        change_delivery(tx, delivery["id"], face, channel.id)
    else:
        _remove_again(tx, delivery["id"], channel.id)
    return known_message(tx, channel.id, platform_id)


def _adopted_row(tx: Tx, channel: int, delivery: int, platform_id: str) -> int:
    """The row of the try that must have made the message, or a new one."""
    lost = tx.one(
        "SELECT m.id FROM message m JOIN shows s ON s.message = m.id WHERE s.delivery = :id"
        " AND m.platform_id IS NULL LIMIT 1",
        {"id": delivery},
    )
    if lost is None:
        return tx.insert("message", {"channel": channel, "platform_id": platform_id})
    tx.run(
        "UPDATE message SET platform_id = :pid, tried_at = NULL, doubtful = 0,"
        " have_hash = tried_hash WHERE id = :id",
        {"pid": platform_id, "id": lost["id"]},
    )
    return int(lost["id"])


def _remove_again(tx: Tx, delivery: int, channel: int) -> None:
    """Nothing should be shown, yet something is: let the outbox see a difference."""
    tx.run(
        "UPDATE delivery SET have = max(have, 1), due = 0, dead_want = NULL WHERE id = :id",
        {"id": delivery},
    )
    tx.wake(channel)


def thread_beside(tx: Tx, channel: Channel, root: str) -> str | None:
    """The thread of the article whose other root is `root`: a message of ours that was sent
    twice, or a forward that came after a root of ours had taken its place."""
    row = tx.one(
        "SELECT t.place FROM message m JOIN shows s ON s.message = m.id JOIN delivery d"
        " ON d.id = s.delivery AND d.subject = 'article' JOIN thread t"
        " ON t.article = d.subject_id AND t.channel = m.channel"
        " WHERE m.channel = :c AND m.platform_id = :root AND t.place <> :root",
        {"c": channel.id, "root": root},
    )
    return str(row["place"]) if row else None
