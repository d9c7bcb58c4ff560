"""Feeds: when they are asked, and what comes of what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.feeds.decide import Alias, Changed, Hold, Known, Missing, New, decide
from core.feeds.model import Draft
from core.feeds.schedule import SHORTEST, Answer, Health, Poll, after, health, said
from core.model import ArticleState
from core.newsroom.context import Context
from core.newsroom.desks.desk import tell_desk
from core.newsroom.publishing import articles
from core.ports import Row, Tx

DAY = 86_400.0
REMEMBERED = 1000
"""The newest articles of a feed with which a reading is compared."""


@dataclass(frozen=True, slots=True)
class Due:
    """A feed to be asked now."""

    id: int
    url: str
    etag: str
    modified: str


def due(tx: Tx, now: float) -> list[Due]:
    """The feeds whose time has come."""
    rows = tx.all(
        "SELECT id, url, etag, modified FROM feed WHERE next_at <= :now AND gone = 0"
        " ORDER BY next_at LIMIT 20",
        {"now": now},
    )
    return [Due(row["id"], row["url"], row["etag"], row["modified"]) for row in rows]


def next_due(tx: Tx) -> float | None:
    """When the next feed is to be asked."""
    row = tx.one("SELECT min(next_at) AS at FROM feed WHERE gone = 0")
    return row["at"] if row is not None else None


def answered(
    tx: Tx, context: Context, feed: int, answer: Answer, etag: str = "", modified: str = ""
) -> None:
    """Store the timetable after an answer; a feed that is ill for a day is told at the desk
    once, and once more when it is well again."""
    row = tx.one("SELECT * FROM feed WHERE id = :id", {"id": feed})
    if row is None:
        return
    now = context.clock.now()
    was = _poll(context, row)
    poll = after(was, answer, now, context.clock.random())
    good = answer.good
    tx.run(
        "UPDATE feed SET next_at = :next_at, failures = :failures, failing_since = :since,"
        " moved_to = :moved_to, moved_seen = :seen, gone = :gone, problem = :problem,"
        " url = :url, etag = :etag, modified = :modified WHERE id = :id",
        {
            "next_at": poll.next_at,
            "failures": poll.failures,
            "since": poll.failing_since,
            "moved_to": poll.moved_to,
            "seen": poll.moved_seen,
            "gone": int(poll.gone),
            "problem": poll.problem,
            "url": poll.adopt or row["url"],
            "etag": "" if poll.adopt else (etag or row["etag"]) if good else row["etag"],
            "modified": (
                "" if poll.adopt else (modified or row["modified"]) if good else row["modified"]
            ),
            "id": feed,
        },
    )  # fmt: skip
    _tell_health(tx, context, row, was, poll, now, answer)


def _poll(context: Context, row: Row) -> Poll:
    """An interval below the shortest is given for feeds on this machine only (settings)."""
    return Poll(
        interval=context.rules.feed_interval,
        shortest=min(SHORTEST, context.rules.feed_interval),
        next_at=row["next_at"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        moved_to=row["moved_to"],
        moved_seen=row["moved_seen"],
        gone=bool(row["gone"]),
        problem=row["problem"],
    )


def _tell_health(
    tx: Tx, context: Context, row: Row, was: Poll, poll: Poll, now: float, answer: Answer
) -> None:
    ill = (Health.ILL, Health.GONE)
    state = health(poll, now)
    since = poll.failing_since or was.failing_since or now
    if state in ill:
        tell_desk(
            tx, context, row["publication"], f"feed:{row['id']}:{state}:{since:.0f}",
            lambda t: t("The feed {url} cannot be read. {problem}",
                        url=row["url"], problem=said(answer, t)),
        )  # fmt: skip
    elif was.failing_since is not None and health(was, now) in ill:
        tell_desk(
            tx, context, row["publication"], f"feed:{row['id']}:well:{since:.0f}",
            lambda t: t("The feed {url} can be read again.", url=row["url"]),
        )  # fmt: skip


def ingest(tx: Tx, context: Context, feed: int, drafts: Sequence[Draft]) -> list[int]:
    """Bring in what a feed holds now; the ids of the articles that are published by it."""
    row = tx.one("SELECT * FROM feed WHERE id = :id", {"id": feed})
    if row is None:
        return []
    publication = row["publication"]
    intents = decide(
        articles.stored_articles(tx, publication, feed, REMEMBERED),
        drafts,
        baseline=bool(row["baseline"]),
        last_n=row["publish_last"],
        now=context.clock.now(),
        moved=bool(row["moved"]),
    )
    published: list[int] = []
    for intent in intents:
        match intent:
            case New(draft, keys):
                published.append(_bring(tx, context, row, draft, keys, ArticleState.PUBLISHED))
            case Known(draft, keys, _):
                _bring(tx, context, row, draft, keys, ArticleState.KNOWN)
            case Changed(article, draft, keys):
                articles.correct(tx, context, article, draft)
                articles.add_keys(tx, publication, article, keys)
            case Alias(article, key):
                articles.add_keys(tx, publication, article, (key,))
            case Missing(article):
                articles.missing(tx, context, article)
            case Hold():
                _tell_moved(tx, context, row)
    tx.run("UPDATE feed SET baseline = 0, moved = 0 WHERE id = :id", {"id": feed})
    return published


def _bring(
    tx: Tx, context: Context, feed: Row, draft: Draft, keys: Iterable[str], state: ArticleState
) -> int:
    """Write an entry that is not known of this feed, or take over the preview that waits."""
    publish = state == ArticleState.PUBLISHED
    article = articles.take_over(tx, context, feed["id"], draft, publish=publish)
    if article is None:
        article = articles.add_article(tx, context, feed["publication"], feed["id"], draft, state)
    articles.add_keys(tx, feed["publication"], article, keys)
    return article


def _tell_moved(tx: Tx, context: Context, feed: Row) -> None:
    day = int(context.clock.now() // DAY)
    tell_desk(
        tx, context, feed["publication"], f"moved:{feed['id']}:{day}",
        lambda t: t(
            "Most entries of the feed {url} came back under new ids, as after a move to another"
            " platform. Nothing of them is published until somebody says that they are not new:"
            " commonthread feed moved {number}",
            url=feed["url"], number=feed["id"],
        ),
    )  # fmt: skip
