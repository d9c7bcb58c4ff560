"""The outbox's side of the newsroom: what is about to be tried, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable

from core.i18n import Texts
from core.model import Purpose
from core.newsroom.comments import message_map
from core.newsroom.comments.removal import COMMAND, bury, gone_by_hand, mark_removing
from core.newsroom.context import Context
from core.newsroom.desks.desk import FILLING, tell_desk
from core.newsroom.outgoing.jobs import Job, Member
from core.newsroom.outgoing.plan import change_delivery, relink, requote
from core.newsroom.outgoing.ready import SettingJob
from core.newsroom.publishing.birth import open_thread, post_recorded
from core.newsroom.publishing.marks import marked
from core.ports import Receipt, Tx
from core.steps import CHANGING, REMOVING


def begin(
    tx: Tx, context: Context, job: Job, digest: str, position: int, *,
    again: int | None, lost: int | None, nonce: str,
) -> int | None:  # fmt: skip
    """Before a send: the message's row, durable. None = the delivery wants something else now.

    again: the row of an earlier try to use again. lost: the row of a try that is given up.
    """
    going = [member for member in job.members if member.delivery in job.shown]
    if not all(_still_wants(tx, member) for member in going):
        return None
    if lost is not None:
        tx.run("UPDATE message SET doubtful = 1, tried_at = NULL WHERE id = :id", {"id": lost})
    now = context.clock.now()
    if again is not None:
        # A message that an earlier try with other words made is found by its number all the same.
        tx.run(
            "UPDATE message SET tried_hash = CASE WHEN tried_hash = :h THEN :h ELSE :doubt END,"
            " tried_at = :now, nonce = :nonce, reply_to = :reply WHERE id = :id",
            {
                "h": digest, "doubt": CHANGING, "now": now, "nonce": nonce,
                "reply": job.reply_message, "id": again,
            },
        )  # fmt: skip
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
    for member in going:
        shows = {"delivery": member.delivery, "message": message, "position": position}
        tx.insert("shows", shows)
    return message


def _still_wants(tx: Tx, member: Member) -> bool:
    row = tx.one("SELECT want, raised FROM delivery WHERE id = :id", {"id": member.delivery})
    return row is not None and (row["want"], row["raised"]) == (member.want, member.raised)


def sent(tx: Tx, context: Context, job: Job, message: int, digest: str, receipt: Receipt) -> None:
    """A send (or a search for one) found its message."""
    message_map.free(tx, job.channel.id, message, receipt.message)
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


def forget(tx: Tx, *messages: int) -> None:
    """Tries surely made no message; one that was adopted meanwhile did."""
    for message in messages:
        row = tx.one("SELECT platform_id FROM message WHERE id = :id", {"id": message})
        if row is None or row["platform_id"] is not None:
            continue
        bury(tx, message)


def removing(tx: Tx, message: int) -> None:
    """A message of a delivery that goes on is about to be deleted."""
    mark_removing(tx, message)


def removed(tx: Tx, job: Job, message: int) -> None:
    """A message was removed; what answered it quotes from now on. Where it showed several, those
    that go on are to be shown anew."""
    bury(tx, message)
    if job.subject != "comment":
        return
    for member in job.members:
        if len(job.members) > 1 and member.want:
            tx.run("UPDATE delivery SET have = 0 WHERE id = :id", {"id": member.delivery})
        requote(tx, member.subject_id)


def give_up(tx: Tx, message: int) -> None:
    """A try whose message, if there is one, cannot be found: kept for adoption, where that did not
    happen just before."""
    tx.run(
        "UPDATE message SET doubtful = 1, tried_at = NULL WHERE id = :id AND platform_id IS NULL",
        {"id": message},
    )


def done(tx: Tx, job: Job, note: str = "") -> bool:
    """All messages match what was wanted when the job was read; False = it wants more by now.

    Where nothing was wanted and something came up since, `have` goes on telling of it."""
    for member in job.members:
        stays = member.delivery in job.shown or len(job.members) == 1
        if not stays:
            _leave(tx, job, member)
        tx.run(
            "UPDATE delivery SET have = CASE WHEN :want = 0 AND raised <> :raised THEN have"
            " ELSE :have END, attempts = 0, outcome = :note WHERE id = :id",
            {
                "have": member.want if stays else 0, "want": member.want, "raised": member.raised,
                "note": note, "id": member.delivery,
            },
        )  # fmt: skip
        if job.subject == "comment" and member.want:
            _release_replies(tx, job, member)
            if not member.have:
                relink(tx, member.subject_id)
    if job.subject == COMMAND:
        tx.run("DELETE FROM delivery WHERE id = :id", {"id": job.delivery})
    elif not all(_still_wants(tx, member) for member in job.members):
        tx.wake(job.channel.id)
        return False
    return True


def _leave(tx: Tx, job: Job, member: Member) -> None:
    """The message that a comment shared shows it no more: nothing of it is wanted, or it has
    grown too long and gets a message of its own. The map remembers that it was there."""
    for message in job.sent:
        tx.run(
            "UPDATE shows SET position = -1 - position WHERE delivery = :d AND message = :m"
            " AND position >= 0",
            {"d": member.delivery, "m": message.id},
        )
    requote(tx, member.subject_id)
    tx.wake(job.channel.id)


def _release_replies(tx: Tx, job: Job, member: Member) -> None:
    waiting = tx.one("SELECT 1 FROM comment WHERE parent = :id LIMIT 1", {"id": member.subject_id})
    if waiting is not None:
        tx.wake(job.channel.id)


def put_back(
    tx: Tx, context: Context, channel: int, deliveries: Iterable[int], after: float, reason: str
) -> None:
    """Try deliveries of a channel again `after` seconds from now."""
    for delivery in deliveries:
        tx.run(
            "UPDATE delivery SET due = :due, attempts = attempts + 1, outcome = :reason"
            " WHERE id = :id AND want <> have",
            {"due": context.clock.now() + after, "reason": reason, "id": delivery},
        )
    tx.wake(channel)


def rejected(tx: Tx, context: Context, job: Job, reason: str) -> None:
    """The platform refused for good: never again as it is, and the desk is told once."""
    for member in job.members:
        if member.want != member.have:
            _refused(tx, context, job, member, reason)
    if job.channel.purpose == Purpose.DESK:
        _mark_desk(tx, job, reason)
    tx.wake(job.channel.id)


def _refused(tx: Tx, context: Context, job: Job, member: Member, reason: str) -> None:
    tx.run(
        "UPDATE delivery SET dead_want = want, outcome = :reason"
        " WHERE id = :id AND want = :want AND raised = :raised",
        {
            "reason": reason, "id": member.delivery, "want": member.want, "raised": member.raised,
        },
    )  # fmt: skip
    if job.subject in ("notice", "queue", "wave", "appeal"):
        return
    number = _number(tx, job, member)
    title = job.channel.title or job.channel.platform.capitalize()

    def words(t: Texts) -> str:
        if job.subject == COMMAND:
            return t("A command that somebody typed in {title} could not be removed: {reason}",
                     title=title, reason=reason)  # fmt: skip
        if number is None:
            return t("An article could not be shown in {title}: {reason}",
                     title=title, reason=reason)  # fmt: skip
        return t("Comment #{number} could not be shown in {title}: {reason}",
                 number=number, title=title, reason=reason)  # fmt: skip

    key = f"dead:{member.delivery}:{member.want}"
    tell_desk(tx, context, job.channel.publication, key, words)


def _mark_desk(tx: Tx, job: Job, reason: str) -> None:
    """A desk that refuses is told nothing more until something reaches it again ("" = alive)."""
    tx.run(
        "UPDATE channel SET dead = :reason WHERE id = :id",
        {"reason": reason, "id": job.channel.id},
    )


def _number(tx: Tx, job: Job, member: Member) -> int | None:
    """The number of the comment that a delivery shows, None where it shows none."""
    if job.subject not in ("comment", "card"):
        return None
    row = tx.one("SELECT number FROM comment WHERE id = :id", {"id": member.subject_id})
    return int(row["number"]) if row else None


def copy_gone(tx: Tx, context: Context, job: Job, message: int) -> None:
    """Our message was taken away by hand: what it showed is not sent again. Where the platform
    told so first, all that follows from it has happened, and it shows nothing any more."""
    shown = message_map.standing(tx, message)
    bury(tx, message)
    for row in shown:
        gone_by_hand(tx, row["id"])
        if row["subject"] == "comment":
            requote(tx, row["subject_id"])
    if job.subject in FILLING:
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
    shown = message_map.standing(tx, job.reply_message)
    bury(tx, job.reply_message)
    for row in shown:
        if not row["want"]:
            continue
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


def applied(tx: Tx, context: Context, job: SettingJob, *, after: float | None, note: str) -> None:
    """A setting was applied, emulated (`note` says so), or has to be tried again `after` s."""
    if after is None:
        tx.run(
            "UPDATE setting SET have = :value, attempts = 0, outcome = :note"
            " WHERE thread = :t AND name = :n",
            {"value": job.records, "note": note, "t": job.thread, "n": job.name},
        )
        if note and job.operation == "pinned":
            _pin_refused(tx, context, job, note)
        return
    tx.run(
        "UPDATE setting SET due = :due, attempts = attempts + 1, outcome = :note"
        " WHERE thread = :t AND name = :n",
        {"due": context.clock.now() + after, "note": note, "t": job.thread, "n": job.name},
    )
    tx.wake(job.channel.id)


def _pin_refused(tx: Tx, context: Context, job: SettingJob, note: str) -> None:
    """Pinning cannot be emulated, so the desk is told, once for each comment and thread."""
    found = marked(job.name)
    row = tx.one(
        "SELECT article, number FROM comment WHERE id = :id", {"id": found[1] if found else 0}
    )
    if row is None:
        return
    comment, title = f"{row['article']}#{row['number']}", job.channel.title
    reason = note.removeprefix("emulated: ")
    tell_desk(
        tx, context, job.channel.publication, f"{job.name}:{job.thread}",
        lambda t: t("{comment} could not be pinned in {title}: {reason}",
                    comment=comment, title=title, reason=reason),
    )  # fmt: skip
