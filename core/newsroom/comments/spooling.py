"""The spool's side of the newsroom: what is to be fetched, what came of it, what may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.authors import unseal
from core.errors import UserError
from core.events import Attachment
from core.model import Channel, Purpose, State
from core.newsroom.comments.pieces import Piece, load
from core.newsroom.context import Context
from core.newsroom.decisions.decide import comment_row, decide_comment
from core.newsroom.decisions.log import system_actor
from core.newsroom.desks.desk import Words, tell_desk
from core.ports import Row, Target, Tx


@dataclass(frozen=True, slots=True)
class Want:
    """Bytes to be fetched. reference: for the adapter of the platform, not to be logged.
    kind: as in `core.events.Attachment`, "" where its revision is gone."""

    id: int
    comment: int
    platform: str
    reference: str
    size: int
    attempts: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CopyJob:
    """A person's message that has to be copied to a desk, because its bytes cannot be had."""

    source: Target
    message: str
    target: Target


def wanted(tx: Tx, context: Context, now: float, limit: int) -> list[Want]:
    """What is to be fetched now, the oldest first."""
    rows = tx.all(
        "SELECT w.id, w.comment, w.sealed, w.size, w.attempts, c.platform FROM attachment w"
        " JOIN comment c ON c.id = w.comment WHERE w.state = 'wanted' AND w.due <= :now"
        " ORDER BY +w.id LIMIT :limit",
        {"now": now, "limit": limit},
    )
    return [
        Want(
            row["id"], row["comment"], row["platform"], unseal(context.keys, row["sealed"]),
            row["size"], row["attempts"], _kind(tx, row["comment"], row["id"]),
        )
        for row in rows
    ]  # fmt: skip


def _kind(tx: Tx, comment: int, number: int) -> str:
    for row in tx.all(
        "SELECT attachments FROM revision WHERE comment = :c ORDER BY number DESC", {"c": comment}
    ):
        for piece in load(row["attachments"]):
            if piece.id == number:
                return piece.kind
    return ""


def next_due(tx: Tx) -> float | None:
    """When the next is to be fetched (Unix seconds); None = nothing waits."""
    row = tx.one("SELECT min(due) AS due FROM attachment WHERE state = 'wanted'")
    return row["due"] if row is not None else None


def kept(tx: Tx, context: Context, number: int, file: str, size: int, digest: str) -> bool:
    """The bytes are in the spool. False: nobody wants them any more, and the file is to go."""
    changed = tx.run(
        "UPDATE attachment SET state = 'kept', file = :file, size = :size, digest = :digest,"
        " sealed = NULL, why = '', expires = :expires WHERE id = :id AND state = 'wanted'",
        {
            "file": file,
            "size": size,
            "digest": digest,
            "expires": context.clock.now() + context.rules.spool_life,
            "id": number,
        },
    )
    if changed:
        _wake(tx, number)
    return bool(changed)


def put_back(tx: Tx, context: Context, number: int, after: float, why: str) -> None:
    """Try again `after` seconds from now."""
    tx.run(
        "UPDATE attachment SET due = :due, attempts = attempts + 1, why = :why"
        " WHERE id = :id AND state = 'wanted'",
        {"due": context.clock.now() + after, "why": why, "id": number},
    )


def copy_job(tx: Tx, context: Context, number: int) -> CopyJob | None:
    """Where the message can be copied to before it is removed; None = it need not or cannot be.

    It need not where the original stays, and cannot without a desk on a platform that copies.
    """
    row = tx.one(
        "SELECT w.message, c.channel, c.state, c.soft FROM attachment w JOIN comment c"
        " ON c.id = w.comment WHERE w.id = :id AND w.state = 'wanted'",
        {"id": number},
    )
    if row is None or row["channel"] is None or row["state"] != State.HELD or row["soft"]:
        return None
    house = context.house(tx)
    source = house.channels[row["channel"]]
    desk = desk_that_copies(tx, context, source.publication, source.platform)
    if desk is None or not row["message"]:
        return None
    return CopyJob(
        Target(source.place, source.kind, "discuss"), row["message"],
        Target(desk.place, desk.kind, "desk"),
    )  # fmt: skip


def desk_that_copies(tx: Tx, context: Context, publication: int, platform: str) -> Channel | None:
    """A desk to which the platform itself can copy a person's message, or None."""
    if not context.capabilities[platform].copies:
        return None
    desks = context.house(tx).of(publication, Purpose.DESK)
    return next((c for c in desks if c.platform == platform and not c.dead), None)


