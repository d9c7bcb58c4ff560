"""The platforms' own bans and mutes, as far as they are ours: wanted and had, like a thread's lock.

What stood before is read and kept first, so that lifting leaves what somebody else had set. The
identity of who is restricted is kept sealed as long as that has to be lifted again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.model import Channel, Purpose
from core.newsroom.authors import addresses
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_desk
from core.ports import Row, Target, Tx

BAN, MUTE, TRIED = "ban", "mute:", "?"
MOMENT = 2.0
"""Seconds that a ban waits besides `Rules.tell_gather`, so that its author can be told before: a
platform carries no words to whom it has banned."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One that is not as it should be. want, have, earlier: as in the table; identity: as in
    `core.events.Person`."""

    id: int
    channel: Channel
    target: Target
    want: str
    have: str
    earlier: str | None
    attempts: int
    identity: str = field(repr=False)


def mute_until(context: Context, platform: str, until: float) -> str:
    """A mute as it is wanted of a platform, which may know a longest one."""
    longest = context.capabilities[platform].longest_mute
    return f"{MUTE}{int(min(until, context.clock.now() + longest))}"


def wanted(tx: Tx, publication: int, author: str) -> str:
    """What we want of the platform about an author, "" for nothing."""
    row = tx.one(
        "SELECT max(r.want) AS want FROM restriction r JOIN channel c ON c.id = r.channel"
        " WHERE r.author = :tag AND c.publication = :p",
        {"tag": author, "p": publication},
    )
    return str(row["want"] or "") if row is not None else ""


def want(
    tx: Tx, context: Context, publication: int, author: str, platform: str, value: str
) -> None:
    """Restrict an author wherever the publication's conversations are on that platform; "" takes
    away what is ours."""
    if value:
        addresses.keep_for_ban(tx, author, publication)
    due = context.clock.now() + context.rules.tell_gather + MOMENT if value == BAN else 0.0
    for channel in context.house(tx).of(publication, Purpose.DISCUSS):
        if channel.platform == platform:
            _want_there(tx, author, channel.id, value, due)
    forget_served(tx)


def _want_there(tx: Tx, author: str, channel: int, value: str, due: float) -> None:
    values = {"tag": author, "c": channel, "want": value, "due": due}
    if value:
        tx.run(
            "INSERT INTO restriction (author, channel, want, due) VALUES (:tag, :c, :want, :due)"
            " ON CONFLICT (author, channel) DO NOTHING",
            values,
        )
    tx.run(
        "UPDATE restriction SET want = :want, due = :due, attempts = 0, dead = 0, outcome = ''"
        " WHERE author = :tag AND channel = :c",
        values,
    )
    tx.wake(channel)


def due(tx: Tx, context: Context, channel: Channel, now: float) -> list[Restriction]:
    """What is to be done now in a channel. Where nobody knows who it is about (their address is
    gone), it waits for their next comment."""
    rows = tx.all(
        "SELECT * FROM restriction WHERE channel = :c AND want <> have AND dead = 0"
        " AND due <= :now ORDER BY id",
        {"c": channel.id, "now": now},
    )
    found = []
    for row in rows:
        identity = addresses.identity_of(
            tx, context, row["author"], channel.publication, addresses.BAN
        )
        if identity:
            found.append(_restriction(channel, row, identity))
    return found


def _restriction(channel: Channel, row: Row, identity: str) -> Restriction:
    target = Target(channel.place, channel.kind)
    return Restriction(
        row["id"], channel, target, row["want"], row["have"], row["earlier"], row["attempts"],
        identity,
    )  # fmt: skip


def begin(tx: Tx, job: Restriction, earlier: str) -> bool:
    """Before the call: what stood there is durable, and that something may stand. False where
    something else is wanted by now."""
    known = tx.run(
        "UPDATE restriction SET earlier = coalesce(earlier, :earlier), have = '?'"
        " WHERE id = :id AND want = :want",
        {"earlier": earlier, "id": job.id, "want": job.want},
    )
    return bool(known)


def done(tx: Tx, job: Restriction) -> None:
    """It is as it was wanted when it was read; what is lifted is forgotten."""
    tx.run(
        "UPDATE restriction SET have = :want, attempts = 0, outcome = '' WHERE id = :id",
        {"want": job.want, "id": job.id},
    )
    forget_served(tx)
    tx.wake(job.channel.id)


def again(tx: Tx, context: Context, job: Restriction, after: float, reason: str) -> None:
    """Try again `after` seconds from now."""
    tx.run(
        "UPDATE restriction SET due = :due, attempts = attempts + 1, outcome = :reason"
        " WHERE id = :id",
        {"due": context.clock.now() + after, "reason": reason, "id": job.id},
    )
    tx.wake(job.channel.id)


def refused(tx: Tx, context: Context, job: Restriction, reason: str) -> None:
    """The platform refuses: the desk is told once, and it is not tried again."""
    tx.run(
        "UPDATE restriction SET dead = 1, outcome = :reason WHERE id = :id AND want = :want",
        {"reason": reason, "id": job.id, "want": job.want},
    )
    title = job.channel.title or job.channel.platform.capitalize()
    key = f"restriction:{job.id}:{job.want}"
    tell_desk(
        tx, context, job.channel.publication, key,
        lambda t: (
            t("The platform's own ban or mute could not be set in {title}: {reason} The author"
              " is kept out by me all the same.", title=title, reason=_sentence(reason))
            if job.want
            else t("The platform's own ban or mute could not be lifted in {title}: {reason}"
                   " Please lift it by hand.", title=title, reason=_sentence(reason))
        ),
    )  # fmt: skip


def _sentence(reason: str) -> str:
    return reason if reason.endswith(".") else f"{reason}."


def expire(tx: Tx, now: float) -> None:
    """Mutes that are over have nothing to be lifted."""
    over = tx.run(
        "DELETE FROM restriction WHERE want LIKE 'mute:%'"
        " AND CAST(substr(want, 6) AS REAL) <= :now",
        {"now": now},
    )
    if over:
        forget_served(tx)


def forget_served(tx: Tx) -> None:
    """Nothing of ours stands there, or was ever set: the row and, with the last one of an author,
    their address go."""
    tx.run("DELETE FROM restriction WHERE want = '' AND have = ''")
    tx.run(
        "DELETE FROM address WHERE purpose = 'ban' AND NOT EXISTS (SELECT 1 FROM restriction r"
        " JOIN channel c ON c.id = r.channel WHERE r.author = address.tag"
        " AND c.publication = address.publication)"
    )
