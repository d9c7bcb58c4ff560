"""What is ready for the outbox: deliveries with everything that the next call needs.

A message that shows several comments is one job of all their deliveries, its `members`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from core.model import Channel, Purpose
from core.newsroom.comments.answers import refers_by, reply_target
from core.newsroom.context import Context
from core.newsroom.outgoing.faces import ANSWERS, NAMES, QUOTES
from core.newsroom.outgoing.facing import face_of
from core.newsroom.publishing.birth import own_thread
from core.ports import Capabilities, Row, Target, Tx
from core.steps import Sent
from core.threads import PLACEHOLDER
from core.views import View

log = logging.getLogger(__name__)

BATCH = 64
"""Jobs that one look gives at most."""
LANE_BATCH = 8
"""Jobs of one lane that one look gives at most."""
MOST_READY = 2000
"""Deliveries that one look reads."""
MOST_GATHERED = 24
"""Comments that one message is offered."""
MOST_TURNS = 3
"""So many messages may one thread's waiting comments take, each answering its own; beyond that
they are gathered whatever they answer, and quote it."""

MISTAKES = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What a mistake of ours raises where a view is made: then this one delivery waits, and holds up
no other of its channel."""


@dataclass(frozen=True, slots=True)
class Member:
    """One delivery of a job. want, have: the counters that it was read at; raised: the highest
    value of want then, which tells one time of wanting nothing from another. view: what it
    should show, None = nothing. rank: the comment's number. hidden: its words are not to be read
    any more."""

    delivery: int
    subject_id: int
    rank: int
    want: int
    have: int
    raised: int
    view: View | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Gathering:
    """What may share one new message: the members, and what all of them answer."""

    members: tuple[Member, ...]
    reply_to: str | None
    reply_message: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery that is ready: what it should show (None = nothing), where, and with what.

    want: the counter that it was read at. rank: the comment's number. lane: jobs with the
    same lane go one after the other. opens_thread: the channel's threads are started from the
    article's message by a step of their own, and this one's is not there yet.
    members: the deliveries that share its message, this one among them. shown: those of them
    that the message shows once the job is done. gathering: what may share a new message with it.
    lost: where nothing is wanted but a try may have made a message, what that resembles.
    alone: parts that belong together are sent one by one.
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
    members: tuple[Member, ...]
    shown: frozenset[int] = frozenset()
    gathering: Gathering | None = None
    lost: View | None = None
    alone: bool = False

    @property
    def goes_on(self) -> bool:
        """Something of it is to be shown."""
        return any(member.want for member in self.members)

    @property
    def hides(self) -> bool:
        """Something that its message shows is not to be read any more, while something stays in
        its place or beside it."""
        return self.goes_on and any(member.hidden for member in self.members)


@dataclass(frozen=True, slots=True)
class Look:
    """How a look for what is ready stands. busy: deliveries that are worked on. closed: lanes
    that take nothing now. pressed: lanes that the pace made wait, where comments are gathered.
    apart: deliveries that are not gathered. served: when a thread (by its article) had its last
    turn, in any unit."""

    busy: Collection[int] = frozenset()
    closed: Collection[str] = frozenset()
    pressed: Collection[str] = frozenset()
    apart: Collection[int] = frozenset()
    served: Mapping[int | None, float] = field(default_factory=dict)


_READY = """
SELECT d.*, t.place AS thread_place, t.dead AS thread_dead, row_number() OVER (
        PARTITION BY d.article ORDER BY d.want = 0 DESC, d.rank, d.id) AS turn
FROM delivery d
LEFT JOIN thread t ON t.article = d.article AND t.channel = d.channel
    AND d.subject IN ('comment', 'notice')
WHERE d.channel = :channel AND d.want <> d.have AND d.due <= :now
  AND (d.dead_want IS NULL OR d.dead_want <> d.want)
  AND (d.subject NOT IN ('comment', 'notice') OR d.article IS NULL OR d.want = 0
    OR (t.id IS NOT NULL AND t.dead = 0))
  AND (d.subject NOT IN ('comment', 'card') OR (d.want = 0 AND d.role = 'copy') OR NOT EXISTS (
        SELECT 1 FROM attachment w WHERE w.comment = d.subject_id AND w.state = 'wanted'))
  AND (d.subject <> 'comment' OR d.have > 0 OR d.want = 0 OR NOT EXISTS (
        SELECT 1 FROM comment c JOIN delivery p ON p.subject = 'comment'
          AND p.subject_id = c.parent AND p.channel = d.channel AND p.role = 'copy'
        WHERE c.id = d.subject_id AND p.have = 0 AND p.want > 0 AND p.gone = 0
          AND (p.dead_want IS NULL OR p.dead_want <> p.want)))
ORDER BY d.want = 0 DESC, d.subject = 'article' DESC,
    d.subject IN ('card', 'wave') AND d.have > 0 DESC, turn, d.rank, d.id
LIMIT :limit
"""


