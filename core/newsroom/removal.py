"""Messages that are being removed, or are gone.

What showed a comment stays in the map after it is gone: a reply or a command that was on its way
still finds what it is about, and the platform's word of our own deletion is no news. A show with
a position below 0 is such a memory; nothing is sent, edited or answered by it.
"""

from __future__ import annotations

from core.ports import Tx
from core.steps import REMOVING


def bury(tx: Tx, message: int) -> None:
    """A message exists no more, or surely never came to be."""
    row = tx.one(
        "SELECT m.platform_id, s.position, d.subject FROM message m LEFT JOIN shows s"
        " ON s.message = m.id LEFT JOIN delivery d ON d.id = s.delivery WHERE m.id = :id",
        {"id": message},
    )
    if row is None:
        return
    if row["subject"] != "comment" or row["platform_id"] is None:
        tx.run("DELETE FROM message WHERE id = :id", {"id": message})
    elif row["position"] >= 0:
        tx.run("UPDATE shows SET position = -1 - position WHERE message = :id", {"id": message})
        tx.run("UPDATE message SET have_hash = '', tried_at = NULL WHERE id = :id", {"id": message})


def mark_removing(tx: Tx, message: int) -> None:
    """We are about to delete a message although its delivery goes on: that it vanishes is then
    nobody's decision."""
    tx.run(
        "UPDATE message SET tried_hash = :mark WHERE id = :id", {"mark": REMOVING, "id": message}
    )


def doubt_standing(tx: Tx, delivery: int) -> None:
    """Something is wanted again of a delivery that was to show nothing: its messages may be gone
    already, or vanish any moment by a deletion of ours that is under way."""
    tx.run(
        "UPDATE message SET tried_hash = :mark WHERE platform_id IS NOT NULL AND id IN ("
        "SELECT s.message FROM shows s JOIN delivery d ON d.id = s.delivery"
        " WHERE d.id = :id AND d.want = 0 AND d.have > 0 AND s.position >= 0)",
        {"mark": REMOVING, "id": delivery},
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
