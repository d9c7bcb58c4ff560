"""The outbox's side of the newsroom: what is ready, what is about to be tried, what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.i18n import Texts
from core.model import Channel, Purpose
from core.newsroom.birth import open_thread, own_thread, post_recorded
from core.newsroom.context import Context
from core.newsroom.desk import tell_desk
from core.newsroom.faces import face_of
from core.newsroom.plan import change_delivery, replan, requote
from core.newsroom.removal import bury, gone_by_hand, mark_removing
from core.ports import Capabilities, Receipt, Row, Target, Tx
from core.steps import REMOVING, Sent
from core.views import View

BATCH = 64
"""Deliveries that one claim looks at."""


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery that is ready: what it should show (None = nothing), where, and with what.

    want: the counter that it was read at. rank: the comment's number. lane: deliveries with the
    same lane go one after the other. opens_thread: the channel's threads are started from the
    article's message by a step of their own, and this one's is not there yet.
    """

    delivery: int
    channel: Channel
    subject: str
    subject_id: int
    article: int | None
    role: str
    rank: int
    want: int
    attempts: int
    view: View | None
    target: Target
    sent: tuple[Sent, ...]
    lane: str
    title: str
    opens_thread: bool
    settle_until: float | None
    reply_message: int | None


@dataclass(frozen=True, slots=True)
class SettingJob:
    """A setting of a thread that differs from what is wanted."""

    thread: int
    channel: Channel
    name: str
    value: str
    attempts: int
    target: Target


_READY = """
SELECT d.*, t.place AS thread_place, t.dead AS thread_dead, row_number() OVER (
        PARTITION BY d.article ORDER BY d.want = 0 DESC, d.rank, d.id) AS turn
FROM delivery d
LEFT JOIN thread t ON t.article = d.article AND t.channel = d.channel AND d.subject = 'comment'
WHERE d.channel = :channel AND d.want <> d.have AND d.due <= :now
  AND (d.dead_want IS NULL OR d.dead_want <> d.want)
  AND (d.subject <> 'comment' OR d.want = 0 OR (t.id IS NOT NULL AND t.dead = 0))
  AND (d.subject <> 'comment' OR d.have > 0 OR d.want = 0 OR NOT EXISTS (
        SELECT 1 FROM comment c JOIN delivery p ON p.subject = 'comment'
          AND p.subject_id = c.parent AND p.channel = d.channel AND p.role = 'copy'
        WHERE c.id = d.subject_id AND p.have = 0 AND p.want > 0 AND p.gone = 0
          AND (p.dead_want IS NULL OR p.dead_want <> p.want)))
ORDER BY d.want = 0 DESC, d.subject = 'article' DESC, turn, d.rank, d.id
LIMIT :limit
"""


def ready(
    tx: Tx, context: Context, channel: Channel, now: float, busy: Collection[int]
) -> list[Job]:
    """What can be done now in a channel, in order; `busy` deliveries are left out."""
    rows = tx.all(_READY, {"channel": channel.id, "now": now, "limit": BATCH + len(busy)})
    return [job(tx, context, channel, row) for row in rows if row["id"] not in busy]


def next_due(tx: Tx, channel: int, now: float) -> float | None:
    """When the next delivery or setting of a channel falls due; None = nothing waits."""
    row = tx.one(
        "SELECT min(due) AS due FROM delivery WHERE channel = :c AND want <> have AND due > :now"
        " AND (dead_want IS NULL OR dead_want <> want)",
        {"c": channel, "now": now},
    )
    other = tx.one(
        "SELECT min(s.due) AS due FROM setting s JOIN thread t ON t.id = s.thread"
        " WHERE t.channel = :c AND s.want <> s.have AND s.due > :now",
        {"c": channel, "now": now},
    )
    times = [r["due"] for r in (row, other) if r is not None and r["due"] is not None]
    return min(times) if times else None


