"""One look at a channel: everything that the outbox can do there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.model import Channel
from core.newsroom.authors import restrictions
from core.newsroom.authors.restrictions import Restriction
from core.newsroom.context import Context
from core.newsroom.outgoing.jobs import Job, Look, ready_jobs
from core.newsroom.publishing import marks
from core.ports import Row, Target, Tx


@dataclass(frozen=True, slots=True)
class SettingJob:
    """A setting of a thread that differs from what is wanted. name: in the database; operation
    and value: what `Adapter.apply` is asked for; records: what is known of it afterwards."""

    thread: int
    channel: Channel
    name: str
    value: str
    attempts: int
    target: Target
    operation: str
    records: str


@dataclass(frozen=True, slots=True)
class Ready:
    """What can be done in a channel now, and when the next falls due (Unix seconds, None =
    nothing waits). mistaken: deliveries that cannot be shown, because of a mistake of ours."""

    channel: Channel
    jobs: Sequence[Job]
    settings: Sequence[SettingJob]
    people: Sequence[Restriction]
    due: float | None
    mistaken: Sequence[int]


def look_at(
    tx: Tx, context: Context, number: int, now: float, look: Look | None, *, settle: bool
) -> Ready | None:
    """One look at a channel (its number); None where there is none any more. look: None = for no
    deliveries. settle: whether for settings and restrictions as well."""
    channel = context.house(tx).channels.get(number)
    if channel is None:
        return None
    found = ready_jobs(tx, context, channel, now, look) if look is not None else ((), ())
    jobs, mistaken = found
    return Ready(
        channel,
        jobs,
        _settings(tx, context, channel, now) if settle else (),
        restrictions.due(tx, context, channel, now) if settle else (),
        _next_due(tx, number, now),
        mistaken,
    )


def _next_due(tx: Tx, channel: int, after: float) -> float | None:
    """When the next delivery, setting or restriction of a channel falls due after a time (both
    Unix seconds); None = nothing waits."""
    row = tx.one(
        "SELECT min(due) AS due FROM delivery WHERE channel = :c AND want <> have AND due > :after"
        " AND (dead_want IS NULL OR dead_want <> want)",
        {"c": channel, "after": after},
    )
    other = tx.one(
        "SELECT min(s.due) AS due FROM setting s JOIN thread t ON t.id = s.thread"
        " WHERE t.channel = :c AND s.want <> s.have AND s.due > :after",
        {"c": channel, "after": after},
    )
    people = tx.one(
        "SELECT min(due) AS due FROM restriction WHERE channel = :c AND want <> have"
        " AND dead = 0 AND due > :after",
        {"c": channel, "after": after},
    )
    times = [r["due"] for r in (row, other, people) if r is not None and r["due"] is not None]
    return min(times) if times else None


def _settings(tx: Tx, context: Context, channel: Channel, now: float) -> list[SettingJob]:
    """The settings of a channel's threads that have to be applied."""
    rows = tx.all(
        "SELECT s.*, t.place FROM setting s JOIN thread t ON t.id = s.thread"
        " WHERE t.channel = :c AND t.dead = 0 AND s.want <> s.have AND s.due <= :now",
        {"c": channel.id, "now": now},
    )
    jobs = (_setting(tx, channel, row) for row in rows)
    return [job for job in jobs if job is not None]


def _setting(tx: Tx, channel: Channel, row: Row) -> SettingJob | None:
    """None for a mark that the message of its comment bears already, or for which none is up."""
    target = Target(channel.place, channel.kind, thread=row["place"])
    found = marks.marked(row["name"])
    operation, value, records = row["name"], row["want"], row["want"]
    if found is not None:
        kind, comment = found
        bearer = marks.bearer(tx, channel.id, kind, comment) if row["want"] else row["have"]
        if not bearer or (row["want"] and bearer == row["have"]):
            return None
        target = replace(target, reply_to=bearer)
        operation, value = marks.OPERATIONS[kind], "1" if row["want"] else "0"
        records = bearer if row["want"] else ""
    return SettingJob(
        row["thread"], channel, row["name"], value, row["attempts"], target, operation, records
    )
