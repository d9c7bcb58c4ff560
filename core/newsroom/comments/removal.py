"""Messages that are being removed, or are gone.

What showed a comment stays in the map after it is gone: a reply or a command that was on its way
still finds what it is about, and the platform's word of our own deletion is no news. A show with
a position below 0 is such a memory; nothing is sent, edited or answered by it.
"""

from __future__ import annotations

from core.ports import Tx
from core.steps import CHANGING, REMOVING

COMMAND = "command"
"""The subject of a delivery that only takes away what a person typed as a command."""
GRACE = 1.0
"""Seconds for which it stands, so that an answer can be a reply to it."""


def bury(tx: Tx, message: int) -> None:
    """A message exists no more, or surely never came to be."""
    row = tx.one(
        "SELECT m.platform_id, EXISTS (SELECT 1 FROM shows s JOIN delivery d ON d.id = s.delivery"
        " WHERE s.message = m.id AND d.subject = 'comment') AS comments FROM message m"
        " WHERE m.id = :id",
        {"id": message},
    )
    if row is None:
        return
    if not row["comments"] or row["platform_id"] is None:
        tx.run("DELETE FROM message WHERE id = :id", {"id": message})
        return
    tx.run(
        "UPDATE shows SET position = -1 - position WHERE message = :id AND position >= 0",
        {"id": message},
    )
    tx.run("UPDATE message SET have_hash = '', tried_at = NULL WHERE id = :id", {"id": message})


def take_away(tx: Tx, channel: int, message: str, now: float) -> None:
    """A command that a person typed before everybody is to go: its words are not moderated.
    message: the platform's; now: Unix seconds."""
    told = {"channel": channel, "sender": "person", "platform_id": message}
    number = tx.insert("message", told)
    delivery = tx.insert(
        "delivery",
        {
            "subject": COMMAND,
            "subject_id": number,
            "channel": channel,
            "role": "origin",
            "have": 1,
            "raised": 1,
            "due": now + GRACE,
        },
    )
    tx.insert("shows", {"delivery": delivery, "message": number})
    tx.wake(channel)


def mark_removing(tx: Tx, message: int) -> None:
    """We are about to delete a message although its delivery goes on: that it vanishes is then
    nobody's decision."""
    tx.run(
        "UPDATE message SET tried_hash = :mark WHERE id = :id", {"mark": REMOVING, "id": message}
    )


def doubt_standing(tx: Tx, delivery: int) -> None:
    """Something else is wanted of a delivery that is not level yet. Where it was to show nothing,
    its messages may be gone already, or vanish any moment by a deletion of ours that is under
    way. Otherwise an edit may have been made of which no record tells, so that a message whose
    recorded words are wanted again may show others."""
    tx.run(
        "UPDATE message SET tried_hash = CASE WHEN tried_hash = :removing OR (SELECT d.want"
        " FROM delivery d WHERE d.id = :id) = 0 THEN :removing ELSE :changing END"
        " WHERE platform_id IS NOT NULL AND id IN ("
        "SELECT s.message FROM shows s JOIN delivery d ON d.id = s.delivery"
        " WHERE d.id = :id AND d.want <> d.have AND s.position >= 0)",
        {"removing": REMOVING, "changing": CHANGING, "id": delivery},
    )


def gone_by_hand(tx: Tx, delivery: int) -> None:
    """A person took a message of the delivery away: none is sent again, and what is left of it
    goes too. The desk's header line is ours to keep up, so it only has to be made anew."""
    tx.run(
        "UPDATE delivery SET gone = CASE WHEN subject = 'queue' THEN 0 ELSE 1 END, want = 0,"
        " shown_revision = 0, due = 0, dead_want = NULL, outcome = 'removed there by hand',"
        " have = CASE WHEN EXISTS (SELECT 1 FROM shows s WHERE s.delivery = :id"
        " AND s.position >= 0) THEN max(have, 1) ELSE 0 END WHERE id = :id",
        {"id": delivery},
    )
