"""The message map: from a platform's message to what it shows; and finding unmapped messages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from core.model import Channel
from core.newsroom.desks.desk import ASKS
from core.newsroom.outgoing.plan import change_delivery
from core.ports import Row, Tx
from core.text.model import Rich

_NAMED = re.compile(r"\W{0,4}?(?:#|>>)(\d{1,9})\b")
"""A number at the beginning of what somebody wrote or marked."""


def known_messages(tx: Tx, channel: int, platform_id: str) -> list[Row]:
    """The message map's rows for a platform message: one for each delivery that it shows or
    showed, what stands first, in the order of their numbers."""
    return tx.all(
        "SELECT m.id AS message, m.sender, m.tried_hash, s.position, d.id AS delivery, d.subject,"
        " d.subject_id, d.role, d.want, d.gone, d.shown_revision"
        " FROM message m LEFT JOIN shows s ON s.message = m.id"
        " LEFT JOIN delivery d ON d.id = s.delivery"
        " WHERE m.channel = :channel AND m.platform_id = :platform_id"
        " ORDER BY s.position < 0, d.rank, d.id",
        {"channel": channel, "platform_id": platform_id},
    )


def known_message(tx: Tx, channel: int, platform_id: str) -> Row | None:
    """The first of them: all are of one article, and persons' messages have only one."""
    return next(iter(known_messages(tx, channel, platform_id)), None)


def standing(tx: Tx, message: int) -> list[Row]:
    """The deliveries that a message shows now."""
    return tx.all(
        "SELECT DISTINCT d.id, d.subject, d.subject_id, d.want, d.shown_revision, m.tried_hash"
        " FROM shows s JOIN delivery d ON d.id = s.delivery JOIN message m ON m.id = s.message"
        " WHERE s.message = :m AND s.position >= 0 ORDER BY d.rank, d.id",
        {"m": message},
    )


def watched(tx: Tx, platform: str) -> list[tuple[str, str, str | None]]:
    """See `core.ports.Sink.watched`."""
    rows = tx.all(
        "SELECT c.place, t.place AS thread, (SELECT m.platform_id FROM message m"
        " JOIN shows s ON s.message = m.id JOIN delivery d ON d.id = s.delivery"
        " WHERE m.channel = c.id AND d.article = t.article AND m.platform_id IS NOT NULL"
        " ORDER BY m.id DESC LIMIT 1) AS newest, t.id FROM thread t JOIN channel c"
        " ON c.id = t.channel WHERE c.platform = :platform AND t.dead = 0"
        " UNION ALL SELECT c.place, c.place, NULL, NULL FROM channel c"
        " WHERE c.platform = :platform AND c.purpose = 'desk' AND c.dead = '' ORDER BY t.id",
        {"platform": platform},
    )
    return [(row["place"], row["thread"], row["newest"]) for row in rows]


_STANDING = """
SELECT m.platform_id,
    (SELECT json_group_object(r.emoji, r.count) FROM reaction r WHERE r.message = m.id) AS reactions
FROM channel c JOIN delivery d ON d.channel = c.id
JOIN shows s ON s.delivery = d.id AND s.position >= 0 JOIN message m ON m.id = s.message
WHERE c.platform = :platform AND c.place = :place AND m.platform_id IS NOT NULL AND {what}
ORDER BY m.id DESC LIMIT :most
"""
_DESK = _STANDING.format(what=f"d.want > 0 AND {ASKS}")
_COMMENTS = _STANDING.format(
    what="d.subject = 'comment' AND d.article ="
    " (SELECT t.article FROM thread t WHERE t.channel = c.id AND t.place = :thread)"
)


def standing_in(
    tx: Tx, platform: str, place: str, thread: str, most: int
) -> dict[str, dict[str, int]]:  # fmt: skip
    """See `core.ports.Sink.standing`."""
    rows = tx.all(
        _DESK if thread == place else _COMMENTS,
        {"platform": platform, "place": place, "thread": thread, "most": most},
    )
    return {row["platform_id"]: json.loads(row["reactions"]) for row in reversed(rows)}


def comments_shown(tx: Tx, channel: int, platform_id: str) -> list[Row]:
    """The comments (id, number, parent, article) that a message shows; where none stands any
    more, those that it showed."""
    rows = tx.all(
        "SELECT DISTINCT c.id, c.number, c.parent, c.article, s.position >= 0 AS stands, c.shown"
        " FROM message m JOIN shows s ON s.message = m.id JOIN delivery d ON d.id = s.delivery"
        " AND d.subject IN ('comment', 'card') JOIN comment c ON c.id = d.subject_id"
        " WHERE m.channel = :channel AND m.platform_id = :platform_id ORDER BY c.number",
        {"channel": channel, "platform_id": platform_id},
    )
    return [row for row in rows if row["stands"]] or rows


def meant(tx: Tx, shown: Sequence[Row], quote: str, text: str) -> Row | None:
    """Which of the comments of one message somebody means: by the part of it that they marked,
    or by a number with which they begin. None where that does not tell: it is never guessed."""
    if len(shown) == 1:
        return shown[0]
    for words in (quote, text):
        if named := _NAMED.match(words):
            return next((row for row in shown if row["number"] == int(named[1])), None)
        if words is quote and words.strip():
            held = [row for row in shown if _says(tx, row, words)]
            if len(held) == 1:
                return held[0]
    return None


def _says(tx: Tx, comment: Row, words: str) -> bool:
    row = tx.one(
        "SELECT text FROM revision WHERE comment = :c AND number = :n",
        {"c": comment["id"], "n": comment["shown"]},
    )
    text = Rich.load(json.loads(row["text"])).text if row is not None else ""
    return " ".join(words.split()) in " ".join(text.split())


