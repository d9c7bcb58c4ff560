"""A place got another id: the new one is adopted, and what stood under the old one is closed.

When a Telegram group becomes a supergroup, its messages get no ids there, and the bot can change
none of the old ones any more (core.telegram.org/bots/api, "migrate_to_chat_id"). So the rows of
the map are dropped, nothing that was up is sent again, and only what still asks the desk something
(open cards of every kind, previews, the header line) appears anew.
"""

from __future__ import annotations

from core.events import Moved
from core.model import Channel, Purpose
from core.newsroom.context import Context
from core.newsroom.desks.desk import ASKS, tell_desk
from core.newsroom.outgoing.deliveries import AWAY
from core.ports import Tx

# What still asks the desk something is made anew; a command that is up there cannot be taken away
# any more. What never was up goes to the new place, and all else stays where it is, out of reach.
_PREVIEW = """subject = 'draft' AND want > 0
    AND subject_id IN (SELECT id FROM article WHERE state = 'draft')"""
_MADE_ANEW = f"""
DELETE FROM delivery AS d WHERE channel = :c AND (subject = 'command' OR {ASKS})
"""  # noqa: S608  our own words
_SENT_AGAIN = f"""
UPDATE delivery SET have = 0, dead_want = NULL, outcome = '' WHERE channel = :c AND {_PREVIEW}
"""  # noqa: S608  our own words
_CLOSED = f"""
UPDATE delivery SET gone = 1, want = 0, have = 0, shown_revision = 0, dead_want = NULL,
    outcome = 'it stands in the old group, out of reach'
WHERE channel = :c AND NOT ({_PREVIEW}) AND (have > 0 OR role = 'origin' OR EXISTS (
    SELECT 1 FROM shows s WHERE s.delivery = delivery.id AND s.position >= 0))
"""  # noqa: S608  our own words


def moved(tx: Tx, context: Context, event: Moved) -> None:
    """Adopt the new id of a place of ours, once."""
    channel = context.house(tx).by_place.get((event.platform, event.place))
    if channel is None:
        return
    taken = context.house(tx).by_place.get((event.platform, event.to))
    if taken is not None:
        tx.run(
            "UPDATE channel SET place = place || :away WHERE id = :c",
            {"away": AWAY, "c": taken.id},
        )
    tx.run(
        "UPDATE channel SET place = :to, dead = '' WHERE id = :c",
        {"to": event.to, "c": channel.id},
    )
    context.forget_house()
    _close_deliveries(tx, channel)
    _close_threads(tx, context, channel)
    if channel.purpose == Purpose.DESK:
        context.touch_desk(tx, channel.publication)
    tx.wake(channel.id)


def _close_deliveries(tx: Tx, channel: Channel) -> None:
    values = {"c": channel.id}
    for statement in (_MADE_ANEW, _SENT_AGAIN, _CLOSED):
        tx.run(statement, values)
    tx.run("DELETE FROM message WHERE channel = :c", values)
    tx.run("DELETE FROM parked WHERE channel = :c", values)


def _close_threads(tx: Tx, context: Context, channel: Channel) -> None:
    closed = tx.run("UPDATE thread SET dead = 1 WHERE channel = :c AND dead = 0", {"c": channel.id})
    tx.run(
        "UPDATE thread SET place = place || :away WHERE channel = :c"
        " AND place NOT LIKE '%' || :away",
        {"away": AWAY, "c": channel.id},
    )
    tell_desk(
        tx, context, channel.publication, f"moved:{channel.id}:{channel.place}",
        lambda t: t("“{title}” has become a supergroup. I go on there.", title=channel.title)
        + (" " + t.n("{n} thread there is closed: Telegram does not let me reach it any more.",
                     "{n} threads there are closed: Telegram does not let me reach them any more.",
                     closed) if closed else ""),
    )  # fmt: skip