def ready_jobs(
    tx: Tx, context: Context, channel: Channel, now: float, look: Look
) -> tuple[list[Job], list[int]]:
    """The deliveries of a channel that are ready, in order, and the numbers of those that a mistake
    keeps from being shown. Removals and articles go first, then cards that stand already: somebody
    has just pressed there. Then every thread has its turn, the one that waits longest first: a
    thread's lowest number. now: Unix seconds."""
    found = tx.all(_READY, {"channel": channel.id, "now": now, "limit": MOST_READY})
    rows = sorted(found, key=lambda row: _turn(row, look.served))
    jobs: list[Job] = []
    mistaken: list[int] = []
    taken, in_lane = set(look.busy), Counter[str]()
    for row in rows:
        if row["id"] in taken or len(jobs) >= BATCH:
            continue
        members = _members(tx, context, channel, row)
        lane = _lane(context.capabilities[channel.platform], row, members)
        if lane in look.closed or in_lane[lane] >= LANE_BATCH:
            continue
        if taken.intersection(member["id"] for member in members):
            continue
        try:
            made = job(tx, context, channel, row, members, lane)
            if lane in look.pressed:
                made = _gathered(tx, context, made, row, now, look, taken)
        except MISTAKES:
            log.exception("a delivery cannot be shown", extra={"delivery": row["id"]})
            mistaken += [member["id"] for member in members]
            continue
        jobs.append(made)
        in_lane[lane] += 1
        taken.update(deliveries(made))
    return jobs, mistaken


def deliveries(job: Job) -> set[int]:
    """Every delivery that a job may change."""
    members = (*job.members, *(job.gathering.members if job.gathering else ()))
    return {job.delivery, *(member.delivery for member in members)}


def _turn(row: Row, served: Mapping[int | None, float]) -> tuple[object, ...]:
    return (
        row["want"] != 0, row["subject"] != "article",
        row["subject"] not in ("card", "wave") or not row["have"], row["turn"],
        served.get(row["article"], 0.0), row["rank"], row["id"],
    )  # fmt: skip


def _members(tx: Tx, context: Context, channel: Channel, row: Row) -> list[Row]:
    """The deliveries that share this one's message, in the order of their numbers."""
    if row["subject"] != "comment" or not context.capabilities[channel.platform].gathers:
        return [row]
    rows = tx.all(
        "SELECT DISTINCT d.*, :place AS thread_place FROM shows own JOIN message m"
        " ON m.id = own.message AND m.doubtful = 0 JOIN shows s ON s.message = m.id"
        " AND s.position >= 0 JOIN delivery d ON d.id = s.delivery"
        " WHERE own.delivery = :d AND own.position >= 0 ORDER BY d.rank, d.id",
        {"d": row["id"], "place": row["thread_place"]},
    )
    return rows or [row]


def job(
    tx: Tx, context: Context, channel: Channel, row: Row, members: Sequence[Row], lane: str
) -> Job:
    """Everything that the outbox needs for one delivery and those that share its message."""
    capabilities = context.capabilities[channel.platform]
    reply_id, reply_place, _ = reply_target(tx, channel, row)
    shared = len(members) > 1
    made = tuple(_member(tx, context, channel, member, shared=shared) for member in members)
    sent = _sent(tx, [row, *(member for member in members if member["id"] != row["id"])])
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
        view=next(member.view for member in made if member.delivery == row["id"]),
        target=Target(
            place=channel.place,
            kind=channel.kind,
            purpose=channel.purpose.value,
            style=channel.style,
            thread=row["thread_place"] or own_thread(tx, channel, row),
            reply_to=reply_place,
        ),
        sent=sent,
        lane=lane,
        title=_title(tx, row),
        opens_thread=_opens_thread(tx, channel, row),
        settle_until=_settle_until(tx, context, channel, row, capabilities),
        reply_message=reply_id,
        members=made,
        shown=frozenset({row["id"]} if row["want"] else ()),
        lost=None if row["want"] else _lost(tx, context, channel, row, sent),
    )


def _lost(
    tx: Tx, context: Context, channel: Channel, row: Row, sent: Sequence[Sent]
) -> View | None:
    """A view by whose buttons the message of an unknown try is found; a comment's has a number,
    which says enough."""
    if row["subject"] == "comment" or all(message.platform_id for message in sent):
        return None
    return face_of(tx, context, channel, row, refers=ANSWERS)


def _member(
    tx: Tx,
    context: Context,
    channel: Channel,
    row: Row,
    *,
    shared: bool,
    refers: str | None = None,
) -> Member:
    view = None
    if row["want"] and row["role"] == "copy":
        refers = refers or refers_by(tx, channel, row)
        view = face_of(tx, context, channel, row, refers=refers, shared=shared)
    return Member(
        row["id"], row["subject_id"], row["rank"], row["want"], row["have"], row["raised"], view,
        _hidden(row),
    )  # fmt: skip


def _hidden(row: Row) -> bool:
    return not row["want"] or row["shown_revision"] == PLACEHOLDER