def beyond_reach(
    tx: Tx, context: Context, channel: Channel, attachments: Sequence[Attachment | Piece]
) -> bool:
    """Something would be lost with the original: the bot may not fetch it, and there is no desk
    to which the platform could copy it."""
    most = context.capabilities[channel.platform].download_limit
    if not most or all(a.size <= most for a in attachments):
        return False
    return desk_that_copies(tx, context, channel.publication, channel.platform) is None


def lost(tx: Tx, context: Context, number: int, why: str, *, copied: bool) -> None:
    """The bytes cannot be had. A held comment whose original would vanish with them is rejected,
    unless the desk has a copy; the desk is told either way."""
    row = tx.one(
        "SELECT w.comment, c.number, c.state, c.soft, c.shown, a.publication, a.id AS article"
        " FROM attachment w JOIN comment c ON c.id = w.comment JOIN article a ON a.id = c.article"
        " WHERE w.id = :id AND w.state = 'wanted'",
        {"id": number},
    )
    if row is None:
        return
    tx.run(
        "UPDATE attachment SET state = 'lost', why = :why, sealed = NULL WHERE id = :id",
        {"why": "copied" if copied else why, "id": number},
    )
    _wake(tx, number)
    if row["state"] != State.HELD or row["soft"]:
        return
    name = f"{row['article']}#{row['number']}"
    if copied:
        _tell(tx, context, row["publication"], number, lambda t: t(
            "What is attached to {name} cannot be fetched ({why}). Its original was copied here"
            " before it was removed.", name=name, why=why))  # fmt: skip
        return
    _reject(tx, context, row["comment"], why)
    _tell(tx, context, row["publication"], number, lambda t: t(
        "{name} was rejected, because what is attached to it cannot be fetched ({why}).",
        name=name, why=why))  # fmt: skip


def _reject(tx: Tx, context: Context, comment: int, why: str) -> None:
    try:
        revision = comment_row(tx, comment)["revision"]
        decide_comment(
            tx, context, system_actor(), "reject", comment, revision=revision, reason=why
        )
    except UserError:
        return  # Somebody decided meanwhile.


def _tell(tx: Tx, context: Context, publication: int, number: int, words: Words) -> None:
    tell_desk(tx, context, publication, f"attachment:{number}", words)


def _wake(tx: Tx, number: int) -> None:
    for row in tx.all(
        "SELECT DISTINCT d.channel FROM attachment w JOIN delivery d ON d.subject_id = w.comment"
        " AND d.subject IN ('comment', 'card') WHERE w.id = :id AND d.want <> d.have",
        {"id": number},
    ):
        tx.wake(row["channel"])


def expire(tx: Tx, context: Context) -> list[str]:
    """Give up bytes whose time is over; the files that are to go."""
    rows = over(tx, context)
    for row in rows:
        tx.run(
            "UPDATE attachment SET state = 'expired', file = '' WHERE id = :id", {"id": row["id"]}
        )
        tx.run(
            "DELETE FROM attachment WHERE id = :id AND EXISTS (SELECT 1 FROM comment c"
            " WHERE c.id = attachment.comment AND c.author = '')",
            {"id": row["id"]},
        )
    return [row["file"] for row in rows]


def urgent(tx: Tx, context: Context) -> bool:
    """Bytes of somebody who is forgotten are still there."""
    return tx.one("SELECT 1 FROM attachment WHERE state = 'kept' AND expires <= 0") is not None


def over(tx: Tx, context: Context) -> list[Row]:
    """The bytes whose time is over and that neither a decision nor a send needs any more."""
    return tx.all(
        "SELECT w.id, w.file FROM attachment w JOIN comment c ON c.id = w.comment"
        " WHERE w.state = 'kept' AND w.expires <= :now AND c.state <> 'held' AND NOT EXISTS ("
        "SELECT 1 FROM delivery d WHERE d.subject_id = c.id AND d.subject IN ('comment', 'card')"
        " AND d.want > 0 AND d.want <> d.have"
        " AND (d.dead_want IS NULL OR d.dead_want <> d.want)) LIMIT 500",
        {"now": context.clock.now()},
    )


def files(tx: Tx) -> set[str]:
    """The names of every file that a row knows."""
    return {row["file"] for row in tx.all("SELECT file FROM attachment WHERE state = 'kept'")}
