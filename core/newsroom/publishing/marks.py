"""Marks of a comment: featured and pinned.

A featured comment is listed first, and its copies say so; a person's own message cannot be
changed, so it gets a reaction of ours. A pinned one is pinned by each platform in its thread. Both
are settings, each named after its comment: `star:12`, `pin:12`. What is recorded of one is the
message that bears it, so a message that is made anew gets it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.newsroom.context import Context
from core.newsroom.desks.desk import refresh_card
from core.newsroom.outgoing.plan import replan, settle_thread
from core.ports import Row, Tx

SETTINGS = {"featured": "star", "pinned": "pin"}
"""A mark to the name of its setting."""
OPERATIONS = {"star": "starred", "pin": "pinned"}
"""That name to what `Adapter.apply` is asked for."""
ON, OFF = "1", ""

Values = Mapping[str, Any]


def marks_stand(tx: Tx, about: Mapping[str, Any] | Row, was: Values, now: Values) -> bool:
    """See `aspects.Aspect.stands`."""
    row = tx.one("SELECT featured, pinned FROM comment WHERE id = :id", {"id": about["comment"]})
    return row is not None and all(row[name] == value for name, value in now.items())


def apply_marks(
    tx: Tx, context: Context, about: Mapping[str, Any] | Row, was: Values, now: Values
) -> None:
    """See `aspects.Aspect.apply`."""
    comment = about["comment"]
    for name, setting in SETTINGS.items():
        if name in now:
            tx.run(
                f"UPDATE comment SET {name} = :value WHERE id = :id",  # noqa: S608  our own names
                {"value": now[name], "id": comment},
            )
            value = ON if now[name] else OFF
            settle_thread(tx, about["article"], f"{setting}:{comment}", value, recorded=True)
    replan(tx, comment, force=True)
    refresh_card(tx, context, about["publication"], comment)


def wanted_marks(tx: Tx, article: int) -> list[tuple[str, str]]:
    """(name, value) of the settings that mark an article's comments."""
    rows = tx.all(
        "SELECT id, featured, pinned FROM comment WHERE article = :a AND (featured = 1"
        " OR pinned = 1)",
        {"a": article},
    )
    return [(f"{setting}:{row['id']}", ON)
            for row in rows for name, setting in SETTINGS.items() if row[name]]  # fmt: skip


def marked(name: str) -> tuple[str, int] | None:
    """("pin", 12) for a setting of that name, None for any other."""
    kind, _, comment = name.partition(":")
    return (kind, int(comment)) if kind in OPERATIONS and comment else None


def bearer(tx: Tx, channel: int, kind: str, comment: int) -> str | None:
    """The message that should bear a mark in a channel: what shows the comment there. A star
    belongs on a person's own message only, since a copy says it in words."""
    row = tx.one(
        "SELECT m.platform_id FROM delivery d JOIN shows s ON s.delivery = d.id AND s.position >= 0"
        " JOIN message m ON m.id = s.message AND m.platform_id IS NOT NULL AND m.doubtful = 0"
        " AND m.leaving = 0 WHERE d.subject = 'comment' AND d.subject_id = :id"
        " AND d.channel = :c AND d.want > 0"
        " AND d.have > 0 AND d.gone = 0 AND (:kind = 'pin' OR d.role = 'origin')"
        " ORDER BY d.role DESC, s.position LIMIT 1",
        {"id": comment, "c": channel, "kind": kind},
    )
    return str(row["platform_id"]) if row is not None else None
