"""Events that came before their thread was known: kept sealed until it is, or until they expire.

A reply can arrive while the answer to the send that made its thread is still under way, and
Telegram's automatic forward may come before, after or never.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.authors import seal, unseal
from core.events import Attachment, Edited, Person, Posted
from core.model import Channel
from core.newsroom.context import ERASE_WAKE, Context
from core.ports import Row, Tx
from core.text.model import Rich


def thread_may_come(tx: Tx, channel: Channel, thread: str) -> bool:
    """A thread of ours may be about to be born here: a root whose send is not recorded yet."""
    parked = tx.one(
        "SELECT 1 FROM parked WHERE channel = :c AND thread = :t LIMIT 1",
        {"c": channel.id, "t": thread},
    )
    if parked is not None:
        return True
    open_send = tx.one(
        "SELECT 1 FROM message m JOIN shows s ON s.message = m.id JOIN delivery d"
        " ON d.id = s.delivery WHERE d.subject = 'article' AND m.tried_at IS NOT NULL"
        " AND m.channel IN (:channel, :announce) LIMIT 1",
        {"channel": channel.id, "announce": channel.announce or channel.id},
    )
    if open_send is not None:
        return True
    unborn = tx.one(
        "SELECT 1 FROM delivery d LEFT JOIN thread t ON t.article = d.article"
        " AND t.channel = :channel WHERE d.subject = 'article' AND t.id IS NULL"
        " AND d.want > 0 AND d.gone = 0 AND d.channel IN (:channel, :announce) LIMIT 1",
        {"channel": channel.id, "announce": channel.announce or channel.id},
    )
    return unborn is not None


def park(tx: Tx, context: Context, channel: Channel, event: Posted) -> None:
    """Keep an event until its thread is known; repetitions are recognised when it is."""
    tx.insert(
        "parked",
        {
            "channel": channel.id,
            "thread": event.thread or "",
            "sealed": seal(context.keys, _dump(event)),
            "expires": context.clock.now() + context.rules.parked_life,
        },
    )


def edit_parked(tx: Tx, context: Context, channel: Channel, event: Edited) -> bool:
    """An edit of a comment that waits for its thread: it waits with the new words."""
    rows = tx.all(
        "SELECT id, sealed FROM parked WHERE channel = :c AND announce_message = ''",
        {"c": channel.id},
    )
    for row in rows:
        value = unseal(context.keys, row["sealed"])
        if value["message"] == event.message:
            value["text"] = event.text.dump()
            value["attachments"] = [asdict(attachment) for attachment in event.attachments]
            tx.run(
                "UPDATE parked SET sealed = :sealed WHERE id = :id",
                {"sealed": seal(context.keys, value), "id": row["id"]},
            )
            return True
    return False


def park_forward(
    tx: Tx, context: Context, channel: Channel, thread: str, message: str, announce_message: str
) -> None:
    """Keep an automatic forward whose channel post is not recorded yet."""
    tx.insert(
        "parked",
        {
            "channel": channel.id,
            "thread": thread,
            "announce_message": announce_message,
            "sealed": seal(context.keys, {"message": message}),
            "expires": context.clock.now() + context.rules.parked_life,
        },
    )


def take_forward(
    tx: Tx, context: Context, channel: int, announce_message: str
) -> tuple[str, str] | None:
    """The parked forward of a channel post: (thread, message of the root); it is unparked."""
    row = tx.one(
        "SELECT * FROM parked WHERE channel = :c AND announce_message = :m",
        {"c": channel, "m": announce_message},
    )
    if row is None:
        return None
    tx.run("DELETE FROM parked WHERE id = :id", {"id": row["id"]})
    return row["thread"], unseal(context.keys, row["sealed"])["message"]


def take_events(tx: Tx, context: Context, channel: int, thread: str) -> list[Posted]:
    """The parked comments of a thread, in the order in which they came; they are unparked."""
    rows = tx.all(
        "SELECT * FROM parked WHERE channel = :c AND thread = :t AND announce_message = ''"
        " ORDER BY id",
        {"c": channel, "t": thread},
    )
    for row in rows:
        tx.run("DELETE FROM parked WHERE id = :id", {"id": row["id"]})
    return [_load(context, row) for row in rows]


def expire(tx: Tx, context: Context) -> int:
    """Drop what nobody came for; how many events of it."""
    now = {"now": context.clock.now()}
    words = tx.run("DELETE FROM door WHERE expires <= :now", now)
    tx.run("DELETE FROM connect_code WHERE expires <= :now", now)
    tx.run("DELETE FROM handled WHERE at <= :now - 172800", now)
    words += tx.run("DELETE FROM quarantine WHERE expires <= :now", now)
    parked = tx.run("DELETE FROM parked WHERE expires <= :now", now)
    if words or parked:
        tx.wake(ERASE_WAKE)
    return parked


def _dump(event: Posted) -> dict[str, Any]:
    value = asdict(event)
    value["text"] = event.text.dump()
    return value


def _load(context: Context, row: Row) -> Posted:
    value = unseal(context.keys, row["sealed"])
    value["person"] = Person(**value["person"])
    value["text"] = Rich.load(value["text"])
    value["attachments"] = tuple(Attachment(**a) for a in value["attachments"])
    return Posted(**value)
