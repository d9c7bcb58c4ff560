"""Alarms at the desk: told once when something begins, and once again when it is over.

An alarm is a notice; that it is over is another one, whose key continues the first one's. So it
is known across restarts which alarms still stand.
"""

from __future__ import annotations

from collections.abc import Callable

from core.i18n import Texts
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_desk
from core.ports import Tx

OVER = ":over"

Telling = Callable[[Texts, float], str]
"""What is said, given the time since which the alarm stands (Unix seconds)."""


def alarm(
    tx: Tx, context: Context, publication: int, name: str, words: Telling, *,
    since: float, but: str = "",
) -> None:  # fmt: skip
    """Begin an alarm, where it does not stand already.

    name: the alarm's own, without a colon. but: a platform whose desks cannot be told now; they
    are told when it is over.
    """
    if standing(tx, publication, name) is None:
        key = f"alarm:{name}:{since:.0f}"
        tell_desk(tx, context, publication, key, lambda t: words(t, since), but=but)


def all_clear(tx: Tx, context: Context, publication: int, name: str, words: Telling) -> None:
    """End an alarm, where it stands."""
    key = standing(tx, publication, name)
    if key is not None:
        since = float(key.rsplit(":", 1)[1])
        tell_desk(tx, context, publication, key + OVER, lambda t: words(t, since))


def standing(tx: Tx, publication: int, name: str) -> str | None:
    """The notice's key of an alarm that is not over."""
    row = tx.one(
        "SELECT key FROM notice n WHERE publication = :p AND key >= :from AND key < :to"
        " AND key NOT LIKE :over AND NOT EXISTS (SELECT 1 FROM notice o"
        " WHERE o.publication = n.publication AND o.key = n.key || :end)",
        {
            "p": publication,
            "from": f"alarm:{name}:",
            "to": f"alarm:{name};",
            "over": "%" + OVER,
            "end": OVER,
        },
    )
    return str(row["key"]) if row is not None else None


LOOKED_AT = 200
"""Held comments that are read at once."""


def oldest_held(tx: Tx, publication: int) -> float | None:
    """Since when the comment that has waited longest waits (Unix seconds), None = none waits.

    A comment waits since its newest wording. Comments are read in the order in which they came,
    until so many of them in a row were written later than what was found.
    """
    found: list[float] = []
    past = 0
    while rows := tx.all(BY_AGE, {"p": publication, "past": past, "n": LOOKED_AT}):
        done = bool(found) and min(row["posted"] for row in rows) >= min(found)
        found.append(min(row["at"] for row in rows))
        past = rows[-1]["id"]
        if done or len(rows) < LOOKED_AT:
            break
    return min(found, default=None)


BY_AGE = """
SELECT c.id, c.posted, r.at FROM comment c
JOIN revision r ON r.comment = c.id AND r.number = c.revision
WHERE c.publication = :p AND c.state = 'held' AND c.id > :past ORDER BY c.id LIMIT :n
"""