def adopt(tx: Tx, channel: Channel, article: int, platform_id: str, number: int) -> bool:
    """Map a message of ours that an unknown outcome left without a row's knowledge. False where
    there is no comment `number`.

    What is shown nowhere else is shown by it from now on. Where all is, it is one of the first
    comment's messages, and as such surplus.
    """
    delivery = tx.one(
        "SELECT d.* FROM delivery d JOIN comment c ON c.id = d.subject_id"
        " WHERE d.subject = 'comment' AND d.role = 'copy' AND d.channel = :channel"
        " AND c.article = :article AND c.number = :number",
        {"channel": channel.id, "article": article, "number": number},
    )
    if delivery is None:
        return False
    _take_in(tx, channel, delivery, platform_id)
    return True


def adopt_asking(tx: Tx, channel: Channel, platform_id: str, subject: str, number: int) -> None:
    """The same for what asks a desk something: a card, a wave, an appeal, a draft."""
    delivery = tx.one(
        "SELECT * FROM delivery WHERE subject = :subject AND subject_id = :id AND channel = :c",
        {"subject": subject, "id": number, "c": channel.id},
    )
    if delivery is not None:
        _take_in(tx, channel, delivery, platform_id)


def _take_in(tx: Tx, channel: Channel, delivery: Row, platform_id: str) -> None:
    message, shown = _adopted_row(tx, channel.id, delivery, platform_id)
    tx.run("DELETE FROM shows WHERE message = :m", {"m": message})
    alone = [row for row in shown if not _shown_elsewhere(tx, row["id"])]
    own = alone or [delivery]
    mine = {row["id"] for row in own}
    for row in shown:
        position = _next_position(tx, row["id"], bool(alone)) if row["id"] in mine else -1
        tx.insert("shows", {"delivery": row["id"], "message": message, "position": position})
    for row in own:
        bring_again(tx, row, channel.id)


def free(tx: Tx, channel: int, message: int, platform_id: str) -> None:
    """Before a row gets the id of the message that its send made: no other row has that id, and
    a message that the row got by adoption meanwhile gets a row of its own, as surplus."""
    other = tx.one(
        "SELECT id FROM message WHERE channel = :c AND platform_id = :pid AND id <> :id",
        {"c": channel, "pid": platform_id, "id": message},
    )
    if other is not None:
        shown = standing(tx, other["id"])
        tx.run("DELETE FROM message WHERE id = :id", {"id": other["id"]})
        for row in shown:
            if row["want"]:
                change_delivery(tx, row["id"], row["shown_revision"], channel)
    own = tx.one("SELECT platform_id, sender FROM message WHERE id = :id", {"id": message})
    if own is not None and own["platform_id"] not in (None, platform_id):
        tx.run("UPDATE message SET platform_id = NULL WHERE id = :id", {"id": message})
        found = {"channel": channel, "platform_id": own["platform_id"], "sender": own["sender"]}
        surplus = tx.insert("message", found)
        for row in standing(tx, message)[:1]:
            position = _next_position(tx, row["id"], alone=False)
            shows = {"delivery": row["id"], "message": surplus, "position": position}
            tx.insert("shows", shows)


def _adopted_row(tx: Tx, channel: int, delivery: Row, platform_id: str) -> tuple[int, list[Row]]:
    """The row of a try that may have made the message, or a new one; the deliveries that it was
    to show. Which of several tries it was, and so what it shows, nobody knows."""
    lost = tx.one(
        "SELECT m.id FROM message m JOIN shows s ON s.message = m.id WHERE s.delivery = :id"
        " AND m.platform_id IS NULL LIMIT 1",
        {"id": delivery["id"]},
    )
    if lost is None:
        return tx.insert("message", {"channel": channel, "platform_id": platform_id}), [delivery]
    shown = tx.all(
        "SELECT DISTINCT d.* FROM shows s JOIN delivery d ON d.id = s.delivery"
        " WHERE s.message = :m ORDER BY d.rank, d.id",
        {"m": lost["id"]},
    )
    tx.run(
        "UPDATE message SET platform_id = :pid, tried_at = NULL, doubtful = 0,"
        " have_hash = '', tried_hash = '' WHERE id = :id",
        {"pid": platform_id, "id": lost["id"]},
    )
    return int(lost["id"]), shown


def _shown_elsewhere(tx: Tx, delivery: int) -> bool:
    row = tx.one(
        "SELECT 1 FROM shows s JOIN message m ON m.id = s.message WHERE s.delivery = :d"
        " AND s.position >= 0 AND m.doubtful = 0 LIMIT 1",
        {"d": delivery},
    )
    return row is not None


def _next_position(tx: Tx, delivery: int, alone: bool) -> int:
    last = tx.one(
        "SELECT coalesce(max(position), -1) AS p FROM shows WHERE delivery = :d", {"d": delivery}
    )
    return 0 if alone or last is None else max(0, last["p"] + 1)


def bring_again(tx: Tx, delivery: Row, channel: int) -> None:
    """One message more than was known shows a delivery: whoever works on it, or is about to,
    reads it anew."""
    if delivery["want"]:
        change_delivery(tx, delivery["id"], delivery["shown_revision"], channel)
    else:
        remove_again(tx, delivery["id"], channel)


def remove_again(tx: Tx, delivery: int, channel: int) -> None:
    """Where nothing should be shown, yet something more is: let the outbox see a difference, and
    not take what it does about the rest just now for the end of it."""
    tx.run(
        "UPDATE delivery SET have = max(have, 1), raised = raised + 1, due = 0, dead_want = NULL"
        " WHERE id = :id AND want = 0",
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
