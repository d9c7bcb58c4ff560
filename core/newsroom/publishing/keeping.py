"""What happens to threads by itself: they close after their days, and become slow while comments
wait for long. Both are decisions like a moderator's, told at the desk, and taken back with /undo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.i18n import Texts, texts
from core.model import Publication
from core.newsroom.context import Context, dumps
from core.newsroom.decisions.decide import change_article
from core.newsroom.decisions.log import system_actor
from core.newsroom.desks.alarms import alarm, all_clear
from core.newsroom.desks.desk import tell_desk
from core.newsroom.outgoing.plan import change_delivery, open_threads, raise_delivery
from core.newsroom.publishing.slow import span_words
from core.ports import Row, Tx
from core.text.model import Rich

DAY, MINUTE = 86_400.0, 60.0

Step = Callable[[Tx, Context], None]


def tend(tx: Tx, context: Context) -> None:
    """Do everything that is due."""
    for step in due(tx, context):
        step(tx, context)


def due(tx: Tx, context: Context) -> list[Step]:
    """What is to be done now, found without writing."""
    steps: list[Step] = []
    for publication in context.house(tx).publications.values():
        options = publication.options
        if options.close_after_days:
            steps += _closing(tx, context, publication)
        if options.slow_when_waiting_minutes:
            steps += _slowing(tx, context, publication)
        steps += _ending(tx, context, publication)
        steps += [_bound(_unsay, row) for row in _untrue(tx, publication)]
    return steps


def _bound(act: Callable[..., None], *given: Any) -> Step:
    return lambda tx, context: act(tx, context, *given)


# Closing


def _closing(tx: Tx, context: Context, publication: Publication) -> list[Step]:
    """Articles whose days are over. One that the house has closed before, and somebody opened
    again, stays open."""
    days = publication.options.close_after_days
    rows = tx.all(
        "SELECT a.id, a.headline FROM article a WHERE a.publication = :p"
        " AND a.state = 'published' AND a.locked = 0 AND max(a.created, coalesce(a.published, 0),"
        " coalesce((SELECT max(d.at) FROM decision d WHERE d.article = a.id"
        " AND d.action = 'publish'), 0)) <= :before AND NOT EXISTS (SELECT 1 FROM decision d"
        " WHERE d.article = a.id AND d.action = 'close' AND d.actor = 'system')",
        {"p": publication.id, "before": context.clock.now() - days * DAY},
    )
    return [_bound(_close, publication, row) for row in rows]


def _close(tx: Tx, context: Context, publication: Publication, article: Row) -> None:
    days = publication.options.close_after_days
    change_article(tx, context, system_actor(), "close", article["id"], {"locked": 1})

    def words(t: Texts) -> str:
        return t.n(
            "Comments under “{headline}” closed after {n} day. /unlock {number} opens them again.",
            "Comments under “{headline}” closed after {n} days. /unlock {number} opens them again.",
            days, headline=article["headline"], number=article["id"],
        )  # fmt: skip

    tell_desk(tx, context, publication.id, f"closed:{article['id']}", words)


# Slow mode while comments wait


LOOKED_AT = 20
"""Of so many comments of a thread, the first that came, one counts as waiting longest."""


def _waiting(tx: Tx, publication: int) -> dict[int, float]:
    """Articles of which comments wait, each with since when the longest does (Unix seconds): it
    was written then, or somebody's decision made it wait."""
    rows = tx.all(
        "SELECT a.id FROM article a WHERE a.publication = :p AND a.state = 'published'"
        " AND a.locked = 0 AND EXISTS (SELECT 1 FROM comment c WHERE c.article = a.id"
        " AND c.state = 'held')",
        {"p": publication},
    )
    return {row["id"]: _oldest(tx, row["id"]) for row in rows}