def job(tx: Tx, context: Context, channel: Channel, row: Row) -> Job:
    """Everything that the outbox needs for one delivery."""
    capabilities = context.capabilities[channel.platform]
    reply_id, reply_place, reply_wanted = _reply_target(tx, channel, row)
    quoted = reply_wanted and _quotes(tx, channel, row, reply_place)
    shows = row["want"] and row["role"] == "copy"
    view = face_of(tx, context, channel, row, quoted=quoted) if shows else None
    return Job(
        delivery=row["id"],
        channel=channel,
        subject=row["subject"],
        subject_id=row["subject_id"],
        article=row["article"],
        role=row["role"],
        rank=row["rank"],
        want=row["want"],
        attempts=row["attempts"],
        view=view,
        target=Target(
            place=channel.place,
            kind=channel.kind,
            purpose=channel.purpose.value,
            style=channel.style,
            thread=row["thread_place"] or own_thread(tx, channel, row),
            reply_to=reply_place,
        ),
        sent=_sent(tx, row["id"]),
        lane=_lane(capabilities, row),
        title=_title(tx, row),
        opens_thread=_opens_thread(tx, channel, row),
        settle_until=_settle_until(tx, context, channel, row, capabilities),
        reply_message=reply_id,
    )


def _lane(capabilities: Capabilities, row: Row) -> str:
    """Removals have a lane of their own: they cost no budget, and what is held must not stand
    while sends wait for theirs."""
    thread = row["thread_place"] or "" if capabilities.lane == "thread" else ""
    return f"{thread}!" if row["want"] == 0 else thread


def _sent(tx: Tx, delivery: int) -> tuple[Sent, ...]:
    rows = tx.all(
        "SELECT m.* FROM shows s JOIN message m ON m.id = s.message"
        " WHERE s.delivery = :d AND s.position >= 0 AND m.doubtful = 0 ORDER BY s.position, m.id",
        {"d": delivery},
    )
    return tuple(
        Sent(r["id"], r["platform_id"], r["have_hash"], r["tried_hash"], r["tried_at"], r["nonce"])
        for r in rows
    )


def _reply_target(tx: Tx, channel: Channel, row: Row) -> tuple[int | None, str | None, bool]:
    """(message row, platform id, whether there is a parent) of what a copy should answer."""
    if row["subject"] != "comment" or not row["want"]:
        return None, None, False
    parent = tx.one(
        "SELECT parent FROM comment WHERE id = :id AND parent IS NOT NULL",
        {"id": row["subject_id"]},
    )
    if parent is None:
        return None, None, False
    message = tx.one(
        "SELECT m.id, m.platform_id FROM delivery d JOIN shows s ON s.delivery = d.id"
        " JOIN message m ON m.id = s.message WHERE d.subject = 'comment' AND d.subject_id = :p"
        " AND d.channel = :c AND d.gone = 0 AND d.want > 0 AND m.platform_id IS NOT NULL"
        " AND s.position >= 0 AND m.doubtful = 0 ORDER BY d.role DESC, s.position LIMIT 1",
        {"p": parent["parent"], "c": channel.id},
    )
    if message is None:
        return None, None, True
    return message["id"], message["platform_id"], True


def _quotes(tx: Tx, channel: Channel, row: Row, reply_place: str | None) -> bool:
    """A copy quotes where nothing can be answered, as always under a webhook's name; one that is
    up, where what it answered when it was sent does not stand any more, whatever else of its
    parent does."""
    if channel.style == "webhook":
        return True
    own = tx.one(
        "SELECT EXISTS (SELECT 1 FROM shows p WHERE p.message = m.reply_to AND p.position >= 0)"
        " AS answers FROM shows s JOIN message m ON m.id = s.message WHERE s.delivery = :d"
        " AND s.position = 0 AND m.platform_id IS NOT NULL AND m.doubtful = 0 LIMIT 1",
        {"d": row["id"]},
    )
    return not own["answers"] if own is not None else reply_place is None