def _lane(capabilities: Capabilities, row: Row, members: Sequence[Row]) -> str:
    """Removals have a lane of their own: they cost no budget, and what is held must not stand
    while sends wait for theirs. What shares a message with others, or leaves a placeholder, goes
    by an edit, in a lane beside the others' as well: where those rest for long, its message is
    removed instead."""
    thread = row["thread_place"] or "" if capabilities.lane == "thread" else ""
    if not any(member["want"] for member in members):
        return f"{thread}!"
    return f"{thread}?" if any(_hidden(member) for member in members) else thread


def _sent(tx: Tx, rows: Sequence[Row]) -> tuple[Sent, ...]:
    """The messages of the deliveries, each once, those of the first before the others'."""
    found: dict[int, Sent] = {}
    for row in rows:
        for r in tx.all(
            "SELECT m.* FROM shows s JOIN message m ON m.id = s.message WHERE s.delivery = :d"
            " AND s.position >= 0 AND m.doubtful = 0 ORDER BY s.position, m.id",
            {"d": row["id"]},
        ):
            found[r["id"]] = Sent(
                r["id"], r["platform_id"], r["have_hash"], r["tried_hash"], r["tried_at"],
                r["nonce"], bool(r["leaving"]),
            )  # fmt: skip
    return tuple(found.values())


# Gathering


def _gathered(
    tx: Tx, context: Context, made: Job, first: Row, now: float, look: Look, taken: set[int]
) -> Job:
    """With what may share its new message: the comments of its thread that wait, from the lowest
    number on, as long as they answer the same, or one that comes before them in that message.
    Where that would take too many messages, whatever they answer, and then none of them is sent
    as a reply."""
    if not context.capabilities[made.channel.platform].gathers or not _fresh(tx, first, look):
        return made
    waiting = _waiting(tx, made.channel, first, now, look, taken)
    outer = [one.answers for one in waiting if not one.inside]
    apart = sum(one != other for one, other in pairwise(outer)) >= MOST_TURNS
    reply: tuple[int | None, str | None] = (None, None)
    if not apart:
        waiting, reply = _same(waiting), waiting[0].answers
    if len(waiting) < 2:
        return made
    members = tuple(
        _member(tx, context, made.channel, one.row, shared=True, refers=_inside(one, apart))
        for one in waiting
    )
    return replace(made, gathering=Gathering(members, reply[1], reply[0]))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A comment that waits to be shown. answers: what it would answer alone (message row,
    platform id). inside: what it answers waits with it and comes before it."""

    row: Row
    answers: tuple[int | None, str | None]
    parent: int | None
    inside: bool


def _same(waiting: Sequence[_Waiting]) -> list[_Waiting]:
    """From the first on, as long as they answer the same, or what is among them."""
    kept: list[_Waiting] = []
    for one in waiting:
        here = {before.row["subject_id"] for before in kept}
        if one.answers != waiting[0].answers if not one.inside else one.parent not in here:
            break
        kept.append(one)
    return kept


def _inside(one: _Waiting, apart: bool) -> str | None:
    """How it refers to what it answers, where its place says so."""
    if one.inside:
        return NAMES
    return QUOTES if apart and one.parent is not None else None


_THREAD = """
SELECT d.*, t.place AS thread_place, c.parent, EXISTS (SELECT 1 FROM delivery p
        WHERE p.subject = 'comment' AND p.subject_id = c.parent AND p.channel = d.channel
        AND p.role = 'copy' AND p.have = 0 AND p.want > 0 AND p.gone = 0
        AND (p.dead_want IS NULL OR p.dead_want <> p.want)) AS blocked
FROM delivery d JOIN comment c ON c.id = d.subject_id
JOIN thread t ON t.article = d.article AND t.channel = d.channel
WHERE d.channel = :channel AND d.article = :article AND d.subject = 'comment' AND d.role = 'copy'
  AND d.want > 0 AND d.have = 0 AND d.due <= :now AND d.rank >= :rank
  AND (d.dead_want IS NULL OR d.dead_want <> d.want)
ORDER BY d.rank, d.id LIMIT :limit
"""


def _waiting(
    tx: Tx, channel: Channel, first: Row, now: float, look: Look, taken: set[int]
) -> list[_Waiting]:
    values = {
        "channel": channel.id, "article": first["article"], "now": now, "rank": first["rank"],
        "limit": MOST_GATHERED,
    }  # fmt: skip
    found: list[_Waiting] = []
    for row in tx.all(_THREAD, values):
        if row["id"] in taken:
            continue
        if not _fresh(tx, row, look):
            break
        inside = row["parent"] in {one.row["subject_id"] for one in found}
        if inside or not row["blocked"]:
            answers = reply_target(tx, channel, row)[:2]
            found.append(_Waiting(row, answers, row["parent"], inside))
    return found


def _fresh(tx: Tx, row: Row, look: Look) -> bool:
    """A comment of which nothing was sent or tried here."""
    if row["subject"] != "comment" or row["role"] != "copy" or row["id"] in look.apart:
        return False
    return row["want"] > 0 and row["have"] == 0 and not _sent(tx, [row])


# Articles


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