def _oldest(tx: Tx, article: int) -> float:
    rows = tx.all(
        "SELECT max(r.at, coalesce((SELECT max(d.at) FROM decision d WHERE d.comment = c.id), 0))"
        " AS since FROM comment c JOIN revision r ON r.comment = c.id AND r.number = c.revision"
        " WHERE c.article = :a AND c.state = 'held' ORDER BY c.id LIMIT :n",
        {"a": article, "n": LOOKED_AT},
    )
    return float(min(row["since"] for row in rows))


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long comments may wait, and how slow a thread becomes then; in seconds."""

    wait: float
    slow: int


def _patience(publication: Publication) -> _Patience:
    options = publication.options
    return _Patience(options.slow_when_waiting_minutes * MINUTE, options.slow_seconds)


def _slowing(tx: Tx, context: Context, publication: Publication) -> list[Step]:
    patience = _patience(publication)
    before = context.clock.now() - patience.wait
    steps: list[Step] = []
    for article, oldest in _waiting(tx, publication.id).items():
        row = tx.one("SELECT id, headline, slow, slowed FROM article WHERE id = :a", {"a": article})
        if row is None or oldest > before or row["slowed"] is not None:
            continue
        if row["slow"] < patience.slow and not _somebody_decided(tx, article, oldest):
            steps.append(_bound(_slow, publication, row))
    return steps


def _somebody_decided(tx: Tx, article: int, oldest: float) -> bool:
    """Somebody changed the slow mode, or took ours back, since the oldest comment waits."""
    found = tx.one(
        "SELECT 1 FROM decision d WHERE d.article = :a AND d.at >= :oldest AND d.actor <> 'system'"
        " AND (d.action = 'slow' OR (d.action = 'undo' AND EXISTS (SELECT 1 FROM decision u"
        " WHERE u.id = d.undoes AND u.action = 'slow')))",
        {"a": article, "oldest": oldest},
    )
    return found is not None


def _slow(tx: Tx, context: Context, publication: Publication, article: Row) -> None:
    patience, now = _patience(publication), context.clock.now()
    fields = {"slow": patience.slow, "slowed": now}
    change_article(tx, context, system_actor(), "slow", article["id"], fields, "waiting")

    def words(t: Texts, since: float) -> str:
        return t("Comments under “{headline}” wait for more than {wait}, so slow mode is on there:"
                 " one comment in {span}. It ends by itself when fewer wait; /slow {number} off"
                 " ends it now.", headline=article["headline"], number=article["id"],
                 wait=span_words(t, int(patience.wait)),
                 span=span_words(t, patience.slow))  # fmt: skip

    alarm(tx, context, publication.id, f"slow{article['id']}", words, since=now)
    _say(tx, context, publication, article["id"], patience.slow)


def _say(tx: Tx, context: Context, publication: Publication, article: int, seconds: int) -> None:
    """In the thread itself, for as long as it is slow by itself."""
    t = texts(publication.language)
    said = Rich(t("Comments here wait for long, so slow mode is on: one comment in {span}. It ends"
                  " by itself.", span=span_words(t, seconds)))  # fmt: skip
    now = context.clock.now()
    row = {"publication": publication.id, "key": f"said:{article}:{now}", "at": now}
    notice = tx.insert("notice", {**row, "text": dumps(said.dump())})
    for channel in open_threads(tx, article):
        raise_delivery(tx, "notice", notice, channel, 1, article=article, rank=notice)


def _untrue(tx: Tx, publication: Publication) -> list[Row]:
    """What is said in threads that are not slow by themselves any more, whoever ended it."""
    return tx.all(
        "SELECT d.id, d.channel FROM delivery d JOIN article a ON a.id = d.article"
        " WHERE d.subject = 'notice' AND d.article IS NOT NULL AND d.want > 0"
        " AND a.slowed IS NULL AND a.publication = :p",
        {"p": publication.id},
    )


def _unsay(tx: Tx, context: Context, said: Row) -> None:
    change_delivery(tx, said["id"], 0, said["channel"])


def _ending(tx: Tx, context: Context, publication: Publication) -> list[Step]:
    """Threads that the house made slow and whose comments wait for less than half of that time
    by now, or that are told to end it, since the option was switched off."""
    rows = tx.all(
        "SELECT id, headline FROM article WHERE publication = :p AND slowed IS NOT NULL",
        {"p": publication.id},
    )
    if not rows:
        return []
    patience = _patience(publication).wait
    since = context.clock.now() - patience / 2
    found = _waiting(tx, publication.id) if patience else {}
    waiting = {article for article, oldest in found.items() if oldest <= since}
    return [_bound(_end, publication, row) for row in rows if row["id"] not in waiting]


def _end(tx: Tx, context: Context, publication: Publication, article: Row) -> None:
    fields = {"slow": 0, "slowed": None}
    change_article(tx, context, system_actor(), "slow", article["id"], fields, "waiting")
    _told_over(tx, context, publication, article)


def _told_over(tx: Tx, context: Context, publication: Publication, article: Row) -> None:
    def words(t: Texts, since: float) -> str:
        return t("Slow mode under “{headline}” is over.", headline=article["headline"])

    all_clear(tx, context, publication.id, f"slow{article['id']}", words)