def _title(tx: Tx, row: Row) -> str:
    if row["subject"] != "article":
        return ""
    article = tx.one("SELECT headline FROM article WHERE id = :id", {"id": row["subject_id"]})
    return str(article["headline"]) if article else ""


def _opens_thread(tx: Tx, channel: Channel, row: Row) -> bool:
    if row["subject"] != "article" or channel.purpose != Purpose.DISCUSS or not row["want"]:
        return False
    known = tx.one(
        "SELECT 1 FROM thread WHERE article = :a AND channel = :c",
        {"a": row["subject_id"], "c": channel.id},
    )
    return known is None


def _settle_until(
    tx: Tx, context: Context, channel: Channel, row: Row, capabilities: Capabilities
) -> float | None:
    if row["subject"] != "article" or not capabilities.settles_by_forward:
        return None
    fed = [c for c in context.house(tx).channels.values() if c.announce == channel.id]
    if not fed:
        return None
    tried = tx.one(
        "SELECT min(m.tried_at) AS t FROM shows s JOIN message m ON m.id = s.message"
        " WHERE s.delivery = :d AND m.platform_id IS NULL AND m.doubtful = 0",
        {"d": row["id"]},
    )
    if tried is None or tried["t"] is None:
        return None
    return float(tried["t"]) + context.rules.forward_wait


def begin(
    tx: Tx, context: Context, job: Job, digest: str, position: int, *,
    again: int | None, lost: int | None, nonce: str,
) -> int | None:  # fmt: skip
    """Before a send: the message's row, durable. None = the delivery wants something else now.

    again: the row of an earlier try to use again. lost: the row of a try that is given up.
    """
    if not _still_wants(tx, job):
        return None
    if lost is not None:
        tx.run("UPDATE message SET doubtful = 1, tried_at = NULL WHERE id = :id", {"id": lost})
    now = context.clock.now()
    if again is not None:
        tx.run(
            "UPDATE message SET tried_hash = :h, tried_at = :now, nonce = :nonce,"
            " reply_to = :reply WHERE id = :id",
            {"h": digest, "now": now, "nonce": nonce, "reply": job.reply_message, "id": again},
        )
        return again
    message = tx.insert(
        "message",
        {
            "channel": job.channel.id,
            "tried_hash": digest,
            "tried_at": now,
            "nonce": nonce,
            "reply_to": job.reply_message,
        },
    )
    tx.insert("shows", {"delivery": job.delivery, "message": message, "position": position})
    return message


def _still_wants(tx: Tx, job: Job) -> bool:
    row = tx.one("SELECT want FROM delivery WHERE id = :id", {"id": job.delivery})
    return row is not None and row["want"] == job.want


def sent(tx: Tx, context: Context, job: Job, message: int, digest: str, receipt: Receipt) -> None:
    """A send (or a search for one) found its message."""
    duplicate = tx.one(
        "SELECT id FROM message WHERE channel = :c AND platform_id = :pid AND id <> :id",
        {"c": job.channel.id, "pid": receipt.message, "id": message},
    )
    if duplicate is not None:
        tx.run("DELETE FROM message WHERE id = :id", {"id": duplicate["id"]})
    tx.run(
        "UPDATE message SET platform_id = :pid, have_hash = :h, tried_hash = '', tried_at = NULL,"
        " doubtful = 0, sender = :sender, link = :link, sent_at = :now WHERE id = :id",
        {
            "pid": receipt.message,
            "h": digest,
            "sender": receipt.sender,
            "link": receipt.link,
            "now": context.clock.now(),
            "id": message,
        },
    )
    if job.channel.dead:
        _mark_desk(tx, job, "")
    if job.subject == "article":
        _article_sent(tx, context, job, receipt)


