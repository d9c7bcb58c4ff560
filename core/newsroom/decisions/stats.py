"""What `/stats` reads of the stored. Reading, counting and drawing are three steps, of which only
the first is a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.errors import UserError
from core.figures import Figures, Seen, figures, since
from core.i18n import Texts
from core.model import State, Verdict
from core.moderation.judge import judge, load
from core.newsroom.context import Context
from core.newsroom.desks.queue import held_count
from core.newsroom.target import whole
from core.ports import Row, Tx

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, to be counted outside of the transaction."""

    name: str
    zone: str
    language: str
    now: float
    rows: list[Row]
    load: Mapping[str, int]
    waiting: int


def days_of(t: Texts, word: str) -> int:
    """The days that "7d", "30" or "" name. Raises UserError."""
    days = whole(word.strip().removesuffix("d") or "7")
    if days is None or not 1 <= days <= MOST_DAYS:
        raise UserError(t("For how many days? Write a number, for example /stats 7."))
    return days


def read(tx: Tx, context: Context, publication: int, begin: float, end: float) -> Read:
    """The comments that came, and the decisions of people, from a moment until another."""
    own = context.house(tx).publications[publication]
    values = {"p": publication, "begin": begin, "end": end}
    decided = tx.all(
        "SELECT actor_name AS name, count(*) AS n FROM decision WHERE publication = :p"
        " AND at >= :begin AND at < :end AND actor <> 'system' GROUP BY actor_name",
        values,
    )
    return Read(
        name=own.name,
        zone=own.zone,
        language=own.language,
        now=context.clock.now(),
        rows=tx.all(_COMMENTS, values),
        load={row["name"]: row["n"] for row in decided},
        waiting=held_count(tx, publication),
    )


_COMMENTS = """
SELECT c.posted, c.state, r.verdicts, (
    SELECT min(d.at) FROM decision d WHERE d.comment = c.id AND d.undoes IS NULL
    AND d.actor <> 'system' AND d.before LIKE '%"state":"held"%'
) AS decided, (
    SELECT d.reason FROM decision d WHERE d.comment = c.id AND d.undoes IS NULL
    AND d.action IN ('reject', 'ban', 'remove') ORDER BY d.id DESC LIMIT 1
) AS reason
FROM comment c JOIN article a ON a.id = c.article
JOIN revision r ON r.comment = c.id AND r.number = 1
WHERE a.publication = :p AND c.posted >= :begin AND c.posted < :end
"""


def recent(tx: Tx, context: Context, publication: int, days: int) -> Read:
    """What `counted` needs for the last days, today included."""
    now = context.clock.now()
    zone = context.house(tx).publications[publication].zone
    return read(tx, context, publication, since(now, days, zone), now + 1)


def counted(found: Read, days: int) -> Figures:
    """The numbers of the last days."""
    seen = [comment_of(row) for row in found.rows]
    return figures(
        seen, found.load, days=days, now=found.now, zone=found.zone, waiting=found.waiting
    )


def comment_of(row: Row) -> Seen:
    """A comment, with the checks that held its first wording."""
    return Seen(row["posted"], row["state"], _held_by(row["verdicts"]), row["decided"])


@lru_cache(maxsize=4096)
def _held_by(kept: str) -> tuple[str, ...]:
    """The checks that held a wording, by its verdicts as they are stored, which are much alike."""
    verdicts = load(json.loads(kept))
    held = judge(verdicts) == State.HELD
    return tuple(sorted({v.check for v in verdicts if held and _holds(v)}))


def _holds(verdict: Verdict) -> bool:
    return verdict.verdict not in ("pass", "suspect", "reject")