def _article_sent(tx: Tx, context: Context, job: Job, receipt: Receipt) -> None:
    if job.channel.purpose == Purpose.DISCUSS and receipt.thread is not None:
        open_thread(tx, context, job.subject_id, job.channel, receipt.thread, link=receipt.link)
    elif job.channel.purpose == Purpose.ANNOUNCE:
        post_recorded(tx, context, job.subject_id, job.channel, receipt.message)


def changed(tx: Tx, message: int, digest: str) -> None:
    """An edit succeeded."""
    tx.run(
        "UPDATE message SET have_hash = :h, tried_hash = '', tried_at = NULL WHERE id = :id",
        {"h": digest, "id": message},
    )


def forget(tx: Tx, message: int) -> None:
    """A message surely never came to be."""
    bury(tx, message)


def removing(tx: Tx, message: int) -> None:
    """A message of a delivery that goes on is about to be deleted."""
    mark_removing(tx, message)


def removed(tx: Tx, job: Job, message: int) -> None:
    """A message was removed; what answered it quotes from now on."""
    bury(tx, message)
    if job.subject == "comment":
        requote(tx, job.subject_id)


def give_up(tx: Tx, message: int) -> None:
    """A try whose message, if there is one, cannot be found: kept for adoption."""
    tx.run("UPDATE message SET doubtful = 1, tried_at = NULL WHERE id = :id", {"id": message})


def done(tx: Tx, job: Job, note: str = "") -> bool:
    """All messages match what was wanted when the job was read; False = it wants more by now."""
    tx.run(
        "UPDATE delivery SET have = :want, attempts = 0, outcome = :note WHERE id = :id",
        {"want": job.want, "note": note, "id": job.delivery},
    )
    if job.subject == "comment" and job.want:
        _release_replies(tx, job)
    if _still_wants(tx, job):
        return True
    tx.wake(job.channel.id)
    return False


def _release_replies(tx: Tx, job: Job) -> None:
    waiting = tx.one("SELECT 1 FROM comment WHERE parent = :id LIMIT 1", {"id": job.subject_id})
    if waiting is not None:
        tx.wake(job.channel.id)


def put_back(tx: Tx, context: Context, job: Job, after: float, reason: str) -> None:
    """Try again `after` seconds from now."""
    tx.run(
        "UPDATE delivery SET due = :due, attempts = attempts + 1, outcome = :reason"
        " WHERE id = :id AND want <> have",
        {"due": context.clock.now() + after, "reason": reason, "id": job.delivery},
    )
    tx.wake(job.channel.id)


def rejected(tx: Tx, context: Context, job: Job, reason: str) -> None:
    """The platform refused for good: never again as it is, and the desk is told once."""
    tx.run(
        "UPDATE delivery SET dead_want = want, outcome = :reason WHERE id = :id AND want = :want",
        {"reason": reason, "id": job.delivery, "want": job.want},
    )
    if job.channel.purpose == Purpose.DESK:
        _mark_desk(tx, job, reason)
    if job.subject in ("notice", "queue"):
        return
    number = _number(tx, job)
    title = job.channel.title or job.channel.platform.capitalize()

    def words(t: Texts) -> str:
        if number is None:
            return t("An article could not be shown in {title}: {reason}",
                     title=title, reason=reason)  # fmt: skip
        return t("Comment #{number} could not be shown in {title}: {reason}",
                 number=number, title=title, reason=reason)  # fmt: skip

    key = f"dead:{job.delivery}:{job.want}"
    tell_desk(tx, context, job.channel.publication, key, words)
    tx.wake(job.channel.id)


def _mark_desk(tx: Tx, job: Job, reason: str) -> None:
    """A desk that refuses is told nothing more until something reaches it again ("" = alive)."""
    tx.run(
        "UPDATE channel SET dead = :reason WHERE id = :id",
        {"reason": reason, "id": job.channel.id},
    )


def _number(tx: Tx, job: Job) -> int | None:
    """The number of the comment that a delivery shows, None where it shows none."""
    if job.subject not in ("comment", "card"):
        return None
    row = tx.one("SELECT number FROM comment WHERE id = :id", {"id": job.subject_id})
    return int(row["number"]) if row else None


def copy_gone(tx: Tx, context: Context, job: Job, message: int) -> None:
    """Our message was taken away by hand: it is not sent again."""
    bury(tx, message)
    gone_by_hand(tx, job.delivery)
    if job.subject == "comment":
        requote(tx, job.subject_id)
    elif job.subject in ("card", "queue"):
        context.touch_desk(tx, job.channel.publication)
    tx.wake(job.channel.id)


def thread_started(tx: Tx, context: Context, job: Job, receipt: Receipt) -> None:
    """The thread below an article's message exists."""
    if receipt.thread is not None:
        open_thread(tx, context, job.subject_id, job.channel, receipt.thread, link=receipt.link)


def reply_gone(tx: Tx, context: Context, job: Job) -> None:
    """What a copy wanted to answer is gone there: from now on its replies quote instead."""
    if job.reply_message is None:
        return
    row = tx.one(
        "SELECT d.id, d.subject_id, d.want, d.shown_revision, s.position, m.tried_hash"
        " FROM shows s JOIN delivery d ON d.id = s.delivery JOIN message m ON m.id = s.message"
        " WHERE s.message = :m",
        {"m": job.reply_message},
    )
    bury(tx, job.reply_message)
    if row is not None and row["position"] >= 0 and row["want"]:
        if row["tried_hash"] == REMOVING:
            change_delivery(tx, row["id"], row["shown_revision"], job.channel.id)
        else:
            gone_by_hand(tx, row["id"])
        requote(tx, row["subject_id"])
    tx.wake(job.channel.id)


def thread_gone(tx: Tx, context: Context, job: Job) -> None:
    """The thread's root is gone: nothing more is sent there, and the desk is told once."""
    if job.article is None:
        return
    tx.run(
        "UPDATE thread SET dead = 1 WHERE article = :a AND channel = :c",
        {"a": job.article, "c": job.channel.id},
    )
    article = tx.one("SELECT headline FROM article WHERE id = :a", {"a": job.article})
    headline = article["headline"] if article else ""
    tell_desk(
        tx,
        context,
        job.channel.publication,
        f"thread:{job.article}:{job.channel.id}",
        lambda t: t("The thread of “{headline}” in {title} is gone. Comments go on elsewhere.",
                    headline=headline, title=job.channel.title),
    )  # fmt: skip


def settings(tx: Tx, context: Context, channel: Channel, now: float) -> list[SettingJob]:
    """The settings of a channel's threads that have to be applied."""
    rows = tx.all(
        "SELECT s.*, t.place FROM setting s JOIN thread t ON t.id = s.thread"
        " WHERE t.channel = :c AND t.dead = 0 AND s.want <> s.have AND s.due <= :now",
        {"c": channel.id, "now": now},
    )
    return [
        SettingJob(
            row["thread"], channel, row["name"], row["want"], row["attempts"],
            Target(channel.place, channel.kind, thread=row["place"]),
        )
        for row in rows
    ]  # fmt: skip


def applied(tx: Tx, context: Context, job: SettingJob, *, after: float | None, note: str) -> None:
    """A setting was applied, emulated (`note` says so), or has to be tried again `after` s."""
    if after is None:
        tx.run(
            "UPDATE setting SET have = :value, attempts = 0, outcome = :note"
            " WHERE thread = :t AND name = :n",
            {"value": job.value, "note": note, "t": job.thread, "n": job.name},
        )
        return
    tx.run(
        "UPDATE setting SET due = :due, attempts = attempts + 1, outcome = :note"
        " WHERE thread = :t AND name = :n",
        {"due": context.clock.now() + after, "note": note, "t": job.thread, "n": job.name},
    )
    tx.wake(job.channel.id)


__all__ = ["Job", "SettingJob", "ready", "replan"]
